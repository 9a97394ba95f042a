"""At least and at most so long between two operations."""

import pytest

from tests.motion import rods
from wip.models import Hold, ProcessException
from wip.policies import BlockedByGates
from wip.queries import why_not
from wip.tasks import note_late_units

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(plant, monkeypatch):
    """Let the clock of tasks and pages go on to so many seconds after the plant's."""

    def set_clock(seconds):
        moment = plant.at(seconds)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return set_clock


def test_what_has_to_cure_is_blocked_and_says_until_when(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20")
    with pytest.raises(BlockedByGates) as blocked:
        line.start(unit, "25")
    ended = unit.executions.get(operation_code="20").completed_at
    refusal = blocked.value
    assert refusal.code == "QUEUE_TIME_TOO_SHORT"
    assert refusal.what.endswith(f"until {plant.site.local(ended).replace(minute=ended.minute + 5):%H:%M}.")
    assert refusal.why == "5 min after operation 20."
    plant.at(300)
    line.start(unit, "25")


def test_what_has_waited_too_long_is_stopped_until_a_supervisor_decides(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20")
    plant.at(3601)
    with pytest.raises(BlockedByGates) as blocked:
        line.start(unit, "25")
    assert blocked.value.code == "QUEUE_TIME_EXCEEDED"
    assert str(blocked.value.blockers[0].override) == "supervisor"


def test_a_late_unit_is_noted_once_and_held_where_the_routing_says_so(plant, later):
    line = rods(plant, holds_when_late=True)
    late, fresh = line.do(line.unit(), "10", "20"), line.unit()
    later(3000)
    assert note_late_units() == 0
    line.do(fresh, "10", "20")
    later(1000)
    assert note_late_units() == 1
    noted = ProcessException.objects.get()
    assert (noted.kind, noted.unit, noted.operation_code) == ("QUEUE_TIME", late, "25")
    assert "60 min after operation 20" in noted.what
    hold = Hold.objects.get()
    assert (hold.unit, hold.is_automatic, hold.placed_by) == (late, True, plant.operator)
    assert note_late_units() == 0
    assert [verdict.code for verdict in why_not(late, person=None)["25"]][:1] == ["ON_HOLD"]


def test_only_a_unit_that_has_not_gone_on_is_late(plant, later):
    line = rods(plant)
    begun, skipped = line.do(line.unit(), "10", "20"), line.do(line.unit(), "10", "20")
    plant.at(300)
    line.start(begun, "25")
    line.skip(skipped)
    later(4000)
    assert note_late_units() == 0
    assert not Hold.objects.exists()


def test_another_pass_waits_anew(plant, later):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20")
    later(3700)
    assert note_late_units() == 1
    assert not Hold.objects.exists()
    line.send_back(unit, "25", "20")
    line.do(unit, "20")
    assert note_late_units() == 0
    later(3700)
    assert note_late_units() == 1


def test_without_a_limit_in_work_the_search_costs_two_statements(plant, django_assert_num_queries):
    plant.unit()
    with django_assert_num_queries(2):
        note_late_units()

"""A step takes what its tag says at the moment it is asked, with the tag, the time and the quality beside it."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from equipment.drivers.base import Quality
from equipment.machine_content import ValueNotGood
from equipment.status import Books
from mes.station.actions.given import Given
from mes.station.actions.operations import StepFromMachine
from mes.station.tasks import book_machine_events
from orders.plans import Plan
from orders.queries import plan_of
from tests.api.conftest import api_as
from tests.machine_floor import handshake, happens, measured_line, press, says, value
from tests.station.pages import StationPage, accepted, text
from wip.models import Reading
from wip.readouts import NoSuchTag, NotWatched

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(plant):
    unit = measured_line(plant)
    plant.start(unit, "10")
    return unit


@pytest.fixture
def gap(plant):
    return value(press(plant), plant.stations["10"], "GAP")


def read(plant, unit, code="GAP"):
    plant.report(unit, "10", Given(code, "machine"))
    return Reading.objects.get(step_code=code)


def test_the_value_is_recorded_with_where_it_was_read(plant, unit, gap):
    at = plant.at()
    says(gap, 1.2100000381469727, at=at)
    plant.clock -= timedelta(seconds=55)
    reading = read(plant, unit)
    assert (reading.value, reading.by.username) == ("1.21", "amina")
    assert (reading.machine_tag, reading.machine_at, reading.machine_quality) == ("GAP", at, 192)


def test_what_is_entered_by_hand_has_no_source(plant, unit):
    plant.report(unit, "10", Given("GAP", "1.2"))
    assert (Reading.objects.get().machine_tag, Reading.objects.get().machine_at) == ("", None)


def test_a_station_without_the_tag_is_named(plant, unit):
    with pytest.raises(NoSuchTag, match=r"ST-10 has no tag GAP. Enter it by hand"):
        read(plant, unit)


def test_a_bad_value_is_not_taken(plant, unit, gap):
    says(gap, 1.2, at=plant.at(), quality=Quality.BAD_SENSOR_FAILURE)
    plant.clock -= timedelta(seconds=55)
    with pytest.raises(ValueNotGood, match="GAP has no good value"):
        read(plant, unit)


def test_an_old_value_is_taken_while_the_machine_answers_and_not_when_it_is_silent(plant, unit, gap):
    says(gap, 1.2, at=plant.at())
    with pytest.raises(NotWatched, match="PRESS does not answer"):
        read(plant, unit)
    gap.connection.observations.update(seen_until=plant.at() + timedelta(seconds=58))
    assert read(plant, unit).value == "1.20"


def test_a_connection_whose_watching_ended_just_now_is_silent_since(plant, unit, gap):
    says(gap, 1.2, at=plant.at())
    plant.clock -= timedelta(seconds=55)
    gap.connection.observations.update(ended_at=F("seen_until"), reason="The cable was pulled.")
    with pytest.raises(NotWatched, match="heard of last at"):
        read(plant, unit)


def test_a_connection_that_was_never_watched_is_not_believed(plant, unit, gap):
    with pytest.raises(NotWatched, match="never heard of"):
        read(plant, unit)


def test_what_only_the_machine_says_is_not_entered_by_hand(plant, unit):
    with pytest.raises(StepFromMachine, match="Force is read from the machine"):
        plant.report(unit, "10", Given("FORCE", "12"))
    force = value(press(plant), plant.stations["10"], "FORCE")
    says(force, 12.34, at=plant.at())
    plant.clock -= timedelta(seconds=55)
    assert read(plant, unit, "FORCE").value == "12.3"
    plant.report(unit, "10", Given("FORCE", "12.5", reason="Gauge says so"))
    assert Reading.objects.filter(step_code="FORCE").latest("id").machine_tag == ""


def test_a_check_is_yes_where_the_machine_says_one(plant, unit):
    closed = value(press(plant), plant.stations["10"], "CLOSED", value_type="BOOL", address="coil:1")
    says(closed, 1.0, at=plant.at())
    plant.clock -= timedelta(seconds=55)
    assert read(plant, unit, "CLOSED").value == "yes"


def test_a_value_that_came_with_an_event_has_its_source(plant, unit, monkeypatch):
    monkeypatch.setattr("mes.station.tasks.timezone.now", lambda: plant.at(0))
    tag = handshake(press(plant), plant.stations["10"], Books.TEST_RESULT)
    event = happens(plant, tag, step__FORCE=12.3)
    assert book_machine_events() == 1
    reading = Reading.objects.get(step_code="FORCE")
    assert (reading.machine_tag, reading.machine_at) == (tag.code, event.at)


def test_half_a_source_is_none(plant, unit):
    plant.report(unit, "10", Given("GAP", "1.2"))
    reading = Reading.objects.get()
    reading.pk, reading.sample, reading.machine_tag = None, 2, "GAP"
    reading._state.adding = True
    with pytest.raises(IntegrityError, match="reading_from_machine_whole"), transaction.atomic():
        reading.save(force_insert=True)


def test_the_plan_keeps_the_tag_and_old_plans_load(plant, unit):
    plan = plan_of(unit.work_order)
    assert [(step.tag, step.is_from_machine) for step in plan.operations[0].steps] == [
        ("GAP", False),
        ("FORCE", True),
        ("CLOSED", False),
    ]
    content = plan_of(plant.unit().work_order).content
    assert "tag" not in content["operations"][0]["steps"][0]
    assert Plan.of(json.loads(json.dumps(content, default=str))).operations[0].steps[0].tag == ""


def test_the_station_reads_it_with_one_button(plant, gap):
    unit, page = measured_line(plant), StationPage(plant, "10")
    page.log_on()
    work = page.start(unit)
    says(gap, 1.25, at=timezone.now())
    assert "Read from the machine" in text(page.get(work))
    answer = page.post(f"{work}record/", step="GAP", sample=1, value="", read="1")
    assert accepted(answer) == "Gap read from the machine"
    assert Reading.objects.get().value == "1.25"
    assert "Read from GAP" in text(page.get(f"{work}?step=GAP"))


def test_the_api_reads_it_by_a_word(plant, unit, gap):
    says(gap, 1.25, at=timezone.now())
    steps = [{"step": "GAP", "value": "machine"}]
    answer = api_as(plant, "amina").post(
        f"/units/{unit.serial}/operations/10/record", {"station": "ST-10", "steps": steps}
    )
    assert answer.status_code == 200, answer.content
    assert Reading.objects.get().value == "1.25"

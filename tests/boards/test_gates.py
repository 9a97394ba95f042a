"""The plant's gates as the office sees them: where they apply, how often they refused, whom and what."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.html import escape
from django.utils.module_loading import import_string

from mes.boards.gate_overview import _PLACES, _WORDS, overview
from mes.kernel import gates
from mes.kernel.audit.models import RefusedAttempt
from mes.kernel.gates import Facts, Gate, Hook, Override, Verdict, gate
from mes.station.actions import operations
from wip.policies import BlockedByGates

PREDECESSORS = "wip.gates.predecessors_done"


@pytest.fixture(autouse=True)
def _nothing_counted_before():
    cache.clear()


def refused_start(plant, *, ago: timedelta = timedelta(0), who: str = "amina", unit=None) -> None:
    unit = unit or plant.unit()
    plant.clock = timezone.now() - ago - timedelta(seconds=60)
    with pytest.raises(BlockedByGates), plant.door(who) as passage:
        operations.start(
            unit=plant.fresh(unit),
            operation_code="30",
            station=plant.stations["30"],
            by=passage.person,
            at=passage.at,
        )


def line_of(lines, path: str):
    return next(line for line in lines if line.path == path)


def test_every_path_that_a_place_is_told_for_is_a_gate():
    assert all(isinstance(import_string(path), Gate) for path in _PLACES)
    assert set(_PLACES.values()) <= set(_WORDS)


def test_a_gate_s_path_is_the_one_it_is_listed_by():
    assert [one.path for one in gates.configured()] == list(settings.MES_GATES)


def test_a_verdict_carries_the_override_of_its_gate():
    @gate(Hook.START, needs=[], override=Override.PERMIT)
    def closed(facts: Facts) -> Verdict | None:
        """Never."""
        return Verdict("CLOSED", "Closed.")

    verdict = closed(Facts.of({}))
    assert (verdict.override, verdict.gate) == (Override.PERMIT, f"{__name__}.closed")


@pytest.mark.django_db
def test_refusals_are_counted_by_gate_and_day(plant):
    for ago in (timedelta(0), timedelta(hours=23), timedelta(hours=25), timedelta(days=6.5), timedelta(days=29)):
        refused_start(plant, ago=ago)
    refused_start(plant, ago=timedelta(days=31))
    line = line_of(overview([plant.site.pk], at=timezone.now()), PREDECESSORS)
    assert (line.last_24_h, line.last_7_days, line.last_30_days) == (2, 4, 5)
    assert line.days[:2] == (2, 1)
    assert [x for x, _, _ in line.bars] == [0, 92, 112, 116]  # oldest at the left
    assert line.bars[-1] == (116, 2.0, 20.0)
    assert line_of(overview([plant.elsewhere.pk], at=timezone.now()), PREDECESSORS).last_30_days == 0


@pytest.mark.django_db
def test_where_a_gate_applies_is_counted_in_released_routings(plant):
    lines = overview([plant.site.pk], at=timezone.now())
    count = {path: line_of(lines, path).place_count for path in _PLACES if path in settings.MES_GATES}
    assert count[PREDECESSORS] == 2
    assert count["mes.kernel.personnel.gates.operator_qualified"] == 1
    assert count["genealogy.gates.component_known"] == 2
    assert count["quality.gates.readings_within_limits"] == 2
    assert count["wip.gates.required_steps_recorded"] == 7
    assert line_of(lines, "orders.gates.order_released").place_count == 4
    assert line_of(overview([plant.elsewhere.pk], at=timezone.now()), PREDECESSORS).place_count == 0


def test_the_page_lists_every_gate_and_the_last_refusals(plant, ines):
    unit = plant.unit()
    refused_start(plant, unit=unit)
    page = ines.get("/gates/").content.decode()
    for one in gates.configured():
        assert f"/gates/{one.path}/" in page
        assert escape(one.summary) in page
    assert f"{unit.serial}, 30 Torque" in page
    assert "Amina Yusuf" in page
    assert "2 operations that wait for others" in page


def test_a_gate_s_page_turns_back_to_older_refusals(plant, ines):
    unit = plant.unit()
    refused_start(plant, unit=unit)
    kept = RefusedAttempt.objects.get()
    RefusedAttempt.objects.bulk_create(
        RefusedAttempt(at=kept.at, by=kept.by, site_id=kept.site_id, gate=kept.gate, code="X", what=f"no {n}")
        for n in range(60)
    )
    first = ines.get(f"/gates/{PREDECESSORS}/")
    assert len(first.context["refusals"]) == 50
    second = ines.get(f"/gates/{PREDECESSORS}/?before={first.context['older']}")
    assert len(second.context["refusals"]) == 11
    assert second.context["older"] is None
    assert len(ines.get(f"/gates/{PREDECESSORS}/?before=x").context["refusals"]) == 50
    assert ines.get("/gates/no.such.gate/").status_code == 404


def test_an_operator_does_not_see_who_was_refused_what(plant, desk_of):
    assert desk_of("amina").get("/gates/").status_code == 403


@pytest.mark.parametrize("count", [2, 20])
def test_the_page_costs_the_same_for_any_number_of_refusals(plant, ines, count, django_assert_num_queries):
    unit = plant.unit()
    for _ in range(count):
        refused_start(plant, unit=unit)
    ines.get("/gates/")  # counts the places, kept for a while
    with django_assert_num_queries(6):  # session, person, sites, counts, passed, the last ones
        ines.get("/gates/")

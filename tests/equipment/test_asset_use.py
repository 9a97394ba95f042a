"""An operation that asks for a gauge: judged at its start, on record from then on, used up at its end."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from equipment.actions import assets
from equipment.models import AssetUse, PhysicalAsset
from equipment.queries import assets_taken_by
from mes.kernel.gates import Hook, judge
from mes.station.actions.operations import Completion
from tests.equipment.assets import asking_for_a_wrench, calibrate, fresh, place, used, wrench
from tests.plant import NOW
from wip.models import Reading
from wip.policies import BlockedByGates
from wip.queries import execution_at, job_for, operation_of, why_not
from wip.queues import queue_at

pytestmark = pytest.mark.django_db


def ready(plant):
    """A unit that waits for operation 30."""
    return plant.do(plant.unit(), "10", "20")


def refused(plant, unit) -> BlockedByGates:
    with pytest.raises(BlockedByGates) as refusal:
        plant.start(unit, "30")
    return refusal.value


def test_without_the_gauge_at_the_station_it_is_not_started(plant):
    tool, unit = asking_for_a_wrench(plant, placed=False), ready(plant)
    assert refused(plant, unit).what == "No torque wrench is at ST-30."
    place(plant, tool, plant.stations["30"])
    plant.start(unit, "30")


def test_an_overdue_gauge_stops_it_with_its_date_until_it_is_calibrated_again(plant):
    tool, unit = asking_for_a_wrench(plant), ready(plant)
    with plant.door("mei"):
        PhysicalAsset.objects.filter(pk=tool.pk).update(calibration_due_date=date(2026, 11, 22))
    verdict = refused(plant, unit)
    assert verdict.what == "TW-1 Wrench was due for calibration on 22 Nov 2026."
    assert verdict.evidence == {"asset": "TW-1", "due_date": "2026-11-22"}
    calibrate(plant, tool)
    plant.start(unit, "30")


def test_it_is_due_by_the_date_of_the_site(plant):
    tool, unit = asking_for_a_wrench(plant), ready(plant)
    with plant.door("mei"):
        PhysicalAsset.objects.filter(pk=tool.pk).update(calibration_due_date=NOW.date())
    plant.clock = NOW.replace(hour=23, minute=30)  # in Vienna the next day has begun
    assert "was due" in refused(plant, unit).what


def test_a_worn_tool_stops_it_until_it_is_overhauled(plant):
    tool, unit = asking_for_a_wrench(plant), ready(plant)
    used(plant, tool, 1000)
    assert refused(plant, unit).why == "It has done 1000 of 1000 cycles."
    with plant.door("mei") as passage:
        assets.overhaul(asset=tool, reason="New head", by=passage.person, at=passage.at)
    plant.start(unit, "30")


def test_a_gauge_that_is_out_of_use_or_elsewhere_is_not_there(plant):
    tool, unit = asking_for_a_wrench(plant), ready(plant)
    place(plant, tool, plant.stations["40"])
    assert refused(plant, unit).code == "ASSET_MISSING"
    with plant.door("mei") as passage:
        assets.retire(asset=wrench(plant, "TW-2", "30"), by=passage.person, at=passage.at)
    assert refused(plant, unit).code == "ASSET_MISSING"


def test_what_it_took_is_on_record_from_its_start_and_its_life_goes_down_at_its_end(plant):
    tool, unit = asking_for_a_wrench(plant), ready(plant)
    later = wrench(plant, "TW-2", "30", due=NOW.date() + timedelta(days=700))
    execution = plant.start(unit, "30")
    assert assets_taken_by([execution.pk]) == {execution.pk: [tool]}
    assert fresh(tool).cycles == 0
    plant.report(unit, "30", *plant.entries("30"), complete=True)
    assert (fresh(tool).cycles, fresh(later).cycles) == (6, 0)
    assert AssetUse.objects.get(cycles=6).execution == execution.pk


def test_scrap_has_used_the_tool_as_well(plant):
    tool, unit = asking_for_a_wrench(plant), ready(plant)
    plant.start(unit, "30")
    plant.report(unit, "30", completion=Completion(scrap=Decimal(1), scrap_reason="Dropped"))
    assert fresh(tool).cycles == 6


def test_carried_away_meanwhile_it_is_used_up_all_the_same(plant):
    tool, unit = asking_for_a_wrench(plant), ready(plant)
    plant.start(unit, "30")
    place(plant, tool, plant.stations["40"])
    plant.report(unit, "30", *plant.entries("30"), complete=True)
    assert fresh(tool).cycles == 6


@pytest.mark.parametrize("what", ["falls due", "fails its calibration", "is retired"])
def test_a_gauge_that_is_no_longer_fit_stops_the_work_it_was_taken_for(plant, what):
    tool, unit = asking_for_a_wrench(plant), ready(plant)
    plant.start(unit, "30")
    no_longer_fit(plant, tool, what)
    for complete in (False, True):
        with pytest.raises(BlockedByGates) as refusal:
            plant.report(unit, "30", *plant.entries("30"), complete=complete)
        assert refusal.value.code == "ASSET_NO_LONGER_FIT"
        assert refusal.value.evidence["asset"] == "TW-1"
    assert not Reading.objects.filter(step_code="TORQUE").exists()


def no_longer_fit(plant, tool, what: str) -> None:
    if what == "falls due":
        with plant.door("mei"):
            PhysicalAsset.objects.filter(pk=tool.pk).update(calibration_due_date=date(2026, 11, 22))
    elif what == "is retired":
        with plant.door("mei") as passage:
            assets.retire(asset=tool, by=passage.person, at=passage.at)
    else:
        calibrate(plant, tool, result="FAILED")


def test_another_gauge_is_taken_once_the_unfit_one_was_carried_away(plant):
    tool, unit = asking_for_a_wrench(plant), ready(plant)
    execution = plant.start(unit, "30")
    no_longer_fit(plant, tool, "fails its calibration")
    other = wrench(plant, "TW-2", "30")
    with pytest.raises(BlockedByGates, match="TW-1 Wrench has no valid calibration"):
        plant.report(unit, "30", *plant.entries("30"))
    place(plant, tool, None)
    assert why_not(unit, person=plant.operator, station=plant.stations["30"])["30"][0].code == "STEPS_MISSING"
    plant.report(unit, "30", *plant.entries("30"))
    assert assets_taken_by([execution.pk]) == {execution.pk: [tool, other]}
    plant.report(unit, "30", complete=True)


def test_what_a_failed_gauge_was_taken_for_may_be_scrapped(plant):
    tool, unit = asking_for_a_wrench(plant), ready(plant)
    plant.start(unit, "30")
    no_longer_fit(plant, tool, "fails its calibration")
    scrapped = plant.report(unit, "30", completion=Completion(scrap=Decimal(1), scrap_reason="Doubtful torque"))
    assert not scrapped.is_running


def test_an_order_that_was_released_before_asks_for_nothing(plant):
    unit = plant.do(plant.unit(), "10", "20")
    asking_for_a_wrench(plant, placed=False)
    plant.start(unit, "30")
    assert not AssetUse.objects.exists()


def test_the_queue_and_the_record_say_why_it_can_not_start(plant):
    asking_for_a_wrench(plant, placed=False)
    unit = ready(plant)
    waiting = queue_at(plant.stations["30"], plant.operator)
    assert waiting.blocked[0].blockers[0].code == "ASSET_MISSING"
    assert why_not(unit, person=plant.operator, station=plant.stations["30"])["30"][0].code == "ASSET_MISSING"
    assert why_not(unit, person=plant.operator)["30"] == []  # no station is chosen yet


@pytest.mark.parametrize("asks", [True, False])
def test_facts_cost_one_query_for_any_number_of_jobs_and_none_where_nothing_is_asked(
    plant, asks, django_assert_max_num_queries
):
    from equipment.facts import assets_here

    if asks:
        asking_for_a_wrench(plant)
    units = [plant.fresh(unit) for unit in plant.released(3).units.all()]
    station = plant.stations["30"]
    jobs = [job_for(unit, operation_of(unit, "30"), station=station, person=plant.operator) for unit in units]
    with django_assert_max_num_queries(1 if asks else 0) as captured:
        assets_here(jobs)
    assert len(captured) == (1 if asks else 0)
    assert all("ASSET" not in verdict.code for verdicts in judge(jobs, Hook.START) for verdict in verdicts)
    assert execution_at(units[0], "30") is None

"""Passing a gate that says no: by a supervisor or under a permit, on record whichever it was."""

from datetime import date
from decimal import Decimal

import pytest

from equipment.models import SiteAccess
from equipment.policies import SiteNotYours
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from mes.station.actions import operations
from mes.station.actions.operations import Completion, Given
from tests.holds import place
from tests.permits import BEFORE, LIMITS, YOURS, by_supervisor, close, grant, under
from wip.models import ProcessException
from wip.overrides import GivenOverride, OverrideRefused, PermitDoesNotCover, PermitUnknown
from wip.policies import BlockedByGates
from wip.queries import execution_at

pytestmark = pytest.mark.django_db


def leaking(plant):
    """A pump in its leak test."""
    unit = plant.do(plant.unit(), "10", "20", "30")
    plant.start(unit, "40")
    return unit


def end(plant, unit, *overrides, completion=None):
    """Complete it with a leak rate out of its limits."""
    with plant.door() as passage:
        return operations.report(
            execution=execution_at(unit, "40"),
            given=[Given("LEAK", "0.45")],
            completion=completion or plant.signed(),
            station=plant.stations["40"],
            by=passage.person,
            at=passage.at,
            overrides=overrides,
        )


def record_as_tomasz(plant, unit, *overrides):
    with plant.door("tomasz") as passage:
        return operations.report(
            execution=execution_at(unit, "10"),
            given=[Given("FIRMWARE", "4.2")],
            station=plant.stations["10"],
            by=passage.person,
            at=passage.at,
            overrides=overrides,
        )


def begin(plant, unit, code, *overrides):
    with plant.door() as passage:
        return operations.start(
            unit=plant.fresh(unit),
            operation_code=code,
            station=plant.stations[code],
            by=passage.person,
            at=passage.at,
            overrides=overrides,
        )


def test_a_value_out_of_limits_passes_under_a_permit_and_the_result_is_not_passed(plant):
    permit = grant(plant, quantity=2)
    unit = leaking(plant)
    with pytest.raises(BlockedByGates):
        end(plant, unit)
    ended = end(plant, unit, under(permit))
    assert (ended.status, ended.is_passed, ended.quantity_good) == ("COMPLETED", False, 1)
    kept = ProcessException.objects.get()
    assert (kept.kind, kept.gate, kept.code) == ("OVERRIDE", LIMITS, "READING_OUT_OF_LIMITS")
    assert (kept.unit, kept.execution, kept.permit) == (unit, ended, permit)
    assert (kept.by, kept.approved_by, kept.reason) == (plant.operator, None, "Within the customer's limit")
    permit.refresh_from_db()
    assert permit.quantity_used == Decimal(1)


def test_an_operation_begins_before_the_one_it_waits_for_under_a_permit(plant):
    unit = plant.do(plant.unit(), "10")
    permit = grant(plant, BEFORE, quantity=5)
    started = begin(plant, unit, "30", under(permit, BEFORE))
    assert ProcessException.objects.get().execution == started
    permit.refresh_from_db()
    assert permit.quantity_used == Decimal(1)


def test_a_supervisor_passes_what_a_supervisor_may(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    with pytest.raises(BlockedByGates):
        record_as_tomasz(plant, unit)
    record_as_tomasz(plant, unit, by_supervisor(plant))
    kept = ProcessException.objects.get()
    assert (kept.approved_by, kept.by, kept.reason) == (
        plant.people["ines"],
        plant.people["tomasz"],
        "Amina is at lunch",
    )
    assert (kept.code, kept.station_code) == ("JOB_OF_ANOTHER", "ST-10")


def test_the_code_of_the_verdict_names_the_gate_as_well(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    record_as_tomasz(plant, unit, by_supervisor(plant, "JOB_OF_ANOTHER"))
    assert ProcessException.objects.get().gate == YOURS


def test_who_may_not_override_passes_nothing(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    with pytest.raises(RoleMissing):
        record_as_tomasz(plant, unit, by_supervisor(plant, who="tomasz"))
    with pytest.raises(OverrideRefused, match="supervisor"):
        record_as_tomasz(plant, unit, by_supervisor(plant, who=""))
    with pytest.raises(InvalidInput):
        record_as_tomasz(plant, unit, by_supervisor(plant, reason=" "))
    SiteAccess.objects.filter(person=plant.people["ines"]).update(site=plant.elsewhere)
    plant.people["ines"] = Person.objects.get(username="ines")
    with pytest.raises(SiteNotYours):
        record_as_tomasz(plant, unit, by_supervisor(plant))
    assert not ProcessException.objects.exists()


def test_what_nobody_may_pass_stays_shut(plant):
    unit = plant.unit()
    place(plant, unit=unit)
    with pytest.raises(OverrideRefused, match="Nobody"):
        begin(plant, unit, "10", by_supervisor(plant, "ON_HOLD"))


def test_what_is_not_overridden_still_refuses(plant):
    unit = leaking(plant)
    place(plant, unit=unit)
    permit = grant(plant)
    with pytest.raises(BlockedByGates) as refused:
        end(plant, unit, under(permit))
    assert [one.code for one in refused.value.blockers] == ["ON_HOLD"]
    permit.refresh_from_db()
    assert permit.quantity_used == 0


def test_an_override_of_what_says_yes_changes_nothing(plant):
    unit = plant.unit()
    begin(plant, unit, "10", by_supervisor(plant))
    assert not ProcessException.objects.exists()


def test_a_permit_gate_is_not_passed_by_a_supervisor(plant):
    unit = leaking(plant)
    with pytest.raises(OverrideRefused, match="permit"):
        end(plant, unit, by_supervisor(plant, LIMITS))


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"gate": BEFORE}, "another gate"),
        ({"operation_code": "30"}, "another operation"),
        ({"product": "board"}, "another product"),
        ({"order": True}, "another order"),
        ({"unit": True}, "another unit"),
        ({"quantity": Decimal("0.5")}, "0.5 of 0.5 are left"),
    ],
)
def test_a_permit_covers_what_it_says_alone(plant, limits, why):
    other = plant.unit()
    if "product" in limits:
        limits = limits | {"product": plant.board}
    if "order" in limits:
        limits = limits | {"order": other.work_order}
    if "unit" in limits:
        limits = limits | {"unit": other}
    unit, permit = leaking(plant), grant(plant, **limits)
    with pytest.raises(PermitDoesNotCover) as refused:
        end(plant, unit, under(permit))
    assert why in refused.value.why


def test_a_permit_ends_with_its_last_day_its_quantity_or_when_it_is_closed(plant):
    first, second, third = leaking(plant), leaking(plant), leaking(plant)
    permit = grant(plant, quantity=1)
    end(plant, first, under(permit))
    with pytest.raises(PermitDoesNotCover) as refused:
        end(plant, second, under(permit))
    assert "0 of 1 are left" in refused.value.why
    closed = grant(plant, quantity=9)
    close(plant, closed)
    with pytest.raises(PermitDoesNotCover) as refused:
        end(plant, second, under(closed))
    assert "closed" in refused.value.why
    until = grant(plant, quantity=None, valid_to=date(2026, 11, 23))
    end(plant, second, under(until))
    plant.at(24 * 3600)
    with pytest.raises(PermitDoesNotCover) as refused:
        end(plant, third, under(until))
    assert "last day" in refused.value.why


def test_a_permit_that_nobody_knows_is_told(plant):
    unit = leaking(plant)
    with pytest.raises(PermitUnknown):
        end(plant, unit, GivenOverride(LIMITS, "Why not", permit="D-9999"))


def test_a_scrapped_one_needs_no_permit(plant):
    unit = leaking(plant)
    ended = end(
        plant, unit, completion=Completion(scrap=Decimal(1), scrap_reason="Leaks", signing=plant.signed().signing)
    )
    assert ended.quantity_scrapped == 1

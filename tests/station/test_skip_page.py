"""Optional operations at the station: the card and a scan ask whether to start or to skip."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mes.station.actions import operations
from tests.holds import place
from tests.motion import rods
from tests.permits import BEFORE, grant, under
from tests.station.pages import StationPage, accepted, is_refused, text
from tests.undo import undo
from wip.models import OperationExecution, ProcessException

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(plant):
    return rods(plant)


@pytest.fixture
def unit(plant, line):
    """Glued and cured: deburring comes next, at ST-20."""
    unit = line.do(line.unit(), "10", "20")
    unit.executions.filter(operation_code="20").update(completed_at=timezone.now() - timedelta(minutes=10))
    return unit


@pytest.fixture
def page(plant) -> StationPage:
    page = StationPage(plant, "20")
    page.log_on()
    return page


def test_a_card_says_that_it_is_optional_and_leads_to_the_choice(page, unit):
    queue = page.get("")
    assert f"skip/?unit={unit}" in queue.content.decode()
    shown = text(page.get(f"skip/?unit={unit}&operation=25"))
    assert "Deburr is optional" in shown
    assert "Skip 25" in shown


def test_a_scan_leads_to_the_choice_and_starts_nothing(page, unit):
    answer = page.scan(unit.serial)
    assert answer["HX-Replace-Url"].endswith(f"/skip/?unit={unit}&operation=25")
    assert "start it, or leave it out" in text(answer)
    assert not OperationExecution.objects.filter(unit=unit, operation_code="25").exists()


def test_it_is_skipped_once_with_a_reason(page, unit):
    assert is_refused(page.post("skip/", unit=unit.serial, operation="25", reason=""), 422)
    key = "0b5e1c1e-5f55-4a5b-9a51-0f2c7d8f6a01"
    first, again = (page.post("skip/", unit=unit.serial, operation="25", reason="No burr", key=key) for _ in range(2))
    assert accepted(first) == accepted(again) == f"25 skipped on {unit}"
    assert OperationExecution.objects.get(unit=unit, operation_code="25").status == "SKIPPED"


def test_what_has_to_wait_can_be_left_out_at_once(page, line):
    unit = line.do(line.unit(), "10", "20")
    unit.executions.filter(operation_code="20").update(completed_at=timezone.now())
    assert f"skip/?unit={unit}" in page.get("").content.decode()
    assert "has to wait until" in text(page.get(f"skip/?unit={unit}&operation=25"))


def test_what_is_not_its_turn_says_why_and_is_left_out_under_a_permit(plant, page, line):
    unit = line.unit()
    assert "Operation 20 Glue is not done yet" in text(page.get(f"skip/?unit={unit}&operation=25"))
    assert is_refused(page.post("skip/", unit=unit.serial, operation="25", reason="No burr"))
    permit = grant(plant, BEFORE, quantity=3)
    with plant.door() as passage:
        skipped = operations.skip(
            unit=unit,
            operation_code="25",
            station=plant.stations["20"],
            reason="No burr",
            by=passage.person,
            at=passage.at,
            overrides=[under(permit, BEFORE)],
        )
    kept = ProcessException.objects.get(kind="OVERRIDE")
    assert (kept.execution, kept.permit, kept.permit.quantity_used) == (skipped, permit, 1)
    undo(plant, unit, "25", execution=skipped)
    permit.refresh_from_db()
    assert permit.quantity_used == 0


def test_what_nobody_may_leave_out_is_refused(plant, page, unit):
    place(plant, unit=unit)
    refused = page.get(f"skip/?unit={unit}&operation=25", htmx=True)
    assert is_refused(refused)
    assert b"station/override" not in refused.content

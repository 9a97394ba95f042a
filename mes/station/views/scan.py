"""A scan, wherever it is made: a badge, the component that the step waits for, or a unit to go on with."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from genealogy.models import Unit
from genealogy.queries import unit_by_serial
from mes.kernel.personnel.queries import person_by_badge
from mes.kernel.refusals import Refusal
from mes.station.actions import operations
from mes.station.actions.operations import Given
from mes.station.forms import ScanForm, checked
from mes.station.policies import badge_owner, job_at, unit_at
from mes.station.presenters.sheet import Sheet
from mes.station.queries import running_here
from mes.station.views.answers import answer
from mes.station.views.pages import log_on_page
from mes.station.views.presence import Presence, at_station, enter
from mes.station.views.queue import job_page
from mes.station.views.work import recorded_page
from orders.models import StepKind
from orders.queries import plan_of
from wip.queries import next_operation


class NothingToDoHere(Refusal):
    """No operation on the scanned unit belongs to this station."""


@require_POST
@at_station
def scan(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Do what the code asks for at this moment, or say in one sentence why not."""
    given = checked(ScanForm(request.POST))
    code = given["code"]
    person = person_by_badge(code) if presence.person else badge_owner(code)
    if person is not None:
        url = reverse("station:log_on", query={"badge": code})
        return answer(request, url, lambda: log_on_page(request, presence, person))
    # A repeated scan is answered before it is understood: what the code asks for has changed by the first one.
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            passage.remember(**_carry_out(presence, given, passage.at))
    did = passage.answer
    execution = job_at(presence.station, did["execution"])
    if "step" in did:
        return recorded_page(request, presence, execution, (did["step"], did["sample"]), done=f"{code} recorded")
    return job_page(request, presence, execution, done=f"{execution.unit} {did['done']}")


def _carry_out(presence: Presence, given: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Record the component or text that the job on screen waits for; else open or start a job on the unit."""
    if given["execution"]:
        execution = job_at(presence.station, given["execution"])
        place = _place_of(given, Sheet(execution, station=presence.station, person=presence.who))
        if place is not None:
            value = Given(place[0], given["code"], place[1])
            operations.report(execution=execution, given=[value], station=presence.station, by=presence.who, at=at)
            return {"execution": execution.pk, "step": value.step_code, "sample": value.sample}
    unit = unit_at(presence.station, given["code"])
    running = running_here(unit, presence.station)
    if running is not None:
        return {"execution": running.pk, "done": "opened"}
    started = operations.start(
        unit=unit, operation_code=_next_code(unit, presence), station=presence.station, by=presence.who, at=at
    )
    return {"execution": started.pk, "done": "started"}


def _place_of(given: dict[str, Any], sheet: Sheet) -> tuple[str, int] | None:
    """Step and sample of a running job that the code is for: the one in the middle, else one that takes the part."""
    if not sheet.execution.is_running:
        return None
    sheet.look_at(given["step"], given["sample"] or 0)
    if sheet.step is not None and _is_awaited(sheet, given["code"]):
        return sheet.step.code, sheet.sample
    assert sheet.job.station is not None
    return _place_for(unit_at(sheet.job.station, given["code"]), sheet)


def _is_awaited(sheet: Sheet, code: str) -> bool:
    """A component step takes any code but the unit's own; a text step what nothing else is known by."""
    is_own = code == sheet.execution.unit.serial
    if sheet.awaits(StepKind.SCAN):
        return not is_own
    return sheet.awaits(StepKind.TEXT) and (is_own or unit_by_serial(code) is None)


def _place_for(unit: Unit, sheet: Sheet) -> tuple[str, int] | None:
    """The first open step of the sheet that takes this unit's product, so that parts may be scanned in any order."""
    for step in sheet.operation.steps:
        if step.kind == StepKind.SCAN and step.component and step.component.product_id == unit.product_id:
            for sample in range(1, step.samples + 1):
                if (step.code, sample) not in sheet.values:
                    return step.code, sample
    return None


def _next_code(unit: Unit, presence: Presence) -> str:
    order, station = unit.work_order, presence.station
    if order is None or order.routing_revision_id is None:
        raise NothingToDoHere(
            f"{unit} is {unit.product.name}, received to be built in.",
            why="No step here waits for it now.",
            do="Scan the unit you want to work on first.",
        )
    operation = next_operation(unit, list(unit.executions.all()), station)
    if operation is None:
        codes = ", ".join(f"{o.code} {o.name}" for o in plan_of(order).operations)
        raise NothingToDoHere(
            f"Nothing is done on {unit} at {station.code}.",
            why=f"Its operations are {codes}.",
            do="Bring it to the station of its next operation.",
        )
    return operation.code

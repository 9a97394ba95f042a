"""A scan, wherever it is made: a badge, the component that the step waits for, or a unit to go on with."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from genealogy.models import Unit
from genealogy.queries import plan_for, unit_by_serial
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.queries import person_by_badge
from mes.kernel.refusals import Refusal
from mes.station.actions import batches, operations
from mes.station.actions.operations import Given
from mes.station.forms import ScanForm, checked
from mes.station.policies import badge_owner, job_at, unit_at, units_of_code
from mes.station.presenters.instructions import to_read
from mes.station.presenters.preparing import is_all_that_lacks
from mes.station.presenters.sheet import Sheet
from mes.station.queries import running_here
from mes.station.views import machines
from mes.station.views.answers import Undoable, answer
from mes.station.views.entered import asks_for_people
from mes.station.views.instructions import lead_to
from mes.station.views.overridden import given_overrides, takes_overrides
from mes.station.views.pages import ask_pin
from mes.station.views.presence import Presence, at_station, enter
from mes.station.views.queue import job_page
from mes.station.views.skips import choice_page
from mes.station.views.work import once_more, record_on, recorded_page
from orders.models import StepKind
from wip.overrides import GivenOverride
from wip.queries import next_operation, planned


class NothingToDoHere(Refusal):
    """No operation on the scanned unit belongs to this station."""


@takes_overrides
@require_POST
@at_station
def scan(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Do what the code asks for at this moment, or say in one sentence why not."""
    given = checked(ScanForm(request.POST))
    code = given["code"]
    person = person_by_badge(code) if presence.person else badge_owner(code)
    # On a locked page a badge is only ever its owner's, who wants on: it answers nothing for the person who left.
    if person is not None and (presence.is_locked or not _may_name(presence, given)):
        return ask_pin(request, presence, person)
    shown = _once_more_of(request, presence, given, person)
    if shown is not None:
        return shown
    # A repeated scan is answered before it is understood: what the code asks for has changed by the first one.
    overrides = given_overrides(request, presence)
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            passage.remember(**_carry_out(presence, given, person, overrides, passage.at))
    did = passage.answer
    if "badge" in did and person is not None:
        return ask_pin(request, presence, person)
    if "read" in did:
        return lead_to(request, presence, did["read"])
    if "prepare" in did:
        units = [unit_at(presence.station, serial) for serial in did["units"]]
        return machines.lead_to(request, presence, units, did["prepare"])
    if "choose" in did:
        url = reverse("station:skip", query={"unit": did["unit"], "operation": did["choose"]})
        return answer(request, url, lambda: choice_page(request, presence, did["unit"], did["choose"]))
    execution = job_at(presence.station, did["execution"])
    undo = Undoable.of(passage, execution) if did.get("done") != "opened" else None
    if "step" in did:
        said = _("{value} recorded").format(value=person or code)
        return recorded_page(request, presence, execution, (did["step"], did["sample"]), done=said, undo=undo)
    said = _("{unit} opened") if did["done"] == "opened" else _("{unit} started")
    return job_page(request, presence, execution, done=said.format(unit=execution.unit), undo=undo)


def _may_name(presence: Presence, given: dict[str, Any]) -> bool:
    """Whether a badge may answer the step on screen, which asks for a person, instead of logging on."""
    if not given["execution"] or not given["step"]:
        return False
    execution = job_at(presence.station, given["execution"])
    step = planned(execution).step(given["step"])
    return step is not None and step.kind == StepKind.PERSON


def _once_more_of(
    request: HttpRequest, presence: Presence, given: dict[str, Any], person: Person | None
) -> HttpResponse | None:
    """The page that asks for witness and signature, when the step on screen waits for the code and asks for those."""
    if not given["execution"] or not given["step"]:
        return None
    execution = job_at(presence.station, given["execution"])
    if not execution.is_running or not asks_for_people(execution, given["step"]):
        return None
    sheet = Sheet(execution, station=presence.station, person=presence.who)
    sheet.look_at(given["step"], given["sample"] or 0)
    if not sheet.is_mine or sheet.step is None or not _is_awaited(sheet, given["code"], person):
        return None
    value = person.username if person else given["code"]
    one = Given(sheet.step.code, value, sheet.sample)
    return once_more(request, presence, execution, one, [value], is_ready=True)


def _carry_out(
    presence: Presence, given: dict[str, Any], person: Person | None, overrides: list[GivenOverride], at: datetime
) -> dict[str, Any]:
    """Record what the job on screen waits for; else open or start a job on the unit, or ask whose badge it is."""
    if given["execution"]:
        execution = job_at(presence.station, given["execution"])
        place = _place_of(given, Sheet(execution, station=presence.station, person=presence.who), person)
        if place is not None:
            value = Given(place[0], person.username if person else given["code"], place[1])
            record_on(execution, [value], presence, at, overrides)
            return {"execution": execution.pk, "step": value.step_code, "sample": value.sample}
    if person is not None:
        return {"badge": True}
    units = units_of_code(presence.station, given["code"])
    unit = units[0]
    running = running_here(unit, presence.station)
    if running is not None:
        return {"execution": running.pk, "done": "opened"}
    code = _next_code(unit, presence)
    operation = operations.planned_operation(unit, code)
    if operation.is_optional:
        return {"choose": code, "unit": unit.serial}
    unread = to_read(operation, presence.who)
    if unread is not None:
        return {"read": unread.revision_id}
    if not overrides and is_all_that_lacks(units, code, presence.station, presence.who):
        return {"prepare": code, "units": [each.serial for each in units]}
    if len(units) > 1:
        here = {"station": presence.station, "by": presence.who, "at": at, "overrides": overrides}
        batch = batches.start(units=units, operation_code=code, **here)
        return {"execution": batch.executions.get(unit=unit).pk, "done": "started"}
    started = operations.start(
        unit=unit, operation_code=code, station=presence.station, by=presence.who, at=at, overrides=overrides
    )
    return {"execution": started.pk, "done": "started"}


def _place_of(given: dict[str, Any], sheet: Sheet, person: Person | None) -> tuple[str, int] | None:
    """Step and sample of a running job that the code is for: the one in the middle, else one that takes the part."""
    if not sheet.execution.is_running:
        return None
    sheet.look_at(given["step"], given["sample"] or 0)
    if sheet.step is not None and _is_awaited(sheet, given["code"], person):
        return sheet.step.code, sheet.sample
    assert sheet.job.station is not None
    return None if person else _place_for(unit_at(sheet.job.station, given["code"]), sheet)


def _is_awaited(sheet: Sheet, code: str, person: Person | None) -> bool:
    """A step for a person takes a badge, one for a component any code but the unit's own, and no badge.

    A text step takes what nothing else at the site is known by.
    """
    if person is not None:
        return sheet.awaits(StepKind.PERSON)
    is_own = code == sheet.execution.unit.serial
    if sheet.awaits(StepKind.SCAN):
        return not is_own
    return sheet.awaits(StepKind.TEXT) and (is_own or unit_by_serial(code, [sheet.job.site_id]) is None)


def _place_for(unit: Unit, sheet: Sheet) -> tuple[str, int] | None:
    """The first open step of the sheet that takes this unit's product, so that parts may be scanned in any order."""
    for step in sheet.operation.steps:
        is_taking = step.component is not None and step.component.product_id == unit.product_id
        if is_taking and step.code in sheet.facts.asked:
            for sample in range(1, step.samples + 1):
                if (step.code, sample) not in sheet.values:
                    return step.code, sample
    return None


def _next_code(unit: Unit, presence: Presence) -> str:
    order, station = unit.work_order, presence.station
    if order is None or order.routing_revision_id is None:
        raise NothingToDoHere(
            _("{unit} is {product}, received to be built in.").format(unit=unit, product=unit.product.name),
            why=_("No step here waits for it now."),
            do=_("Scan the unit you want to work on first."),
        )
    operation = next_operation(unit, list(unit.executions.all()), station)
    if operation is None:
        codes = ", ".join(f"{o.code} {o.name}" for o in plan_for(unit).operations)
        raise NothingToDoHere(
            _("Nothing is done on {unit} at {station}.").format(unit=unit, station=station.code),
            why=_("Its operations are {operations}.").format(operations=codes),
            do=_("Bring it to the station of its next operation."),
        )
    return operation.code

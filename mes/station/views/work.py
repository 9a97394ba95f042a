"""The work page: one job, one step at a time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.numbers import plain
from mes.kernel.personnel.actions.secrets import confirm_pin
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import InvalidInput
from mes.station.actions import batches, operations
from mes.station.actions.batches import BatchEnd
from mes.station.actions.given import Completion, Given, read_given
from mes.station.actions.logons import confirm_pin_at
from mes.station.actions.operations import planned_operation
from mes.station.forms import Act, BookForm, CompleteForm, HoldForm, RecordForm, StepForm, UndoForm, checked
from mes.station.policies import badge_owner, job_at
from mes.station.presenters.instructions import to_read
from mes.station.presenters.sheet import Place, Sheet
from mes.station.views.answers import Undoable, answer
from mes.station.views.batched import scrap_by_unit
from mes.station.views.entered import asks_for_people, entered, said
from mes.station.views.instructions import lead_to
from mes.station.views.overridden import given_overrides, takes_overrides
from mes.station.views.pages import queue_page, work_page
from mes.station.views.presence import Presence, enter, logged_on
from mes.station.views.queue import job_page
from mes.station.views.reasons import hold_reason, rework_reason, scrap_reason
from wip.actions import holds
from wip.actions import undo as taking_back
from wip.entries import Here
from wip.models import HoldReason, OperationExecution
from wip.overrides import GivenOverride
from wip.queries import batch_by_key
from wip.references import settled


@require_safe
@logged_on
def work(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """Show a running job, with the step asked for or the next one; what is done leads back to the queue."""
    given = checked(StepForm(request.GET))
    execution = job_at(presence.station, pk)
    if not execution.is_running:
        return redirect("station:queue")
    sheet = Sheet(execution, station=presence.station, person=presence.who)
    sheet.look_at(given["step"], given["sample"] or 0)
    return work_page(request, presence, sheet, given["open"])


@takes_overrides
@require_POST
@logged_on
def record(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """Record a value, or correct one with a reason; a step that asks for people is shown to them once more first."""
    given = checked(RecordForm(request.POST))
    if given["is_correction"] and not given["reason"]:
        raise InvalidInput(_("A correction needs a reason."), do=_("Say in a few words why the value is replaced."))
    execution = job_at(presence.station, pk)
    values = entered(request)
    value = Given(
        given["step"],
        values if len(values) > 1 else values[0],
        given["sample"],
        given["reason"] if given["is_correction"] else "",
    )
    if given["change"] or (asks_for_people(execution, value.step_code) and not given["confirmed"]):
        return once_more(request, presence, execution, value, values, is_ready=not given["change"])
    value = replace(value, signing=_signing(presence, given), witness=_witness(presence, given))
    overrides = given_overrides(request, presence)
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            record_on(execution, [value], presence, passage.at, overrides)
    place = (value.step_code, value.sample if len(values) == 1 else 0)
    undo = Undoable.of(passage, execution)
    return recorded_page(request, presence, execution, place, done=said(execution, value, values), undo=undo)


def record_on(
    execution: OperationExecution,
    given: Sequence[Given],
    presence: Presence,
    at: datetime,
    overrides: Sequence[GivenOverride] = (),
) -> None:
    """Record values on a job, or on all of the batch that it runs in."""
    here = {"station": presence.station, "by": presence.who, "at": at, "overrides": overrides}
    if execution.batch_id is not None:
        batches.report(batch=batch_by_key(execution.batch_id), given=given, **here)
    else:
        operations.report(execution=execution, given=given, **here)


def once_more(
    request: HttpRequest,
    presence: Presence,
    execution: OperationExecution,
    value: Given,
    values: list[str],
    *,
    is_ready: bool,
) -> HttpResponse:
    """Show what is about to be recorded to those who confirm it; not ready: in its entry, to be changed."""
    sheet = Sheet(execution, station=presence.station, person=presence.who)
    sheet.look_at(value.step_code, value.sample)
    if is_ready:
        ((_, entries),) = read_given(sheet.operation, [value], Here(presence.station, presence.now))
        entries = settled(entries, sheet.job.site_id)
        sheet.ask_to_confirm(entries, [entry.text for entry in entries], value.reason)
    else:
        sheet.typed = values
    return work_page(request, presence, sheet)


def recorded_page(
    request: HttpRequest,
    presence: Presence,
    execution: OperationExecution,
    place: Place,
    *,
    done: str,
    undo: Undoable | None,
) -> HttpResponse:
    """Answer a recorded value with the next step; with the same one in alarm, when it is out of limits.

    place: its step and sample, 0 for all samples of a table.
    """
    if not execution.is_running:  # a repeated press, and the job is done by now
        return job_page(request, presence, execution)
    sheet = Sheet(execution, station=presence.station, person=presence.who)
    url = reverse("station:work", args=[execution.pk])
    outside = next((one for one in sheet.outside if one == (place[0], place[1] or one[1])), None)
    if outside is not None:
        sheet.look_at(*outside)
        url += "?" + urlencode({"step": outside[0], "sample": outside[1]})
    is_bad = outside is not None
    return answer(request, url, lambda: work_page(request, presence, sheet), done=done, alarm=is_bad, undo=undo)


@takes_overrides
@require_POST
@logged_on
def book(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """Book a part of a lot as good and scrap; the job goes on."""
    given = checked(BookForm(request.POST))
    good, scrap = given["good"] or Decimal(0), given["scrap"] or Decimal(0)
    execution = job_at(presence.station, pk)
    overrides = given_overrides(request, presence)
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            operations.book(
                execution=execution,
                good=good,
                scrap=scrap,
                scrap_reason=scrap_reason(presence, given),
                defect=given["defect"],
                station=presence.station,
                by=presence.who,
                at=passage.at,
                overrides=overrides,
            )
    words = _("{good} good and {scrap} scrap booked on {unit}")
    if not (good and scrap):
        words = _("{good} good booked on {unit}") if good else _("{scrap} scrap booked on {unit}")
    done = words.format(good=plain(good), scrap=plain(scrap), unit=execution.unit)
    return job_page(request, presence, job_at(presence.station, pk), done=done, undo=Undoable.of(passage, execution))


@takes_overrides
@require_POST
@logged_on
def complete(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """Complete the job, with its quantities, and with its signature where it asks for one."""
    given = checked(CompleteForm(request.POST))
    execution = job_at(presence.station, pk)
    if execution.batch_id is not None:
        return _complete_batch(request, presence, given, execution)
    completion = Completion(
        good=given["good"],
        scrap=given["scrap"] or Decimal(0),
        scrap_reason=scrap_reason(presence, given),
        defect=given["defect"],
        signing=_signing(presence, given),
    )
    overrides = given_overrides(request, presence)
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            ended = operations.report(
                execution=execution,
                completion=completion,
                station=presence.station,
                by=presence.who,
                at=passage.at,
                overrides=overrides,
            )
            passage.remember(done="completed" if ended.quantity_good else "scrapped")
    words = _("{unit} completed") if passage.answer["done"] == "completed" else _("{unit} scrapped")
    done = words.format(unit=execution.unit)
    undo = None if given["meaning"] else Undoable.of(passage, execution)  # what is signed takes a correction
    return answer(request, reverse("station:queue"), lambda: queue_page(request, presence), done=done, undo=undo)


def _complete_batch(
    request: HttpRequest, presence: Presence, given: dict, execution: OperationExecution
) -> HttpResponse:
    """Complete the batch of an execution; the form says of each unit how much of it is scrap."""
    assert execution.batch_id is not None
    batch = batch_by_key(execution.batch_id)
    scrap = scrap_by_unit(request)
    words = scrap_reason(presence, {**given, "scrap": sum(scrap.values())})
    end = BatchEnd(scrap, words, given["defect"], _signing(presence, given))
    overrides = given_overrides(request, presence)
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            batches.report(
                batch=batch, end=end, station=presence.station, by=presence.who, at=passage.at, overrides=overrides
            )
    done = _("{batch} completed").format(batch=batch.number)
    undo = None if given["meaning"] else Undoable.of(passage, execution)
    return answer(request, reverse("station:queue"), lambda: queue_page(request, presence), done=done, undo=undo)


def _signing(presence: Presence, given: dict) -> Signing | None:
    """The signature of the active person, when the form brings one. The PIN is checked before any row is locked."""
    if not given["meaning"]:
        return None
    if not given["digest"]:
        raise InvalidInput(
            _("The signature does not say what it signs."), do=_("Open the page again, read it, and sign.")
        )
    person = confirm_pin(person=presence.who, pin=given["pin"], at=presence.now)
    return Signing(confirmed_by=person, meaning=given["meaning"], digest=given["digest"])


def _witness(presence: Presence, given: dict) -> Person | None:
    """The second person, when the form brings one; their PIN is checked as at log-on, before any row is locked."""
    if not given["witness_badge"]:
        return None
    person = badge_owner(given["witness_badge"])
    return confirm_pin_at(device=presence.device, person=person, pin=given["witness_pin"], at=presence.now)


@takes_overrides
@require_POST
@logged_on
def take_over(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """Take the job over from the person who has it."""
    given = checked(Act(request.POST))
    execution = job_at(presence.station, pk)
    unread = to_read(planned_operation(execution.unit, execution.operation_code), presence.who)
    if unread is not None:
        return lead_to(request, presence, unread.revision_id)
    overrides = given_overrides(request, presence)
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            here = {"station": presence.station, "by": presence.who, "at": passage.at, "overrides": overrides}
            if execution.batch_id is not None:
                batches.take_over(batch=batch_by_key(execution.batch_id), **here)
            else:
                operations.take_over(execution=execution, **here)
    taken = job_at(presence.station, pk)
    done = _("{unit} is yours now").format(unit=execution.unit)
    return job_page(request, presence, taken, done=done, undo=Undoable.of(passage, execution))


@require_POST
@logged_on
def undo(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """Take the last act on a job back: go on with the job, or with the queue, when its start was the act."""
    given = checked(UndoForm(request.GET.dict() | request.POST.dict()))
    execution = job_at(presence.station, pk)
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            act = taking_back.undo(
                execution=execution,
                done_at=given["done_at"],
                station=presence.station,
                by=presence.who,
                at=passage.at,
            )
            passage.remember(act=act.words)
    done = _("{unit}: taken back, {act}").format(unit=execution.batch or execution.unit, act=passage.answer["act"])
    return job_page(request, presence, job_at(presence.station, pk), done=done)


@require_POST
@logged_on
def hold(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """Put the job's unit on hold, with the reason; a proposal to send it back is a hold, too, until it is decided."""
    given = checked(HoldForm(request.POST))
    is_proposal = given["reason_code"] == HoldReason.REWORK
    in_words = rework_reason if is_proposal else hold_reason
    execution = job_at(presence.station, pk)
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            placed = holds.place(
                unit=execution.unit,
                reason_code=given["reason_code"],
                reason=in_words(presence, given),
                defect=given["defect"],
                by=presence.who,
                at=passage.at,
            )
            passage.remember(hold=placed.number)
    words = _("Rework of {unit} proposed, {hold}") if is_proposal else _("{hold} placed on {unit}")
    done = words.format(hold=passage.answer["hold"], unit=execution.unit)
    return job_page(request, presence, execution, done=done)

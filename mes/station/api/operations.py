"""Starting, recording, booking and completing operations over REST."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.models import Station
from genealogy.policies import known_unit
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.personnel.actions.secrets import confirm_password, confirm_pin
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.queries import person_by_badge
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, Refusal
from mes.kernel.rest.schema import acts
from mes.kernel.rest.shapes import shown
from mes.kernel.rest.views import Endpoint
from mes.station.actions import operations
from mes.station.actions.operations import Completion, Given
from mes.station.api.lookups import your_station
from mes.station.serializers import BookInput, CompleteInput, ExecutionAnswer, RecordInput, StartInput, UndoInput
from orders.plans import OperationPlan
from wip.actions.undo import undo
from wip.entries import Here, check_once
from wip.entries import read_entries as step_entries
from wip.models import OperationExecution
from wip.overrides import GivenOverride
from wip.queries import execution_by_key, execution_of_serial, planned


class OperationNotStarted(Refusal):
    """Values and results belong to a running operation."""


class StartOperation(Endpoint):
    permissions = {"POST": Permission.WORK}

    @acts(ExecutionAnswer, name="start_operation", summary="Start an operation on a unit", request=StartInput)
    def post(self, request: Request, serial: str, code: str) -> Response:
        asked = self.read(StartInput)
        unit = known_unit(request.user, serial)
        station = your_station(request.user, unit.site_id, asked["station"])
        overrides = read_overrides(asked, self.at)
        with self.door(station=station.code) as passage:
            if passage.replayed:
                execution = execution_by_key(passage.answer["execution"])
            else:
                execution = operations.start(
                    unit=unit,
                    operation_code=code,
                    station=station,
                    by=passage.person,
                    at=passage.at,
                    overrides=overrides,
                )
                passage.remember(execution=execution.pk)
        return Response(shown(ExecutionAnswer, execution))


class ReportOperation(Endpoint):
    """What record and complete have in common: the running execution, its station, and the values given."""

    permissions = {"POST": Permission.WORK}

    def report(self, serial: str, code: str, asked: Mapping[str, Any], *, completes: bool) -> Response:
        execution = running_execution(self.request.user, serial, code)
        plan = planned(execution)
        station = station_of(execution, self.request.user, asked["station"])
        given = read_entries(plan, asked, Here(station, self.at))
        given = with_people(given, asked, self.request.user, self.at)
        completion = read_completion(plan, asked, self.request.user, self.at) if completes else None
        overrides = read_overrides(asked, self.at)
        with self.door(station=station.code) as passage:
            if passage.replayed:
                execution = execution_by_key(passage.answer["execution"])
            else:
                execution = operations.report(
                    execution=execution,
                    given=given,
                    completion=completion,
                    station=station,
                    by=passage.person,
                    at=passage.at,
                    overrides=overrides,
                )
                passage.remember(execution=execution.pk)
        return Response(shown(ExecutionAnswer, execution))


class RecordSteps(ReportOperation):
    @acts(
        ExecutionAnswer,
        name="record_steps",
        summary="Record values and components of a running operation",
        request=RecordInput,
    )
    def post(self, request: Request, serial: str, code: str) -> Response:
        asked = self.read(RecordInput)
        if not asked["steps"] and not asked["consumptions"]:
            raise InvalidInput(_("There is nothing to record."), do=_("Send steps or consumptions."))
        return self.report(serial, code, asked, completes=False)


class BookPart(Endpoint):
    permissions = {"POST": Permission.WORK}

    @acts(ExecutionAnswer, name="book_part", summary="Book a part of a lot as good and scrap", request=BookInput)
    def post(self, request: Request, serial: str, code: str) -> Response:
        asked = self.read(BookInput)
        execution = running_execution(request.user, serial, code)
        station = station_of(execution, request.user, asked["station"])
        overrides = read_overrides(asked, self.at)
        with self.door(station=station.code) as passage:
            if passage.replayed:
                execution = execution_by_key(passage.answer["execution"])
            else:
                execution = operations.book(
                    execution=execution,
                    good=asked["good"],
                    scrap=asked["scrap"],
                    scrap_reason=asked["scrap_reason"],
                    defect=asked["defect"],
                    station=station,
                    by=passage.person,
                    at=passage.at,
                    overrides=overrides,
                )
                passage.remember(execution=execution.pk)
        return Response(shown(ExecutionAnswer, execution))


class UndoOperation(Endpoint):
    permissions = {"POST": (Permission.WORK, Permission.CORRECT)}

    @acts(
        ExecutionAnswer,
        name="undo_operation",
        summary="Take the last act on an operation back",
        request=UndoInput,
    )
    def post(self, request: Request, serial: str, code: str) -> Response:
        asked = self.read(UndoInput)
        execution = running_execution(request.user, serial, code)
        station = station_of(execution, request.user, asked["station"])
        with self.door(station=station.code) as passage:
            if not passage.replayed:
                undo(
                    execution=execution,
                    done_at=asked.get("done_at"),
                    reason=asked["reason"],
                    station=station,
                    by=passage.person,
                    at=passage.at,
                )
                passage.remember(execution=execution.pk)
        return Response(shown(ExecutionAnswer, execution_by_key(passage.answer["execution"])))


class CompleteOperation(ReportOperation):
    @acts(
        ExecutionAnswer,
        name="complete_operation",
        summary="Record what is given and complete the operation",
        request=CompleteInput,
    )
    def post(self, request: Request, serial: str, code: str) -> Response:
        return self.report(serial, code, self.read(CompleteInput), completes=True)


def read_overrides(asked: Mapping[str, Any], at: datetime) -> list[GivenOverride]:
    """The overrides that were sent. Each supervisor's secret is confirmed once, before any row is locked."""
    confirmed: dict[tuple[str, str], Person] = {}
    found = []
    for one in asked["overrides"]:
        approved_by = None
        if "badge" in one:
            secret = (one["badge"], one["pin"])
            if secret not in confirmed:
                confirmed[secret] = confirm_pin(person=person_by_badge(secret[0]), pin=secret[1], at=at)
            approved_by = confirmed[secret]
        permit, code = one.get("permit", ""), one["reason_code"]
        found.append(GivenOverride(one["gate"], one["reason"], approved_by, permit, code))
    return found


def running_execution(person: Person, serial: str, code: str) -> OperationExecution:
    """The latest attempt at the operation on the unit, in one statement if there is one. Verbs load it again, locked.

    One that is completed is answered too: whether the request repeats the one that did it is for the door to say.
    """
    execution = execution_of_serial(person, serial, code)
    if execution is not None:
        return execution
    unit = known_unit(person, serial)
    plan = operations.planned_operation(unit, code)
    raise OperationNotStarted(
        _("{operation} {name} is not started on {unit}.").format(operation=plan.code, name=plan.name, unit=unit),
        do=_("Start it first."),
    )


def station_of(execution: OperationExecution, person: Person, code: str) -> Station:
    own = execution.station
    if own.is_active and own.code.casefold() == code.casefold():
        return own
    return your_station(person, execution.unit.site_id, code)


def read_entries(plan: OperationPlan, asked: Mapping[str, Any], here: Here) -> list[Given]:
    """Steps and consumptions as the verb takes them; every value that its step refuses is named by its place."""
    steps = [Given(s["step"], s["value"], s["sample"], s["reason"]) for s in asked["steps"]]
    parts = [Given(c["step"], c["serial"], c["sample"], "", c.get("quantity")) for c in asked["consumptions"]]
    mistakes = [
        *_mistakes(plan, "steps", steps, here),
        *_mistakes(plan, "consumptions", parts, here),
        *(
            FieldError(
                f"consumptions.{index}.step",
                _("{step} takes no component.").format(step=part.step_code),
                _("Send it in steps."),
            )
            for index, part in enumerate(parts)
            if (step := plan.step(part.step_code)) is not None and step.component is None
        ),
    ]
    if mistakes:
        raise InvalidInput(_("Nothing was recorded: some entries are wrong."), do=_("Mend them."), errors=mistakes)
    return steps + parts


def with_people(given: Sequence[Given], asked: Mapping[str, Any], person: Person, at: datetime) -> list[Given]:
    """The values with who witnesses and signs them. Each secret is confirmed once, before any row is locked."""
    witnesses: dict[tuple[str, str], Person] = {}
    signers: dict[str, Person] = {}
    found = list(given)
    for index, step in enumerate(asked["steps"]):
        if (witness := step.get("witness")) is not None:
            secret = (witness["badge"], witness["pin"])
            if secret not in witnesses:
                witnesses[secret] = confirm_pin(person=person_by_badge(secret[0]), pin=secret[1], at=at)
            found[index] = replace(found[index], witness=witnesses[secret])
        if (signature := step.get("signature")) is not None:
            secret = signature["secret"]
            if secret not in signers:
                signers[secret] = confirm_password(person=person, password=secret, at=at)
            signing = Signing(signers[secret], signature["meaning"], signature["digest"])
            found[index] = replace(found[index], signing=signing)
    return found


def _mistakes(plan: OperationPlan, name: str, given: Sequence[Given], here: Here) -> list[FieldError]:
    """What the steps refuse of these entries. The verb reads them again: it trusts no door."""
    places: set[tuple[str, int]] = set()
    found = []
    for index, one in enumerate(given):
        try:
            entries = step_entries(
                plan, one.step_code, value=one.value, sample=one.sample, reason=one.reason, here=here
            )
            for entry in entries:
                check_once(entry, places)
        except InvalidInput as refusal:
            found.append(FieldError(f"{name}.{index}", refusal.what, refusal.why or refusal.do))
    return found


def read_completion(plan: OperationPlan, asked: Mapping[str, Any], person: Person, at: datetime) -> Completion:
    """How the operation ends. The secret of a signature is confirmed here, before any row is locked."""
    signature = asked.get("signature")
    if signature and not plan.signature_meaning:
        sentence = _("{operation} {name} asks for no signature.").format(operation=plan.code, name=plan.name)
        raise InvalidInput(sentence, do=_("Leave it out."), errors=[FieldError("signature", sentence)])
    signing = None
    if signature:
        signer = confirm_password(person=person, password=signature["secret"], at=at)
        signing = Signing(signer, signature["meaning"], signature["digest"])
    return Completion(asked.get("good"), asked["scrap"], asked["scrap_reason"], asked["defect"], signing)

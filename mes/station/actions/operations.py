"""The operator's verbs at a station: start, report, book, take over. The screen and the API call the same ones."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from equipment.models import Station
from equipment.policies import NO_DEFECT, Defect, check_site_access, defect_at
from equipment.queries import area_of
from genealogy.actions import units
from genealogy.actions.units import At
from genealogy.models import Unit
from genealogy.policies import NotALot
from genealogy.queries import ComponentScan, lock_units, plan_for, substitute_for
from mes.kernel.gates import Hook
from mes.kernel.numbers import plain
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import Busy, InvalidInput, NotFound, Refusal
from mes.station.actions.given import Completion, Given, Read, read_given
from mes.station.actions.signing import sign_end, sign_steps
from orders.models import Tracking
from orders.plans import ComponentPlan, OperationPlan, StepPlan
from orders.queries import plan_of
from wip.actions import assets, executions, readings, skips
from wip.actions.overrides import keep as keep_overrides
from wip.conditions import why_not_asked
from wip.entries import Entry, Here
from wip.facts import recorded
from wip.jobs import Job
from wip.models import OperationExecution
from wip.overrides import GivenOverride
from wip.policies import check_gates
from wip.references import settled
from wip.status import EXECUTION
from wip.witnesses import check_witnesses


class OrderNotOnFloor(Refusal):
    """The unit's order is not released, or the unit has none."""


class StepFromMachine(Refusal):
    """A value is given by hand for a step that only the machine answers."""


class StepNotAsked(Refusal):
    """A value is given for a step whose condition does not hold."""


def start(
    *,
    unit: Unit,
    operation_code: str,
    station: Station,
    by: Person,
    at: datetime,
    overrides: Sequence[GivenOverride] = (),
) -> OperationExecution:
    """Start an operation on a unit at a station."""
    check_may_work(by=by, site_id=unit.site_id)
    operation = planned_operation(unit, operation_code)
    return executions.start(unit=unit, operation=operation, station=station, by=by, at=at, overrides=overrides)


def skip(
    *,
    unit: Unit,
    operation_code: str,
    station: Station,
    reason: str,
    by: Person,
    at: datetime,
    overrides: Sequence[GivenOverride] = (),
) -> OperationExecution:
    """Leave an optional operation out on a unit, with the reason."""
    check_may_work(by=by, site_id=unit.site_id)
    operation = planned_operation(unit, operation_code)
    return skips.skip(unit=unit, operation=operation, station=station, reason=reason, by=by, at=at, overrides=overrides)


def take_over(
    *,
    execution: OperationExecution,
    station: Station,
    by: Person,
    at: datetime,
    overrides: Sequence[GivenOverride] = (),
) -> OperationExecution:
    """Take a running job over from the person who has it."""
    check_may_work(by=by, site_id=execution.site_id)
    return executions.take_over(execution=execution, station=station, by=by, at=at, overrides=overrides)


def report(
    *,
    execution: OperationExecution,
    given: Sequence[Given] = (),
    completion: Completion | None = None,
    station: Station,
    by: Person,
    at: datetime,
    overrides: Sequence[GivenOverride] = (),
) -> OperationExecution:
    """Record steps, build in scanned components, and complete when asked: all of it or nothing.

    The order, unit and execution are locked, then the components; the gates see what is there and what is coming;
    then everything is written. overrides: of gates that say no. Raises IllegalTransition, BlockedByGates,
    OverrideRefused, InvalidInput, StepNotAsked, WitnessMissing, WitnessRefused, SignatureMissing, SignatureRefused,
    SignatureUnseen, SignatureVoid, ReasonUnknown.
    """
    check_may_work(by=by, site_id=execution.site_id)
    defect = defect_found(station, completion.defect) if completion else NO_DEFECT
    scrap = completion.scrap if completion else Decimal(0)
    ends = completion is not None and executions.may_end_order(execution, scrap)
    job = executions.lock(execution=execution, station=station, by=by, ends=ends)
    if completion is not None and not ends and executions.may_end_order(job.running, scrap):
        raise Busy(_("The order was changed just now."), do=_("Try again."))  # its row is locked before the unit's
    EXECUTION.after(job.running.status, "complete" if completion else "record", name=job.operation.code)
    read = take_in(job=job, given=given, at=at)
    job.components = components_of(job=job, read=read, found=lock_scanned(job=job, read=read))
    if completion is not None:
        job.scrap = scrap
        job.good = job.running.quantity_open - scrap if completion.good is None else completion.good
    assets.renew(job=job, by=by, at=at)
    check_gates(job, Hook.RECORD if completion is None else Hook.COMPLETE, overrides)
    check_witnesses(job)
    keep_overrides(job=job, execution=job.running, by=by, at=at)
    write(job=job, entries=sign_steps(job=job, read=read, at=at), at=at)
    if completion is not None:
        if job.operation.signature_meaning:
            sign_end(job=job, completion=completion, at=at)
        executions.complete(job=job, scrap_reason=completion.scrap_reason.strip(), defect=defect, by=by, at=at)
    return job.running


def book(
    *,
    execution: OperationExecution,
    good: Decimal = Decimal(0),
    scrap: Decimal = Decimal(0),
    scrap_reason: str = "",
    defect: str = "",
    station: Station,
    by: Person,
    at: datetime,
    overrides: Sequence[GivenOverride] = (),
) -> OperationExecution:
    """Book a part of a lot as good and scrap, in the product's quantity_unit; the operation goes on running.

    The steps are judged when it is completed, which completes the rest. defect: what was found in the scrap, by code.
    Raises IllegalTransition, NotALot, BlockedByGates, WorkedOnElsewhere, ReasonUnknown; InvalidInput when nothing is
    booked, more than is open, all that is left as scrap, scrap without a reason, or a defect without scrap.
    """
    check_may_work(by=by, site_id=execution.site_id)
    found = defect_found(station, defect)
    job = executions.lock(execution=execution, station=station, by=by, ends=False)
    EXECUTION.after(job.running.status, "book", name=job.operation.code)
    if job.unit.product.tracking == Tracking.SERIAL:
        raise NotALot(
            _("{unit} is one piece: no part of it can be booked.").format(unit=job.unit),
            do=_("Complete the operation."),
        )
    if good == 0 and scrap == 0:
        raise InvalidInput(_("There is nothing to book."), do=_("Enter how many are good, how many are scrap."))
    job.good, job.scrap = good, scrap
    assets.renew(job=job, by=by, at=at)
    check_gates(job, Hook.RECORD, overrides)
    keep_overrides(job=job, execution=job.running, by=by, at=at)
    return executions.book(job=job, scrap_reason=scrap_reason.strip(), defect=found, by=by, at=at)


def defect_found(station: Station, code: str) -> Defect:
    """The defect of this code in force at the station, none where none is named. Raises ReasonUnknown."""
    return defect_at(station.site_id, area_of(station.pk), code)


def planned_operation(unit: Unit, operation_code: str) -> OperationPlan:
    """The operation in the plan that the unit's order has pinned; refused where there is none."""
    if unit.work_order is None or unit.work_order.routing_revision_id is None:
        raise OrderNotOnFloor(
            _("{unit} is not made here: it was received.").format(unit=unit), do=_("Scan a unit of an order.")
        )
    operation = plan_for(unit).operation(operation_code) or plan_of(unit.work_order).operation(operation_code)
    if operation is None:
        raise NotFound(
            _("The routing of {unit} has no operation {operation}.").format(unit=unit, operation=operation_code[:12]),
            do=_("Look the unit up."),
        )
    return operation


def check_may_work(*, by: Person, site_id: UUID) -> None:
    """Raise unless the person works, and at this site."""
    check_permission(by, Permission.WORK)
    check_site_access(by, site_id)


def take_in(*, job: Job, given: Sequence[Given], at: datetime) -> list[Read]:
    """Read what is given for a job, which has its entries then.

    Raises InvalidInput, StepNotAsked, StepFromMachine, NoSuchTag, NotWatched, ValueNotGood.
    """
    assert job.station is not None
    read = _settled(read_given(job.operation, given, Here(job.station, at)), job)
    job.entries = [entry for _, entries in read for entry in entries]
    _check_asked(job)
    _check_from_machine(job)
    return read


def _settled(read: Sequence[Read], job: Job) -> list[Read]:
    """What was given, with the names of the people and files it refers to; one query at most for all of it."""
    known = iter(settled([entry for _, entries in read for entry in entries], job.site_id))
    return [(given, [next(known) for _ in entries]) for given, entries in read]


def _check_asked(job: Job) -> None:
    """Raise StepNotAsked for an entry of a step that is not asked, the other entries being answers, too.

    One query, and none where no entry's step has a condition.
    """
    if all(entry.step.condition is None for entry in job.entries):
        return
    (known,) = recorded([job])
    for entry in job.entries:
        if entry.step.code not in known.asked:
            others = {place: one for place, one in known.values.items() if place[0] != entry.step.code}
            words = why_not_asked(job.operation.steps, entry.step, others)
            raise StepNotAsked(
                _("{step} is not asked here.").format(step=entry.step.name),
                why=f"{words[0].upper()}{words[1:]}.",
                do=_("Leave it out, or correct the earlier answer if that is wrong."),
            )


def _check_from_machine(job: Job) -> None:
    """Raise StepFromMachine for what is entered where only a machine's value is taken; correcting one is open."""
    for entry in job.entries:
        if entry.step.is_from_machine and entry.source is None and not entry.reason:
            raise StepFromMachine(
                _("{step} is read from the machine, not entered.").format(step=entry.step.name), do=_("Press Read.")
            )


def lock_scanned(*, job: Job, read: Sequence[Read]) -> dict[str, Unit]:
    """The components that were scanned, locked, by what was scanned."""
    scans = [entry.value for _, entries in read for entry in entries if entry.step.component]
    return lock_units(scans, site_id=job.site_id)


def components_of(*, job: Job, read: Sequence[Read], found: Mapping[str, Unit]) -> list[ComponentScan]:
    """What the job takes of the locked components."""
    scans = [(entry, given.quantity) for given, entries in read for entry in entries if entry.step.component]
    components = []
    for scan, quantity in scans:
        wanted = scan.step.component
        assert wanted is not None
        if scan.reason:
            raise InvalidInput(
                _("A component that is built in can't be exchanged here."),
                do=_("Place a hold and tell the supervisor."),
            )
        unit = found.get(scan.value)
        needed = _needed(job, scan.step, wanted, unit)
        if quantity is not None and quantity != needed:
            raise InvalidInput(
                _("{needed} {unit} of {product} are needed, not {quantity}.").format(
                    needed=plain(needed),
                    unit=wanted.quantity_unit,
                    product=wanted.code,
                    quantity=plain(quantity),
                ),
                do=_("Leave the quantity out, or send what the BOM asks for."),
            )
        components.append(ComponentScan(scan.step.code, scan.value, unit, wanted, needed))
    return components


def _needed(job: Job, step: StepPlan, wanted: ComponentPlan, unit: Unit | None) -> Decimal:
    """How much a scan takes, in the unit's own quantity_unit: of a substitute, as much as replaces the component."""
    substitute = substitute_for(wanted, unit)
    pieces = Decimal(1) if wanted.is_per_run else job.running.quantity
    return wanted.quantity * pieces * (substitute.factor if substitute else 1) / step.samples


def write(*, job: Job, entries: Sequence[Entry], at: datetime) -> None:
    """Store the entries, signed where they ask for it, on the job, and build in its components."""
    readings.record(execution=job.running, entries=entries, station_code=job.station_code, by=job.person, at=at)
    if job.components:
        where = At(job.running.pk, job.operation.code, job.station_code)
        units.consume(unit=job.unit, components=job.components, where=where, by=job.person, at=at)

"""The operator's verbs at a station: start, report, book, take over. The screen and the API call the same ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from equipment.models import Station
from equipment.policies import check_site_access
from genealogy.actions import units
from genealogy.actions.units import At
from genealogy.models import Unit
from genealogy.queries import ComponentScan, lock_units, substitute_for
from mes.kernel.audit.actions.signatures import SignatureMissing, Signing, sign
from mes.kernel.gates import Hook
from mes.kernel.numbers import plain
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, NotFound, Refusal
from orders.models import Tracking
from orders.plans import ComponentPlan, OperationPlan, StepPlan
from orders.queries import plan_of
from wip.actions import executions, readings
from wip.facts import recorded
from wip.jobs import Entry, Job, check_once, entry
from wip.models import OperationExecution, Reading
from wip.policies import check_gates
from wip.status import EXECUTION


class OrderNotOnFloor(Refusal):
    """The unit's order is not released, or the unit has none."""


class NotALot(Refusal):
    """A part of the unit is asked for, and it is one piece."""


@dataclass(frozen=True)
class Given:
    """A value as it comes in from a screen, a scanner or a program. quantity: of a scanned lot, default by the BOM."""

    step_code: str
    value: object
    sample: int = 1
    reason: str = ""
    quantity: Decimal | None = None


@dataclass(frozen=True)
class Completion:
    """How an operation ends. good None: all that is open, less the scrap."""

    good: Decimal | None = None
    scrap: Decimal = Decimal(0)
    scrap_reason: str = ""
    signing: Signing | None = None


def start(*, unit: Unit, operation_code: str, station: Station, by: Person, at: datetime) -> OperationExecution:
    """Start an operation on a unit at a station."""
    _check_may_work(by, unit)
    operation = planned_operation(unit, operation_code)
    return executions.start(unit=unit, operation=operation, station=station, by=by, at=at)


def take_over(*, execution: OperationExecution, station: Station, by: Person, at: datetime) -> OperationExecution:
    """Take a running job over from the person who has it."""
    _check_may_work(by, execution.unit)
    return executions.take_over(execution=execution, station=station, by=by, at=at)


def report(
    *,
    execution: OperationExecution,
    given: Sequence[Given] = (),
    completion: Completion | None = None,
    station: Station,
    by: Person,
    at: datetime,
) -> OperationExecution:
    """Record steps, build in scanned components, and complete when asked: all of it or nothing.

    The order, unit and execution are locked, then the components; the gates see what is there and what is coming;
    then everything is written. Raises IllegalTransition, BlockedByGates, InvalidInput, SignatureMissing,
    SignatureRefused, SignatureUnseen, SignatureVoid.
    """
    _check_may_work(by, execution.unit)
    scrap = completion.scrap if completion else Decimal(0)
    ends = completion is not None and executions.may_end_order(execution, scrap)
    job = executions.lock(execution=execution, station=station, by=by, ends=ends)
    EXECUTION.after(job.running.status, "complete" if completion else "record", name=job.operation.code)
    entries = _entries(job.operation, given)
    job.entries, job.components = entries, _components(job, entries, given)
    if completion is not None:
        job.scrap = scrap
        job.good = job.running.quantity_open - scrap if completion.good is None else completion.good
    check_gates(job, Hook.RECORD if completion is None else Hook.COMPLETE)
    _write(job, entries, at)
    if completion is not None:
        if job.operation.signature_meaning:
            _sign(job, completion, at)
        executions.complete(job=job, scrap_reason=completion.scrap_reason.strip(), by=by, at=at)
    return job.running


def book(
    *,
    execution: OperationExecution,
    good: Decimal = Decimal(0),
    scrap: Decimal = Decimal(0),
    scrap_reason: str = "",
    station: Station,
    by: Person,
    at: datetime,
) -> OperationExecution:
    """Book a part of a lot as good and scrap, in the product's quantity_unit; the operation goes on running.

    The steps are judged when it is completed, which completes the rest. Raises IllegalTransition, NotALot,
    BlockedByGates, WorkedOnElsewhere; InvalidInput when nothing is booked, more than is open, all that is left as
    scrap, or scrap without a reason.
    """
    _check_may_work(by, execution.unit)
    job = executions.lock(execution=execution, station=station, by=by, ends=False)
    EXECUTION.after(job.running.status, "book", name=job.operation.code)
    if job.unit.product.tracking == Tracking.SERIAL:
        raise NotALot(f"{job.unit} is one piece: no part of it can be booked.", do="Complete the operation.")
    if good == 0 and scrap == 0:
        raise InvalidInput("There is nothing to book.", do="Enter how many are good, how many are scrap.")
    check_gates(job, Hook.RECORD)
    job.good, job.scrap = good, scrap
    return executions.book(job=job, scrap_reason=scrap_reason.strip(), by=by, at=at)


def planned_operation(unit: Unit, operation_code: str) -> OperationPlan:
    """The operation in the plan that the unit's order has pinned; refused where there is none."""
    if unit.work_order is None or unit.work_order.routing_revision_id is None:
        raise OrderNotOnFloor(f"{unit} is not made here: it was received.", do="Scan a unit of an order.")
    operation = plan_of(unit.work_order).operation(operation_code)
    if operation is None:
        raise NotFound(f"The routing of {unit} has no operation {operation_code[:12]}.", do="Look the unit up.")
    return operation


def signature_content(job: Job) -> dict[str, Any]:
    """What a person signs at the end of an operation: all values in force, as they are shown."""
    (known,) = recorded([job])
    order = {step.code: step.position for step in job.operation.steps}
    values = sorted(known.values.values(), key=lambda r: (order.get(r.step_code, 0), r.sample))
    return {
        "order": job.order.erp_reference,
        "unit": job.unit.serial,
        "operation": job.operation.code,
        "plan": job.order.digest,
        "readings": [_shown(reading) for reading in values],
    }


def _shown(reading: Reading) -> Mapping[str, Any]:
    return {
        "step": reading.step_code,
        "sample": reading.sample,
        "value": reading.value,
        "unit": reading.quantity_unit,
        "within_limits": reading.is_within_limits,
    }


def _check_may_work(by: Person, unit: Unit) -> None:
    check_permission(by, Permission.WORK)
    check_site_access(by, unit.site_id)


def _entries(operation: OperationPlan, given: Sequence[Given]) -> list[Entry]:
    places: set[tuple[str, int]] = set()
    entries = [entry(operation, g.step_code, value=g.value, sample=g.sample, reason=g.reason) for g in given]
    for one in entries:
        check_once(one, places)
    return entries


def _components(job: Job, entries: Sequence[Entry], given: Sequence[Given]) -> list[ComponentScan]:
    scans = [(e, g.quantity) for e, g in zip(entries, given, strict=True) if e.step.component is not None]
    found = lock_units([e.value for e, _ in scans], site_id=job.site_id)
    components = []
    for scan, quantity in scans:
        wanted = scan.step.component
        assert wanted is not None
        if scan.reason:
            raise InvalidInput(
                "A component that is built in can't be exchanged here.", do="Place a hold and tell the supervisor."
            )
        unit = found.get(scan.value)
        needed = _needed(job, scan.step, wanted, unit)
        if quantity is not None and quantity != needed:
            raise InvalidInput(
                f"{plain(needed)} {wanted.quantity_unit} of {wanted.code} are needed, not {plain(quantity)}.",
                do="Leave the quantity out, or send what the BOM asks for.",
            )
        components.append(ComponentScan(scan.step.code, scan.value, unit, wanted, needed))
    return components


def _needed(job: Job, step: StepPlan, wanted: ComponentPlan, unit: Unit | None) -> Decimal:
    """How much a scan takes, in the unit's own quantity_unit: of a substitute, as much as replaces the component."""
    substitute = substitute_for(wanted, unit)
    pieces = Decimal(1) if wanted.is_per_run else job.running.quantity
    return wanted.quantity * pieces * (substitute.factor if substitute else 1) / step.samples


def _write(job: Job, entries: Sequence[Entry], at: datetime) -> None:
    readings.record(execution=job.running, entries=entries, station_code=job.station_code, by=job.person, at=at)
    if job.components:
        where = At(job.running.pk, job.operation.code, job.station_code)
        units.consume(unit=job.unit, components=job.components, where=where, by=job.person, at=at)


def _sign(job: Job, completion: Completion, at: datetime) -> None:
    if completion.signing is None:
        raise SignatureMissing(
            f"{job.operation.code} {job.operation.name} is completed with your signature.",
            do="Read what is shown, enter your secret again, and sign.",
        )
    given = {(entry.step.code, entry.sample) for entry in job.entries}
    job.entries = ()  # they are stored by now
    shown = signature_content(job)
    sign(
        signing=completion.signing,
        meaning=job.operation.signature_meaning,
        shown=shown,
        is_all_new=all((reading["step"], reading["sample"]) in given for reading in shown["readings"]),
        act={"good": job.good, "scrap": job.scrap, "scrap_reason": completion.scrap_reason.strip()},
        table="wip_operationexecution",
        record=job.running.pk,
        site_id=job.site_id,
        at=at,
    )

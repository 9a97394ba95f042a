"""Each load of a machine beside the execution that it was for: quantities, values of steps, what went into it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from equipment.drivers.base import Value
from equipment.models import Connection, EventDue, MachineEvent
from genealogy.models import ActivityUnit, Direction
from mes.demo.machines.plan import STEP, MachinePlan
from mes.demo.machines.scores import Job, Score
from mes.demo.machines.scoring_values import Shown
from mes.demo.machines.testers import PASSED
from mes.demo.machines.truth import ACKNOWLEDGED, GOOD, LOADED, PART, SCRAP, UNLOADED, Fact
from orders.plans import OperationPlan
from wip.facts import values_in_force
from wip.models import ExecutionEvent, Hold, OperationExecution, Reading
from wip.queries import batch_by_key, planned
from wip.status import ExecutionEventKind

FAILED = "failed"


def compare_jobs(
    found: Score,
    plan: MachinePlan,
    connection: Connection,
    facts: Sequence[Fact],
    shown: Mapping[str, Shown],
    young_from: float,
) -> None:
    """Of loads that were put in since the first fact; what is due to be booked is under way."""
    loads = {fact.job: fact for fact in facts if fact.kind == LOADED}
    deeds: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.job in loads and fact.kind in (GOOD, SCRAP, PART, UNLOADED, ACKNOWLEDGED):
            deeds[fact.job].append(fact)
    rows = OperationExecution.objects.select_related("work_order", "unit", "batch", "completed_by")
    executions = {str(one.pk): one for one in rows.filter(pk__in=[UUID(job) for job in loads])}
    is_due = EventDue.objects.filter(event__tag__connection=connection).exists()
    for key, load in reversed(loads.items()):
        job = Job(
            serial=str(load.values["serial"]),
            operation=str(load.values["operation"]),
            order=str(load.values["order"]),
            at=load.at,
            key=key,
            members=tuple(str(load.values["members"]).split()),
            is_over=any(fact.kind == UNLOADED for fact in deeds[key]),
        )
        found.jobs.append(job)
        execution = executions.get(key)
        if execution is None:
            found.counts.differs(f"{job.serial} operation {job.operation}: there is no such execution")
            continue
        _count(job, plan, connection, execution, deeds[key])
        is_young = is_due or any(fact.at >= young_from for fact in deeds[key])
        _compare_counts(found, job, connection, is_young=is_young)
        if is_young:
            continue
        operation = planned(execution)
        for part in (fact for fact in deeds[key] if fact.kind == PART):
            _compare_part(found, job, plan, operation, execution, part)
        _compare_read(found, job, execution, shown)
        _compare_batch(found, job, execution)


def _count(
    job: Job, plan: MachinePlan, connection: Connection, execution: OperationExecution, deeds: Sequence[Fact]
) -> None:
    """What was made and what was booked of it, by the connection's account."""
    account = connection.account
    if plan.counts:
        job.made = {kind: sum(fact.kind == kind for fact in deeds) for kind in (GOOD, SCRAP)}
        events = ExecutionEvent.objects.filter(execution=execution, by=account, kind=ExecutionEventKind.BOOKED)
        sums = events.aggregate(good=Sum("good"), scrap=Sum("scrap"))
        job.booked = {kind: int(sums[kind] or 0) for kind in (GOOD, SCRAP)}
        return
    parts = [fact for fact in deeds if fact.kind == PART]
    if not parts:
        return
    job.made = {GOOD: 0, FAILED: 0}
    for part in parts:
        job.made[GOOD if part.values["result"] == PASSED else FAILED] += 1
    since = datetime.fromtimestamp(job.at, UTC)
    held = Hold.objects.filter(unit=execution.unit_id, placed_by=account, placed_at__gte=since)
    held = held.filter(reason__contains=plan.station)  # the unit may have failed elsewhere, too
    if plan.handling.completes:
        good = int(execution.completed_by_id is not None and execution.completed_by == account)
    else:
        checks = Reading.objects.filter(execution=execution, by=account, step_code__in=plan.handling.answers)
        good = checks.count()
    job.booked = {GOOD: good, FAILED: held.count()}


def _compare_counts(found: Score, job: Job, connection: Connection, *, is_young: bool) -> None:
    for kind, made in job.made.items():
        booked = job.booked[kind]
        found.made[kind] = found.made.get(kind, 0) + made
        found.counted[kind] = found.counted.get(kind, 0) + booked
        found.counts.compared += made
        if is_young:
            found.counts.under_way += max(0, made - booked)
        if booked > made or (booked < made and not is_young):
            why = _refusal(connection, job) if booked < made else ""
            sentence = f"{job.serial} operation {job.operation}: {kind} made {made}, booked {booked}{why}"
            found.counts.differs(sentence, abs(made - booked))


def _refusal(connection: Connection, job: Job) -> str:
    """Why the last event since then was refused."""
    since = datetime.fromtimestamp(job.at, UTC)
    events = MachineEvent.objects.filter(tag__connection=connection, at__gte=since, bookings__result="REFUSED")
    sentence = events.order_by("-sequence").values_list("bookings__sentence", flat=True).first()
    return f". {sentence}" if sentence else ""


def _compare_part(
    found: Score, job: Job, plan: MachinePlan, operation: OperationPlan, execution: OperationExecution, part: Fact
) -> None:
    """The values of one part are readings of the execution, each once; its components went into the unit."""
    fields = {code: name for code, name in plan.fields.items() if name.startswith(STEP)}
    told = {fields[code]: value for code, value in part.values.items() if code in fields}
    recorded: dict[tuple[str, int], list[Reading]] = defaultdict(list)
    for reading in Reading.objects.filter(execution=execution, corrects=None):
        recorded[reading.step_code, reading.sample].append(reading)
    used = _used(execution)
    for name, value in told.items():
        code, _, sample = name.removeprefix(STEP).partition(".")
        step, place = operation.step(code), int(sample or 1)
        there = recorded[code, place]
        what = f"{job.serial} operation {job.operation} {code}{f' {place}' if sample else ''}"
        if step is not None and step.component is not None:
            found.genealogy.compared += 1
            if used.get(code) != [str(value)]:
                booked = ", ".join(used.get(code, [])) or "nothing"
                found.genealogy.differs(f"{what}: {value} was used, {booked} is on record")
            continue
        found.values.compared += 1
        if len(there) != 1 or not _is_same(
            there[0], value, 4 if step is None or step.decimals is None else step.decimals
        ):
            booked = ", ".join(reading.value for reading in there) or "nothing"
            found.values.differs(f"{what}: {value} was measured, {booked} is on record")


def _used(execution: OperationExecution) -> dict[str, list[str]]:
    """The serials that went into the unit, by step."""
    rows = ActivityUnit.objects.filter(activity__execution=execution.pk, direction=Direction.INPUT)
    found: dict[str, list[str]] = defaultdict(list)
    for code, serial in rows.exclude(step_code="").values_list("step_code", "unit__serial"):
        found[code].append(serial)
    return found


def _is_same(reading: Reading, value: Value, places: int) -> bool:
    if reading.number is None:
        return reading.value == str(value)
    return abs(reading.number - Decimal(repr(value))) <= Decimal(6).scaleb(-places - 1)


def _compare_read(found: Score, job: Job, execution: OperationExecution, shown: Mapping[str, Shown]) -> None:
    """What was read at a moment is what the machine showed then."""
    read = [one for one in values_in_force([execution.pk]) if one.machine_tag in shown and one.machine_at]
    for reading in read:
        assert reading.machine_at is not None
        assert reading.number is not None
        at = reading.machine_at.timestamp()
        if at < shown[reading.machine_tag].since:
            continue
        found.values.compared += 1
        those = shown[reading.machine_tag].about(at)
        if not any(_is_same(reading, value, 1) for value in those):
            found.values.differs(
                f"{job.serial} operation {job.operation} {reading.step_code}: {reading.value} is on record,"
                f" and it showed {', '.join(map(str, those))}"
            )


def _compare_batch(found: Score, job: Job, execution: OperationExecution) -> None:
    """What lay in the machine together, as people put it in, is one batch; where nobody saw it there is no truth."""
    if not job.members:
        return
    together = batch_by_key(execution.batch_id).members if execution.batch_id else [execution]
    true, known = set(job.members), {one.unit.serial for one in together}
    found.genealogy.compared += len(true | known)
    for serial in sorted(true ^ known):
        where = "was in the machine, and is not in the batch" if serial in true else "is in the batch, and was not"
        found.genealogy.differs(f"{serial} {where} with {job.serial}")

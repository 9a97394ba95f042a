"""People's time and machine time as they are read: spans with what they count, totals by person and by operation."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from equipment.calendars.queries import timetables_of
from equipment.calendars.spans import shift_at
from mes.kernel.prepared import any_of, at_once, prepared
from orders.models import WorkOrder
from wip.labor import Stretch, apportioned, machine_seconds, proposed_end, seconds_of
from wip.models import ExecutionEvent, LaborEnd, LaborSpan, OperationExecution, Reading
from wip.status import ExecutionEventKind, ExecutionStatus

LastLogOffs = Callable[[Collection[UUID]], Mapping[UUID, datetime]]

LOOKS_BACK = timedelta(days=4)  # a span that began longer before what is asked for is looked for no more
IN_DOUBT = timedelta(days=7)  # and so long one that was very likely forgotten is listed
GRACE = timedelta(minutes=15)  # so long after its proposed end a running span is no mistake yet
LONGEST = timedelta(hours=12)  # where no calendar says when the shift ends


@dataclass(frozen=True)
class Entry:
    """A span, as much of it as lies in what was asked for. share: what it counts, in seconds."""

    span: LaborSpan
    began: datetime
    ended: datetime
    share: Fraction

    @property
    def key(self) -> str:
        """Of the span, as a page names it."""
        return str(self.span.pk)

    @property
    def length(self) -> timedelta:
        return self.ended - self.began

    @property
    def length_s(self) -> float:
        return self.length.total_seconds()

    @property
    def counts(self) -> timedelta:
        """Its share as a length of time."""
        return timedelta(seconds=float(self.share))

    @property
    def counts_s(self) -> float:
        return float(self.share)

    @property
    def overlaps(self) -> bool:
        """Whether the person was on something else, too, for some of it."""
        return self.share != seconds_of(self.length)

    @property
    def is_running(self) -> bool:
        return self.span.ended_at is None and self.span.execution.is_running


def entries(
    sites: Collection[UUID],
    begin: datetime,
    end: datetime,
    *,
    now: datetime,
    person: Any = None,
    order: WorkOrder | None = None,
) -> list[Entry]:
    """The spans in force from begin up to end, in the order in which they began. One statement, of an order two.

    What else its people were on is read for an order, too: it decides what their time on the order counts.
    """
    since = begin - LOOKS_BACK
    if person is None and order is None:
        return _entries(_spans(list(sites), since, begin, end, now), begin, end, now=now)
    found = _within(since, begin, end, now).filter(site__in=sites)
    if person is not None:
        found = found.filter(person=person)
    if order is not None:
        crew = found.filter(execution__work_order=order).values_list("person")
        found = found.filter(person__in={key for (key,) in crew.order_by().distinct()})
    shared = _entries(found, begin, end, now=now)
    return [one for one in shared if order is None or one.span.execution.work_order_id == order.pk]


def _entries(found: Iterable[LaborSpan], begin: datetime, end: datetime, *, now: datetime) -> list[Entry]:
    spans = [(span, _stretch(span, now).within(begin, end)) for span in found]
    shares = apportioned(stretch for _, stretch in spans)
    return [Entry(span, stretch.began, stretch.ended, shares[span.pk]) for span, stretch in spans]


def labor_on(executions: Collection[UUID], *, now: datetime) -> dict[UUID, list[Entry]]:
    """The spans in force on these executions, with what they count. Two statements: with what else their people did."""
    own = list(_in_force(now).filter(execution__in=executions)) if executions else []
    if not own:
        return {}
    window: dict[UUID, tuple[datetime, datetime]] = {}
    for span in own:
        began, ended = window.get(span.person_id, (span.began_at, span.began_at))
        stretch = _stretch(span, now)
        window[span.person_id] = (min(began, stretch.began), max(ended, stretch.ended))
    beside = Q()
    for person, (began, ended) in window.items():
        beside |= Q(person=person, began_at__gt=began - LOOKS_BACK, began_at__lt=ended, until__gt=began)
    others = _in_force(now).filter(beside).exclude(execution__in=executions)
    shares = apportioned(_stretch(span, now) for span in [*own, *others])
    known: dict[UUID, list[Entry]] = {}
    for span in own:
        stretch = _stretch(span, now)
        entry = Entry(span, stretch.began, stretch.ended, shares[span.pk])
        known.setdefault(span.execution_id, []).append(entry)
    return known


def _in_force(now: datetime) -> QuerySet[LaborSpan]:
    """Of work that was not taken back, in the order in which they began. until: when each ended, or now.

    moved: how much of their execution came by merging lots, or went by splitting (below 0), after it was over.
    """
    found = LaborSpan.objects.filter(corrected_by_span__isnull=True).exclude(
        execution__status=ExecutionStatus.CANCELLED
    )
    until = Coalesce("ended_at", "execution__completed_at", now, output_field=DateTimeField())
    moves = ExecutionEvent.objects.filter(execution=OuterRef("execution"), kind__in=_MOVES).order_by()
    moved = Subquery(moves.values("execution").annotate(sum=Sum("started")).values("sum"))
    found = found.annotate(until=until, moved=Coalesce(moved, Decimal(0)))
    return found.select_related("person", "execution").order_by("began_at", "id")


_MOVES = (ExecutionEventKind.SPLIT, ExecutionEventKind.MERGED)


@prepared
def _spans(
    sites: Collection[UUID], since: datetime, begin: datetime, end: datetime, now: datetime
) -> QuerySet[LaborSpan]:
    return _within(since, begin, end, now).filter(site=any_of(sites))


def _within(since: datetime, begin: datetime, end: datetime, now: datetime) -> QuerySet[LaborSpan]:
    """In force from begin up to end. since: begun after that."""
    found = _in_force(now).filter(Q(until__gt=begin) | Q(began_at__gte=begin), began_at__lt=end, began_at__gt=since)
    return found.select_related("person", "execution__unit", "execution__work_order", "execution__station")


def ends_at(span: LaborSpan) -> datetime | None:
    """When the span ended, by itself or with its job; None: it runs."""
    return span.ended_at or span.execution.completed_at


def _stretch(span: LaborSpan, now: datetime) -> Stretch:
    execution = span.execution
    ended = max(span.began_at, ends_at(span) or now)
    quantity = execution.quantity - span.moved  # type: ignore[attr-defined]  # annotated: what was in the batch
    return Stretch(span.pk, span.person_id, execution.pk, span.began_at, ended, execution.batch_id, quantity)


@dataclass
class PersonTotal:
    """A person's time. worked: what they were on anything; shared: how much of the spans lay over others."""

    person: Any
    entries: list[Entry] = field(default_factory=list)

    @property
    def worked(self) -> timedelta:
        return timedelta(seconds=float(sum((one.share for one in self.entries), Fraction(0))))

    @property
    def shared(self) -> timedelta:
        return sum((one.length for one in self.entries), timedelta()) - self.worked

    @property
    def is_running(self) -> bool:
        return any(one.is_running for one in self.entries)


def by_person(found: Iterable[Entry]) -> list[PersonTotal]:
    """By name."""
    totals: dict[UUID, PersonTotal] = {}
    for one in found:
        totals.setdefault(one.span.person_id, PersonTotal(one.span.person)).entries.append(one)
    return sorted(totals.values(), key=lambda total: str(total.person))


@dataclass
class OperationTotal:
    """Labor and machine time at one operation of an order. people: how many have worked on it."""

    order: WorkOrder
    code: str
    labor: Fraction = Fraction(0)
    machine: Fraction = Fraction(0)
    people: set[UUID] = field(default_factory=set)

    @property
    def labor_time(self) -> timedelta:
        return timedelta(seconds=float(self.labor))

    @property
    def machine_time(self) -> timedelta:
        return timedelta(seconds=float(self.machine))

    @property
    def labor_s(self) -> float:
        return float(self.labor)

    @property
    def machine_s(self) -> float:
        return float(self.machine)


def by_operation(
    found: Iterable[Entry], ran: Iterable[OperationExecution], begin: datetime, end: datetime, *, now: datetime
) -> list[OperationTotal]:
    """By order and operation: the labor of these entries, and the machine time of the executions that ran.

    The executions come with their order.
    """
    totals: dict[tuple[UUID, str], OperationTotal] = {}

    def total(execution: OperationExecution) -> OperationTotal:
        key = (execution.work_order_id, execution.operation_code)
        return totals.setdefault(key, OperationTotal(execution.work_order, execution.operation_code))

    for one in found:
        at = total(one.span.execution)
        at.labor += one.share
        at.people.add(one.span.person_id)
    ran = list(ran)
    batches = quantities_of_batches(ran)
    parts: dict[tuple[Any, ...], Decimal] = {}
    for execution in ran:
        parts[_run(execution)] = parts.get(_run(execution), Decimal(0)) + execution.quantity
    for execution in ran:
        started = max(execution.started_at, begin)
        ended = min(execution.completed_at or now, end)
        whole = batches.get(execution.batch_id, parts[_run(execution)])
        total(execution).machine += machine_seconds(started, ended, quantity=execution.quantity, batch_quantity=whole)
    return sorted(totals.values(), key=lambda one: (one.order.erp_reference, one.code))


def _run(execution: OperationExecution) -> tuple[Any, ...]:
    """What tells one run of a station from another: a lot that was split afterwards has it on each of its parts."""
    return (execution.work_order_id, execution.operation_code, execution.station_id, execution.started_at)


def ran_at(stations: Collection[UUID], begin: datetime, end: datetime) -> QuerySet[OperationExecution]:
    """What ran at the stations for some time from begin up to end."""
    over = Q(status=ExecutionStatus.COMPLETED, completed_at__gt=begin, started_at__lt=end)
    running = Q(status=ExecutionStatus.RUNNING, started_at__lt=end)
    return OperationExecution.objects.filter(over | running, station__in=stations).select_related("work_order")


def ran_for(order: WorkOrder) -> QuerySet[OperationExecution]:
    """Every execution of an order that a station was taken up by."""
    ran = [ExecutionStatus.RUNNING, ExecutionStatus.COMPLETED]
    return OperationExecution.objects.filter(work_order=order, status__in=ran).select_related("work_order")


def quantities_of_batches(executions: Iterable[OperationExecution]) -> dict[UUID | None, Decimal]:
    """How much there is in each batch of these, by its key; no query where there is none."""
    batches = {one.batch_id for one in executions if one.batch_id is not None}
    if not batches:
        return {}
    ran = OperationExecution.objects.filter(batch__in=batches).exclude(status=ExecutionStatus.CANCELLED)
    return dict(ran.order_by().values_list("batch").annotate(Sum("quantity")))


@dataclass(frozen=True)
class Forgotten:
    """A span that somebody very likely forgot to end. proposed: when it will have; is_claimed: they say so."""

    span: LaborSpan
    ended: datetime | None
    proposed: datetime
    is_claimed: bool = False


def forgotten(sites: Collection[UUID], *, now: datetime, logged_off: LastLogOffs) -> list[Forgotten]:
    """Claims first, then the longest first. logged_off: by the keys of people, when those who are on nowhere left.

    A span is very likely forgotten when it ran on past the end of the shift in which it began, past log-off, or,
    where no calendar tells, for longer than anybody works; unless the person did something on the job after that.
    """
    claims, left_open = at_once(*(ask.of(list(sites), now - IN_DOUBT) for ask in (_claims, _left_open)))
    found = [Forgotten(span, span.ended_at, span.claimed_at, is_claimed=True) for span in claims]
    left = logged_off({span.person_id for span in left_open}) if left_open else {}
    timetables = timetables_of({span.execution.station.work_center for span in left_open})
    acts = _last_acts(left_open)
    doubts = []
    for span in left_open:
        timetable = timetables.get(span.execution.station.work_center_id)
        shift = shift_at(timetable, span.began_at) if timetable else None
        off = left.get(span.person_id)
        off = off if off is not None and off > span.began_at else None
        until = ends_at(span)
        if shift is None and off is None and (until or now) - span.began_at < LONGEST:
            continue
        last_act = acts.get((span.execution_id, span.person_id))
        proposed = proposed_end(shift_end=shift.ends_at if shift else None, last_act=last_act, logged_off=off)
        proposed = max(proposed or span.began_at, span.began_at)
        if (until or now) - proposed > GRACE:
            doubts.append(Forgotten(span, until, proposed))
    return found + sorted(doubts, key=lambda one: one.proposed)


def _open_questions(sites: Collection[UUID], since: datetime) -> QuerySet[LaborSpan]:
    found = LaborSpan.objects.filter(site=any_of(sites), corrected_by_span__isnull=True, began_at__gt=since)
    parts = ("person", "execution__unit", "execution__work_order", "execution__station__work_center__site")
    return found.select_related(*parts).order_by("began_at")


@prepared
def _claims(sites: Collection[UUID], since: datetime) -> QuerySet[LaborSpan]:
    return _open_questions(sites, since).filter(end=LaborEnd.FORGOTTEN, claimed_at__isnull=False)


@prepared
def _left_open(sites: Collection[UUID], since: datetime) -> QuerySet[LaborSpan]:
    """What nobody ended: on jobs that run, or that somebody else completed."""
    found = _open_questions(sites, since).filter(ended_at__isnull=True)
    by_another = Q(execution__status=ExecutionStatus.COMPLETED) & ~Q(execution__completed_by=F("person"))
    return found.filter(Q(execution__status=ExecutionStatus.RUNNING) | by_another)


def _last_acts(spans: Sequence[LaborSpan]) -> dict[tuple[UUID, UUID], datetime]:
    """The last thing that each person did on each execution. Two statements."""
    keys = list({span.execution_id for span in spans})
    found: dict[tuple[UUID, UUID], datetime] = {}
    for rows in at_once(_last_readings.of(keys), _last_events.of(keys)) if keys else ():
        for execution, by, last in rows:
            known = found.get((execution, by))
            found[execution, by] = max(known, last) if known else last
    return found


@prepared
def _last_readings(executions: Collection[UUID]) -> QuerySet[Reading, tuple[UUID, UUID, datetime]]:
    found = Reading.objects.filter(execution=any_of(executions)).order_by()
    return found.values("execution", "by").annotate(last=Max("at")).values_list("execution", "by", "last")


@prepared
def _last_events(executions: Collection[UUID]) -> QuerySet[ExecutionEvent, tuple[UUID, UUID, datetime]]:
    found = ExecutionEvent.objects.filter(execution=any_of(executions)).order_by()
    return found.values("execution", "by").annotate(last=Max("at")).values_list("execution", "by", "last")

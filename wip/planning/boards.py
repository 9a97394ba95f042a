"""The board of a work center: its window, its bars, what stands against them, and a proposal for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from equipment.calendars.spans import ShiftSpan, moment_of, shifts_between
from equipment.models import Station, WorkCenter
from equipment.queries import in_plant_order
from mes.kernel.audit.canonical import digest
from mes.kernel.prepared import any_of, prepared
from orders.models import WorkOrder
from orders.models.work_orders import IS_OPEN
from orders.plans import OperationPlan
from orders.queries import plan_of
from orders.status import OrderStatus
from wip.efforts import effort_from, effort_of
from wip.models import DispatchPin, OpenOperation, PlannedJob
from wip.planning.bars import Bar, Key, Standing, bars_of, clocks_of, orders_at, standing_of
from wip.planning.clocks import Clock
from wip.planning.conflicts import Board
from wip.planning.proposals import Free, Placed, Task, propose
from wip.queues import Pin, last_family
from wip.ranks import Terms

ORDERS = 100  # by rank, so many are planned at once
_DAY, _AHEAD = timedelta(days=1), timedelta(days=14)
_STEP, _EPOCH = timedelta(minutes=5), datetime(1970, 1, 1, tzinfo=UTC)
_EVER = (_EPOCH, datetime(9999, 1, 1, tzinfo=UTC))
_WITHOUT_CALENDAR = (time(6), time(22))


def window_of(center: WorkCenter, clock: Clock, day: date) -> tuple[datetime, datetime]:
    """What the board shows of a day: the shifts that begin on it, whole; without any, 6:00 to 22:00."""
    zone, shifts = center.site.zone, _shifts_on(center, clock, day)
    if shifts:
        return shifts[0].begins_at, max(one.ends_at for one in shifts)
    begin, end = (moment_of(zone, datetime.combine(day, at)) for at in _WITHOUT_CALENDAR)
    return begin, end


def has_shifts(center: WorkCenter, clock: Clock, day: date) -> bool:
    """Whether shifts begin on a day, by the calendar."""
    return bool(_shifts_on(center, clock, day))


def day_at(center: WorkCenter, clock: Clock, now: datetime) -> date:
    """The day that the board opens with: whose shifts run, in the night yesterday's; else whose are the next ones.

    Without a calendar it is today, and today also where no shift comes within a fortnight.
    """
    today = center.site.local(now).date()
    if clock.timetable is None:
        return today
    if _shifts_on(center, clock, today - _DAY) and window_of(center, clock, today - _DAY)[1] > now:
        return today - _DAY
    if _shifts_on(center, clock, today) and window_of(center, clock, today)[1] > now:
        return today
    return next_day_of(center, clock, now, now) or today


def next_day_of(center: WorkCenter, clock: Clock, after: datetime, now: datetime) -> date | None:
    """The first day on which a shift begins after both moments, within a fortnight; None: there is none."""
    if clock.timetable is None:
        return None
    since = max(after, now)
    coming = shifts_between(clock.timetable, since, since + _AHEAD)
    return next((one.date for one in coming if one.begins_at >= since), None)


def _shifts_on(center: WorkCenter, clock: Clock, day: date) -> list[ShiftSpan]:
    """The shifts that begin on a day at the site."""
    if clock.timetable is None:
        return []
    midnight, next_one = (moment_of(center.site.zone, datetime.combine(day + n * _DAY, time())) for n in (0, 1))
    return [one for one in shifts_between(clock.timetable, midnight, next_one) if one.date == day]


def stations_of(center: WorkCenter) -> list[Station]:
    """The stations of a work center, each with it and its site, in the plant's order.

    One that is out of use is among them while jobs are planned there: what is planned is not hidden.
    """
    return _stations_of(center.pk)


@prepared
def _stations_of(center: UUID) -> QuerySet[Station]:
    planned = Exists(PlannedJob.objects.filter(station=OuterRef("pk")))
    found = Station.objects.filter(Q(is_active=True) | planned, work_center=center)
    return found.select_related("work_center__site", "station_class", "site").order_by(*in_plant_order())


def board_of(stations: Sequence[Station], begin: datetime, end: datetime, now: datetime) -> Board:
    """The bars at these stations that reach into the window, with what is known to judge them."""
    clocks, here = clocks_of(stations), {station.pk for station in stations}
    all_bars, standing = bars_of(orders_at(stations, begin, end), stations, clocks)
    bars, elsewhere = [], []
    for bar in all_bars:
        reaches_in = bar.ends_at > begin or (bar.is_running and begin <= now < end)
        if bar.station.pk in here and bar.starts_at < end and reaches_in:
            bars.append(bar)
        elif bar.station.pk not in here or not bar.is_running:
            elsewhere.append(bar)
    return Board(bars, elsewhere, standing.left, clocks, now)


@dataclass(frozen=True)
class Change:
    """What a proposal does with a job. before, after: its station and begin; None: not planned."""

    order: WorkOrder
    operation: OperationPlan
    before: Bar | None
    after: Placed | None

    @property
    def kind(self) -> str:
        """NEW, MOVED, SAME, REMOVED."""
        if self.before is None:
            return "NEW"
        if self.after is None:
            return "REMOVED"
        is_same = (self.before.station, self.before.starts_at) == (self.after.station, self.after.starts_at)
        return "SAME" if is_same and self.before.ends_at == self.after.ends_at else "MOVED"

    @property
    def pin(self) -> Pin | None:
        """What put it first at its station, before the station's rule."""
        return self.after.pin if self.after else None


@dataclass(frozen=True)
class Proposal:
    """What a proposal changes. digest: tells it from any other."""

    changes: Sequence[Change]

    @property
    def digest(self) -> str:
        return digest(
            [
                (
                    str(one.order.pk),
                    one.operation.code,
                    one.before and str(one.before.key),
                    one.after and (str(one.after.station.pk), one.after.starts_at, one.after.ends_at),
                )
                for one in self.changes
            ]
        )


def proposal_for(stations: Sequence[Station], *, now: datetime, since: datetime, until: datetime) -> Proposal:
    """What the stations would do from `since` until then, beside what is planned there; now: at the next five minutes.

    What is on hold, and what of the rest does not begin by `until`, is planned no more.
    """
    since, clocks, pins = max(_next_five_minutes(now), since), clocks_of(stations), _pins_at(stations)
    orders, standing = _waiting_at(stations, {order for its in pins.values() for order, _code in its})
    keys = {order.pk for order in orders} | orders_at(stations, *_EVER)
    bars, _their_standing = bars_of(keys, stations, clocks)
    tasks = _tasks(orders, standing, stations, bars, since)
    free = [_free(station, bars, since, pins[station.pk]) for station in stations if station.is_active]
    placed = {one.task.key: one for one in propose(tasks, free, clocks, until=until)}
    here = {station.pk for station in stations}
    before = {
        bar.job: bar
        for bar in bars
        if not (bar.is_running or bar.is_done)
        and bar.station.pk in here
        and (bar.starts_at < until or bar.job in placed)
    }
    changes = [Change(p.task.order, p.task.operation, before.get(key), p) for key, p in placed.items()]
    changes += [Change(bar.order, bar.operation, bar, None) for key, bar in before.items() if key not in placed]
    return Proposal(changes)


def _next_five_minutes(moment: datetime) -> datetime:
    """A plan from this very second would be late at once, and another one a second later."""
    return moment + (_EPOCH - moment) % _STEP


def to_plan(stations: Sequence[Station]) -> list[tuple[WorkOrder, OperationPlan, Decimal]]:
    """What could be planned at these stations, by rank: order, operation, and how much is left to begin."""
    classes, (orders, standing) = {station.station_class_id for station in stations}, _waiting_at(stations)
    found = []
    for order in orders:
        key = order.pk
        ways = (one for one in plan_of(order).operations if one.station_class_id in classes)
        found += [(order, one, left) for one in ways if (left := standing.left[key, one.code]) > 0]
    return found


def _waiting_at(stations: Sequence[Station], pinned: Collection[UUID] = ()) -> tuple[list[WorkOrder], Standing]:
    """Of the orders of which something waits for these stations, the first by rank; without those on hold.

    pinned: those that are among them whatever their rank.
    """
    classes = {station.station_class_id for station in stations}
    sites = {station.site_id for station in stations}
    orders = _waiting_for(sites, classes)
    if beyond := set(pinned) - {order.pk for order in orders}:
        orders += _on_the_floor_of(beyond)
    standing = standing_of(orders)
    return [order for order in orders if not standing.is_held(order.pk, "")], standing


@prepared
def _waiting_for(sites: Collection[UUID], classes: Collection[UUID]) -> QuerySet[WorkOrder]:
    waits = Exists(OpenOperation.objects.filter(work_order=OuterRef("pk"), station_class=any_of(classes)))
    return WorkOrder.objects.filter(waits, _ON_THE_FLOOR, site=any_of(sites))[:ORDERS]


@prepared
def _on_the_floor_of(orders: Collection[UUID]) -> QuerySet[WorkOrder]:
    return WorkOrder.objects.filter(_ON_THE_FLOOR, pk=any_of(orders))


_ON_THE_FLOOR = Q(IS_OPEN, status__in=(OrderStatus.RELEASED, OrderStatus.RUNNING))


@prepared
def _waits_of(orders: Collection[UUID], classes: Collection[UUID]) -> QuerySet[OpenOperation, Any]:
    rows = OpenOperation.objects.filter(work_order=any_of(orders), station_class=any_of(classes), is_ready=True)
    first = rows.order_by().values("work_order", "operation_code").annotate(first=Min("waits_since"))
    return first.values_list("work_order", "operation_code", "first")


def _pins_at(stations: Sequence[Station]) -> dict[UUID, dict[Key, Pin]]:
    """What is pinned at each station, by what waits or is on its way there; of two pins on it the first counts."""
    found: dict[UUID, dict[Key, Pin]] = {station.pk: {} for station in stations}
    for station, of_unit, of_order, unit_code, order_code, *said in _pinned_at([station.pk for station in stations]):
        if code := unit_code or order_code:
            found[station].setdefault((of_unit or of_order, code), Pin(*said))
    return found


@prepared
def _pinned_at(stations: Collection[UUID]) -> QuerySet[DispatchPin, Any]:
    placed = DispatchPin.objects.filter(station=any_of(stations), position__isnull=False).order_by("position")
    waits = ("unit__open_operations__operation_code", "work_order__open_operations__operation_code")
    said = ("position", "reason", "pinned_by__full_name", "pinned_at")
    return placed.values_list("station", "unit__work_order", "work_order", *waits, *said).distinct()


def _free(station: Station, bars: Sequence[Bar], since: datetime, pins: Mapping[Key, Pin]) -> Free:
    running = [bar.ends_at for bar in bars if bar.is_running and bar.station.pk == station.pk]
    return Free(station, max([since, *running]), last_family(station), pins)


def _tasks(
    orders: Sequence[WorkOrder], standing: Standing, stations: Sequence[Station], bars: Sequence[Bar], since: datetime
) -> list[Task]:
    """What is left to begin at these stations on the orders, without what is on hold."""
    classes, here = {station.station_class_id for station in stations}, {station.pk for station in stations}
    fixed = [bar for bar in bars if bar.is_running or not (bar.is_done or bar.station.pk in here)]
    waits = {(key, code): since for key, code, since in _waits_of([order.pk for order in orders], classes)}
    found = []
    for order in orders:
        rest = _Rest(order, standing.left, [bar for bar in fixed if bar.order.pk == order.pk], waits)
        ways = (one for one in rest.ways if one.station_class_id in classes)
        mine = [one for one in ways if not standing.is_held(order.pk, one.code)]
        found += [rest.task(one, {each.code for each in mine}, since) for one in mine]
    return found


@dataclass(frozen=True)
class _Rest:
    """What is left to do on an order. bars: what runs of it, and what is planned at other work centers.

    waits: since when the first of its units waits at an operation.
    """

    order: WorkOrder
    left: Mapping[Key, Decimal]
    bars: Sequence[Bar]
    waits: Mapping[Key, datetime]

    @property
    def ways(self) -> list[OperationPlan]:
        """The operations at which something is left to begin; of alternates the first."""
        found: dict[str, OperationPlan] = {}
        for one in plan_of(self.order).operations:
            if self.left[self.order.pk, one.code] > 0:
                found.setdefault(one.alternate_group or f"={one.code}", one)
        return list(found.values())

    def task(self, operation: OperationPlan, mine: Collection[str], since: datetime) -> Task:
        before = [self._end(code, mine, since) for code in operation.predecessors]
        after = tuple((self.order.pk, code) for code in operation.predecessors if code in mine)
        quantity = self.left[self.order.pk, operation.code]
        return Task(self.order, operation, quantity, self._terms(operation, quantity), max([since, *before]), after)

    def _end(self, code: str, mine: Collection[str], since: datetime) -> datetime:
        """When an operation is over, as far as one knows; what is planned nowhere takes its time from `since` on."""
        ends = max((bar.ends_at for bar in self.bars if bar.operation.code == code), default=since)
        operation, left = plan_of(self.order).operation(code), self.left[self.order.pk, code]
        if code in mine or ends > since or not left or operation is None or operation not in self.ways:
            return ends
        return since + timedelta(seconds=effort_of(operation).for_quantity(left))

    def _terms(self, operation: OperationPlan, quantity: Decimal) -> Terms:
        return Terms(
            priority=self.order.priority,
            due_at=self.order.due_at,
            order=self.order.erp_reference,
            serial="",
            operation=operation.code,
            setup_s=operation.setup_time_s,
            work_s=effort_of(operation).for_quantity(quantity),
            left_s=effort_from(plan_of(self.order), operation.code).for_quantity(quantity),
            setup_family=operation.setup_family,
            waits_since=self.waits.get((self.order.pk, operation.code)),
        )

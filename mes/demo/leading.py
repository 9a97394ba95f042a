"""What leads the demo plant's work: changes of orders by the ERP, pins with a reason, and a plan on the board."""

import csv
import io
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mes.demo.ground import ASSEMBLY, MACHINING
from mes.erp.actions.orders import import_orders
from mes.erp.imports import table_of_file
from mes.kernel.door import open_door
from orders.models import WorkOrder
from orders.status import OrderStatus
from wip.actions import closings, pins, schedules
from wip.models import PlannedJob
from wip.planning.bars import clocks_of
from wip.planning.boards import proposal_for, stations_of
from wip.queries import open_holds_of, unsettled_time_of
from wip.queues import queue_at

if TYPE_CHECKING:
    from mes.demo.history import History

# What the ERP sends once more, by minutes ago: two pumps more, three fewer, a lot that grows, an order not made at all.
CHANGES: dict[int, dict[str, Mapping[str, str]]] = {
    52: {"WO-10493": {"quantity": "+2"}, "WO-10495": {"quantity": "-3"}},
    38: {"WO-20021": {"quantity": "+8"}, "WO-10492": {"status": "CANCELLED"}},
}
# Station: who pins what stands last in its queue, and why.
PINS = {
    "10": ("supervisor", "Hospital waits for these: agreed with sales"),
    "110": ("greta", "Bars of this heat are needed together"),
}
PINNED_FOR_A_WHILE = ("30", "supervisor", "Auditor wants to see one through", "The auditor has seen it")
AHEAD = {ASSEMBLY: "supervisor", MACHINING: "greta"}
REVIEWED = ("WO-10466", "WO-10467", "WO-10468", "WO-10469")
REVIEW = "Record reviewed: what went another way is explained"
WORK_AHEAD_S = 12 * 3600  # this shift's and the next one's


def schedule_changes(history: "History", rows: bytes) -> None:
    """The ERP changes its mind about orders that are on the floor already. rows: its file of all orders."""
    known = {row["erp_reference"]: row for row in csv.DictReader(io.StringIO(rows.decode()))}
    for minutes, changes in CHANGES.items():
        history.add(history.now - timedelta(minutes=minutes), _sender(history, known, changes))


def _sender(
    history: "History", known: Mapping[str, dict[str, str]], changes: Mapping[str, Mapping[str, str]]
) -> Callable[[datetime], None]:
    def send(at: datetime) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=[*next(iter(known.values())), "status"])
        writer.writeheader()
        for reference, change in changes.items():
            row = known[reference] | change
            if row["quantity"][0] in "+-":
                row["quantity"] = str(int(known[reference]["quantity"]) + int(row["quantity"]))
            writer.writerow(row)
        with open_door(person=history.people["integration"], at=at, reason="changes.csv") as passage:
            import_orders(table=table_of_file(text.getvalue().encode()), by=passage.person, at=at)

    return send


def pin_some(history: "History") -> None:
    """A pin at some stations, of what would come last; one was taken off again."""
    for number, (who, reason) in PINS.items():
        _pin(history, number, who, reason, history.now - timedelta(minutes=7))
    number, who, reason, why_off = PINNED_FOR_A_WHILE
    placed = _pin(history, number, who, reason, history.now - timedelta(minutes=6))
    if placed is not None:
        with open_door(person=history.people[who], at=history.now - timedelta(minutes=2)) as passage:
            pins.unpin(pin=placed, reason=why_off, by=passage.person, at=passage.at)


def _pin(history: "History", number: str, who: str, reason: str, at: datetime):
    station, by = history.stations[number], history.people[who]
    waiting = queue_at(station, by, ready=20, coming=0).ready
    if not waiting:
        return None
    with open_door(person=by, at=at):
        return pins.pin(station=station, order=waiting[-1].job.order, reason=reason, by=by, at=at)


def close_reviewed(history: "History", at: datetime) -> None:
    """Quality has reviewed the orders of the first days; what a hold is open on stays as it is."""
    by = history.people["quality"]
    for order in WorkOrder.objects.filter(erp_reference__in=REVIEWED, status=OrderStatus.COMPLETED):
        if not open_holds_of(order) and not unsettled_time_of(order.pk).exists():
            with open_door(person=by, at=at, reason=REVIEW):
                closings.close(order=order, reason=REVIEW, by=by, at=at)


def plan_ahead(history: "History") -> None:
    """Each work center as proposed for this shift and the next; then by hand, so that something stands against it."""
    for area, who in AHEAD.items():
        _apply_proposal(history, area, who, history.now - timedelta(minutes=5))
        _move_by_hand(history, area, who, history.now - timedelta(minutes=3))


def _apply_proposal(history: "History", area: str, who: str, at: datetime) -> None:
    center = history.ground.lines[area]
    stations = stations_of(center)
    until = clocks_of(stations)[center.pk].end(history.now, WORK_AHEAD_S)
    proposal = proposal_for(stations, now=history.now, since=history.now, until=until)
    with open_door(person=history.people[who], at=at) as passage:
        schedules.apply(
            center=center,
            since=history.now,
            until=until,
            as_of=history.now,
            digest=proposal.digest,
            by=passage.person,
            at=at,
        )


def _move_by_hand(history: "History", area: str, who: str, at: datetime) -> None:
    """The second job of the busiest station is wanted while the first runs; one operation before the one before it."""
    jobs = list(
        PlannedJob.objects.filter(station__work_center=history.ground.lines[area])
        .select_related("work_order", "station__work_center__site", "station__station_class")
        .order_by("starts_at")
    )
    by_station: dict[str, list[PlannedJob]] = {}
    for job in jobs:
        by_station.setdefault(job.station.code, []).append(job)
    if not by_station:
        return
    busiest = max(by_station.values(), key=len)
    if len(busiest) > 1:
        _plan(history, busiest[1], busiest[0].starts_at + timedelta(minutes=10), who, at)
    first = busiest[-1]
    later = next((one for one in jobs if one.work_order_id == first.work_order_id and one.pk != first.pk), None)
    if later is not None:
        _plan(history, later, first.starts_at, who, at + timedelta(minutes=1))


def _plan(history: "History", job: PlannedJob, starts_at: datetime, who: str, at: datetime) -> None:
    order: WorkOrder = job.work_order
    with open_door(person=history.people[who], at=at) as passage:
        schedules.plan(
            order=order,
            operation_code=job.operation_code,
            station=job.station,
            starts_at=starts_at,
            by=passage.person,
            at=at,
        )

"""The gear shaft cell's month: a lot every day or two through six machines, by three shifts, until now."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from equipment.actions import assets
from equipment.calendars.queries import timetable_of
from equipment.calendars.spans import add_working_time, shift_at, working_time
from equipment.models import PhysicalAsset
from mes.demo import labor, lots
from mes.demo.ground import MACHINING, operations_of
from mes.demo.lots import CHARGED, CHARGED_WITH, OVERLAPS, RUSHED, TESTED
from mes.demo.work import Mishap, be_refused, next_job
from mes.kernel.door import open_door
from orders.models import WorkOrder
from orders.plans import OperationPlan
from wip.models import HoldReason
from wip.queries import running_at

if TYPE_CHECKING:
    from mes.demo.history import History

# Shift: operation -> who does it. Two of each shift can do everything.
CREW = {
    "E": {"10": "kofi", "20": "kofi", "30": "marek", "40": "marek", "50": "elena", "60": "elena"},
    "L": {"10": "yuki", "20": "yuki", "30": "yuki", "40": "yuki", "50": "hanna", "60": "diego"},
    "N": {"10": "igor", "20": "igor", "30": "igor", "40": "igor", "50": "fatima", "60": "fatima"},
}
WITNESS = {"marek": "elena", "elena": "marek", "yuki": "diego", "diego": "yuki", "igor": "fatima", "fatima": "igor"}
AT_LOADING = {f"1{code}": who for code, who in CREW["E"].items()}

MADE = 14
FIRST = 20001
SHARPENED_BEFORE = 10  # the insert is turned before this lot: what is left of it now is nearly used up
# Orders on the floor: working hours ago of their release, and the operation before which they wait now.
WAITING = {
    15: (60, "60"),
    22: (50, "50"),
    16: (44, "50"),
    17: (30, "40"),
    18: (20, "30"),
    19: (12, "20"),
    20: (3, "10"),
    21: (2, "10"),
}
HELD = 22


class Cell:
    """Schedules the lots into the plant's history."""

    def __init__(self, history: "History", orders: dict[str, WorkOrder]) -> None:
        self.history, self.orders = history, orders
        timetable = timetable_of(history.ground.lines[MACHINING])
        assert timetable is not None, "the cell has a calendar"
        self.timetable = timetable
        self.shaft = operations_of("GS-24")
        self.free: dict[str, datetime] = {}
        self.waits_at_furnace: dict[int, datetime] = {}

    def order(self, index: int) -> WorkOrder:
        return self.orders[f"WO-{FIRST - 1 + index}"]

    def schedule(self) -> None:
        history = self.history
        for index in range(1, MADE + 1):
            day = history.shifts.hours[min(18, int(index * 1.25))][0]
            self.schedule_lot(self.order(index), day + timedelta(minutes=20 + 7 * index), index=index)
        for index, (hours, before) in WAITING.items():
            at = self.working_before(timedelta(hours=hours))
            self.schedule_lot(self.order(index), at, until=before, index=index)

    def working_before(self, span: timedelta) -> datetime:
        """A moment with so much working time between it and now, or a few minutes more."""
        at = self.history.now
        while (missing := span - working_time(self.timetable, at, self.history.now)) > timedelta(0):
            at -= max(missing, timedelta(minutes=10))
        return at

    def schedule_lot(self, order: WorkOrder, at: datetime, *, until: str = "", index: int = 0) -> None:
        """Release an order and take its lot through the machines, up to an operation before which it waits."""
        history = self.history
        history.release_at([order], at, "greta")
        ready = at + timedelta(minutes=20)
        if index == SHARPENED_BEFORE:
            history.add(at, self.turn_insert)
        orders, way = [order], self.shaft
        if index == OVERLAPS:
            ready, way = self.schedule_overlap(order, ready), way[2:]
        for operation in way:
            if operation.code == until:
                self.schedule_beside(order, index, ready)
                return
            if operation.code == "40" and index in CHARGED_WITH.values():
                self.waits_at_furnace[index] = ready
                return
            if operation.code == "40" and index in CHARGED_WITH:
                orders.insert(0, self.order(CHARGED_WITH[index]))
                ready = max(ready, self.waits_at_furnace[CHARGED_WITH[index]])
            if operation.code == "40" and index == TESTED:
                history.add(ready, lambda at: lots.take_test_pieces(history, order, at))
                ready += timedelta(minutes=30)
            if operation.code == "40":
                ready = self.schedule_operation(orders, operation, ready)
            else:
                ready = max(self.schedule_operation([one], operation, ready) for one in orders)

    def schedule_beside(self, order: WorkOrder, index: int, ready: datetime) -> None:
        """What happened to a lot that waits."""
        if index == RUSHED:
            at = min(ready + timedelta(minutes=30), self.history.now - timedelta(minutes=20))
            self.history.add(at, lambda at: lots.send_some_ahead(self.history, order, at))

    def schedule_overlap(self, order: WorkOrder, ready: datetime) -> datetime:
        """Turn a lot, and hob its first gears while the rest is turned; returns when both are done."""
        history, (turn, hob) = self.history, self.shaft[:2]
        end = self.schedule_operation([order], turn, ready)
        begin = max(ready, end - timedelta(minutes=25))
        history.add(begin, lambda at: self.book_first_gears(order, at))
        return self.schedule_operation([order], hob, begin + timedelta(minutes=2), not_before=end)

    def book_first_gears(self, order: WorkOrder, at: datetime) -> None:
        unit = self.history.unit(order)
        execution = unit.executions.select_related("worked_by").get(operation_code="10")
        lots.book_part(self.history.worker, unit, "10", execution.worked_by.username, 16, at)

    def schedule_operation(
        self, orders: list[WorkOrder], operation: OperationPlan, ready: datetime, *, not_before: datetime | None = None
    ) -> datetime:
        """Put an operation into the schedule when its machine is free and somebody is there; returns its end.

        orders: whose lots run together. not_before: when it can end at the earliest.
        """
        history, code = self.history, operation.code
        planned = operation.setup_time_s + operation.run_time_s * min(40, int(orders[0].quantity))
        takes = timedelta(seconds=int(planned * history.chance.uniform(0.9, 1.15)))
        walk = timedelta(seconds=history.chance.randint(120, 900))
        begin = add_working_time(self.timetable, max(ready, self.free.get(code, ready)), walk)
        end = add_working_time(self.timetable, begin, takes)
        if not_before is not None:
            end = max(end, not_before + timedelta(minutes=10))
        self.free[code] = end
        first, last = self.who(code, begin), self.who(code, end - timedelta(seconds=1))
        history.add(begin, lambda at: self.begin(orders, code, first, at, end))
        history.add(end, lambda at: self.end(orders[0], code, first, last, at, begin + (end - begin) * 0.9))
        return end

    def who(self, code: str, at: datetime) -> str:
        """Who is there; outside the shifts somebody of the early one came for it."""
        shift = shift_at(self.timetable, at)
        return CREW.get(shift.code if shift else "", CREW["E"])[code]

    def begin(self, orders: list[WorkOrder], code: str, who: str, at: datetime, end: datetime) -> None:
        history, station = self.history, self.history.stations[f"1{code}"]
        units = [history.unit(order) for order in orders]
        if len(units) > 1:
            history.worker.start_batch(units, code, station, who, at)
        else:
            history.worker.start(units[0], code, station, who, at)
        if end > history.now:
            history.worker.record(units[0], code, who, history.now, share=(history.now - at) / (end - at))

    def end(self, order: WorkOrder, code: str, first: str, last: str, at: datetime, before: datetime) -> None:
        """Complete; the next shift takes over what the one before has begun."""
        unit, worker = self.history.unit(order), self.history.worker
        if code == "40" and order == self.order(lots.LEFT_IN_FURNACE):
            other = next(crew[code] for crew in CREW.values() if crew[code] != first)
            worker.complete(unit, code, other, at, before=before, mishap=Mishap.LEFT_IN_FURNACE)
            return
        if last != first:
            labor.hand_over(self.history, unit, code, first, last, before)
        worker.complete(unit, code, last, at, before=before)

    def turn_insert(self, at: datetime) -> None:
        engineer = self.history.people["ana"]
        with open_door(person=engineer, at=at):
            insert = PhysicalAsset.objects.get(code="TI-1101")
            assets.overhaul(asset=insert, reason="Turned to its next edge", by=engineer, at=at)

    def keep_busy(self) -> None:
        """One lot is on hold; at each machine where nothing runs the next lot was begun some minutes ago."""
        history, now = self.history, self.history.now
        reason = "Test piece has 57.4 HRC: second piece is being measured"
        history.hold(
            "samuel", now - timedelta(minutes=50), HoldReason.PROCESS, reason, unit=history.unit(self.order(HELD))
        )
        held, grinder = history.unit(self.order(HELD)), history.stations["150"]
        for minutes in (44, 41):
            at = now - timedelta(minutes=minutes)
            be_refused(lambda at=at: history.worker.start(held, "50", grinder, self.who("50", at), at))
        for number, station in history.ground.stations_of(MACHINING).items():
            code = number[1:]
            who = self.who(code, now)
            if running_at(station).exists():
                continue
            job, _ = next_job(station, history.people[who])
            if job is None:
                continue
            if code == "40" and job.order == self.order(CHARGED):
                lots.charge(history, job.order, who, now - timedelta(minutes=40))
                continue
            at = now - timedelta(minutes=35 if code == "10" else history.chance.randint(5, 30))
            history.worker.start(job.unit, job.operation.code, station, who, at)
            if code == "10":
                lots.book_part(history.worker, job.unit, "10", who, 12, now - timedelta(minutes=1))

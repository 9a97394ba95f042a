"""The gear shaft cell's month: a lot every day or two through six machines, by three shifts, until now."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from equipment.actions import assets
from equipment.calendars.queries import timetable_of
from equipment.calendars.spans import add_working_time, shift_at
from equipment.models import PhysicalAsset
from mes.demo import labor
from mes.demo.ground import MACHINING, operations_of
from mes.demo.work import next_job
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
        """A moment with about so much working time between it and now: by days of 24 hours, less the weekend."""
        at = self.history.now - span
        while shift_at(self.timetable, at) is None:
            at -= timedelta(hours=6)
        return at

    def schedule_lot(self, order: WorkOrder, at: datetime, *, until: str = "", index: int = 0) -> None:
        """Release an order and take its lot through the machines, up to an operation before which it waits."""
        history = self.history
        history.release_at(order, at, "greta")
        ready = at + timedelta(minutes=20)
        if index == SHARPENED_BEFORE:
            history.add(at, self.turn_insert)
        for operation in self.shaft:
            if operation.code == until:
                return
            ready = self.schedule_operation(order, operation, ready)

    def schedule_operation(self, order: WorkOrder, operation: OperationPlan, ready: datetime) -> datetime:
        """Put an operation into the schedule when its machine is free and somebody is there; returns its end."""
        history, code = self.history, operation.code
        planned = operation.setup_time_s + operation.run_time_s * min(40, int(order.quantity))
        takes = timedelta(seconds=int(planned * history.chance.uniform(0.9, 1.15)))
        walk = timedelta(seconds=history.chance.randint(120, 900))
        begin = add_working_time(self.timetable, max(ready, self.free.get(code, ready)), walk)
        end = self.free[code] = add_working_time(self.timetable, begin, takes)
        first, last = self.who(code, begin), self.who(code, end - timedelta(seconds=1))
        history.add(begin, lambda at: self.begin(order, code, first, at, end))
        history.add(end, lambda at: self.end(order, code, first, last, at, begin + (end - begin) * 0.9))
        return end

    def who(self, code: str, at: datetime) -> str:
        """Who is there; outside the shifts somebody of the early one came for it."""
        shift = shift_at(self.timetable, at)
        return CREW.get(shift.code if shift else "", CREW["E"])[code]

    def begin(self, order: WorkOrder, code: str, who: str, at: datetime, end: datetime) -> None:
        history = self.history
        history.worker.start(history.unit(order), code, history.stations[f"1{code}"], who, at)
        if end > history.now:
            history.worker.record(history.unit(order), code, who, history.now, share=(history.now - at) / (end - at))

    def end(self, order: WorkOrder, code: str, first: str, last: str, at: datetime, before: datetime) -> None:
        """Complete; the next shift takes over what the one before has begun."""
        unit, worker = self.history.unit(order), self.history.worker
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
        for number, station in history.ground.stations_of(MACHINING).items():
            code = number[1:]
            who = self.who(code, now)
            if running_at(station).exists():
                continue
            job, _ = next_job(station, history.people[who])
            if job is not None:
                at = now - timedelta(minutes=history.chance.randint(5, 35))
                history.worker.start(job.unit, job.operation.code, station, who, at)

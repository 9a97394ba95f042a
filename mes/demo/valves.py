"""The check valves on the pump line: adhesive that cures, a burr now and then, two ways to close them, and repairs."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from genealogy.models import Unit
from mes.kernel.door import open_door
from mes.station.actions import operations
from mes.station.actions.operations import Given
from orders.models import RoutingRevision, WorkOrder
from wip.actions import late, reworks
from wip.models import HoldReason

if TYPE_CHECKING:
    from mes.demo.history import History

DONE, RUNNING = "WO-30001", "WO-30002"
BENCH, TESTER = ("20", "luca"), ("40", "priya")  # station and who is there
LEAK = "M-LEAK"  # the defect for which valves go back


class Valves:
    """Schedules two orders of valves into the plant's history: minutes from the release of each."""

    def __init__(self, history: "History", orders: dict[str, WorkOrder]) -> None:
        self.history, self.orders = history, orders

    def schedule(self) -> None:
        self.schedule_done(self.history.shifts.hours[16][0] + timedelta(minutes=150))
        self.schedule_running(self.history.now - timedelta(minutes=170))

    def schedule_done(self, at: datetime) -> None:
        """The first as planned; one repaired after its test, one bonded twice, one without a burr."""
        self.history.release_at([self.orders[DONE]], at)
        plain, leaking, gap, clean = range(4)
        self.do(DONE, plain, "10", at, 3)
        self.do(DONE, leaking, "10", at, 7)
        self.do(DONE, gap, "10", at, 11, fails=True)
        self.again(DONE, gap, at, 13)
        self.do(DONE, gap, "10", at, 14)
        self.do(DONE, clean, "10", at, 18)
        self.do(DONE, plain, "20", at, 22)
        self.skip(DONE, leaking, at, 24)
        self.do(DONE, plain, "31", at, 25)
        self.do(DONE, leaking, "32", at, 28)
        self.do(DONE, plain, "40", at, 29)
        self.do(DONE, leaking, "40", at, 33, fails=True)
        self.propose(DONE, leaking, TESTER[1], "RESEAL New gasket, close again: flow 3.9 l/min", at, 35.2)
        self.repair(DONE, leaking, at, 36)
        self.skip(DONE, gap, at, 37)
        self.do(DONE, leaking, "R10", at, 38)
        self.do(DONE, leaking, "R20", at, 41)
        self.do(DONE, gap, "31", at, 44)
        self.do(DONE, leaking, "31", at, 47)
        self.do(DONE, clean, "20", at, 50)
        self.do(DONE, clean, "31", at, 52)
        for place, index in enumerate((leaking, gap, clean)):
            self.do(DONE, index, "40", at, 55 + 3 * place)

    def schedule_running(self, at: datetime) -> None:
        """One waits too long, one is cured, one cures; the last has not begun."""
        self.history.release_at([self.orders[RUNNING]], at)
        self.do(RUNNING, 0, "10", at, 5)
        self.do(RUNNING, 1, "10", at, 120)
        self.do(RUNNING, 2, "10", at, 163)

    def do(self, reference: str, index: int, code: str, at: datetime, minutes: float, *, fails: bool = False) -> None:
        """An operation of two minutes; one that fails is left running."""
        number, who = TESTER if code == "40" else BENCH
        begin = at + timedelta(minutes=minutes)

        def start(at: datetime) -> None:
            self.history.worker.start(self.unit(reference, index), code, self.history.stations[number], who, at)

        def end(at: datetime) -> None:
            unit, worker = self.unit(reference, index), self.history.worker
            if not fails:
                worker.complete(unit, code, who, at, before=at - timedelta(seconds=30))
            elif code == "40":
                worker.report(unit, code, who, at, [Given("FLOW", "3.9")])

        self.history.add(begin, start)
        self.history.add(begin + timedelta(minutes=2), end)

    def skip(self, reference: str, index: int, at: datetime, minutes: float) -> None:
        def leave_out(at: datetime) -> None:
            person, station = self.history.people[BENCH[1]], self.history.stations[BENCH[0]]
            with open_door(person=person, at=at, station=station.code):
                operations.skip(
                    unit=self.unit(reference, index),
                    operation_code="20",
                    station=station,
                    reason="No adhesive stands over",
                    by=person,
                    at=at,
                )

        self.history.add(at + timedelta(minutes=minutes), leave_out)

    def again(self, reference: str, index: int, at: datetime, minutes: float) -> None:
        """Who bonds sees a gap in the bead, and does it again."""
        reason = "RESEAL New gasket, close again: the bead has a gap"
        self.history.add(
            at + timedelta(minutes=minutes),
            lambda at: self.send_back(BENCH[1], self.unit(reference, index), "10", "10", None, "RESEAL", reason, at),
        )

    def propose(self, reference: str, index: int, who: str, reason: str, at: datetime, minutes: float) -> None:
        """Who works on it may not decide on a rework: the unit waits for who may."""
        self.history.add(
            at + timedelta(minutes=minutes),
            lambda at: self.history.hold(
                who, at, HoldReason.REWORK, reason, unit=self.unit(reference, index), defect=LEAK
            ),
        )

    def repair(self, reference: str, index: int, at: datetime, minutes: float) -> None:
        """What did not pass its test goes through the repair, and is closed once more."""

        def decide(at: datetime) -> None:
            routing = RoutingRevision.objects.get(routing__name="CV-3 repair")
            reason = "Flow 3.9 l/min: adhesive in the seat"
            self.send_back("supervisor", self.unit(reference, index), "40", "32", routing, "", reason, at)

        self.history.add(at + timedelta(minutes=minutes), decide)

    def send_back(
        self,
        who: str,
        unit: Unit,
        found_in: str,
        return_to: str,
        routing: RoutingRevision | None,
        code: str,
        reason: str,
        at: datetime,
    ) -> None:
        person = self.history.people[who]
        with open_door(person=person, at=at):
            reworks.send_back(
                unit=unit,
                found_in=found_in,
                return_to=return_to,
                routing_revision=routing,
                reason_code=code,
                reason=reason,
                defect=LEAK,
                by=person,
                at=at,
            )

    def note_late(self) -> None:
        """What the task does every minute: the first valve has waited longer than its adhesive may."""
        now = self.history.now
        with open_door(person=None, at=now):
            late.note_late(unit=self.unit(RUNNING, 0), at=now)

    def unit(self, reference: str, index: int) -> Unit:
        """As it is now: rework changes the plan that it follows."""
        unit = self.history.unit(self.orders[reference], index)
        return Unit.objects.select_related("site", "product", "work_order__product_revision").get(pk=unit.pk)

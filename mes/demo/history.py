"""The last month of the demo plant, as its people made them: scheduled ahead, then played by the verbs until now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from django.db.models import Max

from genealogy.models import Unit
from genealogy.queries import unit_by_serial
from mes.demo import labor, leading, mistakes
from mes.demo.calls import schedule_calls
from mes.demo.cell import WITNESS as CELL_WITNESS
from mes.demo.cell import Cell
from mes.demo.ground import ASSEMBLY, Ground, operations_of
from mes.demo.redlines import ORDER as REDLINED
from mes.demo.redlines import schedule_redline
from mes.demo.shifts import Shifts
from mes.demo.stock import SUSPECT_LOT, Stock
from mes.demo.valves import Valves
from mes.demo.work import LIMITS, Mishap, Worker, next_job
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.canonical import digest
from mes.kernel.audit.models import Meaning
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from orders.models import Product, WorkOrder
from orders.plans import OperationPlan
from wip.actions import holds, permits
from wip.actions import orders as floor
from wip.actions.holds import release_content
from wip.actions.permits import Deviation
from wip.models import Hold, HoldReason, OperationExecution
from wip.queries import running_at
from wip.queues import queue_at

# Who works where; jonas stood in at packing on the first day, before his qualification lapsed.
CREW = {"10": "tomasz", "20": "luca", "30": "operator", "40": "priya", "50": "sofia", "60": "sofia"}

# Orders of the days before: shift, minutes into it.
MADE = {
    "WO-10466": (0, 35),
    "WO-10467": (2, 120),
    "WO-10468": (4, 15),
    "WO-10469": (6, 240),
    "WO-10470": (9, 30),
    "WO-10471": (11, 75),
    "WO-10472": (13, 190),
    "WO-10473": (15, 20),
    "WO-10474": (17, 20),
    "WO-10475": (17, 190),
    "WO-10476": (18, 10),
    "WO-10477": (18, 150),
    "WO-10478": (18, 280),
    "WO-10479": (19, 15),
    "WO-10480": (19, 200),
    "WO-10481": (20, 10),
}
# Orders on the floor: minutes from the first unit's entry until now.
RUNNING = {"WO-10484": 110, "WO-10485": 75, "WO-10483": 34, "WO-10482": 16}
LABELLED_LATER = "WO-10484"
WAIT_BEFORE = {LABELLED_LATER: "50", "WO-10485": "30"}  # their units wait here: others go first
FIRST_WAITS_BEFORE = {LABELLED_LATER: "60"}  # and the first of them here
TUBING = "WO-10486"
WAITING = [f"WO-{number}" for number in range(10487, 10496)]
HELD_ORDER = "WO-10491"
IN_PARTS, FIRST_PART = "WO-10495", Decimal(8)  # boards for the rest come next week
BAD_BOARDS, FUTURE_HOLD = "WO-10489", "WO-10490"
PAUSE = timedelta(minutes=15)  # from release to the first unit
RHYTHM = timedelta(seconds=185)

# What went wrong: order, index of the unit, operation.
MISHAPS = {
    ("WO-10468", 1, "40"): Mishap.LEAKS,
    ("WO-10471", 0, "30"): Mishap.RETORQUED,
    ("WO-10474", 1, "30"): Mishap.RETORQUED,
    ("WO-10475", 2, "40"): Mishap.MEASURED_AGAIN,
    ("WO-10476", 3, "40"): Mishap.LEAKS,
    ("WO-10478", 0, "20"): Mishap.HANDED_OVER,
    ("WO-10479", 0, "60"): Mishap.LIGHT,
    ("WO-10479", 1, "30"): Mishap.LEFT,
    ("WO-10480", 1, "60"): Mishap.LIGHT,
    ("WO-10480", 2, "30"): Mishap.RETORQUED,
    ("WO-10483", 2, "40"): Mishap.LEAKS,
    ("WO-10483", 4, "30"): Mishap.RETORQUED,
}


@dataclass
class History:
    """The plant while its past is played. now: the moment of loading; nothing happens after it.

    folder: where it is noted what people carried, if anywhere.
    """

    ground: Ground
    people: dict[str, Person]
    now: datetime
    chance: Random = field(default_factory=lambda: Random(20))  # noqa: S311 - the same demo each time
    events: list[tuple[datetime, Callable[[datetime], None]]] = field(default_factory=list)
    free: dict[str, datetime] = field(default_factory=dict)
    units: dict[UUID, list[Unit]] = field(default_factory=dict)
    cleared: dict[str, WorkOrder] = field(default_factory=dict)
    count: int = 0
    folder: Path | None = None

    def __post_init__(self) -> None:
        self.site, self.stations = self.ground.site, self.ground.stations
        self.shifts = Shifts.until(self.now, self.site.zone, self.ground.holidays(ASSEMBLY))
        self.pump = operations_of("IP2")

    @property
    def first(self) -> datetime:
        return self.shifts.first

    def play(self) -> None:
        """Make it all happen, in order of time."""
        stock = Stock.receive(self.ground, self.people, now=self.now, at=self.first)
        self.worker = Worker(self.people, stock, self.witness, self.chance, folder=self.folder)
        orders = {order.erp_reference: order for order in WorkOrder.objects.filter(site=self.site)}
        self.schedule_pumps(orders)
        self.add(self.shifts.hours[-1][0], lambda at: stock.lots.update({"M3X8-T10": "LOT-88121"}))
        cell = Cell(self, orders)
        cell.schedule()
        valves = Valves(self, orders)
        valves.schedule()
        schedule_redline(self, orders[REDLINED])
        schedule_calls(self)
        self.add(self.now - timedelta(hours=2), lambda at: leading.close_reviewed(self, at))
        for at, act in sorted(self.events, key=lambda event: event[0]):
            if at <= self.now:
                act(at)
                self.count += 1
        self.hold_some(orders)
        valves.note_late()
        self.keep_stations_busy()
        cell.keep_busy()
        labor.leave_tubing(self, self.worker.running[self.unit(orders[TUBING]).pk, "10"])
        leading.pin_some(self)
        leading.plan_ahead(self)

    def schedule_pumps(self, orders: dict[str, WorkOrder]) -> None:
        for reference, (shift, minutes) in MADE.items():
            self.schedule(orders[reference], self.shifts.hours[shift][0] + timedelta(minutes=minutes))
        for reference, minutes in RUNNING.items():
            self.schedule(orders[reference], self.now - timedelta(minutes=minutes) - PAUSE)
        waiting = [orders[reference] for reference in (TUBING, *WAITING) if reference != IN_PARTS]
        self.add(self.now - timedelta(minutes=89), lambda at: self.release_a_part(orders[IN_PARTS], at))
        self.release_at(waiting, self.now - timedelta(minutes=90))
        self.add(self.now - timedelta(minutes=35), lambda at: self.start_tubing(orders[TUBING], at))
        self.schedule_a_cleared_doubt(orders["WO-10477"])
        self.add(self.first + timedelta(minutes=20), self.permit_light_cartons)
        self.schedule_bad_boards(orders[BAD_BOARDS])

    def witness(self, code: str, who: str) -> Person:
        """Who reads a label or a furnace's programme as well."""
        return self.people["noor" if code == "50" else CELL_WITNESS[who]]

    def add(self, at: datetime, act: Callable[[datetime], None]) -> None:
        self.events.append((at, act))

    def release_at(self, orders: Sequence[WorkOrder], at: datetime, who: str = "supervisor") -> None:
        def release(at: datetime) -> None:
            person = self.people[who]
            with open_door(person=person, at=at):
                floor.release_many(orders=orders, by=person, at=at)

        self.add(at, release)

    def release_a_part(self, order: WorkOrder, at: datetime) -> None:
        by = self.people["supervisor"]
        with open_door(person=by, at=at):
            floor.release(order=order, quantity=FIRST_PART, by=by, at=at)

    def schedule(self, order: WorkOrder, at: datetime) -> None:
        """Release the order at this time, and take its units through the stations one after the other."""
        self.release_at([order], at)
        for index in range(int(order.quantity)):
            ends: dict[str, datetime] = {}
            waits = FIRST_WAITS_BEFORE if order.erp_reference in FIRST_WAITS_BEFORE and not index else WAIT_BEFORE
            wait = waits.get(order.erp_reference)
            for operation in self.pump:
                if operation.code == wait:
                    break
                ready = max((ends[code] for code in operation.predecessors), default=at + PAUSE + index * RHYTHM)
                ends[operation.code] = self.schedule_operation(order, index, operation, ready)
                if MISHAPS.get((order.erp_reference, index, operation.code)) is Mishap.LEAKS:
                    break

    def schedule_operation(self, order: WorkOrder, index: int, operation: OperationPlan, ready: datetime) -> datetime:
        """Put one operation on one unit into the schedule, when its station is free; returns its end."""
        code, chance = operation.code, self.chance
        takes = timedelta(seconds=int(operation.run_time_s * min(1.5, max(0.8, chance.gauss(1, 0.1)))))
        walk = timedelta(seconds=chance.randint(5, 30))
        begin = self.shifts.fit(max(ready, self.free.get(code, ready)) + walk, takes)
        end = self.free[code] = begin + takes
        who = "jonas" if code == "60" and begin < self.shifts.hours[1][0] else CREW[code]
        mishap = MISHAPS.get((order.erp_reference, index, code))
        starter = "supervisor" if mishap in (Mishap.HANDED_OVER, Mishap.LEFT) else who
        self.add(begin, lambda at: self.begin(order, index, code, starter, at, takes))
        self.add(
            end,
            lambda at: self.worker.complete(
                self.unit(order, index), code, who, at, before=begin + takes / 2, mishap=mishap
            ),
        )
        labor.schedule(self, (order.erp_reference, index, code), who, begin, end)
        mistakes.schedule(self, (order.erp_reference, index, code), who, begin, end)
        return end

    def begin(self, order: WorkOrder, index: int, code: str, who: str, at: datetime, takes: timedelta) -> None:
        """Start; what is not going to be completed by now has its first steps recorded."""
        unit = self.unit(order, index)
        self.clear_for(order, unit, code, who, at)
        self.worker.start(unit, code, self.stations[code], who, at)
        if at + takes > self.now:
            self.worker.record(unit, code, who, self.now, share=(self.now - at) / takes)

    def clear_for(self, order: WorkOrder, unit: Unit, code: str, who: str, at: datetime) -> None:
        """Clear the station before its first unit of the order, where there is a checklist."""
        if code in self.ground.cleared and self.cleared.get(code) != order:
            self.worker.clear(unit, self.stations[code], who, at)
            self.cleared[code] = order

    def unit(self, order: WorkOrder, index: int = 0) -> Unit:
        """A unit of a released order. Read once: the verbs lock and read what they change themselves."""
        if order.pk not in self.units:
            self.units[order.pk] = list(
                Unit.objects.select_related("product", "work_order__routing_revision", "work_order__product_revision")
                .filter(work_order=order)
                .order_by("serial")
            )
        return self.units[order.pk][index]

    def units_of(self, reference: str) -> list[Unit]:
        """The units of the released order of this reference, once one of them was asked for."""
        return next(
            units
            for units in self.units.values()
            if units[0].work_order is not None and units[0].work_order.erp_reference == reference
        )

    def start_tubing(self, order: WorkOrder, at: datetime) -> None:
        """A lot runs beside the pumps at the same bench."""
        unit = self.unit(order)
        self.worker.start(unit, "10", self.stations["20"], "luca", at)
        self.worker.record(unit, "10", "luca", at + timedelta(minutes=6), share=0.7)
        mistakes.book_wrongly(self, unit, "10", "luca", at + timedelta(minutes=14))

    def hold(
        self,
        who: str,
        at: datetime,
        kind: HoldReason,
        reason: str,
        *,
        unit: Unit | None = None,
        order: WorkOrder | None = None,
        **more: Any,
    ) -> Hold:
        by, on = self.people[who], {"unit": unit, "order": order}
        with open_door(person=by, at=at):
            return holds.place(by=by, at=at, reason_code=kind, reason=reason, **on, **more)

    def schedule_a_cleared_doubt(self, order: WorkOrder) -> None:
        """A hold of the past: placed between the order's release and its first unit, released ten minutes later."""
        shift, minutes = MADE[order.erp_reference]
        placed = self.shifts.hours[shift][0] + timedelta(minutes=minutes + 2)
        made: list[Hold] = []
        self.add(
            placed,
            lambda at: made.append(
                self.hold("quality", at, HoldReason.CUSTOMER, "Customer asks whether rev C is meant", order=order)
            ),
        )

        def release(at: datetime) -> None:
            by = self.people["quality"]
            signing = Signing(by, Meaning.RELEASED, digest(release_content(made[0])))
            with open_door(person=by, at=at):
                holds.release(hold=made[0], reason="Customer confirmed rev C", signing=signing, by=by, at=at)

        self.add(placed + timedelta(minutes=10), release)

    def permit_light_cartons(self, at: datetime) -> None:
        """Quality lets cartons go out that weigh a little less, for a number of them and some weeks."""
        by = self.people["quality"]
        deviation = Deviation(
            site=self.site,
            gate=LIMITS,
            reason="New foam is 12 g lighter: limits follow with rev 9, CAPA-0044",
            product=Product.objects.get(code="IP2"),
            operation_code="60",
            quantity_limit=Decimal(20),
            valid_to=self.site.local(self.now).date() + timedelta(days=21),
        )
        with open_door(person=by, at=at):
            permit = permits.grant(deviation=deviation, signing=Signing(by, Meaning.APPROVED), by=by, at=at)
        self.worker.permit = permit.number

    def schedule_bad_boards(self, order: WorkOrder) -> None:
        """Two boards in a row are scrapped: the rule of the routing holds their operation on the order."""
        for index, minutes in enumerate((26, 22)):
            begin = self.now - timedelta(minutes=minutes)
            self.add(begin, lambda at, index=index: self.scrap_board(order, index, at))

    def scrap_board(self, order: WorkOrder, index: int, at: datetime) -> None:
        unit, who = self.unit(order, index), CREW["10"]
        self.clear_for(order, unit, "10", who, at)
        self.worker.start(unit, "10", self.stations["10"], who, at)
        reason = "SOLDER-BRIDGE Bridge at the charger: the batch of boards is looked at"
        self.worker.finish(unit, "10", who, at + timedelta(minutes=2), [], Decimal(1), reason, defect="E-BOARD")

    def hold_some(self, orders: dict[str, WorkOrder]) -> None:
        """The holds that are open now: a lot of screws, two units before torque, a proposed rework, and an order."""
        at = self.now - timedelta(seconds=90)
        lot = unit_by_serial(SUSPECT_LOT)
        assert lot is not None
        self.hold("quality", at, HoldReason.MATERIAL, "Supplier reports heads that strip: CAPA-0041", unit=lot)
        waiting = queue_at(self.stations["30"], self.people["operator"])
        for candidate in waiting.ready[-2:]:
            reason = "Gasket of LOT-88010 shows flash: quality looks at both units"
            self.hold("priya", at, HoldReason.QUALITY, reason, unit=candidate.job.unit)
        reason = "RETORQUE Loosen and torque again: a screw head stands proud"
        unit = self.units_of(LABELLED_LATER)[-1]
        self.hold(CREW["50"], at, HoldReason.REWORK, reason, unit=unit, defect="M-THREAD")
        self.hold("supervisor", at, HoldReason.CUSTOMER, "Customer may change the quantity", order=orders[HELD_ORDER])
        reason = "Leak tester is checked with the master leak before this order"
        more = {"operation_code": "40", "owner": self.people["quality"], "due_at": self.now + timedelta(days=2)}
        self.hold("quality", at, HoldReason.PROCESS, reason, order=orders[FUTURE_HOLD], **more)

    def keep_stations_busy(self) -> None:
        """Where nothing runs by chance, the next ready unit was started a minute ago."""
        for code, station in self.ground.stations_of(ASSEMBLY).items():
            if running_at(station).exists():
                continue
            job, _ = next_job(station, self.people[CREW[code]])
            ended = OperationExecution.objects.filter(station=station).aggregate(last=Max("completed_at"))["last"]
            at = max(self.now - timedelta(minutes=1), (ended or self.first) + timedelta(seconds=1))
            if job is not None and at <= self.now:
                self.clear_for(job.order, job.unit, code, CREW[code], at)
                self.worker.start(job.unit, job.operation.code, station, CREW[code], at)

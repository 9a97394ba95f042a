"""What the machines have in common: two orders, an answer that has to agree, and what an act is tried on."""

import sys
from collections import Counter
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from genealogy.models import Container, Unit
from mes.kernel.refusals import Refusal
from orders.models import RoutingRevision, WorkOrder
from tests.model.floor import seen
from tests.model.floor.rules import Floor
from tests.model.floor.verbs import Verbs
from tests.model.invariants import check_floor
from tests.plant import NOW
from wip.models import Batch, OperationExecution

people = st.sampled_from(["amina"] * 6 + ["tomasz"] * 2 + ["ines", "mei"])
indexes = st.integers(0, 11)

TOLD = ("serial", "serials", "found", "found_in", "return_to", "code", "who", "good", "scrap", "quantity", "reference")
TOLD += ("container", "change", "one", "two", "number", "station", "look", "says_why", "reason", "name", "kind")
SOME_DAYS = 5 * 24 * 3600  # so that nobody's time is shared with what still runs of the runs before
EACH_NTH = 8  # so often everything is looked at that only sums of all rows tell


class Picking(RuleBasedStateMachine):
    """An order for a lot of ten and one for two serial numbers; everybody tries everything."""

    verbs: Verbs
    reached: Counter[tuple[str, bool]]  # how often each act was allowed, and refused

    @initialize()
    def set_up(self) -> None:
        line, plant = self.verbs, self.verbs.plant
        plant.at(SOME_DAYS)
        self.floor = Floor(lambda: int((plant.clock - NOW).total_seconds()) + 60)  # when the next act will be
        self.steps, self.hold_placed, self.trace = 0, None, []
        self.orders: dict[str, WorkOrder] = {}
        self.redlines: dict[str, tuple[str, RoutingRevision]] = {}
        self.batches: list[Batch] = []
        self.trays: dict[str, Container] = {}
        for quantity, by_lot in ((10, True), (2, False)):
            order = line.order(quantity, by_lot=by_lot)
            self.orders[order.erp_reference] = order
            self.floor.add_order(order.erp_reference, quantity, by_lot=by_lot)
            for unit in order.units.all():
                self.floor.add(unit.serial, order.erp_reference, int(unit.quantity))
        for quantity in (20, 5):
            self.floor.parts[line.parts(quantity)] = quantity
        for tray in (line.tray(), line.tray()):
            self.trays[tray.code], self.floor.containers[tray.code] = tray, None
        self.is_checked = True

    def agrees(self, expected: bool, act: Any, name: str = "") -> Any:
        """The plant answers as the rules do. Returns what the act returned."""
        answer, returned, self.is_checked = "allowed", None, False
        try:
            returned = act()
        except Refusal as refusal:
            answer = f"refused: {refusal.code} {refusal}"
        called = sys._getframe(1).f_locals
        given = {key: value for key, value in called.items() if key in TOLD}
        name = name or sys._getframe(1).f_code.co_name
        self.trace.append(f"{name} {given} -> {answer}")
        assert answer.startswith("allowed" if expected else "refused"), answer
        self.reached[name, expected] += 1
        return returned

    def serial(self, index: int) -> str:
        """Mostly one that is in process."""
        units = self.floor.units
        alive = sorted(serial for serial, unit in units.items() if unit["status"] == "IN_PROCESS")
        known = alive * 3 + sorted(units)
        return known[index % len(known)]

    def job(self, index: int, pick: int) -> tuple[str, str] | None:
        """An operation begun on a unit, mostly one that runs."""
        serial = self.serial(index)
        begun = self.floor.running(serial) * 3 + sorted(self.floor.units[serial]["jobs"])
        return (serial, begun[pick % len(begun)]) if begun else None

    def lot_job(self, index: int, pick: int) -> tuple[str, str] | None:
        """An operation that runs on a lot; where none does, any."""
        found = [(serial, c) for serial in sorted(self.floor.units) for c in self.floor.running(serial)]
        on_lots = [pair for pair in found if self.floor.is_lot(pair[0])]
        return on_lots[pick % len(on_lots)] if on_lots else self.job(index, pick)

    def who_has(self, serial: str, code: str, who: str) -> str:
        return self.floor.units[serial]["jobs"][code]["has"] if who == "amina" else who

    @invariant()
    def the_pieces_are_the_same(self) -> None:
        if not getattr(self, "is_checked", True):
            self.is_checked, self.steps = True, self.steps + 1
            (self.look if self.steps % EACH_NTH else self.look_at_everything)()

    def teardown(self) -> None:
        if sys.exc_info()[0] is not None:
            print("\n".join(self.trace))
        elif hasattr(self, "floor"):
            seen.check_hours(self.floor, self.look_at_everything())

    def look(self) -> None:
        """Hold the plant to the rules."""
        seen.check_same(seen.seen_units(self.orders.values()), seen.told_units(self.floor))

    def look_at_everything(self) -> list[OperationExecution]:
        """The same, and what is true at any moment whatever was done: sums of all rows, nothing past a gate."""
        self.look()
        orders = list(self.orders.values())
        units = list(Unit.objects.filter(work_order__in=orders).select_related("work_order"))
        by_key = {unit.pk: unit for unit in units}
        executions = list(OperationExecution.objects.filter(unit__in=units))
        for one in executions:
            one.unit = by_key[one.unit_id]
        seen.check_orders(self.floor, orders, units)
        seen.check_parts(self.floor)
        seen.check_runs(self.floor, self.batches, list(self.trays.values()))
        check_floor(units, executions)
        return executions

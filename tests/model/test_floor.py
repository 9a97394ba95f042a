"""All verbs of the floor against tests/model/floor_rules.py: after every step the same answer, the same pieces."""

import sys
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from genealogy.models import Unit
from mes.kernel.refusals import Refusal
from orders.models import WorkOrder
from tests.holds import lift, place
from tests.model.floor_plant import FloorPlant, floor_plant
from tests.model.floor_rules import AFTER, CODES, Floor, open_at
from tests.model.invariants import check_floor, queue_rows
from tests.plant import Plant
from wip.models import LaborSpan, OperationExecution

people = st.sampled_from(["amina"] * 6 + ["tomasz"] * 2 + ["ines", "mei"])
comers = st.sampled_from(["tomasz", "ines", "amina", "mei"])
indexes = st.integers(0, 11)
codes = st.sampled_from(CODES)


class InMotion(RuleBasedStateMachine):
    """An order for a lot of ten and one for two serial numbers; everybody tries everything."""

    line: FloorPlant
    reached: Counter[tuple[str, bool]]  # how often each act was allowed, and refused

    @initialize()
    def set_up(self) -> None:
        self.floor, self.hold_placed = Floor(), None
        self.orders: dict[str, WorkOrder] = {}
        for quantity, by_lot in ((10, True), (2, False)):
            order = self.line.order(quantity, by_lot=by_lot)
            self.orders[order.erp_reference] = order
            self.floor.orders[order.erp_reference] = {"status": "RELEASED", "quantity": quantity, "by_lot": by_lot}
            for unit in order.units.all():
                self.floor.add(unit.serial, order.erp_reference, int(unit.quantity))

    def agrees(self, expected: bool, act):
        """The plant answers as the rules do. Returns what the act returned."""
        answer, returned, self.is_checked = "allowed", None, False
        try:
            returned = act()
        except Refusal as refusal:
            answer = f"refused: {refusal.code} {refusal}"
        assert answer.startswith("allowed" if expected else "refused"), answer
        self.reached[sys._getframe(1).f_code.co_name, expected] += 1
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

    @rule(index=indexes, code=codes, who=people)
    def start(self, index, code, who):
        serial = self.serial(index)
        self.agrees(self.floor.start(serial, code, who), lambda: self.line.start(serial, code, who))

    @rule(index=indexes, picks=st.lists(indexes, min_size=1, max_size=5), scrap=st.sampled_from([0] * 8 + [1]))
    def go_on(self, index, picks, scrap):
        """What good operators would do next on the unit: by chance alone few get far."""
        serial = self.serial(index)
        for pick in picks:
            self._go_on(serial, pick, scrap)

    def _go_on(self, serial, pick, scrap):
        running = self.floor.running(serial)
        ready = [code for code, is_ready in self.floor.comes_next(serial).items() if is_ready]
        if ready and (not running or pick % 3 == 0):
            code = ready[pick % len(ready)]
            self.agrees(self.floor.start(serial, code, "amina"), lambda: self.line.start(serial, code))
            if pick % 4 == 1 and code in self.floor.running(serial):  # somebody comes to what has just begun
                self._come("join", serial, code, "tomasz")
        elif running:
            code = running[pick % len(running)]
            who = self.floor.units[serial]["jobs"][code]["has"]
            expected = self.floor.complete(serial, code, scrap, who)
            self.agrees(expected, lambda: self.line.complete(serial, code, scrap, who))

    @rule(index=indexes, code=st.sampled_from(["30", "30", "30", "20", "50"]), who=people)
    def skip(self, index, code, who):
        serial = self.serial(index)
        self.agrees(self.floor.skip(serial, code, who), lambda: self.line.skip(serial, code, who))

    @rule(index=indexes, pick=indexes, who=people)
    def record(self, index, pick, who):
        if found := self.job(index, pick):
            who = self.who_has(*found, who)
            execution = self.line.at(*found)
            reason = "Looked again" if execution.readings.exists() else ""
            self.agrees(self.floor.record(*found, who), lambda: self.line.record(*found, who, reason))

    @rule(index=indexes, pick=indexes, good=st.integers(0, 6), scrap=st.sampled_from([0, 0, 0, 1, 2, 9]), who=people)
    def book(self, index, pick, good, scrap, who):
        if found := self.lot_job(index, pick):
            who = self.who_has(*found, who)
            expected = self.floor.book(*found, good, scrap, who)
            self.agrees(expected, lambda: self.line.book(*found, good, scrap, who))

    @rule(index=indexes, pick=indexes, scrap=st.sampled_from([0, 0, 0, 1, 2, 99]), who=people)
    def complete(self, index, pick, scrap, who):
        """99: all that is open."""
        if found := self.job(index, pick):
            who = self.who_has(*found, who)
            scrap = max(0, open_at(self.floor.units[found[0]]["jobs"][found[1]])) if scrap == 99 else scrap
            expected = self.floor.complete(*found, scrap, who)
            self.agrees(expected, lambda: self.line.complete(*found, scrap, who))

    @rule(index=indexes, pick=indexes, verb=st.sampled_from(["resume", "join", "take_over"]), who=comers)
    def come(self, index, pick, verb, who):
        if found := self.job(index, pick):
            self._come(verb, *found, who)

    def _come(self, verb, serial, code, who):
        expected = self.floor.come(verb, serial, code, who)
        self.agrees(expected, lambda: self.line.people(verb, serial, code, who))

    @rule(index=indexes, pick=indexes, who=people)
    def pause(self, index, pick, who):
        if found := self.job(index, pick):
            who = self.who_has(*found, who)
            self.agrees(self.floor.pause(*found, who), lambda: self.line.people("pause", *found, who))

    @rule(index=indexes, pick=indexes, to=indexes, who=st.sampled_from(["mei", "mei", "ines", "amina", "tomasz"]))
    def send_back(self, index, pick, to, who):
        if found := self.job(index, pick):
            serial, found_in = found
            before = [*sorted(code for code in AFTER if found_in in AFTER[code]), "43"]
            return_to = before[to % len(before)]
            expected = self.floor.send_back(serial, found_in, return_to, who)
            self.agrees(expected, lambda: self.line.send_back(serial, found_in, return_to, who))

    @rule(index=indexes, quantity=st.integers(0, 5), who=people)
    def split(self, index, quantity, who):
        serial = self.serial(index)
        before = set(self.floor.units)
        expected = self.floor.split(serial, quantity, who, "the part")
        part = self.agrees(expected, lambda: self.line.split(serial, quantity, who))
        if part is not None:
            assert part.serial not in before
            self.floor.units[part.serial] = self.floor.units.pop("the part")
            if "the part" in self.floor.held:
                self.floor.held ^= {"the part", part.serial}

    @rule(index=indexes, other=indexes, who=people)
    def merge(self, index, other, who):
        one, two = self.serial(index), self.serial(other)
        self.agrees(self.floor.merge(one, two, who), lambda: self.line.merge(one, two, who))

    @rule(index=indexes, quantity=st.integers(1, 13))
    def resize(self, index, quantity):
        reference, order = sorted(self.orders.items())[index % 2]
        known, was = set(self.floor.units), dict(self.floor.orders[reference])
        free = self.floor.begun(reference) < was["quantity"]
        if was["status"] not in ("RELEASED", "RUNNING"):
            return
        quantity = quantity if was["by_lot"] else min(quantity, 4)
        expected = self.floor.resize(reference, quantity)
        self.agrees(expected, lambda: self.line.resize(order, quantity))
        new = list(order.units.exclude(serial__in=known).order_by("serial"))
        more = max(0, quantity - was["quantity"]) if expected else 0
        if was["by_lot"]:
            assert [int(unit.quantity) for unit in new] == ([more] if more and not free else [])
        else:
            assert [int(unit.quantity) for unit in new] == [1] * more
        for unit in new:
            self.floor.add(unit.serial, reference, int(unit.quantity))
        if expected:
            self.floor.settle_resized(reference)

    @rule(index=indexes, surely=st.sampled_from([True, False, False, False]))
    def cancel(self, index, surely):
        reference, order = sorted(self.orders.items())[index % 2]
        if surely or self.floor.begun(reference):  # seldom: nothing else can be done to it from then on
            self.agrees(self.floor.cancel(reference), lambda: self.line.cancel(order))

    @rule(index=indexes, kind=st.sampled_from(["unit", "unit", "order"]), code=st.sampled_from(["", "20"]), who=people)
    def hold(self, index, kind, code, who):
        if self.floor.held:
            return  # one at a time: under many holds nothing else would happen
        name = self.serial(index) if kind == "unit" else sorted(self.orders)[index % 2]
        on = {"unit": self.line.unit(name)} if kind == "unit" else {"work_order": self.orders[name]}
        expected = self.floor.hold(name, code, who)
        held = {"order" if kind == "order" else "unit": next(iter(on.values())), "operation_code": code}
        self.hold_placed = self.agrees(
            expected, lambda: place(self.line.plant, who=who, kind="PROCESS", **{k: v for k, v in held.items() if v})
        )

    @rule(who=st.sampled_from(["mei", "mei", "ines", "amina"]))
    def release(self, who):
        if self.floor.held:
            self.agrees(self.floor.lift(who), lambda: lift(self.line.plant, self.hold_placed, who=who))

    @invariant()
    def the_pieces_are_the_same(self):
        if not getattr(self, "is_checked", True):
            self.is_checked = True
            units = list(Unit.objects.filter(work_order__in=self.orders.values()).select_related("work_order"))
            executions = list(OperationExecution.objects.filter(unit__in=units).select_related("worked_by"))
            assert seen(units, executions) == told(self.floor)
            check_floor(units, executions)
            check_queues(self.floor, units)
            check_crews(self.floor, executions)


def seen(units, executions) -> dict:
    """The plant's state as it is stored."""
    found = {
        unit.serial: (unit.status, int(unit.quantity), int(unit.quantity_scrapped), int(unit.quantity_split), {})
        for unit in units
    }
    serials = {unit.pk: unit.serial for unit in units}
    for one in executions:
        if one.is_current:
            jobs = found[serials[one.unit_id]][4]
            assert one.operation_code not in jobs, "two attempts at one operation count"
            quantities = (one.quantity, one.quantity_good, one.quantity_scrapped)
            jobs[one.operation_code] = (one.status, *map(int, quantities), one.worked_by.username)
    return found


def told(floor: Floor) -> dict:
    """The same by the rules."""
    return {
        serial: (
            *(unit[name] for name in ("status", "quantity", "scrapped", "split")),
            {
                code: tuple(job[name] for name in ("status", "quantity", "good", "scrap", "has"))
                for code, job in unit["jobs"].items()
            },
        )
        for serial, unit in floor.units.items()
    }


def check_queues(floor: Floor, units) -> None:
    """The rows of the queues say what the rules say comes next."""
    rows = queue_rows(units)
    assert {unit.serial: rows[unit.pk] for unit in units} == {
        serial: floor.comes_next(serial) for serial in floor.units
    }


def check_crews(floor: Floor, executions) -> None:
    """Who is on a running job by their spans is who the rules say."""
    running = [one for one in executions if one.is_running]
    on = {one.pk: set() for one in running}
    spans = LaborSpan.objects.filter(execution__in=running, ended_at__isnull=True).select_related("person")
    for span in spans:
        on[span.execution_id].add(span.person.username)
    expected = [job["on"] for u in floor.units.values() for job in u["jobs"].values() if job["status"] == "RUNNING"]
    assert sorted(map(sorted, on.values())) == sorted(map(sorted, expected))


ALL_ANSWERS = 2 * 15  # every act is allowed and refused


def run(plant: Plant, *, examples: int, always_the_same: bool, answers: int) -> None:
    """answers: how many of all answers have to be met; a short run, always the same, does not come to each."""
    reached: Counter[tuple[str, bool]] = Counter()
    machine = type("InMotion", (InMotion,), {"line": floor_plant(plant), "reached": reached})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=50,
            derandomize=always_the_same,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # making a failure smaller takes minutes here
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert len(reached) >= answers, f"too few of the {ALL_ANSWERS} answers were met: {reached}"
    if answers == ALL_ANSWERS:
        assert Unit.objects.filter(status="FINISHED", work_order__isnull=False).exists(), "no unit got to its end"


@pytest.mark.long
def test_the_verbs_count_pieces_as_the_rules_do(committed_plant):
    run(committed_plant, examples=40, always_the_same=True, answers=24)


@pytest.mark.slow
def test_the_verbs_count_pieces_as_the_rules_do_for_50_000_steps(committed_plant):
    run(committed_plant, examples=1000, always_the_same=False, answers=ALL_ANSWERS)

"""The verbs against the rules of tests/model/rules.py: after every step the same answer and the same state."""

import sys
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from equipment.models import SiteAccess
from genealogy.models import ActivityUnit, Unit
from mes.kernel.audit import canonical
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Refusal
from mes.station.actions import operations, signing
from mes.station.actions.operations import Completion, Given
from orders.models import WorkOrder
from tests.holds import signed
from tests.model.rules import BEFORE, NEEDED, TAKES, Floor
from tests.plant import NOW, Plant
from wip.actions import executions, holds
from wip.actions import orders as floor_orders
from wip.facts import values_in_force
from wip.models import Hold, OperationExecution
from wip.queries import execution_at

people = st.sampled_from(["amina", "amina", "amina", "tomasz", "tomasz", "nils", "ines", "mei", "pavel"])
indexes = st.integers(0, 9)
codes = st.sampled_from(sorted(BEFORE))
values = {
    "FIRMWARE": st.sampled_from(["4.2.1", "4.2.2"]),
    "DRIVE": st.just("yes"),
    "SEATED": st.just("yes"),
    "TORQUE": st.sampled_from(["1.2", "1.1", "1.3", "1.31", "1.09"]),
    "LEAK": st.sampled_from(["0.3", "0.1", "0.301"]),
}


class Slice(RuleBasedStateMachine):
    """Two orders, three units, a little stock; everybody tries everything."""

    plant: Plant
    reached: Counter[tuple[str, bool]]  # how often each act was allowed, and refused

    @initialize()
    def set_up(self) -> None:
        plant, self.floor, self.placed = self.plant, Floor(), []
        self.order_of = {order.erp_reference: order for order in (plant.order(2), plant.order(1))}
        for reference in self.order_of:
            self.floor.add_order(reference)
        self._release("pavel", sorted(self.order_of)[0])
        for _ in range(3):
            self.floor.stock[plant.a_board()] = {"what": "board", "left": 1}
        for quantity in (13, 6):
            self.floor.stock[plant.a_lot(quantity)] = {"what": "screws", "left": quantity}

    def agrees(self, expected: bool, act) -> None:
        try:
            act()
            answer = "allowed"
        except Refusal as refusal:
            answer = f"refused: {refusal.code} {refusal}"
        assert answer.startswith("allowed" if expected else "refused"), answer
        self.reached[sys._getframe(1).f_code.co_name, expected] += 1

    def unit(self, index: int) -> Unit | None:
        serials = sorted(self.floor.units)
        return Unit.objects.get(serial=serials[index % len(serials)]) if serials else None

    @rule(index=indexes, who=st.sampled_from(["ines", "pavel", "amina"]))
    def release(self, index, who):
        self._release(who, sorted(self.order_of)[index % 2])

    def _release(self, who, reference):
        order = self.order_of[reference]

        def act():
            with self.plant.door(who) as passage:
                floor_orders.release(order=order, by=passage.person, at=passage.at)

        expected = self.floor.may_release(reference, who)
        self.agrees(expected, act)
        self.floor.release(reference, list(order.units.values_list("serial", flat=True)), who)

    @rule(index=indexes, code=codes, who=people, elsewhere=st.sampled_from([None, None, None, "10"]))
    def start(self, index, code, who, elsewhere):
        if unit := self.unit(index):
            self._start(unit, code, who, elsewhere or code)

    def _start(self, unit, code, who, station):
        def act():
            with self.plant.door(who) as passage:
                operations.start(
                    unit=self.plant.fresh(unit),
                    operation_code=code,
                    station=self.plant.stations[station],
                    by=passage.person,
                    at=passage.at,
                )

        self.agrees(self.floor.start(unit.serial, code, who, station=station), act)

    @rule(data=st.data(), index=indexes, who=st.sampled_from(["tomasz", "amina", "ines", "nils", "mei"]))
    def take_over(self, data, index, who):
        unit, code, _ = self._at_work(data, index)
        if code is None:
            return
        execution = execution_at(unit, code)

        def act():
            with self.plant.door(who) as passage:
                operations.take_over(
                    execution=execution, station=self.plant.stations[code], by=passage.person, at=passage.at
                )

        self.agrees(self.floor.take_over(unit.serial, code, who), act)

    @rule(data=st.data(), index=indexes, count=st.integers(1, 2))
    def record(self, data, index, count):
        unit, code, who = self._at_work(data, index)
        if code is None:
            return
        given = self._given(data, unit, code, count)
        self.agrees(
            self.floor.record(unit.serial, code, given, who),
            lambda: self.plant.report(unit, code, *self._as_given(given), who=who),
        )

    @rule(data=st.data(), index=indexes, count=st.integers(0, 1), scrap=st.sampled_from([False, False, False, True]))
    def complete(self, data, index, count, scrap):
        unit, code, who = self._at_work(data, index)
        if code is not None:
            self._complete(unit, code, self._given(data, unit, code, count), who, scrap)

    def _complete(self, unit, code, given, who, scrap):
        signing = None
        if code == "40":
            seen = "" if given else self._digest_of_what_is_shown(unit, code, who)
            signing = Signing(self.plant.people[who], Meaning.PERFORMED, seen)
        completion = Completion(scrap=1 if scrap else 0, scrap_reason="Dropped" if scrap else "", signing=signing)
        self.agrees(
            self.floor.complete(unit.serial, code, given, who, scrap=scrap, has_read=not given),
            lambda: self.plant.report(unit, code, *self._as_given(given), who=who, completion=completion),
        )

    def _digest_of_what_is_shown(self, unit, code, who):
        with self.plant.door(who) as passage:
            job = executions.lock(
                execution=execution_at(unit, code), station=self.plant.stations[code], by=passage.person, ends=False
            )
            return canonical.digest(signing.signature_content(job))

    @rule(index=indexes)
    def go_on(self, index):
        """What a good operator would do next on the unit: by chance alone few units get far."""
        unit = self.unit(index)
        if unit is None:
            return
        known = self.floor.units[unit.serial]
        if known["running"]:
            code, who = sorted(known["running"].items())[0]
            missing = sorted(NEEDED[code] - set(known["values"].get(code, {})))
            given = [(step, sample, self._good(step), "") for step, sample in missing]
            self._complete(unit, code, given, who, False)
        else:
            ready = [code for code in BEFORE if code not in known["done"] and not BEFORE[code] - known["done"]]
            if ready:
                self._start(unit, ready[0], "amina", ready[0])

    @rule(
        kind=st.sampled_from(["stock", "unit", "order"]), index=indexes, who=st.sampled_from(["mei", "amina", "pavel"])
    )
    def hold(self, kind, index, who):
        names = sorted({"unit": self.floor.units, "order": self.order_of, "stock": self.floor.stock}[kind])
        if not names or self.floor.holds:
            return  # one at a time: under many holds nothing else would happen
        name = names[index % len(names)]
        on = {"order": self.order_of[name]} if kind == "order" else {"unit": Unit.objects.get(serial=name)}

        def act():
            with self.plant.door(who) as passage:
                hold = holds.place(by=passage.person, at=passage.at, reason_code="PROCESS", reason="Doubt", **on)
                self.placed.append(hold)

        self.agrees(self.floor.may_hold(who), act)
        self.floor.hold(len(self.placed) - 1, kind, name, who)

    @rule(index=indexes, who=st.sampled_from(["mei", "mei", "ines", "amina"]))
    def lift(self, index, who):
        if not self.placed:
            return
        still_open = sorted(self.floor.holds) * 4
        number = [*still_open, *range(len(self.placed))][index % (len(still_open) + len(self.placed))]

        def act():
            with self.plant.door(who) as passage:
                holds.release(
                    hold=self.placed[number],
                    reason="Checked",
                    by=passage.person,
                    at=passage.at,
                    signing=signed(self.placed[number], passage.person),
                )

        self.agrees(self.floor.lift(number, who), act)

    @invariant()
    def the_state_is_the_same(self):
        if hasattr(self, "floor"):
            assert observed(self) == self.floor.snapshot()

    def _at_work(self, data, index):
        """A unit, an operation begun on it, and a person: mostly the one who has it."""
        unit = self.unit(index)
        known = self.floor.units[unit.serial] if unit else {"running": {}, "done": set()}
        begun = [*sorted(known["running"]) * 4, *sorted(known["done"])]
        if not begun:
            return unit, None, None
        code = data.draw(st.sampled_from(begun))
        has_it = known["running"].get(code, "amina")
        return unit, code, data.draw(st.sampled_from([has_it] * 8 + ["amina", "tomasz", "nils", "mei"]))

    def _given(self, data, unit, code, count):
        """Values for steps: mostly for those that are missing, and corrections of those that are there."""
        known = self.floor.units[unit.serial]["values"].get(code, {})
        given = []
        for _ in range(count):
            step, sample = data.draw(st.sampled_from(sorted(NEEDED[code])))
            right = "Read wrong" if (step, sample) in known else ""
            reason = data.draw(st.sampled_from([right] * 5 + ["", "Read wrong"]))
            value = self._good(step) if data.draw(st.booleans()) else self._value(data, step)
            given.append((step, sample, value, reason))
        return given

    def _value(self, data, step):
        if step in TAKES:
            return data.draw(st.sampled_from([*sorted(self.floor.stock), "NOT-THERE"]))
        return data.draw(values[step])

    def _good(self, step):
        if step in TAKES:
            what = TAKES[step][0]
            return max((s for s, part in self.floor.stock.items() if part["what"] == what), key=self._left)
        return {"FIRMWARE": "4.2.1", "TORQUE": "1.2", "LEAK": "0.1"}.get(step, "yes")

    def _left(self, serial):
        return self.floor.stock[serial]["left"], serial

    @staticmethod
    def _as_given(given):
        return [Given(step, value, sample, reason) for step, sample, value, reason in given]


def observed(machine: Slice) -> dict:
    """The plant's state as it is stored, in the words of the rules."""
    orders = WorkOrder.objects.filter(pk__in=[order.pk for order in machine.order_of.values()])
    units = {unit.pk: unit for unit in Unit.objects.filter(work_order__in=orders).select_related("work_order")}
    executions = list(OperationExecution.objects.filter(unit__in=units).select_related("worked_by"))
    seen = {
        unit.serial: {
            "order": unit.work_order.erp_reference,
            "status": unit.status,
            "running": {},
            "done": set(),
            "values": {},
        }
        for unit in units.values()
    }
    by_execution = {}
    for execution in executions:
        unit = by_execution[execution.pk] = seen[units[execution.unit_id].serial], execution.operation_code
        if execution.is_running:
            unit[0]["running"][execution.operation_code] = execution.worked_by.username
        else:
            unit[0]["done"].add(execution.operation_code)
    for reading in values_in_force(set(by_execution)):
        unit, code = by_execution[reading.execution_id]
        unit["values"].setdefault(code, {})[reading.step_code, reading.sample] = reading.value
    return {
        "orders": {order.erp_reference: {"status": order.status} for order in orders},
        "units": seen,
        "stock": {serial: stocked(serial) for serial in machine.floor.stock},
        "holds": {
            number: machine.floor.holds.get(number)
            for number, hold in enumerate(machine.placed)
            if Hold.objects.get(pk=hold.pk).status == "OPEN"
        },
    }


def stocked(serial: str) -> dict:
    """What is left of a component by its activities, which has to be its balance."""
    unit = Unit.objects.select_related("product").get(serial=serial)
    taken = ActivityUnit.objects.filter(unit=unit, direction="INPUT").values_list("quantity", flat=True)
    assert unit.quantity_left == unit.quantity - sum(taken), "balance and activities differ"
    assert (unit.status == "CONSUMED") == (unit.quantity_left == 0)
    return {"what": {"PCB-7": "board", "M3X8": "screws"}[unit.product.code], "left": int(unit.quantity_left)}


def run(plant: Plant, *, examples: int, always_the_same: bool) -> None:
    with open_door(person=None, at=NOW):  # Nils may work, and has no training
        nils = plant.people["nils"] = Person.objects.create(username="nils", full_name="Nils Berg", roles=["operator"])
        SiteAccess.objects.create(person=nils, site=plant.site)
    reached: Counter[tuple[str, bool]] = Counter()
    machine = type("Slice", (Slice,), {"plant": plant, "reached": reached})
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
    for act in ("_release", "_start", "take_over", "record", "_complete", "hold", "lift"):
        assert reached[act, True], f"{act} was never allowed: {reached}"
        assert reached[act, False], f"{act} was never refused: {reached}"
    assert Unit.objects.filter(status="FINISHED", work_order__isnull=False).exists(), "no unit got to its end"


@pytest.mark.long
def test_the_verbs_do_what_the_rules_say(committed_plant):
    run(committed_plant, examples=20, always_the_same=True)


@pytest.mark.slow
def test_the_verbs_do_what_the_rules_say_for_50_000_steps(committed_plant):
    run(committed_plant, examples=1000, always_the_same=False)

"""The machine that tries every act of the floor on everything, by everybody: tests/model/test_floor.py runs it."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.holds import lift, place
from tests.model.floor.machine_together import InMotionTogether
from tests.model.floor.picking import indexes, people
from tests.model.floor.routing import CODES, LINE, TAKES, after
from tests.model.floor.things import open_at

comers = st.sampled_from(["tomasz", "ines", "amina", "mei"])
deciders = st.sampled_from(["mei", "mei", "ines", "amina", "tomasz"])
codes = st.sampled_from(CODES)


class InMotion(InMotionTogether):
    @rule(index=indexes, code=codes, who=people)
    def start(self, index, code, who):
        serial = self.serial(index)
        self.agrees(self.floor.start(serial, code, who), lambda: self.verbs.start(serial, code, who))

    @rule(index=indexes, code=st.sampled_from(["30", "30", "30", "20", "50"]), who=people)
    def skip(self, index, code, who):
        serial = self.serial(index)
        self.agrees(self.floor.skip(serial, code, who), lambda: self.verbs.skip(serial, code, who))

    @rule(index=indexes, pick=indexes, look=st.sampled_from("abc"), who=people, is_right=st.integers(0, 4))
    def record(self, index, pick, look, who, is_right):
        if (found := self.job(index, pick)) is None:
            self.go_on(index, [pick], 0)
            return
        who = self.who_has(*found, who)
        says_why = bool(self.floor.units[found[0]]["jobs"][found[1]]["look"]) == (is_right > 0)
        expected = self.floor.record(*found, look, who, says_why=says_why)
        reason = "Looked again" if says_why else ""
        self.agrees(expected, lambda: self.verbs.give(*found, "LOOK", look, reason, who))

    @rule(index=indexes, pick=indexes, who=people)
    def take(self, index, pick, who):
        grinding = [serial for serial in sorted(self.floor.units) if TAKES in self.floor.running(serial)]
        if not grinding:
            self.go_on(index, [pick], 0)
            return
        self._take(grinding[index % len(grinding)], pick, self.who_has(grinding[0], TAKES, who))

    @rule(index=indexes, pick=indexes, good=st.integers(0, 6), scrap=st.sampled_from([0, 0, 0, 1, 2, 9]), who=people)
    def book(self, index, pick, good, scrap, who):
        if (found := self.lot_job(index, pick)) is None:
            self.go_on(index, [pick], 0)
            return
        who = self.who_has(*found, who)
        expected = self.floor.book(*found, good, scrap, who)
        self.agrees(expected, lambda: self.verbs.book(*found, good, scrap, who))

    @rule(index=indexes, pick=indexes, scrap=st.sampled_from([0, 0, 0, 1, 2, 99]), who=people)
    def complete(self, index, pick, scrap, who):
        """99: all that is open."""
        if (found := self.job(index, pick)) is None:
            self.go_on(index, [pick], 0)
            return
        who = self.who_has(*found, who)
        scrap = max(0, open_at(self.floor.units[found[0]]["jobs"][found[1]])) if scrap == 99 else scrap
        expected = self.floor.complete(*found, scrap, who)
        self.agrees(expected, lambda: self.verbs.complete(*found, scrap, who))

    @rule(index=indexes, pick=indexes, verb=st.sampled_from(["resume", "join", "take_over"]), who=comers)
    def come(self, index, pick, verb, who):
        if (found := self.job(index, pick)) is None:
            self.go_on(index, [pick], 0)
            return
        self._come(verb, *found, who)

    @rule(index=indexes, pick=indexes, who=people)
    def pause(self, index, pick, who):
        if (found := self.job(index, pick)) is None:
            self.go_on(index, [pick], 0)
            return
        who = self.who_has(*found, who)
        self.agrees(self.floor.pause(*found, who), lambda: self.verbs.people("pause", *found, who))

    @rule(index=indexes, pick=indexes, who=people, reason=st.sampled_from(["Wrong piece", "Wrong piece", ""]))
    def undo(self, index, pick, who, reason):
        """Mostly by who did the act, where that was a person."""
        known = [(s, code) for s in sorted(self.floor.units) for code in self.floor.units[s]["jobs"]]
        alive = [pair for pair in known if self.floor.units[pair[0]]["status"] == "IN_PROCESS"]
        if not known:
            self.go_on(index, [pick], 0)
            return
        among = alive or known
        serial, code = (among if pick else known)[(12 * pick + index) % len(among if pick else known)]
        last = self.floor.last_act(serial, code)
        who = last["who"] if who == "amina" and last and last["who"] else who
        expected = self.floor.undo(serial, code, who, reason)
        self.agrees(expected, lambda: self.verbs.undo(serial, code, who, reason))

    @rule(index=indexes, pick=indexes, to=indexes, who=deciders, by_repair=st.booleans())
    def send_back(self, index, pick, to, who, by_repair):
        if (found := self.job(index, pick)) is None:
            self.go_on(index, [pick], 0)
            return
        serial, found_in = found
        before = [*sorted(code for code in LINE if found_in in after("", code)), "43"]
        return_to = before[to % len(before)]
        expected = self.floor.send_back(serial, found_in, return_to, who, by_repair=by_repair)
        if not by_repair:
            self.agrees(expected, lambda: self.verbs.send_back(serial, found_in, return_to, who))
            return
        by_lot, send = self.floor.is_lot(serial), self.verbs.send_through_repair
        self.agrees(expected, lambda: send(serial, found_in, return_to, who, by_lot=by_lot), "send_through_repair")

    @rule(index=indexes, quantity=st.integers(0, 5), who=people)
    def split(self, index, quantity, who):
        serial = self.serial(index)
        before = set(self.floor.units)
        expected = self.floor.split(serial, quantity, who, "the part")
        part = self.agrees(expected, lambda: self.verbs.split(serial, quantity, who))
        if part is not None:
            assert part.serial not in before
            self.floor.rename("the part", part.serial)

    @rule(index=indexes, other=indexes, who=people)
    def merge(self, index, other, who):
        one, two = self.serial(index), self.serial(other)
        self.agrees(self.floor.merge(one, two, who), lambda: self.verbs.merge(one, two, who))

    @rule(index=indexes, change=st.sampled_from(["+45", "-30"]), who=st.sampled_from(["mei", "mei", "ines"]))
    def redline(self, index, change, who):
        reference, order = sorted(self.orders.items())[index % 2]
        if reference not in self.redlines:
            is_done = change in self.floor.orders[reference]["plan"]
            if index > 3 or is_done or not self.floor.is_open(reference):
                self.go_on(index, [index], 0)  # seldom: it costs as much as ten other acts
                return
            self.redlines[reference] = change, self.verbs.draft(order, change)
        change, revision = self.redlines[reference]
        expected = self.floor.redline(reference, change, who)
        if expected:
            del self.redlines[reference]
        self.agrees(expected, lambda: self.verbs.redline(order, revision, who))

    @rule(index=indexes, quantity=st.integers(1, 13))
    def resize(self, index, quantity):
        reference, order = sorted(self.orders.items())[index % 2]
        known, was = set(self.floor.units), dict(self.floor.orders[reference])
        free = self.floor.begun(reference) < was["quantity"]
        if not self.floor.is_open(reference):
            self.go_on(index, [quantity], 0)
            return
        quantity = quantity if was["by_lot"] else min(quantity, 4)
        expected = self.floor.resize(reference, quantity)
        self.agrees(expected, lambda: self.verbs.resize(order, quantity))
        new = list(order.units.exclude(serial__in=known).order_by("serial"))
        more = max(0, quantity - was["quantity"]) if expected else 0
        if was["by_lot"]:
            assert [int(unit.quantity) for unit in new] == ([more] if more and not free else [])
        else:
            assert [int(unit.quantity) for unit in new] == [1] * more
        for unit in new:
            self.floor.add(unit.serial, reference, int(unit.quantity))

    @rule(index=indexes, surely=st.sampled_from([False, False, False, True]))
    def cancel(self, index, surely):
        reference, order = sorted(self.orders.items())[index % 2]
        if not surely:  # seldom: nothing else can be done to it from then on
            self.go_on(index, [index], 0)
            return
        self.agrees(self.floor.cancel(reference), lambda: self.verbs.cancel(order))

    @rule(
        index=indexes,
        kind=st.sampled_from(["unit", "unit", "order"]),
        code=st.sampled_from(["", "20"]),
        who=st.one_of(people, st.just("pavel")),  # a planner places none
    )
    def hold(self, index, kind, code, who):
        if self.floor.held:
            self.go_on(index, [index], 0)  # one at a time: under many holds nothing else would happen
            return
        name = self.serial(index) if kind == "unit" else sorted(self.orders)[index % 2]
        on = {"unit": self.verbs.unit(name)} if kind == "unit" else {"order": self.orders[name]}
        on |= {"operation_code": code} if code else {}
        expected = self.floor.hold(name, code, who)
        plant = self.verbs.plant
        self.hold_placed = self.agrees(expected, lambda: place(plant, who=who, kind="PROCESS", **on))

    @rule(index=indexes, who=st.sampled_from(["mei", "mei", "ines", "amina"]))
    def release(self, index, who):
        if not self.floor.held:
            self.go_on(index, [index], 0)
            return
        plant = self.verbs.plant
        self.agrees(self.floor.lift(who), lambda: lift(plant, self.hold_placed, who=who))

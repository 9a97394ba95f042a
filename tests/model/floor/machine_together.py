"""What goes on by itself, and what is done together: batches and containers."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from mes.station.actions.operations import Given
from tests.model.floor.picking import Picking, indexes, people
from tests.model.floor.routing import ROOM, TAKES

some = st.lists(indexes, min_size=1, max_size=3)


class InMotionTogether(Picking):
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
            expected = self.floor.start(serial, code, "amina")
            self.agrees(expected, lambda: self.verbs.start(serial, code, "amina"), "start")
            if pick % 4 == 1 and code in self.floor.running(serial):  # somebody comes to what has just begun
                self._come("join", serial, code, "tomasz")
        elif running:
            code = running[pick % len(running)]
            job = self.floor.units[serial]["jobs"][code]
            who = job["has"]
            if job["batch"] is not None:
                self._complete_batch(job["batch"], {}, who)
                return
            if code == TAKES and not job["parts"]:
                self._take(serial, 0, who)
                return
            expected = self.floor.complete(serial, code, scrap, who)
            self.agrees(expected, lambda: self.verbs.complete(serial, code, scrap, who), "complete")

    def _take(self, serial, pick, who):
        part = sorted(self.floor.parts)[pick % 2]
        expected = self.floor.take(serial, TAKES, part, who)
        self.agrees(expected, lambda: self.verbs.give(serial, TAKES, "PEG", part, "", who), "take")

    def _come(self, verb, serial, code, who):
        if verb == "take_over":
            expected = self.floor.take_over(serial, code, who)
        else:
            expected = self.floor.come(verb, serial, code, who)
        self.agrees(expected, lambda: self.verbs.people(verb, serial, code, who), verb)

    @rule(indexes=some, tray=indexes, code=st.sampled_from(["10", "10", "50", "50", "20"]), who=people)
    def start_batch(self, indexes, tray, code, who):
        """Of what is in a container, or of any units: mostly of such as it comes next on."""
        serials = self.floor.inside(self._tray(tray)) if tray < 4 else []
        if not serials:
            known = sorted(self.floor.units)
            fit = [serial for serial in known if code in self.floor.comes_next(serial)] or known
            serials = [fit[index % len(fit)] for index in indexes]
            serials = serials if tray == 5 else sorted(set(serials))
        expected = self.floor.start_batch(serials, code, who)
        batch = self.agrees(expected, lambda: self.verbs.start_batch(serials, code, who))
        if batch is not None:
            self.batches.append(batch)

    @rule(pick=indexes, look=st.sampled_from("abc"), who=people, is_right=st.integers(0, 3))
    def record_batch(self, pick, look, who, is_right):
        if (number := self._a_batch(pick)) is None:
            self.start_batch([pick, pick + 1], pick, sorted(ROOM)[pick % 2], "amina")
            return
        batch, who = self.floor.batches[number], self._who_has(number, who)
        has_one = any(self.floor.units[s]["jobs"].get(batch["code"], {}).get("look") for s in batch["serials"])
        says_why = has_one == (is_right > 0)
        expected = self.floor.record_batch(number, look, who, says_why=says_why)
        given = Given("LOOK", look, reason="Looked again" if says_why else "")
        self.agrees(
            expected, lambda: self.verbs.report_batch(self.batches[number], batch["code"], who, given, scrap=None)
        )

    @rule(pick=indexes, scraps=st.lists(st.sampled_from([0, 0, 0, 1, 2]), min_size=3, max_size=3), who=people)
    def complete_batch(self, pick, scraps, who):
        if (number := self._a_batch(pick)) is None:
            self.start_batch([pick, pick + 1], pick, sorted(ROOM)[pick % 2], "amina")
            return
        serials = self.floor.batches[number]["serials"]
        scrap = {serial: one for serial, one in zip(serials, scraps, strict=False) if one}
        scrap |= {self.serial(pick): 1} if pick == 0 else {}
        self._complete_batch(number, scrap, self._who_has(number, who))

    def _complete_batch(self, number, scrap, who):
        code = self.floor.batches[number]["code"]
        expected = self.floor.complete_batch(number, scrap, who)
        act = lambda: self.verbs.report_batch(self.batches[number], code, who, scrap=scrap)  # noqa: E731
        self.agrees(expected, act, "complete_batch")

    @rule(pick=indexes, who=st.sampled_from(["tomasz", "ines", "amina", "mei"]))
    def take_over_batch(self, pick, who):
        if (number := self._a_batch(pick)) is None:
            self.start_batch([pick, pick + 1], pick, sorted(ROOM)[pick % 2], "amina")
            return
        code = self.floor.batches[number]["code"]
        expected = self.floor.take_over_batch(number, who)
        self.agrees(expected, lambda: self.verbs.take_over_batch(self.batches[number], code, who))

    @rule(indexes=some, tray=indexes, verb=st.sampled_from(["load", "load", "unload"]), who=people)
    def load(self, indexes, tray, verb, who):
        code = self._tray(tray)
        serials = self.floor.inside(code) if verb == "unload" and tray < 8 else []
        serials = serials or [self.serial(index) for index in indexes]
        serials = serials if tray == 5 else sorted(set(serials))
        expected = getattr(self.floor, verb)(code, serials, who)
        self.agrees(expected, lambda: self.verbs.load(verb, self.trays[code], serials, who), verb)

    @rule(tray=indexes, station=st.sampled_from(["10", "40", None]), who=people)
    def move(self, tray, station, who):
        code = self._tray(tray)
        expected = self.floor.move(code, station, who)
        self.agrees(expected, lambda: self.verbs.move(self.trays[code], station, who))

    def _tray(self, pick):
        return sorted(self.trays)[pick % 2]

    def _a_batch(self, pick):
        """Mostly one that runs."""
        running = [n for n, batch in enumerate(self.floor.batches) if batch["status"] == "RUNNING"]
        known = running * 4 + list(range(len(self.floor.batches)))
        return known[pick % len(known)] if known else None

    def _who_has(self, number, who):
        batch = self.floor.batches[number]
        job = self.floor.units[batch["serials"][0]]["jobs"].get(batch["code"])
        return job["has"] if job and who == "amina" else who

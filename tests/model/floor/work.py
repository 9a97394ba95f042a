"""Working on units: start, skip, record, take a part, book, complete; and the people who do it."""

from collections.abc import Iterator

from tests.model.floor.routing import MOST_DRILLS, TAKES, after, waits
from tests.model.floor.things import WORKERS, Job, open_at
from tests.model.floor.undo import Undo


class Work(Undo):
    def may_begin(self, serial: str, code: str, who: str) -> bool:
        on_its_way = code in waits(self.plan(serial)) and code not in self.off(serial)
        free = on_its_way and code not in self.units[serial]["jobs"]
        return free and self.goes_on(serial, code, who) and not self.lacks(serial, code)

    def may_start(self, serial: str, code: str, who: str) -> bool:
        is_too_often = code == "20" and self.units[serial]["drills"] >= MOST_DRILLS
        return self.may_begin(serial, code, who) and not is_too_often

    def start(self, serial: str, code: str, who: str) -> bool:
        if not self.may_start(serial, code, who):
            return False
        with self.act("started", serial, code, who):
            self.begin(serial, code, "RUNNING", self.left(serial), who)
        return True

    def skip(self, serial: str, code: str, who: str) -> bool:
        if code != "30" or not self.may_begin(serial, code, who):
            return False
        with self.act("skipped", serial, code, who):
            self.begin(serial, code, "SKIPPED", 0, who)
        return True

    def begin(self, serial: str, code: str, status: str, quantity: int, who: str, batch: int | None = None) -> Job:
        unit = self.units[serial]
        job = {
            "id": len(self.jobs),
            "serial": serial,
            "code": code,
            "status": status,
            "quantity": quantity,
            "moved": 0,
            "good": 0,
            "scrap": 0,
            "has": who,
            "on": set(),
            "plan": self.plan(serial),
            "batch": batch,
            "look": "",
            "parts": {},
            "begun": self.now(),
            "ended": None if status == "RUNNING" else self.now(),
        }
        self.jobs.append(job)
        unit["jobs"][code] = job
        unit["begun"] += 1
        unit["drills"] += code == "20"
        if status == "RUNNING":
            self.clock_on(job, who)
        return job

    def record(self, serial: str, code: str, look: str, who: str, *, says_why: bool) -> bool:
        """A value; another one for it says why."""
        if not self.is_hers(serial, code, who):
            return False
        job = self.units[serial]["jobs"][code]
        if job["batch"] is not None or bool(job["look"]) != says_why:
            return False
        with self.act("recorded", serial, code, who):
            job["look"] = look
        return True

    def take(self, serial: str, code: str, part: str, who: str) -> bool:
        """Build in so many parts of a lot as there are pieces."""
        if code != TAKES or not self.is_hers(serial, code, who):
            return False
        job = self.units[serial]["jobs"][code]
        if job["parts"] or self.parts[part] < job["quantity"]:
            return False
        with self.act("recorded", serial, code, who):
            job["parts"] = {part: job["quantity"]}
            self.parts[part] -= job["quantity"]
        return True

    def _has_come(self, serial: str, code: str, more: int) -> bool:
        """So much has come from the operation before, where that still runs."""
        jobs = self.units[serial]["jobs"]
        if code != "20" or jobs.get("10", {}).get("status") != "RUNNING" or more == 0:
            return True
        return jobs["20"]["good"] + jobs["20"]["scrap"] + more <= jobs["10"]["good"]

    def book(self, serial: str, code: str, good: int, scrap: int, who: str) -> bool:
        if not self.is_hers(serial, code, who) or not self.is_lot(serial) or good + scrap == 0:
            return False
        job = self.units[serial]["jobs"][code]
        if job["batch"] is not None or good + scrap > open_at(job) or scrap >= self.left(serial):
            return False
        if not self._has_come(serial, code, good + scrap):
            return False
        with self.act("booked", serial, code, who) as act:
            job["good"] += good
            act["scrap"] = scrap
            act["ended"] = self.scrap(serial, code, scrap)
        return True

    def may_complete(self, serial: str, code: str, scrap: int, who: str) -> bool:
        if not self.is_hers(serial, code, who):
            return False
        job = self.units[serial]["jobs"][code]
        if scrap > open_at(job) or not self._has_come(serial, code, open_at(job)):
            return False
        if code == "20" and self.units[serial]["jobs"].get("10", {}).get("status") == "RUNNING":
            return False
        is_whole = 0 < scrap >= self.left(serial)
        if code == TAKES and not job["parts"] and not is_whole:
            return False
        return not is_whole or not any(self._makes_more(serial, code, scrap))

    def complete(self, serial: str, code: str, scrap: int, who: str) -> bool:
        if not self.may_complete(serial, code, scrap, who) or self.units[serial]["jobs"][code]["batch"] is not None:
            return False
        with self.act("completed", serial, code, who) as act:
            act["scrap"] = scrap
            act["ended"] = self.end(serial, code, scrap)
        return True

    def end(self, serial: str, code: str, scrap: int) -> list[int]:
        unit = self.units[serial]
        job = unit["jobs"][code]
        job["good"] += open_at(job) - scrap
        job["status"], job["ended"] = "COMPLETED", self.now()
        ended = self.scrap(serial, code, scrap)
        self._go_on(serial)
        self._end_rework(serial, code)
        return ended

    def _go_on(self, serial: str) -> None:
        """Whether the unit is finished, or through its repair."""
        unit = self.units[serial]
        over = {code for code, job in unit["jobs"].items() if job["status"] in ("COMPLETED", "SKIPPED")}
        if unit["status"] == "IN_PROCESS" and over | self.off(serial) >= set(waits(self.plan(serial))):
            if unit["repair"]:
                unit["repair"] = False
            else:
                unit["status"] = "FINISHED"

    def _end_rework(self, serial: str, code: str) -> None:
        unit = self.units[serial]
        for rework in unit["reworks"].values():
            if rework["status"] == "OPEN" and rework["found_in"] == code and unit["jobs"][code]["good"] > 0:
                rework |= {"status": "DONE", "ended": self.now()}
            elif rework["status"] == "OPEN" and unit["status"] != "IN_PROCESS":
                rework |= {"status": "CANCELLED", "ended": self.now()}

    def _makes_more(self, serial: str, code: str, scrap: int) -> Iterator[bool]:
        """Of the others that run: whether more than scrap comes out of them, once so much is scrapped here."""
        for other in self.running(serial):
            job = self.units[serial]["jobs"][other]
            if other != code:
                yield job["good"] > 0 or job["scrap"] == 0 or open_at(job) > scrap

    def scrap(self, serial: str, code: str, scrap: int) -> list[int]:
        """Scrap so much at an operation; the answer: what ended by it."""
        unit, ended = self.units[serial], []
        unit["jobs"][code]["scrap"] += scrap
        unit["scrapped"] += scrap
        if scrap:
            self.cuts[serial].append(self.now())
        for other in self.running(serial):
            job = unit["jobs"][other]
            gone = 0 if other == code or code in after(self.plan(serial), other) else min(scrap, open_at(job))
            job["quantity"] -= gone
            if gone and self.left(serial) == 0:
                job["status"], job["ended"] = "COMPLETED", self.now()
                ended.append(job["id"])
                self.acts[job["id"]].append({"kind": "ended", "who": "", "at": self.now(), "ends": False, "scrap": 0})
        if self.left(serial) == 0:
            unit["status"] = "SCRAPPED"
        return ended

    # People

    def _run_of(self, serial: str, code: str, who: str) -> list[Job]:
        """The job with those that run in one batch with it; none where the person can't be on it."""
        job = self.units[serial]["jobs"].get(code)
        if job is None or job["status"] != "RUNNING" or who not in WORKERS:
            return []
        return [self.units[one]["jobs"][code] for one, code in self.together(serial, code)]

    def pause(self, serial: str, code: str, who: str) -> bool:
        run = self._run_of(serial, code, who)
        if not any(who in job["on"] for job in run):
            return False
        for job in run:
            self.clock_off(job, who)
        return True

    def come(self, verb: str, serial: str, code: str, who: str) -> bool:
        """Join, or resume."""
        run = self._run_of(serial, code, who)
        if not run or not all(self.goes_on(one, code, who) for one, code in self.together(serial, code)):
            return False
        if all(who in job["on"] for job in run):
            return False
        if verb == "resume" and run[0]["has"] != who and not self._had_time_on(run[0], who):
            return False
        for job in run:
            self.clock_on(job, who)
        return True

    def _had_time_on(self, job: Job, who: str) -> bool:
        """Also who took it over by mistake: their time stays when that is taken back."""
        return any(span["job"] is job and span["who"] == who for span in self.spans)

    def take_over(self, serial: str, code: str, who: str) -> bool:
        if not self.may_take_over(serial, code, who) or self.units[serial]["jobs"][code]["batch"] is not None:
            return False
        with self.act("taken over", serial, code, who):
            self.give_to(serial, code, who)
        return True

    def may_take_over(self, serial: str, code: str, who: str) -> bool:
        job = self.units[serial]["jobs"][code]
        return job["status"] == "RUNNING" and self.goes_on(serial, code, who) and job["has"] != who

    def give_to(self, serial: str, code: str, who: str) -> None:
        job = self.units[serial]["jobs"][code]
        self.clock_off(job, job["has"])
        job["has"] = who
        self.clock_on(job, who)

"""The rules of a floor in motion told once more, by counting pieces in plain dicts. Nothing of the product is imported.

10 CUT ─┬─(3 are enough)─> 20 DRILL ─┬─> 41 PRESS ──────────────┬─> 50 TEST
        │                            └─> 42 WELD ─> 43 GRIND ───┤    PRESS and WELD are alternates, DRILL is done twice
        └─> 30 DEBURR, optional ────────────────────────────────┘    at most

Each act answers whether the plant has to allow it, and if so changes the state.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

OPERATORS = {"amina", "tomasz"}
WORKERS = OPERATORS | {"ines"}
DECIDE_ON_REWORK = {"ines", "mei"}
CODES = ("10", "20", "30", "41", "42", "43", "50")
BEFORE = {"10": "", "20": "10", "30": "10", "41": "20", "42": "20", "43": "42", "50": "41 43 30"}
AFTER = {
    "10": {"10", "20", "30", "41", "42", "43", "50"},
    "20": {"20", "41", "42", "43", "50"},
    "30": {"30", "50"},
    "41": {"41", "50"},
    "42": {"42", "43", "50"},
    "43": {"43", "50"},
    "50": {"50"},
}
ENOUGH, MOST_DRILLS = 3, 2

Job = dict[str, Any]
Unit = dict[str, Any]


class Floor:
    """orders, units, and the one hold that is open: what it is on, and which operation of it ("": all)."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.units: dict[str, Unit] = {}
        self.held: set[str] = set()
        self.held_at = ""

    def copy(self) -> dict[str, Any]:
        return deepcopy(vars(self))

    def put_back(self, before: dict[str, Any]) -> None:
        vars(self).update(deepcopy(before))

    # What is where

    def add(self, serial: str, order: str, quantity: int) -> None:
        self.units[serial] = {
            "order": order,
            "status": "IN_PROCESS",
            "quantity": quantity,
            "scrapped": 0,
            "split": 0,
            "jobs": {},
            "drills": 0,
            "touched": False,
        }

    def left(self, serial: str) -> int:
        unit = self.units[serial]
        return unit["quantity"] - unit["scrapped"] - unit["split"]

    def is_lot(self, serial: str) -> bool:
        return self.orders[self.units[serial]["order"]]["by_lot"]

    def of_order(self, reference: str) -> dict[str, Unit]:
        return {serial: unit for serial, unit in self.units.items() if unit["order"] == reference}

    def running(self, serial: str) -> list[str]:
        return [code for code, job in self.units[serial]["jobs"].items() if job["status"] == "RUNNING"]

    def off(self, serial: str) -> set[str]:
        jobs = self.units[serial]["jobs"]
        return ({"42", "43"} if "41" in jobs else set()) | ({"41"} if "42" in jobs else set())

    def lacks(self, serial: str, code: str) -> list[str]:
        """The operations that keep this one from beginning."""
        jobs, lacking = self.units[serial]["jobs"], []
        for before in BEFORE[code].split():
            job = jobs.get(before)
            is_over = job is not None and job["status"] in ("COMPLETED", "SKIPPED")
            is_enough = code == "20" and job is not None and job["good"] >= ENOUGH
            if not is_over and not is_enough and before not in self.off(serial):
                lacking.append(before)
        return lacking

    def comes_next(self, serial: str) -> dict[str, bool]:
        unit, found = self.units[serial], {}
        if unit["status"] != "IN_PROCESS":
            return {}
        for code in CODES:
            lacking = self.lacks(serial, code)
            if code not in unit["jobs"] and code not in self.off(serial) and set(lacking) <= set(unit["jobs"]):
                found[code] = not lacking
        return found

    # Work

    def _goes_on(self, serial: str, code: str, who: str) -> bool:
        """Nothing is in the way of working on the unit at all."""
        unit = self.units[serial]
        is_held = self.held & {serial, unit["order"]} and self.held_at in ("", code)
        is_open = self.orders[unit["order"]]["status"] in ("RELEASED", "RUNNING")
        return who in WORKERS and is_open and unit["status"] == "IN_PROCESS" and not is_held

    def _may_begin(self, serial: str, code: str, who: str) -> bool:
        begun = self.units[serial]["jobs"]
        on_its_way = code not in begun and code not in self.off(serial)
        return self._goes_on(serial, code, who) and on_its_way and not self.lacks(serial, code)

    def start(self, serial: str, code: str, who: str) -> bool:
        unit = self.units[serial]
        if not self._may_begin(serial, code, who) or (code == "20" and unit["drills"] >= MOST_DRILLS):
            return False
        unit["drills"] += code == "20"
        self._begin(serial, code, "RUNNING", self.left(serial), who)
        return True

    def skip(self, serial: str, code: str, who: str) -> bool:
        if code != "30" or not self._may_begin(serial, code, who):
            return False
        self._begin(serial, code, "SKIPPED", 0, who)
        return True

    def _begin(self, serial: str, code: str, status: str, quantity: int, who: str) -> None:
        unit = self.units[serial]
        job = {"status": status, "quantity": quantity, "good": 0, "scrap": 0, "has": who, "on": set(), "was": set()}
        if status == "RUNNING":
            job["on"], job["was"] = {who}, {who}
        unit["jobs"][code], unit["touched"] = job, True
        order = self.orders[unit["order"]]
        order["status"] = "RUNNING" if order["status"] == "RELEASED" else order["status"]

    def record(self, serial: str, code: str, who: str) -> bool:
        return self._is_hers(serial, code, who)

    def _is_hers(self, serial: str, code: str, who: str) -> bool:
        job = self.units[serial]["jobs"].get(code)
        runs = job is not None and job["status"] == "RUNNING"
        return runs and self._goes_on(serial, code, who) and (job["has"] == who or who in job["on"])

    def _has_come(self, serial: str, code: str, more: int) -> bool:
        """So much has come from the operation before, where that still runs."""
        jobs = self.units[serial]["jobs"]
        if code != "20" or jobs.get("10", {}).get("status") != "RUNNING" or more == 0:
            return True
        return jobs["20"]["good"] + jobs["20"]["scrap"] + more <= jobs["10"]["good"]

    def book(self, serial: str, code: str, good: int, scrap: int, who: str) -> bool:
        if not self._is_hers(serial, code, who) or not self.is_lot(serial) or good + scrap == 0:
            return False
        job = self.units[serial]["jobs"][code]
        if good < 0 or scrap < 0 or good + scrap > open_at(job) or scrap >= self.left(serial):
            return False
        if not self._has_come(serial, code, good + scrap):
            return False
        job["good"] += good
        self._scrap(serial, code, scrap)
        return True

    def complete(self, serial: str, code: str, scrap: int, who: str) -> bool:
        if not self._is_hers(serial, code, who):
            return False
        job = self.units[serial]["jobs"][code]
        if scrap > open_at(job) or not self._has_come(serial, code, open_at(job)):
            return False
        if code == "20" and "10" in self.running(serial):
            return False
        if scrap and scrap >= self.left(serial) and any(self._makes_more(serial, code, scrap)):
            return False
        job["good"] += open_at(job) - scrap
        job["status"] = "COMPLETED"
        self._scrap(serial, code, scrap)
        self._settle(serial)
        return True

    def _makes_more(self, serial: str, code: str, scrap: int) -> Iterator[bool]:
        """Of the others that run: whether more than scrap comes out of them, once so much is scrapped here."""
        for other in self.running(serial):
            job = self.units[serial]["jobs"][other]
            if other != code:
                yield job["good"] > 0 or job["scrap"] == 0 or open_at(job) > scrap

    def _scrap(self, serial: str, code: str, scrap: int) -> None:
        unit = self.units[serial]
        unit["jobs"][code]["scrap"] += scrap
        unit["scrapped"] += scrap
        for other in self.running(serial):
            job = unit["jobs"][other]
            gone = 0 if other == code or code in AFTER[other] else min(scrap, open_at(job))
            job["quantity"] -= gone
            if gone and self.left(serial) == 0:
                job["status"] = "COMPLETED"
        if self.left(serial) == 0:
            unit["status"] = "SCRAPPED"

    def _settle(self, serial: str) -> None:
        """Whether the unit is finished, and its order with it."""
        unit = self.units[serial]
        over = {code for code, job in unit["jobs"].items() if job["status"] in ("COMPLETED", "SKIPPED")}
        if unit["status"] == "IN_PROCESS" and over | self.off(serial) == set(CODES):
            unit["status"] = "FINISHED"
        self._settle_order(unit["order"])

    def _settle_order(self, reference: str) -> None:
        order = self.orders[reference]
        none_left = all(unit["status"] != "IN_PROCESS" for unit in self.of_order(reference).values())
        if order["status"] == "RUNNING" and none_left:
            order["status"] = "COMPLETED"

    # People

    def _job_for(self, serial: str, code: str, who: str) -> Job | None:
        job = self.units[serial]["jobs"].get(code)
        return job if job is not None and job["status"] == "RUNNING" and who in WORKERS else None

    def pause(self, serial: str, code: str, who: str) -> bool:
        job = self._job_for(serial, code, who)
        if job is None or who not in job["on"]:
            return False
        job["on"].discard(who)
        return True

    def come(self, verb: str, serial: str, code: str, who: str) -> bool:
        """join, resume or take_over."""
        job = self._job_for(serial, code, who)
        if job is None or not self._goes_on(serial, code, who):
            return False
        if job["has"] == who if verb == "take_over" else who in job["on"]:
            return False
        if verb == "resume" and job["has"] != who and who not in job["was"]:
            return False
        if verb == "take_over":
            job["on"].discard(job["has"])
            job["has"] = who
        job["on"].add(who)
        job["was"].add(who)
        return True

    # Back, apart and together

    def send_back(self, serial: str, found_in: str, return_to: str, who: str) -> bool:
        unit = self.units[serial]
        if who not in (DECIDE_ON_REWORK | (WORKERS if found_in == return_to else set())):
            return False
        possible = unit["status"] == "IN_PROCESS" and return_to in unit["jobs"] and found_in in AFTER[return_to]
        if not possible or (return_to == "20" and unit["drills"] >= MOST_DRILLS):
            return False
        for code in self.running(serial):
            if code != found_in or (unit["jobs"][code]["has"] != who and who not in DECIDE_ON_REWORK):
                return False
        for code in AFTER[return_to]:
            unit["jobs"].pop(code, None)
        return True

    def split(self, serial: str, quantity: int, who: str, part: str) -> bool:
        unit = self.units[serial]
        if who not in WORKERS or not self.is_lot(serial) or unit["status"] != "IN_PROCESS" or self.running(serial):
            return False
        if not 0 < quantity < self.left(serial):
            return False
        self.add(part, unit["order"], quantity)
        new = self.units[part]
        new["drills"], new["touched"] = unit["drills"], unit["touched"]
        for code, job in unit["jobs"].items():
            its = new["jobs"][code] = deepcopy(job)
            its["scrap"] = 0
            its["quantity"] = min(quantity, job["quantity"] - job["scrap"])
            its["good"] = min(its["quantity"], job["good"])
            job["quantity"] -= its["quantity"]
            job["good"] -= its["good"]
        unit["split"] += quantity
        if serial in self.held:
            self.held.add(part)
        return True

    def merge(self, into: str, other: str, who: str) -> bool:
        one, two = self.units[into], self.units[other]
        alike = one["order"] == two["order"] and self.is_lot(into) and into != other
        alike = alike and one["status"] == two["status"] == "IN_PROCESS"
        if who not in WORKERS or not alike or self.running(into) or self.running(other):
            return False
        stands = [{code: job["status"] for code, job in unit["jobs"].items()} for unit in (one, two)]
        if stands[0] != stands[1] or (into in self.held) != (other in self.held):
            return False
        for code, job in two["jobs"].items():
            good = one["jobs"][code]
            good["quantity"] += job["quantity"] - job["scrap"]
            good["good"] += job["good"]
            job["quantity"], job["good"] = job["scrap"], 0
        moved = self.left(other)
        one["quantity"] += moved
        two["split"] += moved
        two["status"] = "MERGED"
        one["touched"] = one["touched"] or two["touched"]
        self.held.discard(other)
        return True

    # Orders

    def begun(self, reference: str) -> int:
        """How much of an order can't be taken away any more."""
        counts = (u for u in self.of_order(reference).values() if u["status"] != "CANCELLED")
        return sum(u["quantity"] - u["split"] for u in counts if u["status"] != "IN_PROCESS" or u["touched"])

    def _free(self, reference: str) -> list[str]:
        its = self.of_order(reference).items()
        return sorted((s for s, u in its if u["status"] == "IN_PROCESS" and not u["touched"]), reverse=True)

    def resize(self, reference: str, quantity: int) -> bool:
        """What is added with a serial of its own is for whoever made it to `add`."""
        order = self.orders[reference]
        if order["status"] not in ("RELEASED", "RUNNING") or quantity < self.begun(reference):
            return False
        less = order["quantity"] - quantity
        for serial in self._free(reference):
            if less < 0 and order["by_lot"]:
                self.units[self._free(reference)[-1]]["quantity"] -= less
                break
            if less > 0:
                gone = min(less, self.left(serial))
                if gone == self.left(serial):
                    self.units[serial]["status"] = "CANCELLED"
                else:
                    self.units[serial]["quantity"] -= gone
                less -= gone
        order["quantity"] = quantity
        return True

    def settle_resized(self, reference: str) -> None:
        self._settle_order(reference)

    def cancel(self, reference: str) -> bool:
        order = self.orders[reference]
        if order["status"] not in ("RELEASED", "RUNNING") or self.begun(reference):
            return False
        order["status"] = "CANCELLED"
        for unit in self.of_order(reference).values():
            unit["status"] = "CANCELLED" if unit["status"] == "IN_PROCESS" else unit["status"]
        return True

    # Holds

    def hold(self, name: str, code: str, who: str) -> bool:
        if who not in WORKERS | {"mei"}:
            return False
        self.held, self.held_at = {name}, code
        return True

    def lift(self, who: str) -> bool:
        if who not in ("mei", "ines"):
            return False
        self.held, self.held_at = set(), ""
        return True


def open_at(job: Job) -> int:
    return job["quantity"] - job["good"] - job["scrap"]

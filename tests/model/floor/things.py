"""What there is on the model's floor, in plain dicts, and what can be said of it."""

from collections.abc import Callable
from typing import Any

from tests.model.floor.routing import ALTERNATES, ENOUGH, after, waits

WORKERS = {"amina", "tomasz", "ines"}
DECIDERS = {"ines", "mei"}  # on rework and on corrections

Job = dict[str, Any]
Unit = dict[str, Any]


class Things:
    """orders, units with the jobs that count on them, parts, batches, containers; every job there ever was.

    held, held_at: the one hold that is open: what it is on, and which operation of it ("": all). now: in seconds.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        self.now = now
        self.orders: dict[str, dict[str, Any]] = {}
        self.units: dict[str, Unit] = {}
        self.parts: dict[str, int] = {}
        self.batches: list[dict[str, Any]] = []
        self.containers: dict[str, str | None] = {}
        self.jobs: list[Job] = []
        self.spans: list[dict[str, Any]] = []
        self.acts: dict[int, list[dict[str, Any]]] = {}
        self.cuts: dict[str, list[int]] = {}  # when something was scrapped, split off or merged, by unit
        self.went: list[tuple[str, str]] = []  # from which lot into which, by splitting and merging
        self.held: set[str] = set()
        self.held_at = ""

    def add_order(self, reference: str, quantity: int, *, by_lot: bool) -> None:
        self.orders[reference] = {"quantity": quantity, "by_lot": by_lot, "plan": "", "cancelled": False}

    def add(self, serial: str, order: str, quantity: int) -> None:
        self.units[serial] = {
            "order": order,
            "status": "IN_PROCESS",
            "quantity": quantity,
            "scrapped": 0,
            "split": 0,
            "jobs": {},
            "begun": 0,
            "drills": 0,
            "container": None,
            "repair": False,
            "reworks": {},
        }
        self.cuts[serial] = []

    def left(self, serial: str) -> int:
        unit = self.units[serial]
        return unit["quantity"] - unit["scrapped"] - unit["split"]

    def is_lot(self, serial: str) -> bool:
        return self.orders[self.units[serial]["order"]]["by_lot"]

    def of_order(self, reference: str) -> dict[str, Unit]:
        return {serial: unit for serial, unit in self.units.items() if unit["order"] == reference}

    def status_of(self, reference: str) -> str:
        """An order is what its units are."""
        its = self.of_order(reference).values()
        if self.orders[reference]["cancelled"]:
            return "CANCELLED"
        if all(unit["status"] != "IN_PROCESS" for unit in its):
            return "COMPLETED"
        return "RUNNING" if any(unit["begun"] for unit in its) else "RELEASED"

    def is_open(self, reference: str) -> bool:
        return self.status_of(reference) in ("RELEASED", "RUNNING")

    def plan(self, serial: str) -> str:
        unit = self.units[serial]
        return "repair" if unit["repair"] else self.orders[unit["order"]]["plan"]

    def running(self, serial: str) -> list[str]:
        return [code for code, job in self.units[serial]["jobs"].items() if job["status"] == "RUNNING"]

    def off(self, serial: str) -> set[str]:
        """Alternates of what was begun, what only they lead to, and what a redline put before something begun."""
        plan, jobs = self.plan(serial), self.units[serial]["jobs"]
        chosen = ALTERNATES & set(jobs)
        off = ALTERNATES - chosen if chosen else set()
        off |= {"43"} if "42" in off else set()
        for code, job in jobs.items():
            for new in set(waits(plan)) - set(waits(job["plan"])):
                if code in waits(plan) and code in after(plan, new):
                    off.add(new)
        return (off - set(jobs)) & set(waits(plan))

    def lacks(self, serial: str, code: str) -> list[str]:
        """The operations that keep this one from beginning."""
        jobs, lacking = self.units[serial]["jobs"], []
        for before in waits(self.plan(serial))[code].split():
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
        for code in waits(self.plan(serial)):
            if code not in unit["jobs"] and code not in self.off(serial):
                lacking = self.lacks(serial, code)
                if set(lacking) <= set(unit["jobs"]):
                    found[code] = not lacking
        return found

    def is_held(self, serial: str, code: str) -> bool:
        return bool(self.held & {serial, self.units[serial]["order"]}) and self.held_at in ("", code)

    def goes_on(self, serial: str, code: str, who: str) -> bool:
        """Nothing is in the way of working on the unit at all."""
        unit = self.units[serial]
        is_there = self.is_open(unit["order"]) and unit["status"] == "IN_PROCESS"
        return who in WORKERS and is_there and not self.is_held(serial, code)

    def is_hers(self, serial: str, code: str, who: str) -> bool:
        job = self.units[serial]["jobs"].get(code)
        runs = job is not None and job["status"] == "RUNNING"
        return runs and self.goes_on(serial, code, who) and (job["has"] == who or who in job["on"])

    def together(self, serial: str, code: str) -> list[tuple[str, str]]:
        """The job, with all that runs in one batch with it."""
        batch = self.units[serial]["jobs"][code]["batch"]
        return [(serial, code)] if batch is None else [(one, code) for one in self.batches[batch]["serials"]]


def open_at(job: Job) -> int:
    return job["quantity"] - job["good"] - job["scrap"]

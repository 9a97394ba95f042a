"""Other ways: rework, parts of lots, and what a redline makes of an order's routing."""

from copy import deepcopy
from typing import Any

from tests.model.floor.routing import MOST_DRILLS, REPAIR, after, waits
from tests.model.floor.things import DECIDERS, WORKERS, Job
from tests.model.floor.work import Work


class Ways(Work):
    def send_back(self, serial: str, found_in: str, return_to: str, who: str, *, by_repair: bool) -> bool:
        unit = self.units[serial]
        plan = self.orders[unit["order"]]["plan"]
        is_local = found_in == return_to and not by_repair
        if who not in (DECIDERS | (WORKERS if is_local else set())) or unit["repair"]:
            return False
        if found_in not in waits(plan) or return_to not in waits(plan) or found_in not in after(plan, return_to):
            return False
        if unit["status"] != "IN_PROCESS" or return_to not in unit["jobs"]:
            return False
        if return_to == "20" and unit["drills"] >= MOST_DRILLS:
            return False
        for code in self.running(serial):
            job = unit["jobs"][code]
            if code != found_in or job["batch"] is not None or (job["has"] != who and who not in DECIDERS):
                return False
        self._replace_rework(serial)
        for code in self.running(serial):
            unit["jobs"][code] |= {"status": "COMPLETED", "ended": self.now()}
        for code in after(plan, return_to) | (set(REPAIR) if by_repair else set()):
            unit["jobs"].pop(code, None)
        unit["repair"] = by_repair
        self._add_rework(serial, {"found_in": found_in, "return_to": return_to, "decided": self.now()})
        return True

    def _replace_rework(self, serial: str) -> None:
        """A further decision ends the one that is open."""
        jobs = self.units[serial]["jobs"]
        for rework in self.units[serial]["reworks"].values():
            if rework["status"] == "OPEN":
                is_done = jobs.get(rework["return_to"], {}).get("status") in ("COMPLETED", "SKIPPED")
                rework |= {"status": "DONE" if is_done else "CANCELLED", "ended": self.now()}

    def _add_rework(self, serial: str, rework: dict[str, Any]) -> None:
        reworks = self.units[serial]["reworks"]
        reworks[len(reworks)] = {"status": "OPEN", "ended": None, **rework}

    def split(self, serial: str, quantity: int, who: str, part: str) -> bool:
        unit = self.units[serial]
        if who not in WORKERS or not self.is_lot(serial) or unit["status"] != "IN_PROCESS" or self.running(serial):
            return False
        if not 0 < quantity < self.left(serial):
            return False
        self.add(part, unit["order"], quantity)
        new = self.units[part]
        for name in ("drills", "begun", "repair"):
            new[name] = unit[name]
        for rework in unit["reworks"].values():
            if rework["status"] == "OPEN":
                self._add_rework(part, {name: rework[name] for name in ("found_in", "return_to", "decided")})
        for code, job in unit["jobs"].items():
            its = new["jobs"][code] = self._copied(job, part)
            its["quantity"] = min(quantity, job["quantity"] - job["scrap"])
            its["good"] = min(its["quantity"], job["good"])
            job["quantity"] -= its["quantity"]
            job["moved"] -= its["quantity"]
            job["good"] -= its["good"]
        unit["split"] += quantity
        self.went.append((serial, part))
        self._divided(serial, part)
        if serial in self.held:
            self.held.add(part)
        return True

    def rename(self, serial: str, new: str) -> None:
        """What was split off has got its serial number."""
        for known in (self.units, self.cuts):
            known[new] = known.pop(serial)
        self.went = [(one, new if two == serial else two) for one, two in self.went]
        for job in self.units[new]["jobs"].values():
            job["serial"] = new
        if serial in self.held:
            self.held ^= {serial, new}

    def _copied(self, job: Job, serial: str) -> Job:
        made = deepcopy(job) | {"id": len(self.jobs), "serial": serial, "scrap": 0, "parts": {}, "look": ""}
        self.jobs.append(made)
        return made

    def _divided(self, *serials: str) -> None:
        for serial in serials:
            self.cuts[serial].append(self.now())
            for job in self.units[serial]["jobs"].values():
                self.acts.setdefault(job["id"], []).append({"kind": "divided", "who": "", "at": self.now()})

    def merge(self, into: str, other: str, who: str) -> bool:
        one, two = self.units[into], self.units[other]
        alike = one["order"] == two["order"] and self.is_lot(into) and into != other
        alike = alike and one["status"] == two["status"] == "IN_PROCESS" and one["repair"] == two["repair"]
        if who not in WORKERS or not alike or self.running(into) or self.running(other):
            return False
        stands = [{code: job["status"] for code, job in unit["jobs"].items()} for unit in (one, two)]
        if stands[0] != stands[1] or (into in self.held) != (other in self.held):
            return False
        for code, job in two["jobs"].items():
            good = one["jobs"][code]
            good["quantity"] += job["quantity"] - job["scrap"]
            good["moved"] += job["quantity"] - job["scrap"]
            job["moved"] -= job["quantity"] - job["scrap"]
            good["good"] += job["good"]
            job["quantity"], job["good"] = job["scrap"], 0
        moved = self.left(other)
        one["quantity"] += moved
        two |= {"split": two["split"] + moved, "status": "MERGED", "container": None}
        one["begun"] += two["begun"]
        for rework in two["reworks"].values():
            if rework["status"] == "OPEN":
                rework |= {"status": "CANCELLED", "ended": self.now()}
        self.went.append((other, into))
        self._divided(into, other)
        self.held.discard(other)
        return True

    def redline(self, reference: str, change: str, who: str) -> bool:
        """change: "+45", or "-30"."""
        order = self.orders[reference]
        if who != "mei" or not self.is_open(reference) or change in order["plan"]:
            return False
        in_process = [unit for unit in self.of_order(reference).values() if unit["status"] == "IN_PROCESS"]
        if change == "-30" and any("30" in unit["jobs"] or self._comes_back_to_30(unit) for unit in in_process):
            return False
        order["plan"] += change
        return True

    @staticmethod
    def _comes_back_to_30(unit: dict[str, Any]) -> bool:
        open_ones = (rework for rework in unit["reworks"].values() if rework["status"] == "OPEN")
        return any("30" in (rework["return_to"], rework["found_in"]) for rework in open_ones)

"""The rules of the floor told once more, on plain dicts, by somebody who has not read the code.

Each act answers whether the plant has to allow it, and if so changes the state. Nothing of the product is imported:
where this and the product disagree, one of them is wrong.
"""

from copy import deepcopy
from typing import Any

OPERATORS, WORKERS = {"amina", "tomasz", "nils"}, {"amina", "tomasz", "nils", "ines"}
TORQUE_TRAINED = {"amina", "tomasz", "ines"}
BEFORE = {"10": set(), "20": set(), "30": {"10", "20"}, "40": {"30"}}
NEEDED = {
    "10": {("BOARD", 1), ("FIRMWARE", 1)},
    "20": {("DRIVE", 1)},
    "30": {("SCREWS", 1), ("TORQUE", 1), ("TORQUE", 2), ("SEATED", 1)},
    "40": {("LEAK", 1)},
}
IN_LIMITS = {"TORQUE": lambda v: 1.1 <= float(v) <= 1.3, "LEAK": lambda v: float(v) <= 0.3}
TAKES = {"BOARD": ("board", 1), "SCREWS": ("screws", 6)}


class Floor:
    """orders: reference -> status. units: serial -> all that is known. stock: serial -> what it is, what is left."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.units: dict[str, dict[str, Any]] = {}
        self.stock: dict[str, dict[str, Any]] = {}
        self.holds: dict[int, tuple[str, str]] = {}  # open ones: number -> ("unit" | "order" | "stock", name)

    def snapshot(self) -> dict[str, Any]:
        return deepcopy({"orders": self.orders, "units": self.units, "stock": self.stock, "holds": self.holds})

    def add_order(self, reference: str) -> None:
        self.orders[reference] = {"status": "DRAFT"}

    def release(self, reference: str, serials: list[str], who: str) -> bool:
        if who not in ("ines", "pavel") or self.orders[reference]["status"] != "DRAFT":
            return False
        self.orders[reference]["status"] = "RELEASED"
        for serial in serials:
            self.units[serial] = {
                "order": reference,
                "status": "IN_PROCESS",
                "running": {},
                "done": set(),
                "values": {},
            }
        return True

    def may_release(self, reference: str, who: str) -> bool:
        return who in ("ines", "pavel") and self.orders[reference]["status"] == "DRAFT"

    def start(self, serial: str, code: str, who: str, *, station: str) -> bool:
        unit = self.units[serial]
        begun = set(unit["running"]) | unit["done"]
        if not self._is_workable(serial, code, who) or station != code or code in begun or BEFORE[code] - unit["done"]:
            return False
        unit["running"][code] = who
        if self.orders[unit["order"]]["status"] == "RELEASED":
            self.orders[unit["order"]]["status"] = "RUNNING"
        return True

    def take_over(self, serial: str, code: str, who: str) -> bool:
        running = self.units[serial]["running"]
        if not self._is_workable(serial, code, who) or code not in running or running[code] == who:
            return False
        running[code] = who
        return True

    def record(self, serial: str, code: str, given: list[tuple[str, int, str, str]], who: str) -> bool:
        if not self._is_recordable(serial, code, given, who):
            return False
        self._write(serial, code, given)
        return True

    def complete(
        self, serial: str, code: str, given: list[tuple[str, int, str, str]], who: str, *, scrap: bool, has_read: bool
    ) -> bool:
        """has_read: the signer says that they have seen what was recorded before."""
        if not self._is_recordable(serial, code, given, who):
            return False
        unit = self.units[serial]
        values = dict(unit["values"].get(code, {})) | {(step, sample): value for step, sample, value, _ in given}
        bad = any(not IN_LIMITS.get(step, lambda v: True)(value) for (step, _), value in values.items())
        if not scrap and (NEEDED[code] - set(values) or bad):
            return False
        if scrap and len(unit["running"]) > 1:
            return False
        unseen = set(values) - {(step, sample) for step, sample, _, _ in given}
        if code == "40" and unseen and not has_read:
            return False
        self._write(serial, code, given)
        del unit["running"][code]
        unit["done"].add(code)
        if scrap:
            unit["status"] = "SCRAPPED"
        elif code == "40":
            unit["status"] = "FINISHED"
        mates = [mate for mate in self.units.values() if mate["order"] == unit["order"]]
        if all(mate["status"] != "IN_PROCESS" for mate in mates):
            self.orders[unit["order"]]["status"] = "COMPLETED"
        return True

    def hold(self, number: int, kind: str, name: str, who: str) -> bool:
        if who not in WORKERS | {"mei"}:
            return False
        self.holds[number] = (kind, name)
        return True

    def may_hold(self, who: str) -> bool:
        return who in WORKERS | {"mei"}

    def lift(self, number: int, who: str) -> bool:
        if who not in ("mei", "ines") or number not in self.holds:
            return False
        del self.holds[number]
        return True

    def _is_held(self, *things: tuple[str, str]) -> bool:
        return bool(set(things) & set(self.holds.values()))

    def _went_into(self, serial: str) -> list[tuple[str, str]]:
        """The stock that is in a unit: a hold on it is one on the unit, too."""
        values = self.units[serial]["values"].values()
        return [("stock", value) for given in values for (step, _), value in given.items() if step in TAKES]

    def _is_workable(self, serial: str, code: str, who: str) -> bool:
        unit = self.units[serial]
        order = self.orders[unit["order"]]
        return (
            who in WORKERS
            and (code != "30" or who in TORQUE_TRAINED)
            and unit["status"] == "IN_PROCESS"
            and order["status"] in ("RELEASED", "RUNNING")
            and not self._is_held(("unit", serial), ("order", unit["order"]), *self._went_into(serial))
        )

    def _is_recordable(self, serial: str, code: str, given: list[tuple[str, int, str, str]], who: str) -> bool:
        unit = self.units[serial]
        if not self._is_workable(serial, code, who) or unit["running"].get(code) != who:
            return False
        known, wanted = unit["values"].get(code, {}), {}
        for step, sample, value, reason in given:
            is_there = (step, sample) in known
            if (step, sample) not in NEEDED[code] or is_there != bool(reason):
                return False
            if step in TAKES:
                what, amount = TAKES[step]
                part = self.stock.get(value)
                wanted[value] = wanted.get(value, 0) + amount
                if reason or part is None or part["what"] != what or part["left"] < wanted[value]:
                    return False
                if self._is_held(("stock", value)):
                    return False
        return len({(step, sample) for step, sample, _, _ in given}) == len(given)

    def _write(self, serial: str, code: str, given: list[tuple[str, int, str, str]]) -> None:
        for step, sample, value, _ in given:
            self.units[serial]["values"].setdefault(code, {})[step, sample] = value
            if step in TAKES:
                self.stock[value]["left"] -= TAKES[step][1]

"""The rules of a floor in motion told once more, by counting pieces in plain dicts. Nothing of the product is imported.

Each act answers whether the plant has to allow it, and if so changes the state.
"""

from tests.model.floor.things import DECIDERS, WORKERS
from tests.model.floor.together import Together


class Floor(Together):
    """Everything that can be done on it: work, ways, batches and containers, undo; here orders and holds."""

    def begun(self, reference: str) -> int:
        """How much of an order can't be taken away any more."""
        counts = (u for u in self.of_order(reference).values() if u["status"] != "CANCELLED")
        return sum(u["quantity"] - u["split"] for u in counts if u["status"] != "IN_PROCESS" or u["begun"])

    def _free(self, reference: str) -> list[str]:
        its = self.of_order(reference).items()
        return sorted((s for s, u in its if u["status"] == "IN_PROCESS" and not u["begun"]), reverse=True)

    def resize(self, reference: str, quantity: int) -> bool:
        """What is added with a serial of its own is for whoever made it to `add`."""
        order = self.orders[reference]
        if not self.is_open(reference) or quantity < self.begun(reference):
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

    def cancel(self, reference: str) -> bool:
        if not self.is_open(reference) or self.begun(reference):
            return False
        self.orders[reference]["cancelled"] = True
        for unit in self.of_order(reference).values():
            unit["status"] = "CANCELLED" if unit["status"] == "IN_PROCESS" else unit["status"]
        return True

    def hold(self, name: str, code: str, who: str) -> bool:
        if who not in WORKERS | {"mei"}:
            return False
        self.held, self.held_at = {name}, code
        for _ in self.went:  # what it has gone into is held, too, whenever that was
            self.held |= {two for one, two in self.went if one in self.held}
        return True

    def lift(self, who: str) -> bool:
        if who not in DECIDERS:
            return False
        self.held, self.held_at = set(), ""
        return True

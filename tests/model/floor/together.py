"""What runs and moves together: batches and containers."""

from collections.abc import Mapping, Sequence

from tests.model.floor.routing import ROOM
from tests.model.floor.things import WORKERS
from tests.model.floor.ways import Ways


class Together(Ways):
    def start_batch(self, serials: Sequence[str], code: str, who: str) -> bool:
        """All of them in one run, or none."""
        if not serials or len(set(serials)) < len(serials) or code not in ROOM:
            return False
        if not all(self.may_start(serial, code, who) for serial in serials):
            return False
        if sum(self.left(serial) for serial in serials) > ROOM[code] or self._leaves_behind(serials):
            return False
        number = len(self.batches)
        self.batches.append({"status": "RUNNING", "code": code, "serials": list(serials)})
        for serial in serials:
            with self.act("started", serial, code, who):
                self.begin(serial, code, "RUNNING", self.left(serial), who, batch=number)
        return True

    def _leaves_behind(self, serials: Sequence[str]) -> bool:
        used = {self.units[serial]["container"] for serial in serials} - {None}
        return any(set(self.inside(container)) - set(serials) for container in used)

    def inside(self, container: str) -> list[str]:
        """What of it is in process."""
        found = (s for s, unit in self.units.items() if unit["container"] == container)
        return sorted(serial for serial in found if self.units[serial]["status"] == "IN_PROCESS")

    def record_batch(self, number: int, look: str, who: str, *, says_why: bool) -> bool:
        batch = self.batches[number]
        if batch["status"] != "RUNNING":
            return False
        jobs = [self.units[serial]["jobs"][batch["code"]] for serial in batch["serials"]]
        if not all(self.is_hers(serial, batch["code"], who) for serial in batch["serials"]):
            return False
        if bool(jobs[0]["look"]) != says_why:
            return False
        for serial, job in zip(batch["serials"], jobs, strict=True):
            with self.act("recorded", serial, batch["code"], who):
                job["look"] = look
        return True

    def complete_batch(self, number: int, scrap: Mapping[str, int], who: str) -> bool:
        batch = self.batches[number]
        code, serials = batch["code"], batch["serials"]
        if batch["status"] != "RUNNING" or set(scrap) - set(serials):
            return False
        if not all(self.may_complete(serial, code, scrap.get(serial, 0), who) for serial in serials):
            return False
        batch["status"] = "COMPLETED"
        for serial in serials:
            with self.act("completed", serial, code, who) as act:
                act["scrap"] = scrap.get(serial, 0)
                act["ended"] = self.end(serial, code, act["scrap"])
        return True

    def take_over_batch(self, number: int, who: str) -> bool:
        batch = self.batches[number]
        if batch["status"] != "RUNNING":
            return False
        if not all(self.may_take_over(serial, batch["code"], who) for serial in batch["serials"]):
            return False
        for serial in batch["serials"]:
            with self.act("taken over", serial, batch["code"], who):
                self.give_to(serial, batch["code"], who)
        return True

    # Containers

    def load(self, container: str, serials: Sequence[str], who: str) -> bool:
        if who not in WORKERS | {"mei"} or not serials or len(set(serials)) < len(serials):
            return False
        units = [self.units[serial] for serial in serials]
        if any(unit["container"] or unit["status"] in ("SCRAPPED", "MERGED", "CANCELLED") for unit in units):
            return False
        for unit in units:
            unit["container"] = container
        return True

    def unload(self, container: str, serials: Sequence[str], who: str) -> bool:
        if who not in WORKERS | {"mei"} or not serials or len(set(serials)) < len(serials):
            return False
        if any(self.units[serial]["container"] != container for serial in serials):
            return False
        for serial in serials:
            self.units[serial]["container"] = None
        return True

    def move(self, container: str, station: str | None, who: str) -> bool:
        if who not in WORKERS | {"mei"} or self.containers[container] == station:
            return False
        self.containers[container] = station
        return True

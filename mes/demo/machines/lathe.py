"""A lathe behind Modbus TCP: its state as a word of PackML, one counter that is reset and one that rolls over."""

from collections.abc import Iterator

from mes.demo.machines.program import REGISTER, Program
from mes.demo.machines.truth import GOOD, SCRAP

EXECUTE, IDLE, ABORTED, HELD, RESETTING = 6, 4, 9, 11, 15
TOOL_BROKEN, NO_MEMORY = 217, 1
CUTS, CUT_S, CHANGE_S, REPAIR_S, RESET_S = 6, 2.0, 3.0, 20.0, 5.0
SCRAP_CHANCE, FAULT_CHANCE = 0.06, 0.04


class Lathe(Program):
    """Cuts as many as were ordered, changes the part, now and then breaks a tool; stands still without permission."""

    first = {"word": IDLE, "load": 0, "fault": 0, GOOD: 0, SCRAP: 0}
    measured = ("load",)
    boots = {"word": ABORTED, "fault": NO_MEMORY}

    def life(self) -> Iterator[float]:
        while True:
            self.enters("IDLE", word=IDLE, fault=0)
            self.measures("load", 0)
            yield from self.waits_for_load()
            yield from self.waits_for_permission()
            yield CHANGE_S
            for _ in range(CUTS):
                yield from self.stands_still()
                self.enters("RUNNING", word=EXECUTE)
                self.measures("load", self.chance.randint(180, 940))
                yield CUT_S
            if self.chance.random() < FAULT_CHANCE:
                yield from self.breaks()
            else:
                self.counts_one(SCRAP if self.chance.random() < SCRAP_CHANCE else GOOD)
            if self.left <= 0:
                self.gives_back()

    def stands_still(self) -> Iterator[float]:
        """In the middle of a part, for as long as it may not run."""
        if not self.may_run:
            self.enters("IDLE", word=HELD)
            self.measures("load", 0)
            yield from self.waits_for_permission()

    def breaks(self) -> Iterator[float]:
        """The tool, and the part with it."""
        self.counts_one(SCRAP)
        self.enters("DOWN", word=ABORTED, fault=TOOL_BROKEN)
        self.measures("load", 0)
        yield REPAIR_S
        self.enters("SETUP", word=RESETTING, fault=0)
        yield RESET_S

    def reset_counters(self) -> None:
        self._reset(GOOD)

    def shown_count(self, kind: str, count: int) -> int:
        return count % REGISTER if kind == SCRAP else count

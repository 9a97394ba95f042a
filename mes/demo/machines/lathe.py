"""A lathe behind Modbus TCP: its state as a word of PackML, and two counters of one register each that roll over."""

from collections.abc import Iterator

from mes.demo.machines.program import REGISTER, Program
from mes.demo.machines.truth import GOOD, SCRAP, Fact

EXECUTE, IDLE, ABORTED, RESETTING = 6, 4, 9, 15
TOOL_BROKEN = 217
CUTS, CUT_S, CHANGE_S, REPAIR_S, RESET_S = 6, 2.0, 3.0, 20.0, 5.0
SCRAP_CHANCE, FAULT_CHANCE = 0.06, 0.04


class Lathe(Program):
    """Cuts, changes the part, now and then breaks a tool."""

    first = {"word": IDLE, "load": 0, "fault": 0, GOOD: 0, SCRAP: 0}

    def remember(self, fact: Fact) -> None:
        super().remember(fact)
        if fact.kind in (GOOD, SCRAP):
            self.shows[fact.kind] = fact.number % REGISTER

    def life(self) -> Iterator[float]:
        while True:
            self.enters("IDLE", word=IDLE)
            self.measures("load", 0)
            yield CHANGE_S
            self.enters("RUNNING", word=EXECUTE)
            for _ in range(CUTS):
                self.measures("load", self.chance.randint(180, 940))
                yield CUT_S
            if self.chance.random() < FAULT_CHANCE:
                yield from self.breaks()
            else:
                self.counts_one(SCRAP if self.chance.random() < SCRAP_CHANCE else GOOD)

    def breaks(self) -> Iterator[float]:
        """The tool, and the part with it."""
        self.counts_one(SCRAP)
        self.enters("DOWN", word=ABORTED, fault=TOOL_BROKEN)
        self.measures("load", 0)
        yield REPAIR_S
        self.enters("SETUP", word=RESETTING, fault=0)
        yield RESET_S

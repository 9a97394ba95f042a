"""A furnace behind OPC UA: heats up, holds, cools down; says how it is by the state of OPC UA for Machinery."""

from collections.abc import Iterator

from mes.demo.machines.program import Program
from mes.demo.machines.truth import BATCH

OUT_OF_SERVICE, NOT_EXECUTING, EXECUTING = 1, 2, 3
ROOM_C, HOLD_C, RAMP_C, COOLING_C = 20.0, 930.0, 30.0, 30.0
STEP_S, HOLD_STEPS, LOAD_S = 1.0, 40, 10.0


class Furnace(Program):
    """Hardens what is in it, one batch after the other; temperature in °C."""

    first = {"state": OUT_OF_SERVICE, "temperature": ROOM_C, BATCH: 0}
    measured = ("temperature",)
    appearing = "STOPPED"
    booting = "STOPPED"
    boots = {"state": OUT_OF_SERVICE}

    def life(self) -> Iterator[float]:
        self.enters("STOPPED", state=OUT_OF_SERVICE)
        self.measures("temperature", ROOM_C)
        yield STEP_S
        while True:
            self.enters("IDLE", state=NOT_EXECUTING)
            yield from self.waits_for_load()
            yield LOAD_S
            self.enters("RUNNING", state=EXECUTING)
            yield from self.moves(RAMP_C, until_c=HOLD_C)
            for _ in range(HOLD_STEPS):
                self.measures("temperature", round(self.chance.gauss(HOLD_C, 1.2), 2))
                yield STEP_S
            yield from self.moves(-COOLING_C, until_c=ROOM_C)
            self.counts_one(BATCH)
            self.gives_back()

    def moves(self, step_c: float, *, until_c: float) -> Iterator[float]:
        """By about so much each second."""
        reached = self.shows["temperature"]
        while isinstance(reached, float) and (until_c - reached) * step_c > 0:
            reached = round(reached + step_c * self.chance.uniform(0.8, 1.2), 2)
            if (until_c - reached) * step_c < 0:
                reached = until_c
            self.measures("temperature", reached)
            yield STEP_S

"""A furnace behind OPC UA: heats up, holds, cools down; says how it is by the state of OPC UA for Machinery."""

from collections.abc import Iterator

from mes.demo.machines.program import Program

OUT_OF_SERVICE, NOT_EXECUTING, EXECUTING = 1, 2, 3
ROOM_C, HOLD_C, RAMP_C, COOLING_C = 20.0, 180.0, 8.0, 4.0
STEP_S, HOLD_STEPS, LOAD_S = 1.0, 30, 10.0


class Furnace(Program):
    """One batch after the other; temperature in °C."""

    first = {"state": OUT_OF_SERVICE, "temperature": ROOM_C, "batch": 0}

    def life(self) -> Iterator[float]:
        self.enters("STOPPED", state=OUT_OF_SERVICE)
        self.measures("temperature", ROOM_C)
        yield STEP_S
        batch = 0
        while True:
            self.enters("IDLE", state=NOT_EXECUTING)
            yield LOAD_S
            batch += 1
            self.enters("RUNNING", state=EXECUTING)
            self.measures("batch", batch)
            yield from self.moves(RAMP_C, until_c=HOLD_C)
            for _ in range(HOLD_STEPS):
                self.measures("temperature", round(self.chance.gauss(HOLD_C, 0.6), 2))
                yield STEP_S
            yield from self.moves(-COOLING_C, until_c=ROOM_C)

    def moves(self, step_c: float, *, until_c: float) -> Iterator[float]:
        """By about so much each second."""
        reached = self.shows["temperature"]
        while isinstance(reached, float) and (until_c - reached) * step_c > 0:
            reached = round(reached + step_c * self.chance.uniform(0.8, 1.2), 2)
            self.measures("temperature", reached)
            yield STEP_S

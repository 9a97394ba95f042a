"""Stations that hand over each part with its serial number and values: a leak tester and a nutrunner."""

from collections.abc import Iterator
from struct import pack, unpack

from mes.demo.machines.program import Program
from mes.demo.machines.truth import PART

PASSED, FAILED = 1, 2
LEAK_LIMIT_PA, LEAK_CHANCE = 50.0, 0.05
PRESSURIZE_S, HOLD_S, LOAD_S = 4.0, 6.0, 5.0
SCREWS, SCREW_S = 4, 1.5
TORQUE_NM, TORQUE_SPREAD_NM = 2.4, 0.08


def single(value: float) -> float:
    """The nearest number that 32 bits hold, which is what the machine really knows."""
    return float(unpack("f", pack("f", value))[0])


class LeakTester(Program):
    """Fills a part with air and looks how much pressure it loses (Pa)."""

    first = {"running": 0, "fault": 0, PART: 0, "serial": "", "result": 0, "decay": 0.0}

    def life(self) -> Iterator[float]:
        self.enters("IDLE", running=0)
        yield from self.awaits()
        while True:
            self.enters("IDLE", running=0)
            yield LOAD_S
            self.enters("RUNNING", running=1)
            yield PRESSURIZE_S + HOLD_S
            leaks = self.chance.random() < LEAK_CHANCE
            decay = single(self.chance.uniform(60, 300) if leaks else self.chance.gauss(18, 5))
            result = FAILED if decay > LEAK_LIMIT_PA else PASSED
            serial = f"LT{self.counts.get(PART, 0) + 1:06}"
            yield from self.hands_over(serial=serial, result=result, decay=decay)


class Nutrunner(Program):
    """Drives the screws of a part, and hands over the torque of the last one (Nm)."""

    first = {"running": 0, "fault": 0, "torque": 0.0, PART: 0, "serial": "", "final": 0.0, "angle": 0}

    def life(self) -> Iterator[float]:
        self.enters("IDLE", running=0)
        yield from self.awaits()
        while True:
            self.enters("IDLE", running=0)
            yield LOAD_S
            self.enters("RUNNING", running=1)
            torque = 0.0
            for _ in range(SCREWS):
                torque = single(self.chance.gauss(TORQUE_NM, TORQUE_SPREAD_NM))
                self.measures("torque", torque)
                yield SCREW_S
            serial = f"NR{self.counts.get(PART, 0) + 1:06}"
            yield from self.hands_over(serial=serial, final=torque, angle=self.chance.randint(300, 420))

"""Stations that hand over each part with its serial number and values: a leak tester and a nutrunner."""

from collections.abc import Iterator
from struct import pack, unpack

from equipment.drivers.base import Value
from mes.demo.machines.program import Program
from mes.demo.machines.truth import PART

PASSED, FAILED = 1, 2
LEAK_ML_MIN, LEAK_LIMIT_ML_MIN, LEAK_CHANCE = 0.13, 0.3, 0.05
PRESSURIZE_S, HOLD_S, LOAD_S = 4.0, 6.0, 5.0
SCREWS, SCREW_S = 6, 1.5
TORQUE_NM, TORQUE_SPREAD_NM, LEAST_NM, MOST_NM, STRIP_CHANCE = 1.2, 0.02, 1.1, 1.3, 0.02
NO_MEMORY = 1


def single(value: float) -> float:
    """The nearest number that 32 bits hold, which is what the machine really knows."""
    return float(unpack("f", pack("f", value))[0])


class LeakTester(Program):
    """Fills a part with air (kPa) and looks how much it loses (ml/min)."""

    first = {"running": 0, "fault": 0, PART: 0, "serial": "", "result": 0, "pressure": 0.0, "leak": 0.0}
    boots, rests = {"fault": NO_MEMORY}, {"running": 0}

    def life(self) -> Iterator[float]:
        yield from self.awaits()
        while True:
            self.enters("IDLE", running=0, fault=0)
            yield from self.waits_for_load()
            yield from self.waits_for_permission()
            yield LOAD_S
            self.enters("RUNNING", running=1)
            yield PRESSURIZE_S + HOLD_S
            leaks = self.chance.random() < LEAK_CHANCE
            leak = single(
                self.chance.uniform(0.4, 2.0) if leaks else min(0.27, max(0.03, self.chance.gauss(0.13, 0.04)))
            )
            values: dict[str, Value] = {
                "serial": self.load.serial if self.load else "",
                "result": FAILED if leak > LEAK_LIMIT_ML_MIN else PASSED,
                "pressure": single(min(50.9, max(49.1, self.chance.gauss(50, 0.3)))),
                "leak": leak,
            }
            yield from self.hands_over(**values)


class Nutrunner(Program):
    """Drives the screws of a part (Nm), from a lot in its magazine whose label it has read."""

    first = {"running": 0, "fault": 0, "torque": 0.0, PART: 0, "serial": "", "result": 0, "screws": ""} | {
        f"torque-{number}": 0.0 for number in range(1, SCREWS + 1)
    }
    measured = ("torque",)
    boots, rests = {"fault": NO_MEMORY}, {"running": 0}

    def life(self) -> Iterator[float]:
        yield from self.awaits()
        while True:
            self.enters("IDLE", running=0, fault=0)
            yield from self.waits_for_load()
            yield LOAD_S
            self.enters("RUNNING", running=1)
            values: dict[str, Value] = {}
            strips = SCREWS if self.chance.random() < STRIP_CHANCE else 0
            for number in range(1, SCREWS + 1):
                torque = 0.7 if number == strips else self.chance.gauss(TORQUE_NM, TORQUE_SPREAD_NM)
                values[f"torque-{number}"] = torque = single(min(1.29, torque))
                self.measures("torque", torque)
                yield SCREW_S
            is_good = all(LEAST_NM <= float(torque) <= MOST_NM for torque in values.values())
            values["result"] = PASSED if is_good else FAILED
            values["serial"] = self.load.serial if self.load else ""
            values["screws"] = self.load.supply.get("SCREWS", "") if self.load else ""
            yield from self.hands_over(**values)

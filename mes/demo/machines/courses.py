"""What the machines showed on a day of the past, value by value: made up around the jobs that people did at them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from equipment.drivers.base import Value
from mes.demo.machines import furnace, lathe, testers
from mes.demo.machines.spans import Span, apart, common, length, widened
from mes.demo.machines.testers import single
from mes.demo.machines.truth import BATCH, GOOD, PART, SCRAP

Change = tuple[float, dict[str, Value]]  # seconds since 1970; new values by the code of their tag

RAMP_S, RAMP_STEP_S, HOLD_STEP_S = 2_400.0, 10.0, 20.0  # of the furnace: up, or down
CUT_S = 15.0  # of the lathe, where nobody has booked what it made
SCREW_S = 3.0
SETUP_S, FAULT_S, LONG_S = 240.0, 540.0, 2_400.0  # in a pause that is long something breaks, and is mended
STOPPED, NO_AIR = 2, 31  # of PackML; a fault code of the leak tester

# How each shows its states; what it can't show looks idle. Lathe and furnace are switched off while nobody works there,
# and the nutrunner never fails.
SHOWN: dict[str, dict[str, dict[str, Value]]] = {
    "LATHE-110": {
        "RUNNING": {"word": lathe.EXECUTE, "fault": 0},
        "IDLE": {"word": lathe.IDLE, "fault": 0, "load": 0},
        "SETUP": {"word": lathe.RESETTING, "fault": 0, "load": 0},
        "DOWN": {"word": lathe.ABORTED, "fault": lathe.TOOL_BROKEN, "load": 0},
        "STOPPED": {"word": STOPPED, "fault": 0, "load": 0},
    },
    "FURNACE-140": {
        "RUNNING": {"state": furnace.EXECUTING},
        "IDLE": {"state": furnace.NOT_EXECUTING},
        "DOWN": {"state": furnace.OUT_OF_SERVICE},
        "STOPPED": {"state": furnace.OUT_OF_SERVICE},
    },
    "LEAK-40": {
        "RUNNING": {"running": 1, "fault": 0},
        "IDLE": {"running": 0, "fault": 0},
        "DOWN": {"running": 0, "fault": NO_AIR},
    },
    "TORQUE-30": {
        "RUNNING": {"running": 1, "fault": 0},
        "IDLE": {"running": 0, "fault": 0},
    },
}


@dataclass(frozen=True)
class Booked:
    """What people booked of a job, in seconds since 1970."""

    at: float
    good: int
    scrap: int


@dataclass(frozen=True)
class Job:
    """What went through a machine in one run: one unit, or a batch.

    end: None while it runs. values: what is on record of it, by step and sample. recipe: by the code of the tag.
    """

    begin: float
    end: float | None
    serial: str
    values: Mapping[tuple[str, int], str]
    booked: Sequence[Booked]
    recipe: Mapping[str, Value]

    def number(self, step: str, sample: int = 1) -> float:
        """As the machine has it that measured it: in 32 bits; 0 where nothing is on record."""
        return single(float(self.values.get((step, sample), 0)))


@dataclass(frozen=True)
class Day:
    """A machine's day, in seconds since 1970. hours: in which somebody was there; jobs: also the last before it, of
    which it still showed something.
    """

    machine: str
    begin: float
    end: float
    hours: Sequence[Span]
    jobs: Sequence[Job]
    chance: Random

    @property
    def running(self) -> list[Span]:
        """While a job ran and somebody was there."""
        return common(widened(((job.begin, job.end or self.end) for job in self.jobs), 0), self.hours)

    def ended(self) -> Iterator[tuple[float, Job]]:
        return ((job.end, job) for job in self.jobs if job.end is not None)

    def states(self) -> Iterator[tuple[float, str]]:
        """From when on it was in which state."""
        running = self.running
        yield from ((begin, "STOPPED") for begin, _ in apart([(self.begin, self.end)], self.hours))
        yield from ((begin, "RUNNING") for begin, _ in running)
        idle = apart(common([(self.begin, self.end)], self.hours), running)
        longest = max(idle, key=lambda span: span[1] - span[0], default=None)
        for begin, end in idle:
            yield begin, "IDLE"
            if (begin, end) == longest and end - begin >= LONG_S:
                down = round(begin + (end - begin) * self.chance.uniform(0.2, 0.5))
                yield from ((down, "DOWN"), (down + FAULT_S, "SETUP"), (down + FAULT_S + SETUP_S, "IDLE"))
            if any(started == end for started, _ in running):
                yield round(end - min(SETUP_S, (end - begin) / 2)), "SETUP"


def course_of(day: Day) -> list[Change]:
    """All that a machine showed anew, in order; what comes before the day's begin is what it began with."""
    shown = SHOWN[day.machine]
    states = [(at, shown.get(state, shown["IDLE"])) for at, state in day.states()]
    changes = [*_VALUES[day.machine](day), *states]  # in the same moment states go last: what stands cuts nothing
    return sorted(changes, key=lambda change: change[0])


def _lathe(day: Day) -> Iterator[Change]:
    """One cut after the other, so many to a part; both counters begin anew with each lot."""
    for job in day.jobs:
        yield job.begin, {GOOD: 0, SCRAP: 0, **job.recipe}
        since, good, scrap = job.begin, 0, 0
        for booked in job.booked:
            parts, spans = booked.good + booked.scrap, common([(since, booked.at)], day.running)
            for number, at in enumerate(_evenly(spans, parts * lathe.CUTS), 1):
                yield at, {"load": day.chance.randint(180, 940)}
                if number % lathe.CUTS == 0 and number // lathe.CUTS <= booked.good:
                    good += 1
                    yield at, {GOOD: good}
            since, scrap = booked.at, scrap + booked.scrap
            yield since, {SCRAP: scrap}
        if job.end is None:  # nobody has booked the last ones yet
            rest = common([(since, day.end)], day.running)
            yield from ((at, {"load": day.chance.randint(180, 940)}) for at in _evenly(rest, int(length(rest) / CUT_S)))


def _evenly(spans: Sequence[Span], count: int) -> Iterator[float]:
    """So many moments with the same time between them, in these spans alone; the last one at their end."""
    total, passed, number = length(spans), 0.0, 1
    for begin, end in spans:
        while number <= count and total * number / count <= passed + (end - begin) + 1e-6:
            yield begin + total * number / count - passed
            number += 1
        passed += end - begin


def _leak_tester(day: Day) -> Iterator[Change]:
    for number, (end, job) in enumerate(day.ended(), 1):
        leak = job.number("LEAK")
        result = testers.FAILED if leak > testers.LEAK_LIMIT_ML_MIN else testers.PASSED
        yield end, {PART: number, "serial": job.serial, "result": result}
        yield end, {"leak": leak, "pressure": job.number("PRESSURE")}


def _nutrunner(day: Day) -> Iterator[Change]:
    for number, (end, job) in enumerate(day.ended(), 1):
        torques = {screw: job.number("TORQUE", screw) for screw in range(1, testers.SCREWS + 1)}
        for screw, torque in torques.items():
            yield max(job.begin, end - SCREW_S * (testers.SCREWS + 1 - screw)), {"torque": torque}
        yield end, {PART: number, "serial": job.serial, "result": testers.PASSED}
        yield end, {"screws": job.values.get(("SCREWS", 1), "")}
        yield end, {f"torque-{screw}": torque for screw, torque in torques.items()}


def _furnace(day: Day) -> Iterator[Change]:
    """Heats up, holds and cools down, within the time for which it ran; as hot as somebody read it."""
    soaked = {}
    for number, (end, job) in enumerate(day.ended(), 1):
        soaked[end] = job.number("SOAK")
        yield end, {BATCH: number}
    for begin, end in day.running:
        hot, ramp_s = soaked.get(end) or furnace.HOLD_C, min(RAMP_S, (end - begin) / 3)
        goes_on, at = end == day.end, begin
        while at < end:
            share = min((at - begin) / ramp_s, 1.0 if goes_on else (end - at) / ramp_s, 1.0)
            shown = furnace.ROOM_C + (hot - furnace.ROOM_C) * share + day.chance.gauss(0, 0.6)
            yield at, {"temperature": round(shown, 1)}
            at += HOLD_STEP_S if share == 1.0 else RAMP_STEP_S
        if not goes_on:
            yield end, {"temperature": furnace.ROOM_C}


_VALUES: Mapping[str, Callable[[Day], Iterator[Change]]] = {
    "LATHE-110": _lathe,
    "LEAK-40": _leak_tester,
    "TORQUE-30": _nutrunner,
    "FURNACE-140": _furnace,
}

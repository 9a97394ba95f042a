"""A machine as a program: it lives from one pause to the next, shows values and tells the truth about itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from equipment.drivers.base import Value
from mes.demo.machines.truth import (
    ACKNOWLEDGED,
    LATE,
    LOADED,
    OFF,
    PART,
    PROMPT_S,
    RESET,
    RESTART,
    STATE,
    UNLOADED,
    VALUE,
    Fact,
)

REGISTER = 65_536  # values of a counter in one register
LOOK_S = 0.05
BOOT_S = 4.0
ENABLE = "enable"  # the tag that lets it run


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody has put into a machine, and started. job: key of the execution. pieces: how many it is to make.

    members: the serials that were put in together, where that was seen. supply: what it takes from its own magazine,
    by step.
    """

    job: str
    serial: str
    operation: str
    pieces: int = 1
    order: str = ""
    members: tuple[str, ...] = ()
    supply: Mapping[str, str] = field(default_factory=dict)

    @property
    def as_values(self) -> dict[str, Value]:
        found: dict[str, Value] = {"serial": self.serial, "operation": self.operation, "pieces": self.pieces}
        supply = {f"supply:{step}": lot for step, lot in self.supply.items()}
        return found | {"order": self.order, "members": " ".join(self.members)} | supply

    @classmethod
    def of(cls, fact: Fact) -> "Load":
        said = {name: str(value) for name, value in fact.values.items()}
        supply = {name.removeprefix("supply:"): lot for name, lot in said.items() if name.startswith("supply:")}
        members = tuple(said["members"].split())
        return cls(fact.job, said["serial"], said["operation"], int(said["pieces"]), said["order"], members, supply)


class Program:
    """shows: by the code of the tag; heard: what was written to it. pace: above 1 it is quicker.

    history: what it told in earlier lives. It goes on where it was, as a machine does that is switched on: it counts
    on, and still has in it what was in it. left: pieces of its load that are to be made.
    """

    first: dict[str, Value] = {}
    measured: tuple[str, ...] = ()  # what of this is told as a value
    appearing: str = "IDLE"  # its state as `first` shows it
    booting: str = "DOWN"  # its state while it begins anew,
    boots: dict[str, Value] = {}  # which it shows so,
    rests: dict[str, Value] = {}  # and then this beside it: who reads one after the other never sees half of each

    def __init__(
        self,
        machine: str,
        chance: Random,
        tell: Callable[[Fact], None],
        *,
        pace: float = 1.0,
        history: Iterable[Fact] = (),
    ) -> None:
        self.machine, self.chance, self.pace = machine, chance, pace
        self.shows: dict[str, Value] = dict(self.first)
        self.heard: dict[str, Value] = {}
        self.now = 0.0
        self.counts: dict[str, int] = {}
        self.load: Load | None = None
        self.left = 0
        self.finished: set[str] = set()
        self._bases: dict[str, int] = {}
        self._tell = tell
        self._state = ""
        self._life = self.life()
        self._next = 0.0
        self._restarts = False
        for fact in history:
            self.remember(fact)

    def life(self) -> Iterator[float]:
        """What it does for ever, with the seconds until it goes on."""
        raise NotImplementedError

    def remember(self, fact: Fact) -> None:
        """Something that it did in an earlier life."""
        match fact.kind:
            case "state" | "value" | "late":
                return
            case "loaded":
                self.load = Load.of(fact)
                self.left = self.load.pieces
            case "unloaded":
                self.finished.add(fact.job)
                self.load = None
            case "reset" | "restart":
                self._bases |= {name: int(value) for name, value in fact.values.items()}
            case "part":
                self.shows |= {**fact.values, PART: self.shown_number(fact.number)}
            case "acknowledged":
                self.heard[ACKNOWLEDGED] = self.shown_number(fact.number)
                self.finished.add(fact.job)
                self.load = None
        if fact.number:
            self.counts[fact.kind] = fact.number
            self._show_count(fact.kind)
        if fact.job and "left" in fact.values:
            self.left = int(fact.values["left"])

    def tick(self, at: float) -> None:
        """Go on, if it is time. What was missed is not made up for."""
        if at >= self._next:
            self.now = at
            if self._restarts and not self.is_waiting:
                self._begin_anew()
            self._next = at + next(self._life) / self.pace

    def appears(self, at: float) -> None:
        """It is switched on, and shows what it begins with."""
        self.now = at
        self.enters(self.appearing)
        for code in self.measured:
            self.measures(code, self.shows[code])

    def disappears(self, at: float) -> None:
        """It is switched off."""
        self.now = at
        self.enters(OFF)

    def is_seen(self, told_at: float, at: float) -> None:
        """What it has told since then can be seen by everybody now: a busy computer, or a fault, may take its time."""
        if at - told_at > PROMPT_S:
            self._tell(Fact(told_at, self.machine, LATE, 0, {"until": at}))

    # --- what somebody does with it

    def put_in(self, waiting: Sequence[Load]) -> None:
        """The first of what waits for it, if there is room; nothing that it has done already."""
        load = next((one for one in waiting if one.job not in self.finished), None)
        if self.load is None and load is not None:
            self.load, self.left = load, load.pieces
            self._say(LOADED, values=load.as_values)

    def reset_counters(self) -> None:
        """Somebody presses the button: counters that can be reset begin at 0."""

    def restart(self) -> None:
        """Off and on; its memory is lost once what it did is acknowledged: the next handshake has number 1 again."""
        self._restarts = True

    @property
    def is_waiting(self) -> bool:
        """For an acknowledgement."""
        return self.counts.get(PART, 0) != self.counts.get(ACKNOWLEDGED, 0)

    # --- what it does

    def enters(self, state: str, /, **shown: Value) -> None:
        """In this state from now on, which it shows so."""
        if state != self._state:
            self._state = state
            self._tell(Fact(self.now, self.machine, STATE, 0, {"state": state}))
        self.shows |= shown

    def measures(self, code: str, value: Value) -> None:
        self._tell(Fact(self.now, self.machine, VALUE, 0, {code: value}))
        self.shows[code] = value

    def waits_for_load(self) -> Iterator[float]:
        while self.load is None or self.left <= 0:
            if self.load is not None:
                self.gives_back()
            yield LOOK_S

    @property
    def may_run(self) -> bool:
        """Whether the MES lets it; nobody has to where nothing is heard of that."""
        return bool(self.heard.get(ENABLE, True))

    def waits_for_permission(self) -> Iterator[float]:
        while not self.may_run:
            yield LOOK_S

    def gives_back(self) -> None:
        """Its load is done with, and taken out."""
        self._say(UNLOADED)
        self.finished.add(self.job)
        self.load = None

    def counts_one(self, kind: str) -> None:
        """One more of its load."""
        self.left -= 1
        self.counts[kind] = number = self.counts.get(kind, 0) + 1
        self._say(kind, number, {"left": self.left})
        self._show_count(kind)

    def hands_over(self, **values: Value) -> Iterator[float]:
        """A part with what belongs to it, and the wait until somebody has taken it."""
        number = self.counts[PART] = self.counts.get(PART, 0) + 1
        self._say(PART, number, values)
        self.shows |= {**values, PART: self.shown_number(number)}
        yield from self.awaits()

    def awaits(self) -> Iterator[float]:
        """The acknowledgement of the last part, in an earlier life perhaps."""
        number = self.counts.get(PART, 0)
        if not self.is_waiting:
            return
        while self.heard.get(ACKNOWLEDGED) != self.shown_number(number):
            yield LOOK_S
        self.counts[ACKNOWLEDGED] = number
        self._say(ACKNOWLEDGED, number)
        if self.load is not None:
            self.gives_back()

    @property
    def job(self) -> str:
        return self.load.job if self.load else ""

    def shown_number(self, number: int) -> int:
        """From 1 to 65,535 and round again: 0 is none."""
        return (number - self._bases.get(PART, 0) - 1) % (REGISTER - 1) + 1

    def _show_count(self, kind: str) -> None:
        if kind in self.first and kind != PART:
            self.shows[kind] = self.shown_count(kind, self.counts[kind] - self._bases.get(kind, 0))

    def shown_count(self, kind: str, count: int) -> int:
        return count

    def _begin_anew(self) -> None:
        self._restarts = False
        if PART in self.first:
            self._say(RESTART, values={PART: self.counts.get(PART, 0)})
            self._bases[PART] = self.counts.get(PART, 0)
            self.shows[PART] = 0
        self._life = self._after_boot()

    def _after_boot(self) -> Iterator[float]:
        self.enters(self.booting, **self.boots)
        yield BOOT_S / 2
        self.shows |= self.rests
        yield BOOT_S / 2
        yield from self.life()

    def _reset(self, kind: str) -> None:
        self._bases[kind] = self.counts.get(kind, 0)
        self._say(RESET, values={kind: self._bases[kind]})
        self.shows[kind] = 0

    def _say(self, kind: str, number: int = 0, values: Mapping[str, Value] | None = None) -> None:
        self._tell(Fact(self.now, self.machine, kind, number, dict(values or {}), self.job))

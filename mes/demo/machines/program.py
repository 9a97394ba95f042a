"""A machine as a program: it lives from one pause to the next, shows values and tells the truth about itself."""

from collections.abc import Callable, Iterable, Iterator
from random import Random

from equipment.drivers.base import Value
from mes.demo.machines.truth import ACKNOWLEDGED, PART, STATE, VALUE, Fact

REGISTER = 65_536  # values of a counter in one register
LOOK_S = 0.05


class Program:
    """shows: by the code of the tag; heard: what was written to it. pace: above 1 it is quicker.

    history: what it told in earlier lives. It goes on counting where it was, as a machine does that is switched on.
    """

    first: dict[str, Value] = {}

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
        self._tell = tell
        self._state = ""
        self._life = self.life()
        self._next = 0.0
        for fact in history:
            self.remember(fact)

    def life(self) -> Iterator[float]:
        """What it does for ever, with the seconds until it goes on."""
        raise NotImplementedError

    def remember(self, fact: Fact) -> None:
        """Something that it did in an earlier life."""
        if fact.kind not in (STATE, VALUE):
            self.counts[fact.kind] = fact.number
        if fact.kind == PART:
            self.shows |= {**fact.values, PART: self.shown_number(fact.number)}
        if fact.kind == ACKNOWLEDGED:
            self.heard[ACKNOWLEDGED] = self.shown_number(fact.number)

    def tick(self, at: float) -> None:
        """Go on, if it is time. What was missed is not made up for."""
        if at >= self._next:
            self.now = at
            self._next = at + next(self._life) / self.pace

    def enters(self, state: str, /, **shown: Value) -> None:
        """In this state from now on, which it shows so."""
        if state != self._state:
            self._state = state
            self._tell(Fact(self.now, self.machine, STATE, 0, {"state": state}))
        self.shows |= shown

    def measures(self, code: str, value: Value) -> None:
        self._tell(Fact(self.now, self.machine, VALUE, 0, {code: value}))
        self.shows[code] = value

    def counts_one(self, kind: str) -> None:
        """One more, in a counter of one register."""
        self.counts[kind] = number = self.counts.get(kind, 0) + 1
        self._tell(Fact(self.now, self.machine, kind, number))
        self.shows[kind] = number % REGISTER

    def hands_over(self, **values: Value) -> Iterator[float]:
        """A part with what belongs to it, and the wait until somebody has taken it."""
        number = self.counts[PART] = self.counts.get(PART, 0) + 1
        self._tell(Fact(self.now, self.machine, PART, number, values))
        self.shows |= {**values, PART: self.shown_number(number)}
        yield from self.awaits()

    def awaits(self) -> Iterator[float]:
        """The acknowledgement of the last part, in an earlier life perhaps."""
        number = self.counts.get(PART, 0)
        if self.counts.get(ACKNOWLEDGED, 0) == number:
            return
        while self.heard.get(ACKNOWLEDGED) != self.shown_number(number):
            yield LOOK_S
        self.counts[ACKNOWLEDGED] = number
        self._tell(Fact(self.now, self.machine, ACKNOWLEDGED, number))

    @staticmethod
    def shown_number(number: int) -> int:
        """From 1 to 65,535 and round again: 0 is none."""
        return (number - 1) % (REGISTER - 1) + 1

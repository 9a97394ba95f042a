"""From values of tags to the state of a station: the first condition whose terms all hold names it.

A state is told when it changes. Where a value that decides is not good, nobody knows, and no state is told: that is not
the same as a machine at rest.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from equipment.drivers.base import Quality, Value

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "EQ": operator.eq,
    "NE": operator.ne,
    "LT": operator.lt,
    "LE": operator.le,
    "GT": operator.gt,
    "GE": operator.ge,
}

# PackML, ISA-TR88.00.02: numbers of the states (Status.StateCurrent), and what each is on a shop floor. Held, suspended
# and their ways in wait for material or people: idle. Aborting and aborted: down. Clearing and resetting prepare.
PACKML: dict[int, tuple[str, str]] = {
    1: ("SETUP", "Clearing"),
    2: ("STOPPED", "Stopped"),
    3: ("RUNNING", "Starting"),
    4: ("IDLE", "Idle"),
    5: ("IDLE", "Suspended"),
    6: ("RUNNING", "Execute"),
    7: ("STOPPED", "Stopping"),
    8: ("DOWN", "Aborting"),
    9: ("DOWN", "Aborted"),
    10: ("IDLE", "Holding"),
    11: ("IDLE", "Held"),
    12: ("RUNNING", "Unholding"),
    13: ("IDLE", "Suspending"),
    14: ("RUNNING", "Unsuspending"),
    15: ("SETUP", "Resetting"),
    16: ("RUNNING", "Completing"),
    17: ("IDLE", "Complete"),
}

# OPC 40001-1 (Machinery), MachineryItemState: numbers of its states. 0 NotAvailable: can't be said to be at rest.
MACHINERY: dict[int, tuple[str, str]] = {
    0: ("DOWN", "Not available"),
    1: ("STOPPED", "Out of service"),
    2: ("IDLE", "Not executing"),
    3: ("RUNNING", "Executing"),
}

PRESETS = {"PACKML": PACKML, "MACHINERY": MACHINERY}


@dataclass(frozen=True, slots=True)
class Term:
    """`tag comparison value`; tag: whatever its values are found by."""

    tag: str
    comparison: str
    value: float


@dataclass(frozen=True, slots=True)
class Condition:
    state: str
    detail: str
    terms: tuple[Term, ...]


State = tuple[str, str]  # state, detail
NOT_KNOWN: State = ("", "")


def state_of(conditions: Sequence[Condition], values: Mapping[str, tuple[Value | None, int]]) -> State:
    """The state by the values (value, quality) of the tags; NOT_KNOWN where none holds, or where one might that can't
    be judged: a condition is passed over only when a term of it is known not to hold.
    """
    for condition in conditions:
        verdicts = [_holds(term, values.get(term.tag)) for term in condition.terms]
        if False in verdicts:
            continue
        return NOT_KNOWN if None in verdicts else (condition.state, condition.detail)
    return NOT_KNOWN


def _holds(term: Term, now: tuple[Value | None, int] | None) -> bool | None:
    """None where it can't be said."""
    if now is None or now[1] < Quality.UNCERTAIN or not isinstance(now[0], int | float):
        return None
    return COMPARISONS[term.comparison](now[0], term.value)


class StateBuilder:
    """One station. open_since: since when (µs) a state lasts that an earlier collector told, None where none does."""

    def __init__(self, conditions: Sequence[Condition], open_since: int | None = None) -> None:
        self.conditions = tuple(conditions)
        self.tags = frozenset(term.tag for condition in conditions for term in condition.terms)
        self.state: State = NOT_KNOWN
        self._changed_at = open_since if open_since is not None else -1

    def take(self, at_us: int, values: Mapping[str, tuple[Value | None, int]]) -> tuple[int, State] | None:
        """(time, state) when it changed. Times only go up, whatever clocks say."""
        return self._change(at_us, state_of(self.conditions, values))

    def lose(self, at_us: int) -> tuple[int, State] | None:
        """Nobody watches any more."""
        return self._change(at_us, NOT_KNOWN)

    def _change(self, at_us: int, state: State) -> tuple[int, State] | None:
        if state == self.state:
            return None
        self._changed_at = max(at_us, self._changed_at + 1)
        self.state = state
        return self._changed_at, state

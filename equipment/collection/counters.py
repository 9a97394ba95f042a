"""Counters of machines: how many more than last time, through rollovers, resets and failovers.

What is counted is the sum of positive differences: a fall below the reset limit is a reset, and counts the new value,
any other a rollover. That holds of what a machine can have done. A value that somebody corrected by hand, a register
that was cleared for a moment or restored from memory looks the same, and made nothing: a step is taken on faith only
where a machine could make it in the time, and a fall only where it clearly is the one or the other.
"""

from dataclasses import dataclass

MOST_PIECES = 2**31 - 1  # of one event
USUAL_PER_MINUTE = 6_000  # at most, where nobody said how many: more is some hundred a second
LEAST_S = 1.0  # what a machine makes in this time comes at once
A_FEW = 10  # by which a correction is made up for by what is made
RETURN_US = 60_000_000  # in which what fell may come back


@dataclass(frozen=True, slots=True)
class Rules:
    """What a counter can do.

    rollover: how many values it has (65,536 for one register), 0 for one that never rolls over. reset_below: below it a
    fall is a reset; 0 where nobody said so: then a reset is to half of what was shown, at most. most_per_minute:
    pieces, 0 for USUAL_PER_MINUTE. period_s: between two looks.
    """

    rollover: int = 0
    reset_below: int = 0
    most_per_minute: int = 0
    period_s: float = 0.0

    def at_most(self, elapsed_us: int) -> int:
        """Pieces that may have been made in this time; one always may."""
        seconds = max(elapsed_us / 1_000_000, self.period_s, LEAST_S)
        return min(max(1, int((self.most_per_minute or USUAL_PER_MINUTE) * seconds / 60)), MOST_PIECES)


def fitting(raw: int, rollover: int) -> int:
    """What was read, as the counter means it: a register that was read with a sign is one without."""
    return raw % rollover if rollover else max(raw, 0)


def step(before: int, raw: int, rules: Rules, at_most: int) -> tuple[int, bool]:
    """How many more than before, and whether that is to be believed; if not, how many it would be."""
    if raw >= before:
        return raw - before, raw - before <= at_most
    if rules.rollover and raw >= rules.reset_below:
        around, quarter = raw - before + rules.rollover, rules.rollover // 4
        is_clear = before >= rules.rollover - quarter and raw < quarter
        if around <= at_most or (is_clear and raw):  # whoever is cleared shows 0, and hardly ever who rolls over
            return around, is_clear and around <= at_most
    is_reset = raw < rules.reset_below if rules.reset_below else 2 * raw <= before
    return raw, is_reset and raw <= at_most


@dataclass(slots=True)
class _Fall:
    """From what it fell to what, and when."""

    before: int
    raw: int
    at_us: int


class Steps:
    """A counter from one look to the next. raw: what it showed last, None where nobody knows.

    seen_us: when that was.
    """

    def __init__(self, rules: Rules, raw: int | None, seen_us: int) -> None:
        self.raw, self._rules, self._seen_us = raw, rules, seen_us
        self._stands = False  # since then it is looked at all the time
        self._fall: _Fall | None = None

    def lose(self) -> None:
        """Nobody sees it from here on."""
        self._stands = False

    def take(self, raw: int, at_us: int, known_us: int = 0) -> tuple[int, bool]:
        """A good value: how many more, and whether that is to be believed. known_us: until when what was seen last
        stood, where changes alone are told.

        The first value that is seen of a register counts nothing: what was made before belongs to nobody's order.
        """
        raw, before = fitting(raw, self._rules.rollover), self.raw
        since_us = max(self._seen_us, known_us) if self._stands else self._seen_us
        self.raw, self._seen_us, self._stands = raw, at_us, True
        if before is None or raw == before:
            return 0, True
        more, is_believed = step(before, raw, self._rules, self._rules.at_most(at_us - since_us))
        if self._is_return(before, raw, at_us):
            self._fall, is_believed = None, False
        has_rolled_over = is_believed and more > raw
        if raw < before and not has_rolled_over and (2 * raw <= before or before - raw > A_FEW):
            self._fall = _Fall(max(before, self._fell_from(at_us)), raw, at_us)
        return more, is_believed

    def _is_return(self, before: int, raw: int, at_us: int) -> bool:
        """Whether most of what fell a moment ago came back at once: it was cleared, or corrected, and made nothing."""
        above = self._fell_from(at_us)
        if self._fall is None or not above or raw - before <= 1:
            return False
        return 2 * (raw - before) >= above - self._fall.raw and 10 * raw >= 9 * above

    def _fell_from(self, at_us: int) -> int:
        return self._fall.before if self._fall is not None and at_us - self._fall.at_us <= RETURN_US else 0

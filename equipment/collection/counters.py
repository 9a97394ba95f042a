"""Counters of machines: how many more than last time, through rollovers, resets and failovers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Count:
    """raw: what the counter showed last, None where that is not known; total: what it counted since it is watched."""

    raw: int | None
    total: int


def advance(before: Count, raw: int, *, rollover: int, reset_below: int) -> Count:
    """The count after a good value of the counter; the difference of the totals is what was made meanwhile.

    The first value that is seen of a register counts nothing: what was made before belongs to nobody's order. A fall is
    a rollover at `rollover` values (65,536 for one register, 0 for a counter that never rolls over), unless the new
    value is below `reset_below`, or nothing can roll over: then the counter began anew at 0, and its value is what it
    counted. A register that was read with a sign is taken as one without.
    """
    raw = raw % rollover if rollover else max(raw, 0)
    if before.raw is None:
        return Count(raw, before.total)
    if raw >= before.raw:
        return Count(raw, before.total + raw - before.raw)
    if not rollover or raw < reset_below:
        return Count(raw, before.total + raw)
    return Count(raw, before.total + (raw - before.raw) % rollover)

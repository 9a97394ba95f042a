"""How quick the machine is during a measurement, so that a limit in milliseconds judges the code, not the machine.

The limits are given for a core at which Python 3.11 counts to a million in 50 ms. A core that takes longer (an older
one, or one that is shared with others just now) gets longer limits in the same measure; a quicker one no shorter ones.
"""

import time
from collections.abc import Callable
from typing import TypeVar

Measured = TypeVar("Measured")

COUNTED, MILLION_MS = 400_000, 50.0


def pace() -> float:
    """How many times as long as on the core that the limits are for, but at least 1: of processor and waiting time."""
    begun, number = time.perf_counter(), 0
    for _ in range(COUNTED):
        number += 1
    return max(1.0, (time.perf_counter() - begun) * 1000 / (MILLION_MS * number / 1_000_000))


def at_pace(measure: Callable[[], Measured]) -> tuple[Measured, float]:
    """What was measured, and the pace around it."""
    before = pace()
    measured = measure()
    return measured, (before + pace()) / 2

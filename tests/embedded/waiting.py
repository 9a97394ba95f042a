import time
from collections.abc import Callable


def becomes_true(question: Callable[[], object], within_s: float = 15) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if question():
            return True
        time.sleep(0.05)
    return bool(question())

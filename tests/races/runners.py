"""Running things at the same time, each in a thread with a connection of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

PATIENCE_S = 60


def at_once(*acts: Callable[[], Any], patience_s: float = PATIENCE_S) -> list[Any]:
    """Run all acts at once; what each returned, or the exception it raised."""
    answers: list[Any] = [None] * len(acts)
    together = threading.Barrier(len(acts))

    def run(index: int, act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            together.wait(PATIENCE_S)
            answers[index] = act()
        except Exception as error:  # handed to the test, which judges it
            answers[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(patience_s)
        assert not thread.is_alive(), "an act hangs"
    return answers


def refused(answers: Sequence[Any]) -> list[Any]:
    return [answer for answer in answers if isinstance(answer, Exception)]


def done(answers: Sequence[Any]) -> list[Any]:
    return [answer for answer in answers if not isinstance(answer, Exception)]


class Meanwhile:
    """An act in a thread beside the test: `with Meanwhile(act) as other:` … then `other.waits()`, `other.answer()`."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._answers: list[Any] = []
        self._thread = threading.Thread(target=lambda: self._answers.extend(at_once(act)), daemon=True)
        self._thread.start()

    def waits(self, seconds: float = 0.4) -> bool:
        self._thread.join(seconds)
        return self._thread.is_alive()

    def answer(self) -> Any:
        self._thread.join(PATIENCE_S)
        return self._answers[0]

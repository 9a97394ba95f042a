from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime

import pytest
import time_machine


@pytest.fixture
def time_machine_at() -> Iterator[Callable[[datetime], None]]:
    """`time_machine_at(moment)`: from here on it is then, and time goes on."""
    with ExitStack() as travels:
        yield lambda moment: travels.enter_context(time_machine.travel(moment))

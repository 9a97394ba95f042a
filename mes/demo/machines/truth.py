"""The truth file: what the machines really did, a line of JSON each, in order of time."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from equipment.drivers.base import Value

FILE = "truth.jsonl"
STATE, GOOD, SCRAP, PART, ACKNOWLEDGED, VALUE = "state", "good", "scrap", "part", "acknowledged", "value"


@dataclass(frozen=True, slots=True)
class Fact:
    """at: seconds since 1970. number: how many there are of good or scrap parts, or which part; 0 for all others.

    values: by name; of a state `state`, of a value the code of its tag, of a part what belongs to it.
    """

    at: float
    machine: str
    kind: str
    number: int = 0
    values: dict[str, Value] = field(default_factory=dict)


class TruthFile:
    """Appended by one program, read by any."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(path, "a", buffering=1)  # noqa: SIM115 - open as long as the machines run

    def tell(self, fact: Fact) -> None:
        self._file.write(json.dumps(asdict(fact)) + "\n")

    def close(self) -> None:
        self._file.close()


def facts_in(path: Path) -> Iterator[Fact]:
    """What is told so far; of a last line that is being written nothing."""
    if not path.exists():
        return
    with open(path) as lines:
        for line in lines:
            if line.endswith("\n"):
                yield Fact(**json.loads(line))

"""The truth: what the machines really did, a line of JSON each, in order of time.

A folder holds a file a day of deeds and one an hour of values. Of each the last few are kept; what a machine has to
know of those that are gone, its last fact of each kind, is in a file of its own.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from equipment.drivers.base import Value

STATE, GOOD, SCRAP, PART, ACKNOWLEDGED, VALUE = "state", "good", "scrap", "part", "acknowledged", "value"
LOADED, UNLOADED, BATCH, RESET, RESTART = "loaded", "unloaded", "batch", "reset", "restart"
LATE = "late"  # what was told since then could be seen only by `until`; of all else within PROMPT_S
PROMPT_S = 0.02
OFF = "OFF"  # a state that nobody can see
KEPT_DAYS, KEPT_HOURS = 3, 4
_DEEDS, _VALUES, _MEMORY = "deeds-%Y-%m-%d.jsonl", "values-%Y-%m-%dT%H.jsonl", "memory.jsonl"


@dataclass(frozen=True, slots=True)
class Fact:
    """at: seconds since 1970. number: how many there are of good or scrap parts, or which part; 0 for all others.

    values: by name; of a state `state`, of a value the code of its tag, of a part what belongs to it. job: key of the
    execution for which it was done.
    """

    at: float
    machine: str
    kind: str
    number: int = 0
    values: dict[str, Value] = field(default_factory=dict)
    job: str = ""


class TruthFile:
    """Appended by one program, read by any."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._open: dict[str, tuple[str, TextIO]] = {}

    def tell(self, fact: Fact) -> None:
        pattern = _VALUES if fact.kind == VALUE else _DEEDS
        name = datetime.fromtimestamp(fact.at, UTC).strftime(pattern)
        known, file = self._open.get(pattern, ("", None))
        if file is None or known != name:
            if file is not None:
                file.close()
            file = open(self._folder / name, "a", buffering=1)  # noqa: SIM115 - open as long as the machines run
            self._open[pattern] = name, file
            _tidy(self._folder)
        file.write(json.dumps(asdict(fact)) + "\n")

    def close(self) -> None:
        for _, file in self._open.values():
            file.close()
        self._open.clear()


def facts_in(folder: Path, *, since: float = 0.0) -> Iterator[Fact]:
    """What is told so far, of deeds and then of values; of a last line that is being written nothing.

    since: without files that ended before, in seconds since 1970.
    """
    for pattern in (_DEEDS, _VALUES):
        first = datetime.fromtimestamp(since, UTC).strftime(pattern)
        for path in _files(folder, pattern):
            if path.name >= first:
                yield from _read(path)


def history_in(folder: Path) -> Iterator[Fact]:
    """What a machine has to know that is switched on again."""
    yield from _read(folder / _MEMORY)
    for path in _files(folder, _DEEDS):
        yield from _read(path)


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern.partition("-")[0] + "-*.jsonl"))


def _read(path: Path) -> Iterator[Fact]:
    if not path.exists():
        return
    with open(path) as lines:
        for line in lines:
            if line.endswith("\n"):
                yield Fact(**json.loads(line))


def _tidy(folder: Path) -> None:
    for path in _files(folder, _VALUES)[:-KEPT_HOURS]:
        path.unlink()
    old = _files(folder, _DEEDS)[:-KEPT_DAYS]
    if not old:
        return
    last = {(fact.machine, fact.kind): fact for path in (folder / _MEMORY, *old) for fact in _read(path)}
    written = folder / f"{_MEMORY}.new"
    lines = (json.dumps(asdict(fact)) for fact in sorted(last.values(), key=lambda fact: fact.at))
    written.write_text("".join(f"{line}\n" for line in lines))
    written.replace(folder / _MEMORY)
    for path in old:
        path.unlink()

"""A thing as plant files and the database have it alike: a key and values, so that the two can be compared."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from mes.kernel.documents import FileError
from mes.kernel.numbers import plain
from mes.plantfiles.kinds import LIFE, Key, Kind

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Content:
    """A file that belongs to a row. stored: where it lies in the storage, if it came from there."""

    suffix: str
    digest: str
    content: bytes = field(compare=False, repr=False)

    @classmethod
    def of(cls, name: str, content: bytes) -> "Content":
        return cls(PurePosixPath(name).suffix.lower(), hashlib.sha256(content).hexdigest(), content)


@dataclass(slots=True, eq=False)
class Row:
    """One thing. key: what it belongs to, then its own; values: by field, a thing that is referred to as its text.

    file, line, lines: where a file has it. pk: its row in the database. is_hidden: it is there, and counts as not.
    """

    kind: Kind
    key: Key
    parent: Key
    values: dict[str, Any]
    file: str = ""
    line: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    pk: Any = None
    is_hidden: bool = False

    def __str__(self) -> str:
        own = [part for part in self.key[len(self.parent) :] if part is not None]
        return f"{self.kind.name} {' '.join(shown(part) for part in own)}"

    @property
    def status(self) -> str:
        return str(self.values.get("status") or "DRAFT")

    def content(self) -> dict[str, Any]:
        """Its values without the life of a revision."""
        return {name: value for name, value in self.values.items() if name not in LIFE}

    def error(self, what: str, do: str = "", *, at: str = "") -> FileError:
        """What is wrong with it, at the line of a key."""
        return FileError.at(self.file, self.lines.get(at, self.line), what, do)


def shown(value: Any) -> str:
    """A value as it is written in a file, in one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, time):
        return value.isoformat("minutes" if not (value.second or value.microsecond) else "auto")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Content):
        return f"file {value.digest[:8]}"
    if isinstance(value, tuple):
        return ", ".join(shown(each) for each in value)
    return "" if value is None else str(value)


def order_of(key: Key) -> tuple[Any, ...]:
    """By what rows are sorted: nothing first, then numbers and times by size and texts by their characters."""
    return tuple((part is not None, str(type(part)) if part is not None else "", part or 0) for part in key)

"""What differs between two revisions, row by row and field by field, in words."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from orders.content import NOUNS, Part

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True)
class FieldChange:
    """A field before and after; lines: a text of several lines, line by line with "+", "-" or " " ahead."""

    label: str
    before: str
    after: str

    @property
    def lines(self) -> list[tuple[str, str]]:
        if "\n" not in self.before + self.after:
            return []
        compared = difflib.ndiff(self.before.splitlines(), self.after.splitlines())
        return [(line[0], line[2:]) for line in compared if line[0] != "?"]


@dataclass(frozen=True)
class Change:
    """A row that is there in one of the two only, or differs. fields: what it says, or in what it differs."""

    kind: str
    name: str
    within: str
    what: str
    fields: tuple[FieldChange, ...]

    @property
    def noun(self) -> str:
        return str(NOUNS[self.kind])


def differences(before: Sequence[Part], after: Sequence[Part]) -> list[Change]:
    """The changes that lead from one content to the other: removed rows stand where they were."""
    old, new = ({part.key: part for part in parts} for parts in (before, after))
    found = [change for part in after if (change := _change(old.get(part.key), part))]
    gone = [_change(part, None) for part in before if part.key not in new]
    return sorted([*found, *filter(None, gone)], key=lambda change: (change.within, not change.within))


def by_operation(changes: Sequence[Change]) -> Iterator[tuple[str, list[Change]]]:
    """The changes in groups: (code of the operation or "", its changes)."""
    return ((within, list(group)) for within, group in groupby(changes, key=lambda change: change.within))


def operations_changed(changes: Sequence[Change]) -> dict[str, str]:
    """How an operation differs, by code: added, removed or changed in itself or in what belongs to it."""
    found: dict[str, str] = {}
    for change in changes:
        if change.kind == "operation":
            found[change.within] = change.what
        elif change.within:
            found.setdefault(change.within, CHANGED)
    return found


# As orders.content writes a file: its name, and of what is in it the first 16 hexadecimal digits.
_FILE = re.compile(r".+ (\([0-9a-f]{16}\))")


def _is_same(before: str, after: str) -> bool:
    """Whether a field says the same; a file does by what is in it: copies of a revision give it another name."""
    if before == after:
        return True
    one, other = _FILE.fullmatch(before), _FILE.fullmatch(after)
    return one is not None and other is not None and one[1] == other[1]


def _change(old: Part | None, new: Part | None) -> Change | None:
    part = new or old
    assert part is not None, "a change is of something"
    what = CHANGED if old and new else ADDED if new else REMOVED
    before, after = (old.values if old else {}), (new.values if new else {})
    labels = list(dict.fromkeys([*after, *before]))
    fields = tuple(
        FieldChange(label, before.get(label, ""), after.get(label, ""))
        for label in labels
        if not _is_same(before.get(label, ""), after.get(label, ""))
    )
    return Change(part.kind, part.name, part.within, what, fields) if fields or what != CHANGED else None

"""What plant files would change: rows held against what is stored, and why some of it can't be changed."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from django.utils.translation import gettext as _

from equipment.models import ReasonTree
from mes.kernel.documents import FileError
from mes.plantfiles.kinds import ABOVE, KINDS, Key, Kind
from mes.plantfiles.rows import Row, shown
from mes.plantfiles.stored import Stored


class Fate(StrEnum):
    """What becomes of a thing."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Change:
    """A row that is not yet as the files have it. was: as it is; names: the fields that differ, of a new one none."""

    row: Row
    was: Row | None
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.was is None or self.was.is_hidden:
            return _("new {row}").format(row=self.row)
        nothing = _("nothing")
        said = (
            f"{n} {shown(self.was.values[n]) or nothing} → {shown(self.row.values[n]) or nothing}" for n in self.names
        )
        return f"{self.row}: {'; '.join(said)}"


@dataclass
class Comparison:
    """What there is to do. gone: stored rows that the files of what they belong to don't list any more.

    to_sign: revisions and reason trees whose status is further in the files than here; extended: released ones whose
    last day is another one.
    """

    changes: list[Change] = field(default_factory=list)
    gone: list[Row] = field(default_factory=list)
    to_sign: list[Row] = field(default_factory=list)
    extended: list[Row] = field(default_factory=list)
    errors: list[FileError] = field(default_factory=list)
    unchanged: set[tuple[Kind, Key]] = field(default_factory=set)

    @cached_property
    def new(self) -> set[tuple[Kind, Key]]:
        """What is made."""
        return {(one.row.kind, one.row.key) for one in self.changes if one.was is None}


def compare(rows: Iterable[Row], stored: Stored) -> Comparison:
    """Hold rows against what is stored."""
    found = Comparison()
    given: dict[Kind, dict[Key, Row]] = {kind: {} for kind in KINDS}
    for row in rows:
        given[row.kind][row.key] = row
    frozen = {kind: {key for key, row in there.items() if row.status != "DRAFT"} for kind, there in stored.rows.items()}
    for kind in KINDS:
        for row in given[kind].values():
            was = stored.rows[kind].get(row.key)
            row.pk = was.pk if was else None
            _compare_row(row, was, found)
        found.gone += _gone(kind, given, stored)
    _refuse_frozen(found, frozen, given)
    return found


def _compare_row(row: Row, was: Row | None, found: Comparison) -> None:
    if was is None:
        found.changes.append(Change(row, None))
    else:
        names = tuple(name for name, value in row.content().items() if was.values[name] != value)
        if row.status != "DRAFT" and names == ("effective_to",) and was.status in ("RELEASED", "OBSOLETE"):
            found.extended.append(row)
        elif names or was.is_hidden:
            found.changes.append(Change(row, was, names))
        else:
            found.unchanged.add((row.kind, row.key))
    if "status" in row.values:
        _compare_life(row, was, found)


_STAGES = ("DRAFT", "APPROVED", "RELEASED", "OBSOLETE")


def _compare_life(row: Row, was: Row | None, found: Comparison) -> None:
    """A revision goes on only: what was released here is no draft again because a file says so."""
    here = was.status if was else "DRAFT"
    if was is not None and _STAGES.index(row.status) < _STAGES.index(here):
        do = _("Write status: {status}, or make a new revision.").format(status=here)
        found.errors.append(row.error(_("{row} is {status} here.").format(row=row, status=here), do, at="status"))
        return
    for name in ("approved_by", "released_by"):
        if was is not None and was.values.get(name) is not None and row.values.get(name) != was.values[name]:
            sentence = _("{field}: here it was {person}, whose signature stays.").format(
                field=name, person=was.values[name]
            )
            found.errors.append(row.error(sentence, _("Write {person}.").format(person=was.values[name]), at=name))
    if row.status != here:
        found.to_sign.append(row)


def _gone(kind: Kind, given: Mapping[Kind, Mapping[Key, Row]], stored: Stored) -> Iterator[Row]:
    above = ABOVE[kind]
    if above is None or kind.lasts:
        return
    for key, row in stored.rows[kind].items():
        is_listed = row.parent not in given[above] or key in given[kind]
        if not is_listed and not row.is_hidden and row.values.get("is_active", True):
            whole = given[above][row.parent]
            row.file, row.line = whole.file, whole.line
            yield row


def _refuse_frozen(found: Comparison, frozen: Mapping[Kind, set[Key]], given: Mapping[Kind, Mapping[Key, Row]]) -> None:
    """From its approval on a revision stays as it is, with all that belongs to it."""
    changed = [(one.row, one.names, True) for one in found.changes]
    for row, names, is_listed in [*changed, *((row, (), False) for row in found.gone)]:
        if (whole := _revision_of(row)) is None or whole[1] not in frozen[whole[0]]:
            continue
        kind, key = whole
        called = " ".join(shown(part) for part in (kind.name.capitalize(), *key) if part is not None)
        line = next((name for name in names if name in row.lines), "")
        sentence = _frozen(row, names, called, is_listed)
        found.errors.append(row.error(sentence, _("Make a new revision."), at=line))


def _frozen(row: Row, names: Sequence[str], revision: str, is_listed: bool) -> str:
    """Why a row of a frozen revision can't be as the file has it."""
    if not is_listed:
        return _("{revision} is frozen here: {row} is not in the file.").format(revision=revision, row=row)
    if not names:
        return _("{revision} is frozen here: {row} differs.").format(revision=revision, row=row)
    return _("{revision} is frozen here: {fields} of {row} differs.").format(
        revision=revision, fields=", ".join(names), row=row
    )


def _revision_of(row: Row) -> tuple[Kind, Key] | None:
    """Kind and key of the revision, or reason tree, that a row is or belongs to."""
    kind, key = row.kind, row.key
    above = ABOVE[kind]
    while not kind.has_life and kind.model is not ReasonTree:
        if above is None:
            return None
        key = key[: len(key) - len(kind.key)]
        kind, above = above, ABOVE[above]
    return kind, key


def top_of(row: Row) -> Key:
    """Folder and key of the thing whose file a row stands in."""
    kind, key = row.kind, row.key
    while (above := ABOVE[kind]) is not None:
        key, kind = key[: len(key) - len(kind.key)], above
    return (kind.folder, *key)


def counts(rows: Iterable[Row], found: Comparison, signed: Iterable[Row]) -> dict[str, dict[str, int]]:
    """How many things of each folder are created, updated, unchanged. signed: whose status was changed."""
    fates: dict[Key, Fate] = {top_of(row): Fate.UNCHANGED for row in rows if not row.kind.within}
    for row in (*(one.row for one in found.changes), *found.gone, *signed, *found.extended):
        fates[top_of(row)] = Fate.UPDATED
    for one in found.changes:
        if one.was is None and not one.row.kind.within:
            fates[top_of(one.row)] = Fate.CREATED
    counted = Counter((top[0], fate) for top, fate in fates.items())
    folders = [kind.folder for kind in KINDS if kind.folder]
    return {f: {str(fate): counted[f, fate] for fate in Fate} for f in folders if any(counted[f, x] for x in Fate)}

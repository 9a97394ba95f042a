"""What is wrong with rows before anything is written: names that lead nowhere, things that are there twice, and what
the database's constraints say, evaluated here so that every mistake is named at once.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext as _

from equipment.models import ReasonTree
from mes.kernel.constraints import holds, names_in
from mes.kernel.documents import FileError
from mes.plantfiles.kinds import ABOVE, BY_MODEL, KINDS, Key, Kind
from mes.plantfiles.machines import machine_mistakes
from mes.plantfiles.rows import Row, shown
from mes.plantfiles.stored import Stored


def mistakes_in(rows: Iterable[Row], stored: Stored) -> list[FileError]:
    """Everything that is wrong with these rows, beside those that are stored and stay."""
    found: list[FileError] = []
    given: dict[Kind, dict[Key, Row]] = {kind: {} for kind in KINDS}
    for row in rows:
        first = given[row.kind].setdefault(row.key, row)
        if first is not row:
            found.append(
                row.error(
                    _("{row} is there twice.").format(row=row),
                    _("It is in {file}:{line} already: keep one.").format(file=first.file, line=first.line),
                )
            )
    for kind, known in given.items():
        for row in known.values():
            found += _dangling(row, given, stored)
            found += _life(row)
            found += _violated(row)
        found += [*_not_unique(kind, given, stored), *_excluded(kind, given, stored)]
    return [*found, *machine_mistakes((row for known in given.values() for row in known.values()), stored)]


def _dangling(row: Row, given: Mapping[Kind, Mapping[Key, Row]], stored: Stored) -> Iterator[FileError]:
    for name, ref in row.kind.refs.items():
        text = row.values.get(name)
        if text is None:
            continue
        kind, target = BY_MODEL[ref.to], ref.target(row.parent, row.values, text)
        if target not in given[kind] and target not in stored.rows.get(kind, {}):
            if len(target) > 1 and kind.folder:
                sentence = _("{field}: there is no {kind} {name} at {site}.").format(
                    field=name, kind=kind.name, name=text, site=target[0]
                )
            else:
                sentence = _("{field}: there is no {kind} {name}.").format(field=name, kind=kind.name, name=text)
            yield row.error(sentence, _("Correct it, or write a file for it."), at=name)


def _life(row: Row) -> Iterator[FileError]:
    """A revision that is not a draft says whose signatures it has."""
    needed = {"APPROVED": ("approved_by",), "RELEASED": ("approved_by", "released_by")}
    needed["OBSOLETE"] = needed["RELEASED"]
    if row.kind.model is ReasonTree:
        needed = {"RELEASED": ("released_by",), "OBSOLETE": ("released_by",)}
    elif not row.kind.has_life:
        return
    for name in needed.get(row.status, ()):
        if row.values.get(name) is None:
            yield row.error(
                _("It is {status}, and {field} is missing.").format(status=row.status, field=name),
                _("Write {field}: and a user name.").format(field=name),
            )


# --- Check constraints: only what is certainly not so is a violation.


def _violated(row: Row) -> Iterator[FileError]:
    for condition, names, constraint in _checks(row.kind):
        if holds(condition, row.values) is False:
            line = next((name for name in row.kind.said if name in names and name in row.lines), "")
            yield row.error(str(constraint.get_violation_error_message()), _("Correct it."), at=line)


@cache
def _checks(kind: Kind) -> list[tuple[Any, set[str], models.CheckConstraint]]:
    """Condition, fields and the whole of each constraint that is about nothing but what files say."""
    checks = (one for one in kind.model._meta.constraints if isinstance(one, models.CheckConstraint))
    found = [(check.condition, names_in(check.condition), check) for check in checks]
    return [one for one in found if one[1] <= set(kind.said)]


# --- What there is only one of


def _not_unique(kind: Kind, given: Mapping[Kind, Mapping[Key, Row]], stored: Stored) -> Iterator[FileError]:
    for names, condition, nulls_distinct, sentence in _uniques(kind):
        seen: dict[tuple[Any, ...], Row] = {}
        for row in (*_staying(kind, given, stored), *given[kind].values()):
            values = _said(row, names)
            if (nulls_distinct and None in values) or (condition and not holds(condition, row.values)):
                continue
            first = seen.setdefault(values, row)
            if first is not row and row.file:
                at = next((name for name in reversed(names) if name in row.lines), "")
                yield row.error(
                    sentence or _("{field} {value} is taken.").format(field=names[-1], value=shown(values[-1])),
                    _("See {where}.").format(where=_where(first)),
                    at=at,
                )


def _staying(kind: Kind, given: Mapping[Kind, Mapping[Key, Row]], stored: Stored) -> Iterator[Row]:
    """The stored rows that the files don't speak of."""
    above = ABOVE[kind]
    for key, row in stored.rows.get(kind, {}).items():
        is_listed_whole = above is not None and not kind.lasts and row.parent in given[above]
        if key not in given[kind] and not is_listed_whole:
            yield row


def _uniques(kind: Kind) -> Iterator[tuple[tuple[str, ...], Any, bool, str]]:
    """Fields, condition, whether nothing equals nothing, and the sentence, of what is unique beside the key."""
    own = {*kind.key, kind.within}
    for name in kind.said:
        if name in kind.columns and kind.columns[name].unique and name not in own:
            yield (name,), None, True, ""
    for constraint in kind.model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            names = tuple(constraint.fields)
            if set(names) <= {*kind.said, kind.within} and not set(names) >= own - {""}:
                sentence = str(constraint.get_violation_error_message())
                yield names, constraint.condition, constraint.nulls_distinct is not False, sentence


def _excluded(kind: Kind, given: Mapping[Kind, Mapping[Key, Row]], stored: Stored) -> Iterator[FileError]:
    """What must be the same in all rows that are equal in something else: `station` equal, `connection` not."""
    for constraint in kind.model._meta.constraints:
        if not isinstance(constraint, ExclusionConstraint):
            continue
        same = [name for name, operator in constraint.expressions if operator == RangeOperators.EQUAL]
        other = [name for name, operator in constraint.expressions if operator == RangeOperators.NOT_EQUAL]
        if len(same) + len(other) < len(constraint.expressions) or not {*same, *other} <= {*kind.said, kind.within}:
            continue
        seen: dict[tuple[Any, ...], Row] = {}
        for row in (*_staying(kind, given, stored), *given[kind].values()):
            first = seen.setdefault(_said(row, tuple(same)), row)
            if row.file and _said(row, tuple(other)) != _said(first, tuple(other)):
                at = next((name for name in same if name in row.lines), "")
                sentence = str(constraint.get_violation_error_message())
                yield row.error(sentence, _("See {where}.").format(where=_where(first)), at=at)


def _where(row: Row) -> str:
    return f"{row.file}:{row.line}" if row.file else _("{row} in the database").format(row=row)


def _said(row: Row, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(_identified(row, name) for name in names)


def _identified(row: Row, name: str) -> Any:
    """A value as no other thing has it: operation 10 is another one in each routing."""
    if name == row.kind.within:
        return row.parent
    value, ref = row.values.get(name), row.kind.refs.get(name)
    return value if ref is None or value is None else ref.target(row.parent, row.values, value)

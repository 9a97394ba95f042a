"""From the database to rows: one query a kind, whatever there is of it."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import models
from django.utils.translation import gettext as _

from equipment import outline
from equipment.models import ReasonTree
from equipment.queries import lines_of
from mes.kernel.personnel.models import PersonQualification
from mes.kernel.refusals import Refusal
from mes.plantfiles.kinds import ABOVE, BY_MODEL, KINDS, Key, Kind
from mes.plantfiles.reading import in_order
from mes.plantfiles.rows import Content, Row
from orders.models import RoutingRevision


class FileMissing(Refusal):
    """A file that a record has is not in the storage."""


class Stored:
    """The rows that are there, by kind and key. only: these kinds and no others."""

    def __init__(self, only: Collection[Kind] = KINDS) -> None:
        self.keys: dict[Kind, dict[UUID, Key]] = {}
        self.rows: dict[Kind, dict[Key, Row]] = {}
        raw: dict[Kind, list[tuple[Row, dict[str, Any]]]] = {}
        for kind in KINDS:
            if kind in only:
                raw[kind] = list(self._keyed(kind))
                self.rows[kind] = {row.key: row for row, _ in raw[kind]}
        for kind, rows in raw.items():
            for row, columns in rows:
                row.values = {name: self._value(kind, row, name, columns) for name in kind.said}

    def row(self, model: type[models.Model], key: Key) -> Row | None:
        """The row of a model with this key."""
        return self.rows.get(BY_MODEL[model], {}).get(key)

    def _keyed(self, kind: Kind) -> Iterator[tuple[Row, dict[str, Any]]]:
        known = self.keys[kind] = {}
        above = ABOVE[kind]
        for columns in _query(kind):
            parent = self.keys[above][columns[kind.columns[kind.within].attname]] if above else ()
            own = {
                name: self._own(kind, name, columns)
                for name in {*kind.key, *(n for n in ("name", "is_rework") if n in columns)}
            }
            row = Row(kind, kind.key_of(parent, own), parent, {}, pk=columns["id"])
            row.is_hidden = bool(columns.get("withdrawn_at"))
            known[row.pk] = row.key  # type: ignore[index]
            yield row, columns

    def _own(self, kind: Kind, name: str, columns: dict[str, Any]) -> Any:
        value = columns[kind.columns[name].attname]
        ref = kind.refs.get(name)
        return value if ref is None or value is None else ref.text(self.keys[BY_MODEL[ref.to]][value])

    def _value(self, kind: Kind, row: Row, name: str, columns: dict[str, Any]) -> Any:
        column = kind.columns.get(name)
        if column is None:
            return columns[name]
        if name in kind.refs:
            return self._own(kind, name, columns)
        value = columns[column.attname]
        if isinstance(value, list):
            return in_order(name, value)
        return _stored_file(value) if isinstance(column, models.FileField) else value


def _query(kind: Kind) -> Iterable[dict[str, Any]]:
    if kind.model is ReasonTree:
        return _reason_trees()
    names = {kind.columns[name].attname for name in kind.said} | {"id"}
    if kind.within:
        names.add(kind.columns[kind.within].attname)
    if kind.model is PersonQualification:
        names.add("withdrawn_at")
    return _of_plants(kind).order_by("pk").values(*names)


def _of_plants(kind: Kind) -> models.QuerySet[Any]:
    """All rows of a kind but those of redlines, which are one order's and not the plant's."""
    found, path, above = kind.model._default_manager.all(), "", kind
    while above.model is not RoutingRevision:
        parent = ABOVE[above]
        if parent is None:
            return found
        path, above = f"{path}{above.within}__", parent
    return found.filter(**{f"{path}redline_of__isnull": True})


def _reason_trees() -> Iterator[dict[str, Any]]:
    for tree in ReasonTree.objects.order_by("pk").prefetch_related("reasons"):
        said = ("id", "site_id", "area_id", "kind", "number", "status", "released_by_id")
        yield {name: getattr(tree, name) for name in said} | {"reasons": outline.write(lines_of(tree))}


def _stored_file(name: str) -> Content | None:
    if not name:
        return None
    try:
        with default_storage.open(name) as file:
            return Content.of(name, file.read())
    except OSError as error:
        raise FileMissing(
            _("The file {name} is missing in the storage.").format(name=name), do=_("Restore it from the backup.")
        ) from error

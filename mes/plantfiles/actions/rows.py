"""Writing what plant files change, in a few statements a kind; history and ledger get their rows as always."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import models
from django.db.models import F, ProtectedError
from django.utils.translation import gettext as _
from simple_history.utils import bulk_update_with_history

from equipment.models import Site
from mes.kernel.copying import copy_with_history, defaults_of
from mes.kernel.documents import FileError
from mes.kernel.keys import uuid7
from mes.kernel.personnel.models import Person
from mes.plantfiles.comparing import Change, Comparison
from mes.plantfiles.kinds import BY_MODEL, KINDS, LIFE, Key, Kind
from mes.plantfiles.rows import Content, Row
from mes.plantfiles.stored import Stored

REASON = "plant files"
_BATCH = 1000
_STAMPED = {
    *("granted_at", "granted_by", "certificate"),
    *("withdrawn_at", "withdrawn_by", "withdrawal_reason"),
}
_ASIDE = 16_000  # added to a place in a list while the places are changed; half of what a small integer holds


def write_rows(
    *, found: Comparison, stored: Stored, kept: list[str] | None, by: Person, at: datetime
) -> list[FileError]:
    """Write all rows that differ; what can't be removed, because something uses it, comes back as mistakes.

    The rights were checked by the caller, as were the rows. People are disabled and enabled, and reasons written, by
    their own verbs. kept: takes the names of the files that are stored, so that the caller can take them back; None:
    none is stored, because all of it will be rolled back.
    """
    writer = _Writer(found, stored, kept, by, at)
    errors = writer.remove(found.gone)
    for kind in KINDS:
        writer.update(kind, [one for one in found.changes if one.row.kind is kind and one.was is not None])
        writer.create(kind, [one.row for one in found.changes if one.row.kind is kind and one.was is None])
    return errors


class _Writer:
    def __init__(self, found: Comparison, stored: Stored, kept: list[str] | None, by: Person, at: datetime) -> None:
        self.kept, self.by, self.at = kept, by, at
        for one in found.changes:
            if one.was is None:
                one.row.pk = uuid7()
        self.keys: dict[Kind, dict[Key, UUID]] = {
            kind: {key: row.pk for key, row in rows.items() if row.pk} for kind, rows in stored.rows.items()
        }
        for one in found.changes:
            if one.row.pk is not None:
                self.keys[one.row.kind][one.row.key] = one.row.pk

    def remove(self, gone: Sequence[Row]) -> list[FileError]:
        errors = []
        for kind in reversed(KINDS):
            rows = {row.pk: row for row in gone if row.kind is kind}
            for instance in kind.model._default_manager.filter(pk__in=rows) if rows else ():
                try:
                    self._end(kind, instance)
                except ProtectedError as error:
                    users = ", ".join(sorted(str(each) for each in error.protected_objects))[:200]
                    row = rows[instance.pk]
                    errors.append(
                        row.error(
                            _("{row} can't be removed: {users} needs it.").format(row=row, users=users),
                            _("List it again."),
                        )
                    )
        return errors

    def _end(self, kind: Kind, instance: Any) -> None:
        if kind.end is None:
            instance.delete()
            return
        for name, value in kind.end(self.by.pk, self.at).items():
            setattr(instance, name, value)
        instance.save()

    def create(self, kind: Kind, rows: Sequence[Row]) -> None:
        if not rows:
            return
        defaults = defaults_of(kind.model)
        above = BY_MODEL[kind.columns[kind.within].related_model] if kind.within else None  # type: ignore[index]
        made = []
        for row in rows:
            values = {**defaults, "id": row.pk}
            if above is not None:
                values[kind.columns[kind.within].attname] = self.keys[above][row.parent]
            if "site" in kind.columns and "site" not in kind.said:  # of what is in a site's file, its key begins so
                values["site_id"] = self.keys[BY_MODEL[Site]][row.key[:1]]
            values |= self._columns_of(row, kind.said)
            if kind.made is not None:
                values |= kind.made(self.by.pk, self.at)
            made.append(values)
        copy_with_history(kind.model, made, by=self.by, at=self.at, reason=REASON)

    def update(self, kind: Kind, changes: Sequence[Change]) -> None:
        names = {one.row.pk: self._columns(kind, one) for one in changes}
        rows = {one.row.pk: one.row for one in changes if names[one.row.pk] or (one.was and one.was.is_hidden)}
        if not rows:
            return
        written = set().union(*names.values())
        if kind.number in written:
            # Two that change places are never at the same one.
            kind.model._default_manager.filter(pk__in=rows).update(**{kind.number: F(kind.number) + _ASIDE})
        for name in sorted(written & kind.passed_on):
            # What goes from one to another is nobody's in between.
            givers = [one.row.pk for one in changes if name in one.names]
            kind.model._default_manager.filter(pk__in=givers).update(**{name: None})
        # Not the key: what machines do at a station is recorded meanwhile.
        locked = kind.model._default_manager.select_for_update(of=("self",), no_key=True)
        instances = list(locked.filter(pk__in=rows).order_by("pk"))
        for instance in instances:
            for name, value in self._columns_of(rows[instance.pk], written).items():
                setattr(instance, name, value)
        fields = [name for name in kind.columns if name in written or (kind.stamp and name in _STAMPED)]
        bulk_update_with_history(
            instances,
            kind.model,
            fields,
            _BATCH,
            default_user=self.by,
            default_change_reason=REASON,
            default_date=self.at,
        )

    @staticmethod
    def _columns(kind: Kind, one: Change) -> set[str]:
        """The fields that are written; disabling and enabling a person has verbs."""
        return {name for name in one.names if name in kind.columns} - ({"is_active"} if kind.model is Person else set())

    def _columns_of(self, row: Row, names: Iterable[str]) -> dict[str, Any]:
        """The row's values by column. The life of a revision has verbs of its own, as have reasons."""
        found: dict[str, Any] = {}
        for name in names:
            column = row.kind.columns.get(name)
            if column is None or name in LIFE:
                continue
            value = row.values[name]
            if (ref := row.kind.refs.get(name)) is not None:
                target = None if value is None else ref.target(row.parent, row.values, value)
                found[column.attname] = target and self.keys[BY_MODEL[ref.to]][target]
            elif isinstance(column, models.FileField):
                found[name] = self._keep(column, row, value)
            else:
                found[name] = list(value) if isinstance(value, tuple) else value
        if row.kind.stamp is not None:
            found |= row.kind.stamp(self.by.pk, self.at)
        return found

    def _keep(self, column: Any, row: Row, value: Content | None) -> str:
        """Store a file, under its name. One that is replaced stays where it is: older records name it."""
        if value is None:
            return ""
        name = column.generate_filename(None, f"{str(row.key[-1]).lower()}{value.suffix}")
        if self.kept is None:
            return str(name)
        stored = column.storage.save(name, ContentFile(value.content), max_length=column.max_length)
        self.kept.append(stored)
        return str(stored)

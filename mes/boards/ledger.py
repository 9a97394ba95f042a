"""Rows of the ledger as a person reads them: who, when, and what became of what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from mes.boards.queries import people_by_key
from mes.kernel.audit.models import AuditEvent


@dataclass(frozen=True)
class Change:
    """One column of a changed row, before and after; None where there was nothing."""

    column: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Entry:
    """One row of the ledger. who: the person's name, "the system", or the database user of a change from outside."""

    event: AuditEvent
    table: str
    who: str
    changes: list[Change]


@cache
def tables() -> dict[str, str]:
    """What a person calls each table, by its name."""
    return {model._meta.db_table: str(model._meta.verbose_name) for model in apps.get_models(include_auto_created=True)}


def search(
    sites: Iterable[UUID],
    *,
    table: str = "",
    records: Sequence[str] = (),
    person: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
) -> QuerySet[AuditEvent]:
    """Rows of the ledger, latest first: those of the sites, and those that belong to no single site.

    records, person: keys. before: only rows with a lower sequence, to turn the page.
    """
    found = AuditEvent.objects.annotate(row_site=Coalesce(KT("new__site_id"), KT("old__site_id"))).filter(
        Q(row_site__isnull=True) | Q(row_site__in=[str(site) for site in sites])
    )
    if records:
        # The index begins with the table: naming all of them lets Postgres use it for a record alone.
        found = found.filter(record__in=records, table_name__in=[table] if table else list(tables()))
    elif table:
        found = found.filter(table_name=table)
    if person:
        found = found.filter(person=person)
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    if before is not None:
        found = found.filter(sequence__lt=before)
    return found.order_by("-sequence")


def entries(events: Sequence[AuditEvent]) -> list[Entry]:
    """The rows with names and changes. One statement for all their people."""
    people = people_by_key({event.person for event in events})
    return [
        Entry(event, tables().get(event.table_name, event.table_name), _who(event, people), changes(event))
        for event in events
    ]


def changes(event: AuditEvent) -> list[Change]:
    """The columns that differ between the row before and after."""
    old, new = event.old or {}, event.new or {}
    return [
        Change(column, old.get(column), new.get(column))
        for column in sorted({*old, *new})
        if old.get(column) != new.get(column)
    ]


def _who(event: AuditEvent, people: Any) -> str:
    if event.is_outside_the_application:
        return f"{event.database_user}, outside the application"
    if event.person == "system":
        return "the system"
    person = people.get(event.person)
    return str(person) if person else event.person

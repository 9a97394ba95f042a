"""Rows of the ledger as a person reads them: who, when, and what became of what."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import DateTimeField, Model, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from mes.boards.record_names import Ref, label, name_key, names_of, references
from mes.boards.templatetags.plant import moment
from mes.kernel.audit.models import AuditEvent
from mes.kernel.personnel.models import Person
from mes.kernel.words import name_of_column, told

# Tables of which no row belongs to one site: to whoever may see the ledger they are all shown. Of any other table,
# a row is shown by the site it carries or not at all.
_OF_THE_ENTERPRISE = {
    "audit_signature": "those on master data; the others carry their site",
    "personnel_person": "people may work at several sites",
    "personnel_qualification": "the same everywhere",
    "personnel_personqualification": "a person takes it along",
    "personnel_apitoken": "a person's",
    "equipment_site": "who gives access has to see all",
    "equipment_stationclass": "the same everywhere",
    "equipment_enterprise": "above the sites",
    "equipment_assetclass": "the same everywhere",
    "equipment_clearanceitem": "master data",
    "equipment_shift": "master data",
    "equipment_shiftbreak": "master data",
    "equipment_calendarexception": "master data",
    "equipment_reason": "master data",
    "genealogy_supplier": "delivers everywhere",
    "orders_product": "products are the enterprise's, and so is what defines them",
    "orders_productrevision": "a product's",
    "orders_bomline": "a product's",
    "orders_bomsubstitute": "a product's",
    "orders_routingrevision": "master data",
    "orders_instruction": "the same everywhere",
    "orders_instructionrevision": "master data",
    "orders_instructionfile": "master data",
    "orders_instructionconfirmation": "a person takes it along",
    "orders_operation": "master data",
    "orders_operationedge": "master data",
    "orders_operationqualification": "master data",
    "orders_operationasset": "master data",
    "orders_operationsetpoint": "master data",
    "orders_step": "master data",
    "orders_pinnedplan": "a copy of master data, shared by its content",
}

SHOWN = 80  # characters of a value


@dataclass(frozen=True)
class Told:
    """A value on one line. exactly: as it is on record, where that is not what is read: a key, a time in UTC."""

    text: str
    exactly: str = ""


@dataclass(frozen=True)
class Change:
    """One column of a changed row, before and after; None where there was nothing.

    name: of the column, as a person calls it; of: whose key it holds, if any, and names: what those are called;
    is_time: it holds moments.
    """

    column: str
    old: Any
    new: Any
    name: str = ""
    of: type[Model] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    is_time: bool = False

    @cached_property
    def before(self) -> Told:
        return self._told(self.old)

    @cached_property
    def after(self) -> Told:
        return self._told(self.new)

    def _told(self, value: Any) -> Told:
        if self.of and (name := self.names.get(name_key(self.of, value))):
            return Told(_short(name), str(value))
        if self.is_time and value and (at := parse_datetime(value)):
            return Told(moment(at), in_utc(at))
        return Told(_short(value))


@dataclass(frozen=True)
class Entry:
    """One row of the ledger. who: the person's name, "the system", or the database user of a change from outside.

    name: what the record is called; its key where it has no name.
    """

    event: AuditEvent
    table: str
    name: str
    who: str
    changes: list[Change]

    @property
    def at_utc(self) -> str:
        return in_utc(self.event.at)

    @property
    def act(self) -> str:
        """What was done to the row, in a word."""
        return told(self.event.operation.lower())

    @property
    def is_update(self) -> bool:
        return self.event.operation == "UPDATE"

    @property
    def shown(self) -> list[Change]:
        """The changes that say something: of a new row, or one that is gone, what it holds."""
        return self.changes if self.is_update else [one for one in self.changes if one.old or one.new]


@cache
def _models() -> dict[str, type[Model]]:
    """By table; without Django's own, which are not under the ledger."""
    ours = [app for app in apps.get_app_configs() if not app.name.startswith("django.")]
    return {model._meta.db_table: model for app in ours for model in app.get_models(include_auto_created=True)}


def tables() -> dict[str, str]:
    """What a person calls each table, by its name."""
    return {table: str(model._meta.verbose_name) for table, model in _models().items()}


def name_of_table(table: str) -> str:
    """What a person calls the table; its own name where it is no model's."""
    model = _models().get(table)
    return str(model._meta.verbose_name) if model else table


@cache
def tables_without_site() -> frozenset[str]:
    """The tables, with their histories, whose rows belong to no single site."""
    names = [table.split("_", 1) for table in _OF_THE_ENTERPRISE]
    return frozenset([*_OF_THE_ENTERPRISE, *(f"{app}_historical{model}" for app, model in names)])


def seen_from(sites: Iterable[UUID], found: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Those rows that belong to one of the sites, and those that belong to no single one."""
    return found.alias(row_site=Coalesce(KT("new__site_id"), KT("old__site_id"))).filter(
        Q(row_site__in=[str(site) for site in sites])
        | Q(row_site__isnull=True, table_name__in=sorted(tables_without_site()))
    )


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
    """Rows of the ledger that are seen from the sites, latest first.

    records, person: keys. before: only rows with a lower sequence, to turn the page.
    """
    found = seen_from(sites, AuditEvent.objects.all())
    if records:
        # The index begins with the table: naming all of them lets Postgres use it for a record alone.
        found = found.filter(record__in=records, table_name__in=[table] if table else list(_models()))
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
    """The rows with names and changes: all that they name is asked for in one go."""
    names = names_of(ref for event in events for ref in _refs(event))
    return [_entry(event, names) for event in events]


def _refs(event: AuditEvent) -> Iterator[Ref]:
    """The records that a row of the ledger names: who did it, and those whose keys its columns hold."""
    yield Person, event.person
    if model := _models().get(event.table_name):
        for column, of in references(model).items():
            for row in (event.old, event.new):
                if row and row.get(column):
                    yield of, row[column]


def _entry(event: AuditEvent, names: Mapping[str, str]) -> Entry:
    model = _models().get(event.table_name)
    name = label(model, event.new or event.old or {}, names) if model else ""
    return Entry(
        event, name_of_table(event.table_name), name or event.record, _who(event, names), _changes(event, names)
    )


def _changes(event: AuditEvent, names: Mapping[str, str]) -> list[Change]:
    """The columns that differ between the row before and after."""
    old, new, model = event.old or {}, event.new or {}, _models().get(event.table_name)
    differ = [column for column in sorted({*old, *new}) if old.get(column) != new.get(column)]
    if model is None:
        return [Change(column, old.get(column), new.get(column), column) for column in differ]
    keys, times = references(model), _times(model)
    return [
        Change(
            column,
            old.get(column),
            new.get(column),
            name_of_column(model, column),
            keys.get(column),
            names,
            column in times,
        )
        for column in differ
    ]


@cache
def _times(model: type[Model]) -> frozenset[str]:
    return frozenset(field.column for field in model._meta.concrete_fields if isinstance(field, DateTimeField))


def in_utc(at: datetime) -> str:
    """A moment to the second, as the database has it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S %Z}"


def _short(value: Any) -> str:
    """A value of a column on one line."""
    text = "–" if value is None else str(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _who(event: AuditEvent, names: Mapping[str, str]) -> str:
    if event.is_outside_the_application:
        return _("{role}, outside the application").format(role=event.database_user)
    if event.person == "system":
        return _("the system")
    return names.get(event.person, event.person)

"""What records are called, for the ledger, which knows them by table, key and columns alone."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import CharField as Text
from django.db.models import F, ForeignKey, Model, UUIDField, Value
from django.db.models.functions import Cast, Concat

from equipment.models import MachineEvent
from mes.kernel.keys import is_key
from mes.kernel.personnel.models import Person
from orders.models import Operation, ProductRevision, RoutingRevision
from wip.models import OperationExecution

Row = Mapping[str, Any]  # of the ledger: values by column
Ref = tuple[type[Model], Any]  # a model, and the key of one of its records

# By what a record is called all over the plant, and by what it is told from its neighbours.
_NAMES = ("erp_reference", "serial", "full_name", "code", "number", "name")
_PARTS = ("operation_code", "step_code", "code", "number", "position", "kind", "gate")
# What is called so within something else alone, and is said with it.
_WITHIN = (
    "Operation",
    "Step",
    "ProductRevision",
    "RoutingRevision",
    "InstructionRevision",
    "ReasonTree",
    "Reason",
    "Shift",
)


def _joined(*parts: Any) -> Concat:
    return Concat(*(Cast(part, Text()) if isinstance(part, F) else Value(part) for part in parts), output_field=Text())


_SAID = {
    OperationExecution: _joined(F("unit__serial"), " · ", F("operation_code")),
    ProductRevision: _joined(F("product__code"), " · ", F("code")),
    RoutingRevision: _joined(F("routing__name"), " · ", F("number")),
    Operation: _joined(F("routing_revision__routing__name"), " · ", F("code")),
    MachineEvent: _joined(F("station__code"), " · ", F("tag__code"), " · ", F("number")),
}


def names_of(refs: Iterable[Ref]) -> dict[str, str]:
    """What the records are called, by name_key; one statement, whatever their kinds and their number."""
    keys: dict[type[Model], set[Any]] = {}
    for model, key in refs:
        if isinstance(key, int) if _is_numbered(model) else is_key(str(key)):
            keys.setdefault(model, set()).add(key)
    asked = [(*select, sorted(keys[model])) for model in keys if (select := _select(model)) is not None]
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(sql for sql, _, _ in asked),
            [value for _, constants, some in asked for value in (*constants, some)],
        )
        return dict(cursor.fetchall())


def name_key(model: type[Model], key: Any) -> str:
    """A record among those of all kinds: its key, and where that is a number, which others have too, its table."""
    return f"{model._meta.db_table} {key}" if _is_numbered(model) else str(key)


@cache
def _is_numbered(model: type[Model]) -> bool:
    return not isinstance(model._meta.pk, UUIDField)


@cache
def _select(model: type[Model]) -> tuple[str, tuple[Any, ...]] | None:
    """What asks for keys and names of a model's records, put together once; None where they have no names."""
    name = own_name(model)
    said = _SAID.get(model) or (Cast(F(name), Text()) if name else None)
    if said is None:
        return None
    pk, kind = model._meta.pk.column, "bigint" if _is_numbered(model) else "uuid"
    by = _joined(f"{model._meta.db_table} ", F("pk")) if _is_numbered(model) else Cast(F("pk"), Text())
    sql, constants = model._default_manager.order_by().values_list(by, said).query.sql_with_params()
    return f'{sql} WHERE "{model._meta.db_table}"."{pk}" = ANY(%s::{kind}[])', tuple(constants)


@cache
def own_name(model: type[Model]) -> str:
    """The column by which a model's records are called, wherever one stands; empty where there is none."""
    if model.__name__.removeprefix("Historical") in _WITHIN:
        return ""
    columns = {field.attname for field in model._meta.concrete_fields}
    return next((name for name in _NAMES if name in columns), "")


@cache
def references(model: type[Model]) -> dict[str, type[Model]]:
    """The columns that name another record, and of which model."""
    found = (field for field in model._meta.concrete_fields if isinstance(field, ForeignKey))
    return {field.attname: field.related_model for field in found if field.attname != "history_user_id"}


@cache
def _belongs_to(model: type[Model]) -> tuple[str, ...]:
    """The columns that say what a record without a name of its own belongs to; who did something to it is not that."""
    found = references(model)
    columns = [name for name, of in found.items() if of is not Person or name == "person_id"]
    others = [name for name in columns if name != "site_id"]
    return tuple(columns) if others in ([], ["person_id"]) else tuple(others)


def label(model: type[Model], row: Row, names: Mapping[str, str]) -> str:
    """What the record of this row is called: by its own name, else by what it belongs to and its part of it."""
    if own := row.get(own_name(model)):
        return str(own)
    of = references(model)
    to = [names[key] for column in _belongs_to(model) if (key := name_key(of[column], row.get(column))) in names]
    part = next((str(row[column]) for column in _PARTS if row.get(column) not in (None, "")), "")
    return " · ".join([*to[:2], *([part] if part else [])])

"""Statements that are put together once and from then on only bound and sent, for what happens at every scan.

Django builds the SQL of a query or a save anew each time, which takes longer than Postgres needs to answer it (ADR 7).
Here a query is still written as a QuerySet, and compiled once. What is written goes as one JSON parameter, so that any
number of rows is the same statement. Columns always come from the models.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache, wraps
from inspect import signature
from typing import Any, Generic, ParamSpec, TypeVar, cast
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models import NOT_PROVIDED, Model, QuerySet, Value
from django.db.models.query import get_related_populators  # type: ignore[attr-defined]
from django.db.transaction import TransactionManagementError

P = ParamSpec("P")
M = TypeVar("M", bound=Model)


class Parameter(Value):
    """The place of a value that each run brings: the n-th argument."""

    sql = "%s"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return self.sql, [self]

    def of(self, values: Sequence[Any]) -> Any:
        return values[self.value]


class AnyOf(Parameter):
    """The place of a collection of values."""

    sql = "ANY(%s)"

    def of(self, values: Sequence[Any]) -> Any:
        return list(values[self.value])


def any_of(values: Collection[Any]) -> Any:
    """`unit=any_of(units)` in a prepared query is what `unit__in=units` is elsewhere."""
    assert isinstance(values, Parameter), "any_of belongs into a prepared query"
    return AnyOf(values.value)


def prepared(build: Callable[P, QuerySet[M]]) -> Callable[P, list[M]]:
    """Make `build(…) -> QuerySet` a function that runs that query and returns its records.

    build is called once, with places for the values: it may hand them to filters and may not look at them. The values
    of a run are keys, texts, numbers and times, no records; None finds nothing. prefetch_related is not carried out.
    """
    names = tuple(signature(build).parameters)

    @lru_cache(maxsize=1)
    def statement() -> "_Statement[M]":
        places: Any = [Parameter(place) for place in range(len(names))]
        return _compiled(cast("Callable[..., QuerySet[M]]", build)(*places))

    @wraps(build)
    def run(*values: P.args, **named: P.kwargs) -> list[M]:
        return statement().run([*values, *(named[name] for name in names[len(values) :])])

    return run


@dataclass(frozen=True)
class _Statement(Generic[M]):
    """A compiled query: its SQL, its parameters in their order, and how a row becomes a record."""

    sql: str
    parameters: Sequence[Any]
    locks: bool
    model: type[M]
    names: Sequence[str]
    columns: slice
    related: Sequence[Any]
    converters: Sequence[tuple[int, Any]]

    def run(self, values: Sequence[Any]) -> list[M]:
        if self.locks and not connection.in_atomic_block:
            raise TransactionManagementError("Rows are locked in a transaction.")
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [p.of(values) if isinstance(p, Parameter) else p for p in self.parameters])
            rows = cursor.fetchall()
        return [self._record(row) for row in rows]

    def _record(self, row: Sequence[Any]) -> M:
        for place, (converts, expression) in self.converters:
            value = row[place]
            for convert in converts:
                value = convert(value, expression, connection)
            row = [*row[:place], value, *row[place + 1 :]]
        record = self.model.from_db(connection.alias, self.names, row[self.columns])
        for populator in self.related:
            populator.populate(row, record)
        return record


def _compiled(queryset: QuerySet[M]) -> _Statement[M]:
    """As django.db.models.query.ModelIterable does for each run."""
    compiler = queryset.query.get_compiler(using=queryset.db)
    sql, parameters = compiler.as_sql()
    select, of_model = compiler.select, compiler.klass_info
    columns = slice(of_model["select_fields"][0], of_model["select_fields"][-1] + 1)
    return _Statement(
        sql=sql,
        parameters=parameters,
        locks=queryset.query.select_for_update,
        model=of_model["model"],
        names=[column[0].target.attname for column in select[columns]],
        columns=columns,
        related=get_related_populators(of_model, select, queryset.db),
        converters=list(compiler.get_converters([column[0] for column in select]).items()),
    )


def insert(records: Sequence[Model]) -> None:
    """Store new records of one model, in one statement. What the database itself gives (sequence) is not read back.

    No signals are sent, so models with a history are refused: their history is written by `save`.
    """
    if records:
        _send(_insert_into(type(records[0])), records)
    for record in records:
        record._state.adding, record._state.db = False, connection.alias


def update(records: Sequence[Model], *fields: str) -> None:
    """Store these fields of records of one model, in one statement. Models with a history are refused, as above."""
    if records:
        _send(_update_of(type(records[0]), fields), records)


@dataclass(frozen=True)
class _Writing:
    """An INSERT or UPDATE that takes its rows as JSON. columns: (column, attribute) of what is sent."""

    sql: str
    columns: Sequence[tuple[str, str]]


def _send(writing: _Writing, records: Sequence[Model]) -> None:
    rows = [{column: getattr(record, name) for column, name in writing.columns} for record in records]
    with connection.cursor() as cursor:
        cursor.execute(writing.sql, [json.dumps(rows, default=_text)])
        if cursor.rowcount != len(records):
            raise DatabaseError(f"{cursor.rowcount} of {len(records)} rows were written.")


@lru_cache(maxsize=256)
def _insert_into(model: type[Model]) -> _Writing:
    columns = _columns(model, [f for f in model._meta.concrete_fields if f.db_default is NOT_PROVIDED])
    names = ", ".join(f'"{column}"' for column, _ in columns)
    table = model._meta.db_table
    return _Writing(f'INSERT INTO "{table}" ({names}) SELECT {names} FROM {_rows_of(table)}', columns)  # noqa: S608


@lru_cache(maxsize=256)
def _update_of(model: type[Model], fields: tuple[str, ...]) -> _Writing:
    changed = [field for field in model._meta.concrete_fields if field.name in fields]
    assert len(changed) == len(fields), f"{model.__name__} has not all of {fields}"
    columns, table, key = _columns(model, changed), model._meta.db_table, model._meta.pk
    sets = ", ".join(f'"{column}" = given."{column}"' for column, _ in columns)
    return _Writing(
        f'UPDATE "{table}" AS kept SET {sets} FROM {_rows_of(table)} AS given '  # noqa: S608 - names of a model
        f'WHERE kept."{key.column}" = given."{key.column}"',
        [(key.column, key.attname), *columns],
    )


def _rows_of(table: str) -> str:
    return f'json_populate_recordset(NULL::"{table}", %s)'


def _columns(model: type[Model], fields: Sequence[Any]) -> list[tuple[str, str]]:
    assert not hasattr(model._meta, "simple_history_manager_attribute"), f"{model.__name__} has a history: save it"
    return [(field.column, field.attname) for field in fields]


def _text(value: object) -> str:
    """A value that JSON has no form for, as Postgres reads it."""
    if isinstance(value, UUID | Decimal | date):
        return str(value)
    raise TypeError(f"{value!r} can't be written this way.")

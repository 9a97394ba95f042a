"""Writing records of one model in one statement, and several such statements in one way to Postgres and back.

Rows go as one JSON parameter, so that any number of them is the same statement, put together once (ADR 7). Columns come
from the models.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models import NOT_PROVIDED, Model


@dataclass(frozen=True)
class _Write:
    """A statement to send, and how many rows it has to write; None: as many as there are."""

    sql: str
    parameters: Sequence[Any]
    rows: int | None


_waiting: ContextVar[list[_Write] | None] = ContextVar("waiting", default=None)


def insert(records: Sequence[Model]) -> None:
    """Store new records of one model, in one statement. What the database itself gives (sequence) is not read back.

    No signals are sent, so models with a history are refused: their history is written by `save`.
    """
    if records:
        _send(_insert_into(type(records[0])), records)
    database = connection.alias
    for record in records:
        record._state.adding, record._state.db = False, database


def insert_both(first: Sequence[Model], second: Sequence[Model]) -> None:
    """Store new records of two models in one statement; those of the second may name those of the first."""
    if not first or not second:
        insert([*first, *second])
        return
    one, other = _insert_into(type(first[0])), _insert_into(type(second[0]))
    parameters = [_as_json(one, first), _as_json(other, second)]
    write(f"WITH first AS ({one.sql}) {other.sql}", parameters, rows=len(second))
    database = connection.alias
    for record in (*first, *second):
        record._state.adding, record._state.db = False, database


def update(records: Sequence[Model], *fields: str) -> None:
    """Store these fields of records of one model, in one statement. Those that a history keeps are refused, too."""
    if records:
        _send(_update_of(type(records[0]), fields), records)


def write(sql: str, parameters: Sequence[Any], *, rows: int | None = None) -> None:
    """Send a statement that has to write so many rows (None: any): at once, or where writes go together, with them.

    Raises DatabaseError when it wrote another number of rows.
    """
    one = _Write(sql, parameters, rows)
    waiting = _waiting.get()
    if waiting is None:
        _run([one])
    else:
        waiting.append(one)


@contextmanager
def written_together() -> Iterator[None]:
    """Let what is written in this block wait until something else is asked of the database, or for the block's end.

    Then it goes as one (libpq's pipeline), without waiting for the answer to each. Whatever reads finds it written; an
    error is raised where the waiting ends.
    """
    waiting: list[_Write] = []
    outer = _waiting.set(waiting)
    try:
        with connection.execute_wrapper(_after_what_waits):
            yield
            _write_now(waiting)
    finally:
        _waiting.reset(outer)


@contextmanager
def in_one_go() -> Iterator[None]:
    """Send the statements of this block, and the BEGIN before the first, without waiting for the answers to each.

    Their rows and counts are there after the block.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def _after_what_waits(execute: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: Any) -> Any:
    if waiting := _waiting.get():
        _write_now(waiting)
    return execute(sql, parameters, many, context)


def _write_now(waiting: list[_Write]) -> None:
    writes = waiting.copy()
    waiting.clear()  # first: the statements below come by _after_what_waits, too
    _run(writes)


def _run(writes: Sequence[_Write]) -> None:
    cursors = [connection.cursor() for _ in writes]
    if len(writes) > 1:
        with in_one_go():
            _execute(writes, cursors)
    else:
        _execute(writes, cursors)
    for write, cursor in zip(writes, cursors, strict=True):
        if write.rows is not None and cursor.rowcount != write.rows:
            raise DatabaseError(f"{cursor.rowcount} of {write.rows} rows were written.")
        cursor.close()


def _execute(writes: Sequence[_Write], cursors: Sequence[Any]) -> None:
    for write, cursor in zip(writes, cursors, strict=True):
        cursor.execute(write.sql, write.parameters)


@dataclass(frozen=True)
class _Statement:
    """An INSERT or UPDATE that takes its rows as JSON: the columns, and how to get their values from a record."""

    sql: str
    columns: Sequence[str]
    values_of: Callable[[Model], tuple[Any, ...]]
    by_key: bool


def _send(statement: _Statement, records: Sequence[Model]) -> None:
    parameters: list[Any] = [_as_json(statement, records)]
    if statement.by_key:
        parameters.append([record.pk for record in records])
    write(statement.sql, parameters, rows=len(records))


def _as_json(statement: _Statement, records: Sequence[Model]) -> str:
    rows = [dict(zip(statement.columns, statement.values_of(record), strict=True)) for record in records]
    return json.dumps(rows, default=_text)


@lru_cache(maxsize=256)
def _insert_into(model: type[Model]) -> _Statement:
    fields = [field for field in model._meta.concrete_fields if field.db_default is NOT_PROVIDED]
    _refuse_history(model, fields)
    names = ", ".join(f'"{field.column}"' for field in fields)
    table = model._meta.db_table
    sql = f'INSERT INTO "{table}" ({names}) SELECT {names} FROM {_rows_of(table)}'  # noqa: S608 - names of a model
    return _statement(sql, fields, by_key=False)


@lru_cache(maxsize=256)
def _update_of(model: type[Model], names: tuple[str, ...]) -> _Statement:
    changed = [field for field in model._meta.concrete_fields if field.name in names]
    _refuse_history(model, changed)
    assert len(changed) == len(names), f"{model.__name__} has not all of {names}"
    table, key = model._meta.db_table, model._meta.pk
    sets = ", ".join(f'"{field.column}" = given."{field.column}"' for field in changed)
    # The keys once more, as an array: Postgres takes any JSON for a hundred rows, and would read a table whole.
    sql = (
        f'UPDATE "{table}" AS kept SET {sets} FROM {_rows_of(table)} AS given '  # noqa: S608 - names of a model
        f'WHERE kept."{key.column}" = given."{key.column}" AND kept."{key.column}" = ANY(%s)'
    )
    return _statement(sql, [key, *changed], by_key=True)


def _statement(sql: str, fields: Sequence[Any], *, by_key: bool) -> _Statement:
    return _Statement(sql, [f.column for f in fields], attrgetter(*(f.attname for f in fields)), by_key)


def _rows_of(table: str) -> str:
    return f'json_populate_recordset(NULL::"{table}", %s)'


def _refuse_history(model: type[Model], written: Sequence[Any]) -> None:
    name = getattr(model._meta, "simple_history_manager_attribute", None)
    if name is not None:
        without = getattr(model, name).model._history_excluded_fields
        assert all(field.name in without for field in written), f"{model.__name__} has a history: save it"


def _text(value: object) -> str:
    """A value that JSON has no form for, as Postgres reads it."""
    if isinstance(value, UUID | Decimal | date):
        return str(value)
    raise TypeError(f"{value!r} can't be written this way.")

"""Queries that are put together once and from then on only bound and sent, for what happens at every scan.

Django builds the SQL of a query anew each time, which takes longer than Postgres needs to answer it (ADR 7). Here it is
still written as a QuerySet, and compiled once. What is written is the same way in mes.kernel.writes.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from functools import cached_property, update_wrapper
from inspect import signature
from typing import Any, Generic, ParamSpec, TypeVar, cast

from django.db import connection
from django.db.models import Func, IntegerField, Model, QuerySet, Value
from django.db.models.query import ModelIterable, get_related_populators  # type: ignore[attr-defined]
from django.db.transaction import TransactionManagementError
from psycopg.sql import Literal

from mes.kernel.writes import in_one_go

P = ParamSpec("P")
M = TypeVar("M")  # what a row becomes: a record, or a tuple of values_list


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


class Prepared(Generic[P, M]):
    """A query put together at its first use. Called with its values it runs, and returns its records."""

    def __init__(self, build: Callable[P, QuerySet[Any, M]]) -> None:
        self._build = build
        self._names = tuple(signature(build).parameters)
        update_wrapper(self, build)

    def __call__(self, *values: P.args, **named: P.kwargs) -> list[M]:
        (records,) = at_once(self.of(*values, **named))
        return records

    def of(self, *values: P.args, **named: P.kwargs) -> "Question[M]":
        """The query with these values, to be asked together with others."""
        return Question(self._statement, [*values, *(named[name] for name in self._names[len(values) :])])

    @cached_property
    def _statement(self) -> "_Statement[M]":
        places: Any = [Parameter(place) for place in range(len(self._names))]
        return _compiled(cast("Callable[..., QuerySet[Any, M]]", self._build)(*places))


def prepared(build: Callable[P, QuerySet[Any, M]]) -> Prepared[P, M]:
    """Make `build(…) -> QuerySet` a function that runs that query and returns its records; of values_list its rows.

    build is called once, with places for the values: it may hand them to filters and may not look at them. The values
    of a run are keys, texts, numbers and times, no records; None finds nothing. prefetch_related is not carried out.
    """
    return Prepared(build)


def count_of(found: QuerySet[Any]) -> QuerySet[Any, tuple[int]]:
    """The query that counts what another finds: one row with one number."""
    number = Func(function="count", template="%(function)s(*)", output_field=IntegerField())
    return found.order_by().annotate(number=number).values_list("number")


@dataclass(frozen=True)
class Question(Generic[M]):
    """A prepared query and the values of one run."""

    statement: "_Statement[M]"
    values: Sequence[Any]


def at_once(*questions: Question[Any]) -> list[list[Any]]:
    """The records that each question finds, all asked in one way to Postgres and back."""
    with ExitStack() as open_until_read:
        cursors = [open_until_read.enter_context(connection.cursor()) for _ in questions]
        with in_one_go() if len(questions) > 1 else nullcontext():
            for question, cursor in zip(questions, cursors, strict=True):
                question.statement.send(cursor, question.values)
        return [question.statement.records(cursor) for question, cursor in zip(questions, cursors, strict=True)]


@dataclass(frozen=True)
class _Statement(Generic[M]):
    """A compiled query: its SQL, the places of its parameters in their order, and how a row becomes a record.

    model: None where the rows are what is asked for.
    """

    sql: str
    places: Sequence[Parameter]
    locks: bool
    model: type[Model] | None
    names: Sequence[str]
    columns: slice
    related: Sequence[Any]
    annotations: Sequence[tuple[str, int]]
    converters: Sequence[tuple[int, Any]]

    def send(self, cursor: Any, values: Sequence[Any]) -> None:
        if self.locks and not connection.in_atomic_block:
            raise TransactionManagementError("Rows are locked in a transaction.")
        cursor.execute(self.sql, [place.of(values) for place in self.places])

    def records(self, cursor: Any) -> list[M]:
        database, model, rows = cursor.db.alias, self.model, cursor.fetchall()
        if self.converters:
            rows = [self._converted(row) for row in rows]
        return rows if model is None else [self._record(model, row, database) for row in rows]

    def _converted(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for place, (converts, expression) in self.converters:
            for convert in converts:
                values[place] = convert(values[place], expression, connection)
        return tuple(values)

    def _record(self, model: type[Model], row: Sequence[Any], database: str) -> Any:
        record = model.from_db(database, self.names, row[self.columns])
        for populator in self.related:
            populator.populate(row, record)
        for name, place in self.annotations:
            setattr(record, name, row[place])
        return record


def _compiled(queryset: QuerySet[Any, M]) -> _Statement[M]:
    """As django.db.models.query.ModelIterable does for each run."""
    compiler = queryset.query.get_compiler(using=queryset.db)
    sql, parameters = compiler.as_sql()
    select, of_model = compiler.select, compiler.klass_info if queryset._iterable_class is ModelIterable else None
    columns = slice(of_model["select_fields"][0], of_model["select_fields"][-1] + 1) if of_model else slice(0)
    return _Statement(
        sql=_with_constants(sql, parameters),
        places=[parameter for parameter in parameters if isinstance(parameter, Parameter)],
        locks=queryset.query.select_for_update,
        model=of_model["model"] if of_model else None,
        names=[column[0].target.attname for column in select[columns]],
        columns=columns,
        related=get_related_populators(of_model, select, queryset.db) if of_model else (),
        annotations=list(compiler.annotation_col_map.items()),
        converters=list(compiler.get_converters([column[0] for column in select]).items()),
    )


def _with_constants(sql: str, parameters: Sequence[Any]) -> str:
    """The SQL with what never changes written out: only then does Postgres see that an index with a condition fits."""
    pieces = ("%s" if isinstance(p, Parameter) else _literal(p).replace("%", "%%") for p in parameters)
    return sql.replace("%%", "%%%%") % tuple(pieces)


def _literal(value: Any) -> str:
    return Literal(value).as_string(connection.connection)

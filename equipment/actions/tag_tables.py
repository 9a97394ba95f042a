"""Tags of a connection by a table: what it would change, and making it so."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from equipment.actions.tags import TagRules, TagsWrong, check_connecting, write
from equipment.models import Connection, Station, Tag
from equipment.tag_rules import Before, mistakes_among
from mes.kernel.csv_cells import as_it_was
from mes.kernel.csv_import import CellError, Columns, Row, Table
from mes.kernel.personnel.models import Person

COLUMNS = Columns(
    required=("code", "address", "value_type"),
    optional=(
        *("name", "station", "quantity_unit", "scale", "offset", "low", "high", "length", "byte_order"),
        *("report", "deadband", "max_silence_s", "role", "books", "scrap_reason", "defect"),
        *("rollover", "reset_below", "most_per_minute", "acknowledge_address", "event", "field", "defect_codes"),
        *("is_writable", "write_low", "write_high", "needs_signature", "is_active"),
    ),
)
MOST_ROWS = 5000
_BOOLEANS = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}
_REFERENCES = ("station", "event")
_OF_SERIES = {"value_type", "quantity_unit"}


@dataclass(frozen=True)
class Cell:
    """A column that changes, as the table writes it."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class TagLine:
    """A row that makes a tag or changes one. begins_series: samples from now on are of another type or unit."""

    row: int
    code: str
    is_new: bool
    cells: tuple[Cell, ...]

    @property
    def begins_series(self) -> bool:
        return not self.is_new and any(cell.column in _OF_SERIES for cell in self.cells)


@dataclass
class Taken:
    """lines: what was made or changed, in the order of the table; same: how many tags were so already."""

    lines: list[TagLine] = field(default_factory=list)
    same: int = 0

    @property
    def made(self) -> int:
        return sum(line.is_new for line in self.lines)

    @property
    def changed(self) -> int:
        return len(self.lines) - self.made


class Rehearsed(Exception):
    """Raised behind a rehearsal, so that the door takes everything back. found: what would have happened."""

    def __init__(self, found: Taken) -> None:
        super().__init__("rehearsed")
        self.found = found


def take_table(*, connection: Connection, table: Table, by: Person, at: datetime, is_rehearsal: bool = False) -> Taken:
    """Make and change a connection's tags by a table, all rows or none. An empty cell changes nothing, or leaves what
    is usual in a new tag; a tag that is not in the table stays as it is. is_rehearsal: judge all of it, then raise
    Rehearsed: nothing is written or kept locked. Raises TagsWrong with every mistake.
    """
    check_connecting(connection=connection, by=by)
    if len(table.rows) > MOST_ROWS:
        raise TagsWrong(_("A table has at most {most} rows.").format(most=MOST_ROWS), do=_("Divide it."))
    rows = [Row(row.number, {name: as_it_was(cell) for name, cell in row.values.items()}) for row in table.rows]
    table = Table(table.columns, rows, table.errors)
    taker = _Taker(connection, table, is_locked=not is_rehearsal)
    # An event comes before what belongs to it.
    for row in sorted(table.rows, key=lambda row: bool(row.values.get("event"))):
        taker.take(row)
    taker.look_at_all()
    errors = sorted([*table.errors, *taker.errors], key=lambda error: error.row)
    if errors:
        raise TagsWrong(
            _("The table is not taken: {count} things are wrong.").format(count=len(errors)),
            do=_("Correct the rows that are named, and send it again."),
            errors=errors,
        )
    taker.found.lines.sort(key=lambda line: line.row)
    if is_rehearsal:
        raise Rehearsed(taker.found)
    write(made=taker.made, changed=taker.changed, columns=taker.columns, by=by, at=at)
    return taker.found


class _Taker:
    """Takes row by row. A tag that is wrong is known all the same: what belongs to it is not wrong for that."""

    def __init__(self, connection: Connection, table: Table, *, is_locked: bool) -> None:
        self.connection, self.found = connection, Taken()
        self.made: list[Tag] = []
        self.changed: list[Tag] = []
        self.columns: set[str] = set()  # of those that are changed
        self.rules = TagRules(connection, [row["code"] for row in table.rows])
        stored = connection.tags.select_related("station", "event").order_by("pk")
        if is_locked:
            stored = stored.select_for_update(of=("self",), no_key=True)
        self.known = {tag.code: tag for tag in stored}
        for tag in self.known.values():
            tag.connection = connection
        active = Station.objects.filter(site=connection.site_id, is_active=True)
        self.stations = {station.code: station for station in active}
        self.errors: list[CellError] = []
        self._before = {tag.pk: Before.of(tag) for tag in self.known.values()}
        self._wrong: set[str] = set()
        self._rows: dict[str, int] = {}

    def take(self, row: Row) -> None:
        code = row["code"]
        if (first := self._rows.setdefault(code, row.number)) != row.number:
            what = _("{code} is there twice: in row {row} already.").format(code=code, row=first)
            self.errors.append(CellError.at(row.number, "code", what, _("Keep one.")))
            return
        tag = self.known.get(code) or Tag(site_id=self.connection.site_id, connection=self.connection, code=code)
        before, is_new = _cells(tag), tag._state.adding
        wrong = self._give(tag, row)
        self.known[code] = tag
        after = _cells(tag)
        cells = tuple(Cell(name, before[name], after[name]) for name in COLUMNS.names if before[name] != after[name])
        if not wrong and not is_new and not cells:
            self.found.same += 1
            return
        if row["event"] in self._wrong:
            self._wrong.add(code)
        wrong = wrong or ([] if code in self._wrong else self.rules.mistakes_in(tag, row.number))
        if wrong or code in self._wrong:
            self.errors += wrong
            self._wrong.add(code)
            return
        if is_new:
            self.made.append(tag)
        else:
            self.changed.append(tag)
            self.columns.update(cell.column for cell in cells)
        self.found.lines.append(TagLine(row.number, code, is_new, cells))

    def look_at_all(self) -> None:
        """What is wrong with the tags together, now that each row is taken."""
        written = {tag.pk for tag in (*self.made, *self.changed)}
        changed = {tag.pk: self._before.get(tag.pk) for tag in self.known.values() if tag.pk in written}
        for one in mistakes_among(self.known.values(), changed):
            self.errors.append(CellError.at(self._rows[one.tag.code], one.column, one.what, one.do))

    def _give(self, tag: Tag, row: Row) -> list[CellError]:
        """Set what the row says."""
        errors = []
        for name in COLUMNS.names:
            text = row[name]
            if not text:
                continue
            try:
                setattr(tag, name, self._value(name, text))
            except (ValidationError, KeyError, ValueError) as wrong:
                is_said = isinstance(wrong, ValidationError)
                what = " ".join(wrong.messages) if is_said else _("There is no {text}.").format(text=text)  # type: ignore[union-attr]
                errors.append(CellError.at(row.number, name, what))
        return errors

    def _value(self, name: str, text: str) -> Any:
        if name in _REFERENCES:
            places: Mapping[str, Any] = self.stations if name == "station" else self.known
            return places[text]
        column = Tag._meta.get_field(name)
        if isinstance(column, models.BooleanField):
            return _BOOLEANS[text.lower()]
        if isinstance(column, models.IntegerField):
            return column.to_python(text)
        if not isinstance(column, models.FloatField):
            return text
        number = column.to_python(text.replace(",", "."))
        if not math.isfinite(number):
            raise ValidationError(_("{text} is no number.").format(text=text))
        return number


def table_rows(tags: Sequence[Tag]) -> list[list[str]]:
    """Tags as the rows of such a table, its header first; what they came from gives the same tags."""
    return [list(COLUMNS.names), *(list(_cells(tag).values()) for tag in tags)]


def _cells(tag: Tag) -> dict[str, str]:
    return {name: _written(tag, name) for name in COLUMNS.names}


def _written(tag: Tag, name: str) -> str:
    value = getattr(tag, name)
    if name in _REFERENCES:
        return value.code if value else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return "" if value is None else str(value)

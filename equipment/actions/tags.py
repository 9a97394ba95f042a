"""Verbs that give a connection many tags at once: from a table, or from what a server has."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from equipment.models import Connection, Station, Tag
from equipment.policies import check_site_access
from mes.kernel.csv_import import CellError, Columns, Row, Table
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput

COLUMNS = Columns(
    required=("code", "address", "value_type"),
    optional=(
        *("name", "station", "quantity_unit", "scale", "offset", "low", "high", "length", "byte_order"),
        *("report", "deadband", "max_silence_s", "role", "books", "scrap_reason", "rollover", "reset_below"),
        *("acknowledge_address", "event", "field", "is_writable", "write_low", "write_high", "is_active"),
    ),
)
MOST_ROWS = 5000
_BOOLEANS = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}
_REFERENCES = ("station", "event")


class TagsWrong(InvalidInput):
    """Rows of the table make no tags; `errors` names each."""


@dataclass(frozen=True)
class Taken:
    """How many tags were made, changed, and were so already."""

    made: int
    changed: int
    same: int


@dataclass(frozen=True)
class NewTag:
    """A node that is to become a tag."""

    code: str
    name: str
    address: str
    value_type: str


def add(
    *, connection: Connection, station: Station | None, wanted: Sequence[NewTag], by: Person, at: datetime
) -> list[Tag]:
    """Make tags of a connection, as a server has them. Raises TagsWrong with what is wrong in each."""
    _check(connection, by)
    made: list[Tag] = []
    errors: list[CellError] = []
    for number, one in enumerate(wanted, 1):
        tag = Tag(site_id=connection.site_id, connection=connection, station=station, **vars(one))
        if wrong := _mistakes(tag, number):
            errors += wrong
        else:
            tag.save()
            made.append(tag)
    if errors:
        raise TagsWrong(_("Not all of them can be tags."), do=_("Correct what is named."), errors=errors)
    return made


def take_table(*, connection: Connection, table: Table, by: Person, at: datetime) -> Taken:
    """Make and change a connection's tags by a table, all rows or none. An empty cell changes nothing, or leaves what
    is usual in a new tag; a tag that is not in the table stays as it is. Raises TagsWrong with every mistake.
    """
    _check(connection, by)
    if len(table.rows) > MOST_ROWS:
        raise TagsWrong(_("A table has at most {most} rows.").format(most=MOST_ROWS), do=_("Divide it."))
    known = {tag.code: tag for tag in connection.tags.select_for_update(of=("self",)).order_by("pk")}
    stations = {station.code: station for station in Station.objects.filter(site=connection.site_id, is_active=True)}
    errors: list[CellError] = list(table.errors)
    counts = {"made": 0, "changed": 0, "same": 0}
    # An event comes before what belongs to it.
    for row in sorted(table.rows, key=lambda row: bool(row.values.get("event"))):
        tag = known.get(row["code"]) or Tag(site_id=connection.site_id, connection=connection, code=row["code"])
        before = {name: getattr(tag, name) for name in _attributes(tag)}
        wrong, is_new = _give(tag, row, stations, known), tag._state.adding
        if not wrong and not is_new and before == {name: getattr(tag, name) for name in _attributes(tag)}:
            counts["same"] += 1
            continue
        errors += wrong or _mistakes(tag, row.number)
        if errors:
            continue
        tag.save()
        known[tag.code] = tag
        counts["made" if is_new else "changed"] += 1
    if errors:
        errors.sort(key=lambda error: error.row)
        raise TagsWrong(
            _("The table is not taken: {count} things are wrong.").format(count=len(errors)),
            do=_("Correct the rows that are named, and send it again."),
            errors=errors,
        )
    return Taken(**counts)


def table_rows(tags: Sequence[Tag]) -> list[list[str]]:
    """Tags as the rows of such a table, its header first; what they came from gives the same tags."""
    return [list(COLUMNS.names), *([_written(tag, name) for name in COLUMNS.names] for tag in tags)]


def _check(connection: Connection, by: Person) -> None:
    check_permission(by, Permission.CONNECT_MACHINES)
    check_site_access(by, connection.site_id)


def _attributes(tag: Tag) -> list[str]:
    return [f"{name}_id" if name in _REFERENCES else name for name in COLUMNS.names]


def _written(tag: Tag, name: str) -> str:
    value = getattr(tag, name)
    if name in _REFERENCES:
        return value.code if value else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return "" if value is None else str(value)


def _give(tag: Tag, row: Row, stations: Mapping[str, Station], known: Mapping[str, Tag]) -> list[CellError]:
    """Set what the row says."""
    errors = []
    for name in COLUMNS.names:
        text = row[name]
        if not text:
            continue
        try:
            setattr(tag, name, _value(name, text, stations, known))
        except (ValidationError, KeyError, ValueError) as wrong:
            what = (
                " ".join(wrong.messages)
                if isinstance(wrong, ValidationError)
                else _("There is no {text}.").format(text=text)
            )
            errors.append(CellError.at(row.number, name, what))
    return errors


def _value(name: str, text: str, stations: Mapping[str, Station], known: Mapping[str, Tag]) -> Any:
    if name in _REFERENCES:
        places: Mapping[str, Any] = stations if name == "station" else known
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


def _mistakes(tag: Tag, number: int) -> list[CellError]:
    try:
        tag.full_clean()
    except ValidationError as wrong:
        return [
            CellError.at(number, "" if column == "__all__" else column, sentence)
            for column, sentences in wrong.message_dict.items()
            for sentence in sentences
        ]
    return []

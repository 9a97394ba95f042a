"""What may be written to a machine by hand: its tags with what they show now, and what was asked of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from equipment.drivers.base import is_good
from equipment.interlocks import permissions_at
from equipment.machine_queries import latest_of
from equipment.models import Connection, LatestValue, Tag
from equipment.status import TagType
from mes.boards.machine_forms import WriteForm
from mes.boards.machine_rows import ValueRow, shown_value, value_row
from mes.kernel.numbers import plain


@dataclass(frozen=True)
class WritableRow:
    """A tag with what it shows now. bounds: of a new value, in words; field: of the form, where that is entered."""

    shown: ValueRow
    bounds: str
    field: Any


@dataclass(frozen=True)
class LineRow:
    """A value that is asked for, as a person reads it. before: what has to be there, empty where that is not known."""

    tag: Tag
    before: str
    after: str


def parted_by_hand(tags: Iterable[Tag], connections: Iterable[Connection]) -> tuple[list[Tag], list[Tag]]:
    """Of the tags that may be written at these connections those that are written by hand, and those that are not.

    A permission is given by no hand, nor what lies where it does, under whichever code and of whichever station.
    """
    at = {one.pk: one for one in connections}
    permissions = permissions_at(at)
    by_hand: list[Tag] = []
    withheld: list[Tag] = []
    for tag in tags:
        if tag.is_writable:
            tag.connection = at[tag.connection_id]
            (withheld if any(tag.overlaps(one) for one in permissions) else by_hand).append(tag)
    return by_hand, withheld


def writable_rows(form: WriteForm) -> list[WritableRow]:
    latest = latest_of(form.tags)
    shown = [value_row(tag, latest.get(tag.pk)) for tag in form.tags]
    return [WritableRow(one, bounds_of(one.tag), form[form.name_of(one.tag)]) for one in shown]


def bounds_of(tag: Tag) -> str:
    """What may be written to it, in words."""
    if tag.value_type == TagType.BOOL:
        return _("yes or no")
    if tag.value_type == TagType.TEXT:
        return _("a text of up to {bytes} bytes").format(bytes=tag.length) if tag.length else _("a text")
    low, high = (shown_value(tag, bound) for bound in (tag.write_low, tag.write_high))
    if tag.write_low is None and tag.write_high is None:
        return _("a number")
    if tag.write_low is None:
        return _("up to {limit}").format(limit=high)
    if tag.write_high is None:
        return _("from {limit}").format(limit=low)
    return _("{lower} to {upper}").format(lower=low, upper=high)


def with_what_is_there(lines: Iterable[Mapping[str, Any]], tags: Iterable[Tag]) -> list[dict[str, Any]]:
    """The lines, each with the value that has to be there before: the one that its tag shows, where that is good."""
    known = {tag.code: tag for tag in tags}
    latest = latest_of([known[line["tag"]] for line in lines])
    found = []
    for line in lines:
        tag = known[line["tag"]]
        expected = _expected(tag, latest.get(tag.pk))
        found.append({**line} if expected is None else {**line, "expected": expected})
    return found


def _expected(tag: Tag, last: LatestValue | None) -> Any:
    if last is None or not is_good(last.quality):
        return None
    value = last.value
    if last.text is not None or value is None:
        return last.text
    if tag.value_type == TagType.BOOL:
        return bool(value)
    return int(value) if value.is_integer() else value


def _exact(tag: Tag, value: Any) -> str:
    """A value to the last digit: it is what is signed."""
    return shown_value(tag, value) if isinstance(value, bool | str) else plain(Decimal(repr(value)))


def line_rows(lines: Sequence[Mapping[str, Any]], tags: Mapping[str, Tag]) -> list[LineRow]:
    return [
        LineRow(
            tags[line["tag"]],
            shown_value(tags[line["tag"]], line["expected"]) if "expected" in line else "",
            _exact(tags[line["tag"]], line["value"]),
        )
        for line in lines
    ]

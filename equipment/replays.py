"""Trying a mapping: the events that a tag would have made of the samples on record. Nothing is stored."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from equipment.collection.counters import Count, advance
from equipment.drivers.base import is_good
from equipment.models import MachineEvent, Sample, Tag
from equipment.status import TagRole
from mes.kernel.refusals import InvalidInput

Row = tuple[datetime, float | None, str | None, int]


class TooMuch(InvalidInput):
    """There are more samples than are looked at in one go."""


def replay(tag: Tag, since: datetime, until: datetime, *, most: int | None = None) -> Iterator[MachineEvent]:
    """The events of the tag, as it is mapped now, out of its samples from `since` to before `until`.

    A counter begins with the first sample; a handshake takes what belongs to it as it was last read by then. most:
    samples of one tag; above it raises TooMuch.
    """
    if tag.role == TagRole.COUNTER:
        yield from _counted(tag, _samples(tag, since, until, most))
    elif tag.role == TagRole.EVENT:
        yield from _raised(tag, since, until, most)


def _counted(tag: Tag, rows: list[Row]) -> Iterator[MachineEvent]:
    count: Count | None = None
    number = 0
    for at, value, _text, quality in rows:
        if value is None or not is_good(quality):
            continue
        before, raw = count, int(value)
        count = advance(before, raw, rollover=tag.rollover, reset_below=tag.reset_below)
        more = count.total - before.total if before and count else 0
        if more:
            number += 1
            yield _event(tag, number, at, more, {"raw": raw})


def _raised(tag: Tag, since: datetime, until: datetime, most: int | None) -> Iterator[MachineEvent]:
    fields = {one.field: _samples(one, since, until, most) for one in tag.fields.all()}
    times = {field: [row[0] for row in rows] for field, rows in fields.items()}
    shown, number = 0, 0
    for at, value, _text, quality in _samples(tag, since, until, most):
        if value is None or not is_good(quality) or int(value) in (0, shown):
            continue
        shown, number = int(value), number + 1
        content: dict[str, Any] = {"shown": shown}
        for field, rows in fields.items():
            if place := bisect_right(times[field], at):
                _at, read, text, _quality = rows[place - 1]
                content[field] = read if text is None else text
        quantity = content.get("quantity", 1)
        yield _event(tag, number, at, int(quantity) if isinstance(quantity, int | float) else 1, content)


def _event(tag: Tag, number: int, at: datetime, quantity: int, content: dict[str, Any]) -> MachineEvent:
    return MachineEvent(
        site_id=tag.site_id,
        station_id=tag.station_id,
        tag=tag,
        number=number,
        books=tag.books,
        at=at,
        quantity=quantity,
        content=content,
    )


def _samples(tag: Tag, since: datetime, until: datetime, most: int | None) -> list[Row]:
    found = Sample.objects.filter(series__tag=tag, at__gte=since, at__lt=until).order_by("at")
    rows = list(found.values_list("at", "value", "text", "quality")[: most and most + 1])
    if most and len(rows) > most:
        raise TooMuch(
            _("{tag} has more than {most} samples in this time.").format(tag=tag, most=most),
            do=_("Choose a shorter time, or run manage.py replay_tag."),
        )
    return rows

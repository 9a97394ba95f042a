"""Trying a mapping: the events, or the states, that would have come of the samples on record. Nothing is stored."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _

from equipment.collection.counters import Count, advance
from equipment.collection.state_building import NOT_KNOWN, Condition, StateBuilder, Term
from equipment.collection.times import microseconds
from equipment.drivers.base import Value, is_good
from equipment.machine_times import Spell
from equipment.models import MachineEvent, Sample, Station, Tag
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
    count = Count(None, 0)
    number = 0
    for at, value, _text, quality in rows:
        if value is None or not is_good(quality):
            continue
        before, raw = count, int(value)
        count = advance(before, raw, rollover=tag.rollover, reset_below=tag.reset_below)
        more = count.total - before.total
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


def replay_states(station: Station, since: datetime, until: datetime, *, most: int) -> list[Spell]:
    """The states that the station's conditions, as they are now, would have told of the samples of this time.

    Each begins with what was read in it; whether anybody watched meanwhile is for the caller to say. Raises TooMuch.
    """
    conditions, tags = [], set()
    for one in station.state_conditions.order_by("rank").prefetch_related("terms"):
        terms = tuple(Term(str(term.tag_id), term.comparison, term.value) for term in one.terms.all())
        tags |= {term.tag for term in terms}
        conditions.append(Condition(one.state, one.detail, terms))
    found = Sample.objects.filter(series__tag__in=tags, at__gte=since, at__lt=until).order_by("at")
    rows = list(found.values_list("at", "series__tag", "value", "quality")[: most + 1])
    if len(rows) > most:
        raise _too_much(station, most)
    builder, values = StateBuilder(conditions), dict[str, tuple[Value | None, int]]()
    told: list[Spell] = []
    for at, together in groupby(rows, key=itemgetter(0)):
        values |= {str(tag): (value, quality) for _at, tag, value, quality in together}
        if (change := builder.take(microseconds(at), values)) is not None:
            told = [*told[:-1], replace(told[-1], ends_at=at)] if told and told[-1].ends_at == until else told
            if change[1] != NOT_KNOWN:
                told.append(Spell(*change[1], at, until))
    return told


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
        raise _too_much(tag, most)
    return rows


def _too_much(whose: Tag | Station, most: int) -> TooMuch:
    return TooMuch(
        _("{whose} has more than {most} samples in this time.").format(whose=whose, most=most),
        do=_("Choose a shorter time."),
    )

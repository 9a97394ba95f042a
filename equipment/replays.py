"""Trying a mapping: the events, or the states, that would have come of the samples on record. Nothing is stored."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from equipment.collection.batches import Batch, Event
from equipment.collection.configuration import WatchedTag
from equipment.collection.handshakes import Handshake
from equipment.collection.signals import Counter
from equipment.collection.state_building import NOT_KNOWN, Condition, StateBuilder, Term
from equipment.collection.times import microseconds, moment
from equipment.drivers.base import Point, Sample, Value, ValueType
from equipment.machine_queries import connection_of_state, watched_between
from equipment.machine_times import Spell, spells
from equipment.models import MachineEvent, Station, Tag
from equipment.models import Sample as Stored
from equipment.status import Books, TagRole
from mes.kernel.refusals import InvalidInput

_FLOATS = (ValueType.FLOAT32, ValueType.FLOAT64)


class TooMuch(InvalidInput):
    """There are more samples than are looked at in one go."""


def replay(tag: Tag, since: datetime, until: datetime, *, most: int | None = None) -> Iterator[MachineEvent]:
    """The events of the tag, as it is mapped now, out of its samples from `since` to before `until`.

    By the collector's own counter and handshake, which begin with the first sample: a counter counts from there, a
    handshake takes what belongs to it as it was last read by then, scaled as it is on record. After a loss of the link
    it judges by that alone whether a number is the one before. Only samples of the present series tell anything. A
    counter that books nothing yet is tried as if it did. most: samples altogether; above it raises TooMuch.
    """
    if tag.role == TagRole.VALUE:
        return
    batch = Batch(str(tag.connection_id), 0)
    if tag.role == TagRole.EVENT:
        prefetch_related_objects([tag], "fields")
    tags = [tag, *(one for one in tag.fields.all() if one.is_active)] if tag.role == TagRole.EVENT else [tag]
    take = _taking([_watched(one) for one in tags], batch)
    for samples in _readings(tags, since, until, most):
        take(samples)
        for event in batch.events:
            yield _event(tag, event)
        batch.events.clear()


def _taking(tags: list[WatchedTag], batch: Batch) -> Callable[[dict[int, Sample]], object]:
    """How the first of the tags takes what was last read of all, by position; what it makes of it goes to the batch."""
    if tags[0].role == TagRole.COUNTER:
        counter = Counter(tags[0])
        return lambda now: counter.take("", *now[0][1:], batch)
    handshake = Handshake(tags[0], tags)

    def take(now: dict[int, Sample]) -> None:
        for _time in range(2):
            if 0 in now:
                handshake.take("", list(now.values()), *now[0][1:], batch)
            if not handshake.wants_look:
                return
            handshake.seen(None)  # what stood at the acknowledge address then, nobody knows

    return take


def _readings(tags: list[Tag], since: datetime, until: datetime, most: int | None) -> Iterator[dict[int, Sample]]:
    """What was last read of each tag, by its position, each time that anything of them was stored."""
    by_series = {tag.series.latest("version").pk: position for position, tag in enumerate(tags)}
    found = Stored.objects.filter(series__in=by_series, at__gte=since, at__lt=until).order_by("at")
    rows = list(found.values_list("at", "series", "value", "text", "quality")[: most and most + 1])
    if most and len(rows) > most:
        raise _too_much(tags[0], most)
    now: dict[int, Sample] = {}
    for at, together in groupby(rows, key=itemgetter(0)):
        for _at, series, number, text, quality in together:
            position = by_series[series]
            now[position] = position, microseconds(at), _as_read(tags[position], number, text), quality
        yield now


def _as_read(tag: Tag, number: float | None, text: str | None) -> Value | None:
    if number is None or tag.value_type in _FLOATS:
        return number if text is None else text
    return int(number) if number.is_integer() else number


def _watched(tag: Tag) -> WatchedTag:
    """The tag as its collector has it at the very beginning; what is on record of it is scaled already."""
    point = Point(tag.address, ValueType(tag.value_type))
    books_nothing = tag.role == TagRole.COUNTER and tag.books == Books.NOTHING
    return WatchedTag(
        key=str(tag.pk),
        code=tag.code,
        series=0,
        station=str(tag.station_id or tag.site_id),
        point=point,
        acknowledge=point,
        scale=1.0,
        offset=0.0,
        low=None,
        high=None,
        report=tag.report,
        deadband=tag.deadband,
        max_silence_s=tag.max_silence_s,
        role=tag.role,
        books=Books.PART_DONE if books_nothing else tag.books,
        rollover=tag.rollover,
        reset_below=tag.reset_below,
        most_per_minute=tag.most_per_minute,
        event=str(tag.event_id) if tag.event_id else None,
        field=tag.field,
        latest=None,
        counter=(None, 0, 0),
        source="",
    )


def _event(tag: Tag, made: Event) -> MachineEvent:
    return MachineEvent(
        site_id=tag.site_id,
        station_id=tag.station_id,
        tag=tag,
        number=made.number,
        books=tag.books,
        at=moment(made.at_us),
        quantity=made.quantity,
        content=made.content,
    )


def replay_states(station: Station, since: datetime, until: datetime, *, most: int | None = None) -> list[Spell]:
    """The states that the station's conditions, as they are now, would have told of the samples of this time.

    Each begins with what was read in it; what lies outside of what was watched is not known. Raises TooMuch.
    """
    told = list(_told(station, since, until, most))
    behind = connection_of_state([station.pk]).values()
    seen = [times for watched in watched_between(list(behind), since, until).values() for times in watched]
    return spells(told, seen, since, until)


def _told(station: Station, since: datetime, until: datetime, most: int | None) -> Iterator[Spell]:
    conditions, tags = [], set()
    for one in station.state_conditions.order_by("rank").prefetch_related("terms"):
        terms = tuple(Term(str(term.tag_id), term.comparison, term.value) for term in one.terms.all())
        tags |= {term.tag for term in terms}
        conditions.append(Condition(one.state, one.detail, terms))
    found = Stored.objects.filter(series__tag__in=tags, at__gte=since, at__lt=until).order_by("at")
    rows = list(found.values_list("at", "series__tag", "value", "quality")[: most and most + 1])
    if most and len(rows) > most:
        raise _too_much(station, most)
    builder, values = StateBuilder(conditions), dict[str, tuple[Value | None, int]]()
    last: Spell | None = None
    for at, together in groupby(rows, key=itemgetter(0)):
        values |= {str(tag): (value, quality) for _at, tag, value, quality in together}
        if (change := builder.take(microseconds(at), values)) is None:
            continue
        if last is not None:
            yield replace(last, ends_at=at)
        last = Spell(*change[1], at, until) if change[1] != NOT_KNOWN else None
    if last is not None:
        yield last


def _too_much(whose: Tag | Station, most: int) -> TooMuch:
    return TooMuch(
        _("{whose} has more than {most} samples in this time.").format(whose=whose, most=most),
        do=_("Choose a shorter time."),
    )

"""What must hold of tags of a connection together, once they are as somebody wants them; each alone: `Tag.clean`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from equipment.drivers import driver
from equipment.drivers.base import InvalidAddress
from equipment.models import StateTerm, Tag
from equipment.status import Books, TagRole


@dataclass(frozen=True)
class Before:
    """What a tag was until now. station: its code."""

    station: str | None
    is_active: bool

    @classmethod
    def of(cls, tag: Tag) -> "Before":
        return cls(tag.station.code if tag.station else None, tag.is_active)


@dataclass(frozen=True)
class Mistake:
    """Why a tag can't be so. column: of the tag."""

    tag: Tag
    column: str
    what: str
    do: str


def mistakes_among(tags: Iterable[Tag], changed: Mapping[UUID, Before | None]) -> Iterator[Mistake]:
    """What is wrong with those that are changed, among all tags of their connections.

    tags: as they are to be, each with its connection and station. changed: what those that are new (None) or changed
    were before, by key. One query.
    """
    tags = list(tags)
    telling = _telling([key for key, before in changed.items() if before is not None])
    for tag in tags:
        if (before := changed.get(tag.pk)) is not None:
            yield from _told_no_more(tag, before, telling.get(tag.pk, ()))
    yield from _counted_twice(tags, changed)


def _telling(tags: Collection[UUID]) -> Mapping[UUID, set[str]]:
    """The stations, by code, whose states these tags tell."""
    found: dict[UUID, set[str]] = defaultdict(set)
    terms = StateTerm.objects.filter(tag__in=tags) if tags else StateTerm.objects.none()
    for tag, station in terms.values_list("tag", "condition__station__code"):
        found[tag].add(station)
    return found


def _told_no_more(tag: Tag, before: Before, stations: Collection[str]) -> Iterator[Mistake]:
    do = _("Take it out of the state conditions first.")
    if before.is_active and not tag.is_active and stations:
        what = _("{tag} tells the state of {stations}, and can't be taken out of use.")
        yield Mistake(tag, "is_active", what.format(tag=tag, stations=", ".join(sorted(stations))), do)
    now = tag.station.code if tag.station else None
    if before.station in stations and now != before.station:
        what = _("{tag} tells the state of {station}, and can't move away from there.")
        yield Mistake(tag, "station", what.format(tag=tag, station=before.station), do)


def _counted_twice(tags: Iterable[Tag], changed: Mapping[UUID, Any]) -> Iterator[Mistake]:
    """Counters of a station that book what the same register counts. At another station it may well be meant."""
    at: dict[tuple[Any, ...], list[Tag]] = defaultdict(list)
    # What stays as it is comes first, so that what is changed is named.
    for tag in sorted(tags, key=lambda tag: (tag.pk in changed, tag.code)):
        if not (tag.is_active and tag.role == TagRole.COUNTER and tag.books != Books.NOTHING):
            continue
        try:
            places = driver(tag.connection.kind).places(tag.point)
        except (InvalidAddress, ValueError):
            continue  # said of the tag alone
        known = [at[tag.connection_id, tag.station_id, place] for place in places]
        other = next((one for there in known for one in there if tag.overlaps(one)), None)
        if other is None:
            for there in known:
                there.append(tag)
        elif tag.pk in changed:
            what = _("{tag} counts by the same register as {other}: each part would be booked twice.")
            do = _("Let one of them book nothing, or take it out of use.")
            yield Mistake(tag, "books", what.format(tag=tag, other=other), do)

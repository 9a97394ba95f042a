"""What the pages of machines and connections show, row by row."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from equipment.booking_accounts import why_may_not_book
from equipment.collection.doubts import BEFORE, DOUBT
from equipment.collection.handshakes import QUALITIES
from equipment.event_doubts import doubt_of
from equipment.machine_queries import (
    connection_of_state,
    connections_behind,
    latest_of,
    machines_of,
    states_between,
    watched_between,
)
from equipment.machine_times import NOT_KNOWN, Spell, Times, gaps, spells
from equipment.models import Connection, LatestValue, MachineEvent, Site, Station, Tag, WorkCenter
from equipment.qualities import quality_word
from equipment.replayed_defects import defects_named
from equipment.status import LinkState, MachineState, TagType
from equipment.trends import Trend
from mes.boards.machine_drawing import StateStrip, draw_states, state_word
from mes.kernel.refusals import Refusal

STRIP = timedelta(hours=8)
DAY = timedelta(hours=24)
# The marks of states: grey is normal, and only a machine that is down is an alarm.
_MARKS = {
    "RUNNING": {"state": "running"},
    "IDLE": {"state": "waiting"},
    "SETUP": {"state": "ready"},
    "STOPPED": {"state": "paused"},
    "DOWN": {"tone": "alarm", "letter": "D"},
    NOT_KNOWN: {"tone": "caution", "letter": "!"},
}
_LINKS = {
    LinkState.GOOD: {"state": "done"},
    LinkState.CONNECTING: {"state": "waiting"},
    LinkState.PAUSED: {"state": "paused"},
    LinkState.WAITING: {"tone": "caution", "letter": "!"},
    LinkState.LOST: {"tone": "caution", "letter": "!"},
    LinkState.REFUSED: {"tone": "alarm", "letter": "X"},
}


@dataclass(frozen=True)
class Mark:
    """A badge: state or tone with letter, and the word beside it."""

    word: str
    state: str = ""
    tone: str = ""
    letter: str = ""


def mark_of_state(spell: Spell) -> Mark:
    return Mark(state_word(spell.state, spell.detail), **_MARKS[spell.state])


def link_of(connection: Connection, at: datetime) -> LinkState:
    """How a connection stands; what a collector said that is gone counts for nothing."""
    lease = connection.lease
    state = LinkState(lease.state)
    if state != LinkState.PAUSED and (lease.expires_at is None or lease.expires_at < at):
        return LinkState.WAITING
    return state


def mark_of_link(connection: Connection, at: datetime) -> Mark:
    state = link_of(connection, at)
    return Mark(str(state.label), **_LINKS[state])


@dataclass(frozen=True)
class Link:
    """A connection that a station's tags are read from. seen, gaps: when it was watched, and when nobody did."""

    connection: Connection
    mark: Mark
    seen: Sequence[Times]
    gaps: Sequence[Times]
    at: datetime

    @property
    def is_down(self) -> bool:
        return bool(self.mark.tone)

    @property
    def why_not_booked(self) -> str:
        """Why what it tells can't be booked by its account, empty where it can."""
        return why_may_not_book(self.connection)

    @property
    def samples_a_second(self) -> float | None:
        """As a mean since its collector began."""
        lease = self.connection.lease
        watched_s = (self.at - lease.claimed_at).total_seconds() if lease.claimed_at else 0
        return lease.samples / watched_s if watched_s > 0 and not self.is_down else None

    @property
    def unwatched(self) -> timedelta:
        return sum((until - since for since, until in self.gaps), timedelta())


@dataclass(frozen=True)
class Machine:
    """A station with what its machine does. now: None where nothing tells its state."""

    station: Station
    now: Mark | None
    since: datetime | None
    strip: StateStrip | None
    spells: Sequence[Spell]
    links: Sequence[Link]

    @property
    def down(self) -> Spell | None:
        """The time for which it is down, where it is so now."""
        return self.spells[-1] if self.spells and self.spells[-1].state == MachineState.DOWN else None

    @property
    def lost(self) -> Sequence[Link]:
        """Its connections that tell nothing now."""
        return [link for link in self.links if link.is_down]


@dataclass(frozen=True)
class Wall:
    """A site whose machines can hang on a wall. centers: the work centers that have machines; none of an only one."""

    site: Site
    centers: Sequence[WorkCenter]


def walls(stations: Iterable[Station]) -> list[Wall]:
    """Which walls there are for these stations, in their order."""
    found: dict[UUID, tuple[Site, dict[UUID, WorkCenter]]] = {}
    for station in stations:
        _site, centers = found.setdefault(station.site_id, (station.site, {}))
        centers[station.work_center_id] = station.work_center
    return [Wall(site, list(centers.values()) if len(centers) > 1 else []) for site, centers in found.values()]


def machines(sites: Collection[UUID], at: datetime) -> list[Machine]:
    """All machines of the sites, with their last hours."""
    return describe(machines_of(sites), at, STRIP, every_h=1)


def describe(
    stations: Sequence[Station],
    at: datetime,
    length: timedelta,
    *,
    every_h: int,
    links: Mapping[UUID, Sequence[Link]] | None = None,
) -> list[Machine]:
    """The machines of these stations, with what they did in the time before `at`. links: where they are known."""
    keys, begin = [station.pk for station in stations], at - length
    links = links_of(keys, at, length) if links is None else links
    telling, told = connection_of_state(keys), states_between(keys, begin, at)
    found = []
    for station in stations:
        its = links.get(station.pk, ())
        if station.pk not in telling:
            found.append(Machine(station, None, None, None, [], its))
            continue
        seen = next((one.seen for one in its if one.connection.pk == telling[station.pk]), [])
        course = spells(told.get(station.pk, ()), seen, begin, at)
        strip = draw_states(course, begin, at, station.site, every_h)
        now = course[-1]
        since = now.begins_at if now.begins_at > begin else None
        found.append(Machine(station, mark_of_state(now), since, strip, course, its))
    return found


def links_of(stations: Collection[UUID], at: datetime, length: timedelta) -> dict[UUID, list[Link]]:
    """The connections of each station's tags, with when nobody watched them in the time before `at`."""
    behind, begin = connections_behind(stations), at - length
    seen = watched_between({one.pk for its in behind.values() for one in its}, begin, at)
    return {station: [_link(one, seen.get(one.pk, []), begin, at) for one in its] for station, its in behind.items()}


def _link(connection: Connection, seen: Sequence[Times], begin: datetime, at: datetime) -> Link:
    return Link(connection, mark_of_link(connection, at), seen, gaps(seen, begin, at), at)


@dataclass(frozen=True)
class ValueRow:
    """A tag with what it shows. quality: in words, empty where the value is good. is_shown: the trend is of it."""

    tag: Tag
    text: str
    at: datetime | None
    quality: str
    is_shown: bool = False


def value_rows(tags: Iterable[Tag], shown: Tag | None = None) -> list[ValueRow]:
    """What each tag shows. shown: that of which the trend is."""
    tags = list(tags)
    latest = latest_of(tags)
    return [replace(value_row(tag, latest.get(tag.pk)), is_shown=tag == shown) for tag in tags]


def value_row(tag: Tag, last: LatestValue | None) -> ValueRow:
    if last is None:
        return ValueRow(tag, "–", None, _("Never read yet"))
    return ValueRow(
        tag,
        shown_value(tag, last.value if last.text is None else last.text),
        last.at,
        quality_word(last.quality),
    )


def shown_value(tag: Tag, value: Any) -> str:
    """A value as a person reads it: yes and no, numbers without idle digits, no unit."""
    if value is None:
        return "–"
    if tag.value_type == TagType.BOOL:
        return str(_("yes") if value else _("no"))
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.6g}"


@dataclass(frozen=True)
class ReplayedEvent:
    """An event that a tag would have made. content: what comes with it, in words; defect: which one it would name;
    doubt: why it would not be booked by itself.
    """

    event: MachineEvent
    content: str
    defect: str
    doubt: Refusal | None


def replayed_rows(tag: Tag, events: Sequence[MachineEvent]) -> list[ReplayedEvent]:
    return [
        ReplayedEvent(event, ", ".join(_told(event.content)), defect, doubt_of(event))
        for event, defect in zip(events, defects_named(tag, events), strict=True)
    ]


def _told(content: Mapping[str, Any]) -> list[str]:
    return [_said(content, field) for field in sorted(content.keys() - {QUALITIES, DOUBT, BEFORE})]


def _said(content: Mapping[str, Any], field: str) -> str:
    """A field with what came in it, and how good that was where it was not good."""
    value, quality = content[field], content.get(QUALITIES, {}).get(field)
    said = f"{field} {value:g}" if isinstance(value, float) else f"{field} {value}"
    return said if quality is None else f"{said} ({quality_word(quality)})"


@dataclass(frozen=True)
class Summary:
    """A part of a trend's period in numbers."""

    begins_at: datetime
    least: str
    mean: str
    most: str
    samples: int
    good: int


def summaries(tag: Tag, trend: Trend, begin: datetime, end: datetime, parts: int = 12) -> list[Summary]:
    """The trend as a table: its period in so many parts, the last first; those without a sample are left out."""
    width = (end - begin) / parts
    found: Mapping[int, list[Any]] = {}
    for moment in trend.moments:
        found.setdefault(min(parts - 1, max(0, (moment.at - begin) // width)), []).append(moment)  # type: ignore[attr-defined]
    return [_summary(tag, begin + n * width, found[n]) for n in sorted(found, reverse=True)]


def _summary(tag: Tag, begins_at: datetime, moments: Sequence[Any]) -> Summary:
    means = [moment.mean for moment in moments if moment.mean is not None]
    least = min((one.least for one in moments if one.least is not None), default=None)
    most = max((one.most for one in moments if one.most is not None), default=None)
    mean = sum(means) / len(means) if means else None
    return Summary(
        begins_at,
        *(("–" if value is None else f"{value:.5g}") for value in (least, mean, most)),
        sum(moment.samples for moment in moments),
        sum(moment.good for moment in moments),
    )


@dataclass(frozen=True)
class Gap:
    since: datetime
    until: datetime | None  # None: it lasts
    length: timedelta
    reason: str


def gap_rows(connection: Connection, at: datetime, length: timedelta = DAY) -> list[Gap]:
    """When nobody watched the connection, the last first, with what its last observation ended by."""
    begin = at - length
    seen = watched_between([connection.pk], begin, at).get(connection.pk, [])
    reasons = dict(connection.observations.filter(seen_until__gt=begin - DAY).values_list("seen_until", "reason"))
    return [
        Gap(since, until if until < at else None, until - since, reasons.get(since, ""))
        for since, until in reversed(gaps(seen, begin, at))
    ]

"""What the pages of machines and connections show, row by row."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from equipment.drivers.base import Quality, is_good
from equipment.machine_queries import (
    connection_of_state,
    connections_behind,
    latest_of,
    machines_of,
    states_between,
    watched_between,
)
from equipment.machine_times import NOT_KNOWN, Spell, gaps, spells
from equipment.models import Connection, LatestValue, MachineEvent, Station, Tag
from equipment.status import LinkState, TagType
from equipment.trends import Trend
from mes.boards.machine_drawing import StateStrip, draw_states, state_word

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
class Machine:
    """A station with what its machine does. now: None where nothing tells its state."""

    station: Station
    now: Mark | None
    since: datetime | None
    strip: StateStrip | None
    spells: Sequence[Spell]
    links: Sequence[tuple[Connection, Mark]]


def machines(sites: Collection[UUID], at: datetime) -> list[Machine]:
    """All machines of the sites, with their last hours."""
    return describe(machines_of(sites), at, STRIP, every_h=1)


def describe(stations: Sequence[Station], at: datetime, length: timedelta, *, every_h: int) -> list[Machine]:
    """The machines of these stations, with what they did in the time before `at`."""
    keys, begin = [station.pk for station in stations], at - length
    behind, telling = connections_behind(keys), connection_of_state(keys)
    told, seen = states_between(keys, begin, at), watched_between(set(telling.values()), begin, at)
    found = []
    for station in stations:
        links = [(one, mark_of_link(one, at)) for one in behind.get(station.pk, ())]
        if station.pk not in telling:
            found.append(Machine(station, None, None, None, [], links))
            continue
        course = spells(told.get(station.pk, ()), seen.get(telling[station.pk], ()), begin, at)
        strip = draw_states(course, begin, at, station.site, every_h)
        now = course[-1]
        since = now.begins_at if now.begins_at > begin else None
        found.append(Machine(station, mark_of_state(now), since, strip, course, links))
    return found


@dataclass(frozen=True)
class ValueRow:
    """A tag with what it shows. quality: in words, empty where the value is good."""

    tag: Tag
    text: str
    at: datetime | None
    quality: str


_QUALITIES = {
    Quality.BAD: lambda: _("Bad"),
    Quality.BAD_CONFIGURATION: lambda: _("No such address, or not of this type"),
    Quality.BAD_NOT_CONNECTED: lambda: _("Not connected"),
    Quality.BAD_DEVICE_FAILURE: lambda: _("The machine can't tell"),
    Quality.BAD_SENSOR_FAILURE: lambda: _("The sensor gives no number"),
    Quality.BAD_COMMUNICATION: lambda: _("No whole answer"),
    Quality.BAD_OUT_OF_SERVICE: lambda: _("Paused: nobody reads it"),
    Quality.UNCERTAIN: lambda: _("Uncertain"),
    Quality.UNCERTAIN_LAST_USABLE: lambda: _("Uncertain: the last one that was usable"),
    Quality.UNCERTAIN_OUT_OF_RANGE: lambda: _("Out of the tag's range"),
    Quality.GOOD_CLOCK_OFF: lambda: _("The machine's clock is off: the time is that of receipt"),
}


def quality_word(quality: int) -> str:
    """What is to be said of a quality; nothing of a good one."""
    known = _QUALITIES.get(quality)  # type: ignore[call-overload]
    if known is not None:
        return str(known())
    return "" if is_good(quality) else _("Uncertain") if quality >= Quality.UNCERTAIN else _("Bad")


def value_rows(tags: Iterable[Tag]) -> list[ValueRow]:
    tags = list(tags)
    latest = latest_of(tags)
    return [value_row(tag, latest.get(tag.pk)) for tag in tags]


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
    """An event that a tag would have made. content: what comes with it, in words."""

    event: MachineEvent
    content: str


def replayed_rows(events: Iterable[MachineEvent]) -> list[ReplayedEvent]:
    return [
        ReplayedEvent(event, ", ".join(f"{field} {_plain(value)}" for field, value in sorted(event.content.items())))
        for event in events
    ]


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


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

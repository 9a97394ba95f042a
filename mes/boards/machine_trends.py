"""The trend on a machine's page: of which tag, over which time, drawn and in numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from equipment.machine_queries import series_of, series_then, watched_between
from equipment.machine_times import gaps
from equipment.models import Series, Site, Tag
from equipment.status import TagRole, TagType
from equipment.trend_drawing import Shown, draw_trend
from equipment.trends import trend_of
from mes.boards.machine_rows import summaries

_MOST = 300  # moments: more than that nobody sees in half a page
# What a trend is shown of: name in the address -> words, length.
PERIODS = {
    "10m": (_("10 min"), timedelta(minutes=10)),
    "1h": (_("1 hour"), timedelta(hours=1)),
    "8h": (_("8 hours"), timedelta(hours=8)),
    "24h": (_("24 hours"), timedelta(hours=24)),
    "7d": (_("7 days"), timedelta(days=7)),
}


@dataclass(frozen=True)
class Asked:
    """chosen: None where the station has no number. at: in the middle of the time; None: up to now."""

    chosen: Tag | None
    period: str
    at: datetime | None

    @classmethod
    def of(cls, tags: Sequence[Tag], code: str, period: str, at: str, site: Site, now: datetime) -> "Asked":
        """What the address asks for; what it says wrong is as if it said nothing."""
        numbers = [tag for tag in tags if tag.value_type != TagType.TEXT]
        chosen = next((tag for tag in numbers if tag.code == code), None) or min(numbers, key=_telling, default=None)
        return cls(chosen, period if period in PERIODS else "1h", _time(at, site, now))

    @property
    def at_text(self) -> str | None:
        return self.at.isoformat() if self.at else None

    def window(self, now: datetime) -> tuple[datetime, datetime]:
        length = PERIODS[self.period][1]
        end = min(now, self.at + length / 2) if self.at else now
        return end - length, end


@dataclass(frozen=True)
class Earlier:
    """What a tag was at other times: until another type or unit began; None: it is so still. at: to look at it."""

    series: Series
    until: datetime | None
    at: datetime | None


def trend_shown(asked: Asked, site: Site, now: datetime) -> dict[str, Any]:
    """What the trend's template needs."""
    begin, end = asked.window(now)
    after = end + (end - begin) / 2 if end < now else None  # the middle of the time that is half a length later
    context: dict[str, Any] = {
        "chosen": asked.chosen,
        "period": asked.period,
        "periods": [(key, words, key == asked.period) for key, (words, _length) in PERIODS.items()],
        "at": asked.at,
        "at_text": asked.at_text,
        "begin": begin,
        "end": end,
        "earlier": begin,
        "later": end if after and after < now else None,
    }
    if asked.chosen is None:
        return context
    connection = asked.chosen.connection_id
    every = [one for one in series_of(asked.chosen.pk) if one.value_type != TagType.TEXT]
    series = series_then(every, asked.at)
    seen = watched_between([connection], begin, end).get(connection, [])
    if series is None:
        return context
    context |= {"series": series, "others": _others(every, series, asked)}
    trend = trend_of(series.pk, begin, end, _MOST)
    drawing = draw_trend(trend, gaps(seen, begin, end), begin, end, site, Shown(asked.at) if asked.at else None)
    table = summaries(asked.chosen, trend, begin, end)
    return context | {"drawing": drawing, "table": table, "width_s": trend.width_s}


def _others(every: Sequence[Series], shown: Series, asked: Asked) -> list[Earlier]:
    """The series that are not shown, each with a time to look at it: the last before another one began."""
    half = PERIODS[asked.period][1] / 2
    ends = [None, *(one.began_at for one in every)]
    return [
        Earlier(one, end, max(end - half, one.began_at) if end else None)
        for one, end in zip(every, ends, strict=False)
        if one != shown
    ]


def _telling(tag: Tag) -> tuple[bool, ...]:
    """Least for the tag that says most of a machine: a measured value rather than a number or a bit."""
    is_measured = tag.value_type in (TagType.FLOAT32, TagType.FLOAT64)
    return (
        tag.role != TagRole.VALUE,
        not tag.quantity_unit,
        not is_measured,
        tag.event_id is not None,
        tag.value_type == TagType.BOOL,
    )


def _time(text: str, site: Site, now: datetime) -> datetime | None:
    """A time on the site's clock, not in the future."""
    try:
        given = datetime.fromisoformat(text)
        at = given.replace(tzinfo=site.zone) if given.tzinfo is None else given
        return min(at, now) if at > now - timedelta(days=3660) else None
    except (ValueError, OverflowError):
        return None

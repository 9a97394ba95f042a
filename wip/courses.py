"""The course of a tag around the moment at which a step took its value."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from equipment.machine_queries import watched_between
from equipment.machine_times import gaps
from equipment.models import Sample, Series, Tag
from equipment.status import TagRole
from equipment.trend_drawing import Drawing, Shown, draw_trend
from equipment.trends import trend_of
from mes.kernel.numbers import with_places
from wip.models import Reading

AROUND = timedelta(minutes=5)
_KEPT = timedelta(days=31)  # how far back what still stood is looked for
_MOST = 240  # moments in the picture


@dataclass(frozen=True)
class Course:
    """tag: None where the station has none of this code any more; sample: the one that was taken, or of a value that
    came with an event the one that told it; None where it is not kept any more.
    """

    reading: Reading
    begin: datetime
    end: datetime
    tag: Tag | None = None
    sample: Sample | None = None
    drawing: Drawing | None = None

    @property
    def sampled(self) -> str:
        """What the sample showed; empty where it is not kept."""
        if self.sample is None:
            return ""
        number = "–" if self.sample.value is None else f"{self.sample.value:.6g}"
        return self.sample.text or number


def reading_by_key(key: UUID, sites: Collection[UUID]) -> Reading | None:
    """A reading that was taken from a machine, of one of the sites."""
    found = Reading.objects.filter(pk=key, site__in=sites).exclude(machine_tag="")
    return found.select_related("site", "execution__unit", "by").first()


def course_of(reading: Reading, now: datetime) -> Course:
    """What the reading's tag showed five minutes before and after; rollups where its samples are gone."""
    at = reading.machine_at
    assert at is not None
    begin, end = at - AROUND, min(at + AROUND, max(now, at + timedelta(seconds=1)))
    series = _series_of(reading, at)
    if series is None:
        return Course(reading, begin, end)
    seen = watched_between([series.tag.connection_id], begin, end).get(series.tag.connection_id, [])
    sample = Sample.objects.filter(series=series, at=at).first()
    if sample is None and series.tag.code != reading.machine_tag:
        sample = _sample_of_event(reading, series, at)
    trend = trend_of(series.pk, begin, end, _MOST)
    drawing = draw_trend(trend, gaps(seen, begin, end), begin, end, reading.site, _shown(reading, at, sample))
    return Course(reading, begin, end, series.tag, sample, drawing)


def _series_of(reading: Reading, at: datetime) -> Series | None:
    """What the tag's samples belonged to then. A value that came with an event is that of the event's field."""
    named = Q(tag__code=reading.machine_tag) & ~Q(tag__role=TagRole.EVENT)
    fields = [f"step:{reading.step_code}", f"step:{reading.step_code}.{reading.sample}"]
    named |= Q(tag__event__code=reading.machine_tag, tag__field__in=fields)
    found = Series.objects.filter(named, tag__site=reading.site_id, tag__station__code=reading.station_code)
    versions = list(found.select_related("tag__connection", "tag__station__site").order_by("version"))
    return next((one for one in reversed(versions) if one.began_at <= at), versions[0] if versions else None)


def _sample_of_event(reading: Reading, series: Series, at: datetime) -> Sample | None:
    """The sample of a value that came with an event. It was read with the event, whose time is ours.

    Who tells of changes alone told it for itself, at the time of the machine's clock, which may be off by as much as is
    allowed; or long before, where it did not change.
    """
    samples, off = Sample.objects.filter(series=series), timedelta(seconds=series.tag.connection.clock_limit_s)
    told = samples.filter(_showing(reading), at__range=(at - off, at + off))
    nearest = min(told, key=lambda one: abs(one.at - at), default=None)
    return nearest or samples.filter(at__range=(at - _KEPT, at)).order_by("-at").first()


def _showing(reading: Reading) -> Q:
    """The samples with the value that was recorded, which has as many decimal places as its step."""
    if reading.number is None:
        return Q(text=reading.value)
    half = Decimal(5).scaleb(-reading.places - 1)
    return Q(value__range=(float(reading.number - half), float(reading.number + half)))


def _shown(reading: Reading, at: datetime, sample: Sample | None) -> Shown:
    value = reading.number if reading.number is not None else sample.value if sample else None
    limits = [
        (float(limit), with_places(limit, reading.places))
        for limit in (reading.lower, reading.upper)
        if limit is not None
    ]
    return Shown(at, None if value is None else float(value), reading.shown, not reading.is_within_limits, limits)

"""The machines' last day before the demo was loaded, as a collector has it on record.

What they did is told from what people did at their stations (`courses`). From there on it goes the collector's own way:
signals and states, one batch a connection, the flush. It is written in the epoch before the first claim, so a collector
takes over as it does from another one. People booked by hand in those days, and no station waited for its machine: no
event, no count and no command comes of this day.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import ceil
from random import Random
from uuid import UUID

from django.db import connection as database
from psycopg.conninfo import make_conninfo

from equipment.calendars.queries import timetable_of
from equipment.calendars.spans import shifts_between
from equipment.collection.batches import Batch, Span
from equipment.collection.configuration import Configuration, load
from equipment.collection.database import close, connect
from equipment.collection.flushing import Flusher
from equipment.collection.leases import UNCLAIMED
from equipment.collection.signals import Signals
from equipment.drivers import driver
from equipment.drivers.base import Quality, Value, ValueType
from equipment.interlocks import value_of
from equipment.models import Connection, Station, Tag
from mes.demo.machines import spans
from mes.demo.machines.courses import Booked, Day, Job, course_of
from mes.demo.machines.hands import does
from mes.demo.machines.plan import MACHINES, MachinePlan
from mes.demo.machines.program import ENABLE
from mes.demo.machines.testers import single
from mes.demo.shifts import TODAY
from wip.facts import values_in_force
from wip.models import OperationExecution
from wip.queries import planned
from wip.status import ExecutionStatus

LENGTH = timedelta(hours=24)
# When one of them could not be reached, until the day's end and for how long, and what its driver says then.
BREAKS = {"LATHE-110": (timedelta(hours=3), timedelta(minutes=6), "The machine closed the connection.")}
ENDED = "The collector was stopped."
_PLACE = {"host", "port", "user", "password", "dbname"}
_MICRO = 1_000_000
_JUST_S = 0.001  # by which a sum of seconds may be off


@dataclass(frozen=True)
class Watch:
    """A time in which a machine was watched, in seconds since 1970; why it ended, and what its values were then."""

    begin: int
    end: int
    reason: str
    quality: Quality


def write(*, at: datetime) -> int:
    """Write the day before `at`; returns how many samples that were. The task rolls them up, as all others.

    A connection that a collector has by now is left alone: it has no past.
    """
    known = {one.code: one.pk for one in Connection.objects.all()}
    return asyncio.run(_write({known[plan.code]: _day(plan, at) for plan in MACHINES if plan.code in known}))


async def _write(days: Mapping[UUID, Day]) -> int:
    """All of it in one transaction."""
    own = await connect(_url(), "the demo's past")
    try:
        batches = [_batch(await load(own, connection), day) for connection, day in days.items()]
        lost = await Flusher(own).flush(batches)
    finally:
        await close(own)
    return sum(batch.count for batch in batches if batch.connection not in lost)


def _url() -> str:
    """Of the database that Django is at."""
    given = database.get_connection_params()
    return make_conninfo("", **{name: given[name] for name in given.keys() & _PLACE})


# --- what people did


def _day(plan: MachinePlan, at: datetime) -> Day:
    station = Station.objects.select_related("work_center__site").get(code=plan.station)
    jobs, end = _jobs(plan, station, at), at.timestamp()
    begin = end - LENGTH.total_seconds()
    first = min([begin, *(job.begin for job in jobs)])
    timetable = timetable_of(station.work_center)
    shifts = shifts_between(timetable, datetime.fromtimestamp(first, UTC), at) if timetable else []
    hours = [(shift.begins_at.timestamp(), min(shift.ends_at.timestamp(), end)) for shift in shifts]
    hours = spans.widened(sorted([*hours, (end - TODAY.total_seconds(), end)]), 0)
    return Day(plan.code, begin, end, hours, jobs, Random(plan.code))  # noqa: S311 - the same demo each time


def _jobs(plan: MachinePlan, station: Station, at: datetime) -> list[Job]:
    """What went through the machine in that time, and the last before. Lots that ran together are one."""
    done = [ExecutionStatus.RUNNING, ExecutionStatus.COMPLETED]
    found = OperationExecution.objects.filter(station=station, status__in=done, started_at__lt=at)
    found = found.select_related("unit", "work_order")
    before = found.filter(completed_at__lte=at - LENGTH).order_by("-completed_at")
    during = found.exclude(completed_at__lte=at - LENGTH).order_by("started_at", "unit__serial")
    ours = [one for one in [*before[:1], *during] if does(plan, planned(one))]
    tags = {tag.code: tag for tag in station.tags.all()}
    together = {(one.started_at, one.completed_at): one for one in reversed(ours)}
    return [_job(one, tags) for one in reversed(together.values())]


def _job(one: OperationExecution, tags: Mapping[str, Tag]) -> Job:
    booked = one.events.exclude(good=0, scrap=0).filter(good__gte=0, scrap__gte=0).order_by("sequence")
    return Job(
        begin=one.started_at.timestamp(),
        end=one.completed_at.timestamp() if one.completed_at else None,
        serial=one.unit.serial,
        values={(reading.step_code, reading.sample): reading.value for reading in values_in_force([one.pk])},
        booked=[Booked(event.at.timestamp(), int(event.good), int(event.scrap)) for event in booked],
        recipe={line.tag: _written(tags[line.tag], line.value) for line in planned(one).setpoints},
    )


def _written(tag: Tag, text: str) -> Value:
    value: Value = value_of(tag, text)
    return single(value) if tag.value_type == ValueType.FLOAT32 and not isinstance(value, str) else value


# --- as a collector has it


def _batch(known: Configuration, day: Day) -> Batch:
    """All that there is to say of a connection. A counter is a value like others here, and so is an event's number."""
    known = replace(known, tags=tuple(replace(tag, role="VALUE", books="NOTHING", event=None) for tag in known.tags))
    is_polled = driver(known.kind).is_polled
    positions = {tag.code: place for place, tag in enumerate(known.tags)}
    period_ms = round(known.endpoint.period_s * 1000) if is_polled else None
    batch, signals = Batch(known.connection, UNCLAIMED, 1, period_ms), Signals(known, is_polled=is_polled)
    looks = Looks(known, day)
    for watch in _watches(day):
        since_us = watch.begin * _MICRO
        for slot, told in looks.during(watch):
            samples = [(positions[code], slot * _MICRO, value, Quality.GOOD) for code, value in told.items()]
            if samples:
                signals.take(samples, batch, since_us=since_us, until_us=slot * _MICRO)
            if not is_polled:
                signals.repeat(slot * _MICRO, batch)
        batch.spans.append(Span(since_us, watch.end * _MICRO, begins=True, ended=watch.reason))
        signals.lose(watch.end * _MICRO, watch.quality, batch)
    return batch


def _watches(day: Day) -> Iterator[Watch]:
    begin, end = ceil(day.begin), int(day.end)
    if day.machine in BREAKS:
        before, lasts, reason = BREAKS[day.machine]
        lost = end - int(before.total_seconds())
        yield Watch(begin, lost, reason, Quality.BAD_NOT_CONNECTED)
        begin = lost + int(lasts.total_seconds())
    yield Watch(begin, end, ENDED, Quality.BAD_OUT_OF_SERVICE)


class Looks:
    """The looks at a machine of which something is stored: what is new, or is to be told anew after a silence.

    A collector looks each second, and stores nothing of those that are left out here.
    """

    def __init__(self, known: Configuration, day: Day) -> None:
        self._is_polled = driver(known.kind).is_polled
        self._silence = {tag.code: tag.max_silence_s for tag in known.tags if tag.max_silence_s}
        self._changes: dict[int, dict[str, Value]] = {}
        for at, changed in course_of(day):
            self._changes.setdefault(ceil(at - _JUST_S), {}).update(changed)
        self._shown: dict[str, Value] = {tag.code: "" if tag.value_type == ValueType.TEXT else 0 for tag in known.tags}
        if ENABLE in self._shown:
            self._shown[ENABLE] = 1  # nobody had taken it away: no station waited for its machine then

    def during(self, watch: Watch) -> Iterator[tuple[int, Mapping[str, Value]]]:
        """(second, what is told then): of who is polled all that it shows, else what is new."""
        for slot, changed in self._changes.items():
            if slot <= watch.begin:
                self._shown |= changed
        yield watch.begin, self._shown
        told = dict.fromkeys(self._silence, watch.begin)
        coming = [(slot, changed) for slot, changed in self._changes.items() if watch.begin < slot <= watch.end]
        for slot, changed in [*coming, (watch.end, {})]:
            while told and (due := min(told[code] + self._silence[code] for code in told)) < slot:
                self._note(told, due)
                yield due, self._shown if self._is_polled else {}
            news = {code: value for code, value in changed.items() if self._shown[code] != value}
            if news:
                self._shown |= news
                self._note(told, slot, news)
                yield slot, self._shown if self._is_polled else news

    def _note(self, told: dict[str, int], slot: int, news: Collection[str] = ()) -> None:
        """These, and what is due by now, are told at this slot."""
        told |= {code: slot for code, last in told.items() if code in news or last + self._silence[code] <= slot}

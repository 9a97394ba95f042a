"""Acts on an execution: what one person did to it in one go, as it is taken back in one go.

Everything that a verb writes in one passage through the door bears its time and its person: that is an act. Keys are
made in order, so the latest act is the one with the latest row. One that was taken back counts no more, and what took
it back never did: so a second undo goes one act further back.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.utils.translation import gettext as _

from genealogy.models import Activity
from genealogy.status import ActivityKind
from mes.kernel.numbers import plain
from mes.kernel.personnel.models import Person
from wip.models import ExecutionEvent, OperationExecution, Reading
from wip.status import ExecutionEventKind

Row = ExecutionEvent | Reading | Activity


@dataclass
class Act:
    """One act. restores: of its readings that correct another, by key, the one that was in force before."""

    at: datetime
    by: Person
    events: list[ExecutionEvent] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    latest: dict[UUID, Reading] = field(default_factory=dict)
    restores: dict[UUID, Reading] = field(default_factory=dict)
    is_undone: bool = False
    is_undo: bool = False

    @property
    def key(self) -> UUID:
        """By which it is named: that of its last row."""
        return max(row.pk for row in chain(self.events, self.readings, self.activities))

    @property
    def event(self) -> ExecutionEvent | None:
        """What it did to the execution itself; None: it recorded values."""
        return self.events[0] if self.events else None

    @property
    def kind(self) -> str:
        return self.event.kind if self.event else "RECORDED"

    def of(self, kind: ActivityKind) -> list[Activity]:
        """What it did to units, of one kind."""
        return [one for one in self.activities if one.kind == kind]

    @property
    def words(self) -> str:
        """What was done, as a person says it."""
        event = self.event
        if event is None:
            steps = ", ".join(dict.fromkeys(reading.step_code for reading in self.readings))
            return _("recorded: {steps}").format(steps=steps)
        if event.kind == ExecutionEventKind.BOOKED:
            return _("booked: {good} good, {scrap} scrap").format(good=plain(event.good), scrap=plain(event.scrap))
        return event.get_kind_display()


def acts_on(execution: OperationExecution) -> list[Act]:
    """All acts on an execution, the first one first. Three statements."""
    return acts_on_each([execution])[execution.pk]


def acts_on_each(executions: Sequence[OperationExecution]) -> dict[UUID, list[Act]]:
    """The same of several executions, by key. Three statements for all of them."""
    keys = [one.pk for one in executions]
    events: dict[UUID, list[ExecutionEvent]] = {key: [] for key in keys}
    readings: dict[UUID, list[Reading]] = {key: [] for key in keys}
    activities: dict[UUID, list[Activity]] = {key: [] for key in keys}
    for event in ExecutionEvent.objects.filter(execution__in=keys).select_related("by"):
        events[event.execution_id].append(event)
    for reading in Reading.objects.filter(execution__in=keys).select_related("by").order_by("id"):
        readings[reading.execution_id].append(reading)
    for activity in Activity.objects.filter(execution__in=keys).select_related("by"):
        assert activity.execution is not None
        activities[activity.execution].append(activity)
    return {key: acts_of(events[key], readings[key], activities[key]) for key in keys}


def acts_of(events: Iterable[ExecutionEvent], readings: Iterable[Reading], activities: Iterable[Activity]) -> list[Act]:
    """The acts that all rows of one execution were written by, the first one first; its readings in order."""
    events = [event for event in events if event.kind != ExecutionEventKind.REDUCED]  # what other operations did to it
    undone = {one.reverses_id for one in chain(events, activities)} - {None}
    found: dict[tuple[datetime, UUID], Act] = {}
    for row in chain(events, readings, activities):
        act = found.setdefault((row.at, row.by_id), Act(row.at, row.by))
        {ExecutionEvent: act.events, Reading: act.readings, Activity: act.activities}[type(row)].append(row)
        act.is_undo |= takes_back(row)
        act.is_undone |= row.pk in undone
    _judge_readings(readings, {reading.pk: act for act in found.values() for reading in act.readings})
    return sorted(found.values(), key=lambda act: act.key)


def last_of(acts: Sequence[Act]) -> Act | None:
    """The last one that counts."""
    return next((act for act in reversed(acts) if not act.is_undone and not act.is_undo), None)


def takes_back(row: Row) -> bool:
    """Whether the row is there to take back another one."""
    return row.is_void if isinstance(row, Reading) else row.reverses_id is not None


def _judge_readings(readings: Iterable[Reading], act_of: dict[UUID, Act]) -> None:
    """Note which readings were taken back: what takes back does it to the last one of its place that counts."""
    counting: dict[tuple[str, int], list[Reading]] = defaultdict(list)
    latest: dict[tuple[str, int], Reading] = {}
    for reading in readings:
        place = reading.step_code, reading.sample
        latest[place] = reading
        if reading.is_void:
            act_of[counting[place].pop().pk].is_undone = True
        else:
            counting[place].append(reading)
    for place, kept in counting.items():
        for before, reading in zip([None, *kept], kept, strict=False):
            act = act_of[reading.pk]
            act.latest[reading.pk] = latest[place]
            if before is not None:
                act.restores[reading.pk] = before

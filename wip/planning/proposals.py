"""A proposal for the board, by the plainest heuristic there is: what the stations would do, each taking what is next.

List scheduling. Again and again, the station that can begin something first takes, of what may begin by then, what is
pinned there, else what its rule ranks first. It works on that to its end, breaks and closed time included; an operation
waits for those before it. Nothing is moved back to make room, nothing is split, alternates are not weighed: a person
sees why each bar is where it is. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from equipment.models import Station
from orders.models import WorkOrder
from orders.plans import OperationPlan
from wip.planning.bars import Key
from wip.planning.clocks import Clock
from wip.queues import Pin
from wip.ranks import Terms, rank


@dataclass(frozen=True)
class Task:
    """A job to be placed. ready_at: not before; after: the tasks of the board that come before it."""

    order: WorkOrder
    operation: OperationPlan
    quantity: Decimal
    terms: Terms
    ready_at: datetime
    after: tuple[Key, ...] = ()

    @property
    def key(self) -> Key:
        return (self.order.pk, self.operation.code)


@dataclass(frozen=True)
class Free:
    """A station, from when on it is free, the setup family of its last job until then, and what is pinned there."""

    station: Station
    since: datetime
    family: str = ""
    pins: Mapping[Key, Pin] = field(default_factory=dict)

    def rank(self, task: Task, ready_at: datetime, now: datetime) -> tuple[Any, ...]:
        """What to sort by, the least first. What is not here yet is ranked as it will have come."""
        pin = self.pins.get(task.key)
        terms = replace(task.terms, waits_since=task.terms.waits_since or ready_at)
        return (pin is None, pin.position if pin else 0, *rank(terms, self.station.rule, now=now, family=self.family))


class Placed(NamedTuple):
    """A task at a station from then to then. pin: what put it first there."""

    task: Task
    station: Station
    starts_at: datetime
    ends_at: datetime
    pin: Pin | None = None


def propose(
    tasks: Sequence[Task], free: Sequence[Free], clocks: Mapping[UUID, Clock], *, until: datetime
) -> list[Placed]:
    """Place what can begin before `until`, in the order in which it is placed."""
    found: list[Placed] = []
    ends: dict[Key, datetime] = {}
    waiting = {task.key: task for task in tasks}
    stations = {one.station.pk: one for one in free}
    while True:
        ready = [(_ready_at(task, ends), task) for task in waiting.values() if not waiting.keys() & set(task.after)]
        begins = [
            (max(one.since, at), one.station.code, one, at) for one in stations.values() for at in _first(one, ready)
        ]
        if not begins:
            return found
        moment, _code, one, _at = min(begins, key=lambda each: each[:2])
        station = one.station
        starts_at = clocks[station.work_center_id].open_from(moment)
        if starts_at >= until:
            return found
        could = [
            (one.rank(task, at, starts_at), task) for at, task in ready if at <= starts_at and _fits(task, station)
        ]
        _rank, task = min(could, key=itemgetter(0))
        ends_at = clocks[station.work_center_id].end(starts_at, task.terms.work_s)
        found.append(Placed(task, station, starts_at, ends_at, one.pins.get(task.key)))
        ends[task.key] = ends_at
        del waiting[task.key]
        stations[station.pk] = replace(one, since=ends_at, family=task.operation.setup_family)


def _first(one: Free, ready: Sequence[tuple[datetime, Task]]) -> list[datetime]:
    """When the first task for this station may begin; empty when there is none."""
    return sorted(at for at, task in ready if _fits(task, one.station))[:1]


def _ready_at(task: Task, ends: Mapping[Key, datetime]) -> datetime:
    return max([task.ready_at, *(ends[key] for key in task.after if key in ends)])


def _fits(task: Task, station: Station) -> bool:
    return task.operation.station_class_id == station.station_class_id

"""Since when a unit waits at an operation: what the first in, first out rule ranks by.

Found from the record, so that it is the same however often the rows of queues are made anew: a unit waits since the
last of what comes before was over, or had let enough of it go on; since it came to the floor where nothing comes
before; sent back, since that was decided, and through a rework routing, since it came back from there.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from django.db.models import Q

from genealogy.models import Unit
from genealogy.queries import first_of_family, plan_for
from orders.plans import OperationPlan
from wip.models import ExecutionEvent, OperationExecution, Rework
from wip.status import ExecutionEventKind
from wip.ways import Way

Bookings = Sequence[tuple[datetime, Decimal]]


@dataclass(frozen=True)
class Arrivals:
    """When a unit in process came to what comes next on it.

    executions: those that count, and those that rework set aside, with it. began: when the unit came to the floor, a
    part with its lot. bookings: of executions that let parts of a lot go on, what was added to their good, and when.
    """

    unit: Unit
    way: Way
    executions: Sequence[OperationExecution]
    began: datetime
    bookings: Mapping[UUID, Bookings] = field(default_factory=dict)

    @property
    def waiting(self) -> dict[str, datetime | None]:
        """What comes next, by code: since when it waits; None: not yet."""
        return {code: self._since(code) if is_ready else None for code, is_ready in self.way.openings.items()}

    def _since(self, code: str) -> datetime:
        operation = self.way.plan.operation(code)
        assert operation is not None, "a way is made of its plan's operations"
        return max([self.began, *self._let_go(operation), *self._sent_back(code)])

    def _let_go(self, operation: OperationPlan) -> Iterator[datetime]:
        """When what comes before let the unit go on: its end, so much good, or that an alternate of it began."""
        for code in operation.predecessors:
            if code in self.way.current:
                yield self._reached(self.way.current[code], operation.edge(code).transfer_quantity)
            elif code in self.way.off:
                yield from self._choices

    def _reached(self, execution: OperationExecution, quantity: Decimal | None) -> datetime:
        """When so much of an execution was good, else its end; what was taken back again did not reach it."""
        total, reached = Decimal(0), execution.completed_at
        for at, good in self.bookings.get(execution.pk, ()) if quantity is not None else ():
            before, total = total, total + good
            if total < quantity:
                reached = execution.completed_at
            elif before < quantity:
                reached = at
        assert reached is not None, "what runs has let enough go on"
        return reached

    @cached_property
    def _choices(self) -> list[datetime]:
        """When alternates were chosen: what leads elsewhere is not waited for from then on."""
        its = ((self.way.plan.operation(code), one) for code, one in self.way.current.items())
        return [one.started_at for operation, one in its if operation is not None and operation.alternate_group]

    def _sent_back(self, code: str) -> Iterator[datetime]:
        """When the unit was sent back to an operation; when it came back from a rework routing, to any."""
        for rework, codes in self._reworks.items():
            if rework.plan_id is not None and rework.plan_id == self.unit.rework_plan_id:
                yield rework.decided_at
            else:
                if code in codes:
                    yield rework.decided_at
                yield from self._ends_by(rework.plan_id)

    @cached_property
    def _reworks(self) -> dict[Rework, set[str]]:
        """What set something of the unit aside, and that by code."""
        found: dict[Rework, set[str]] = defaultdict(set)
        for one in self.executions:
            if one.set_aside_by is not None:
                found[one.set_aside_by].add(one.operation_code)
        return found

    def _ends_by(self, plan: str | None) -> Iterator[datetime]:
        """The ends of what was done by a rework routing."""
        for one in self.way.current.values():
            if plan is not None and one.plan_id == plan and one.completed_at is not None:
                yield one.completed_at


def arrivals_of(units: Sequence[Unit]) -> list[Arrivals]:
    """The arrivals of units in process, each with its order.

    One statement for a thousand; one more where parts of lots may go on, and one for the first lots of parts.
    """
    its: dict[UUID, list[OperationExecution]] = defaultdict(list)
    told = Q(is_current=True) | Q(set_aside_by__isnull=False)
    for execution in OperationExecution.objects.filter(told, unit__in=units).select_related("set_aside_by"):
        its[execution.unit_id].append(execution)
    ways = {unit.pk: Way.of(plan_for(unit), its[unit.pk]) for unit in units}
    bookings, began = _bookings_of(ways.values()), _began(units)
    return [Arrivals(unit, ways[unit.pk], its[unit.pk], began[unit.pk], bookings) for unit in units]


def _bookings_of(ways: Collection[Way]) -> dict[UUID, list[tuple[datetime, Decimal]]]:
    """What was added to the good of executions that let parts go on; not what was split off since, or merged in."""
    let_go = [execution.pk for way in ways for execution in _letting_go(way)]
    found: dict[UUID, list[tuple[datetime, Decimal]]] = defaultdict(list)
    if let_go:
        events = ExecutionEvent.objects.filter(execution__in=let_go).order_by("sequence")
        counting = events.exclude(kind__in=(ExecutionEventKind.SPLIT, ExecutionEventKind.MERGED))
        for key, at, good in counting.values_list("execution", "at", "good"):
            found[key].append((at, good))
    return found


def _letting_go(way: Way) -> Iterator[OperationExecution]:
    for code, is_ready in way.openings.items():
        operation = way.plan.operation(code)
        for edge in operation.edges if operation is not None and is_ready else ():
            if edge.transfer_quantity is not None and edge.before in way.current:
                yield way.current[edge.before]


def _began(units: Sequence[Unit]) -> dict[UUID, datetime]:
    """When each unit came to the floor: a part of a lot when its first lot did. No statement where that is known."""
    firsts = {unit.pk: first_of_family(unit) for unit in units}
    known = {unit.serial: unit.created_at for unit in units}
    if unknown := set(firsts.values()) - known.keys():
        known |= dict(Unit.objects.filter(serial__in=unknown).values_list("serial", "created_at"))
    return {key: known[serial] for key, serial in firsts.items()}

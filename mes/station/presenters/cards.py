"""The cards of a station's queue: what can be taken, why it comes in this order, and what blocks the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from equipment.models import Site
from mes.kernel.gates import Verdict
from wip.crews import Crew, paused_in_words
from wip.models import OperationExecution
from wip.queries import planned
from wip.queues import Candidate, Pin, Slot, Waiting, counted

CARDS = 8  # cards on a page without scrolling, two rows of four; each has a digit


@dataclass(frozen=True)
class Card:
    """One card. digit: its key. note: why it stands here, or what is in the way and who lifts it.

    pin: who put it to the front; slot: when it is planned.
    """

    kind: str  # running, ready, blocked
    digit: int
    unit: str
    operation_code: str
    operation_name: str
    order: str
    due_at: datetime
    note: str
    verdict: Verdict | None = None
    execution: OperationExecution | None = None
    is_paused: bool = False
    is_optional: bool = False
    pin: Pin | None = None
    slot: Slot | None = None


@dataclass(frozen=True)
class Queue:
    """What the queue page shows, counts as `counted` writes them. more: what could be taken beyond the cards shown."""

    open: list[Card]
    blocked: list[Card]
    ready_count: str
    blocked_count: str
    more: str

    @property
    def first(self) -> Card | None:
        return self.open[0] if self.open else None


def queue_of(
    running: Sequence[OperationExecution], waiting: Waiting, person: object, crews: Mapping[UUID, Crew], site: Site
) -> Queue:
    """Lay the cards: what runs here first, then the ready ones by rank; the blocked ones in a row of their own.

    crews: who is on each of what runs.
    """
    running = _once_a_batch(running)
    row, ready, blocked = CARDS // 2, waiting.ready, waiting.blocked
    shut = blocked[:row] if running or ready else blocked[:CARDS]
    slots = CARDS - (row if shut else 0)
    mine = sorted(running, key=lambda execution: execution.worked_by_id != getattr(person, "pk", None))[:slots]
    taken = ready[: slots - len(mine)]
    cards = [_running(execution, digit, person, crews[execution.pk], site) for digit, execution in enumerate(mine, 1)]
    cards += [
        _waiting(candidate, digit, "ready", _why_here(candidate))
        for digit, candidate in enumerate(taken, len(cards) + 1)
    ]
    stopped = [
        _waiting(candidate, digit, "blocked", _way_out(candidate.blockers[0]))
        for digit, candidate in enumerate(shut, slots + 1 if cards else 1)
    ]
    unseen = len(running) - len(cards)
    more = counted(waiting.ready_count, unseen) if waiting.ready_count + unseen else ""
    return Queue(cards, stopped, counted(waiting.ready_count), counted(waiting.blocked_count), more)


def _why_here(candidate: Candidate) -> str:
    """The terms of its rank, in words; of what is pinned, who says so and why."""
    if candidate.pin is None:
        return capfirst(candidate.why)
    return _("{person}: {reason}").format(person=candidate.pin.by, reason=candidate.pin.reason)


def _way_out(verdict: Verdict) -> str:
    return verdict.why or verdict.do


def _once_a_batch(running: Sequence[OperationExecution]) -> list[OperationExecution]:
    """Of what runs together one stands for all."""
    return list({execution.batch_id or execution.pk: execution for execution in reversed(running)}.values())[::-1]


def _running(execution: OperationExecution, digit: int, person: object, crew: Crew, site: Site) -> Card:
    operation = planned(execution)
    is_mine = execution.worked_by_id == getattr(person, "pk", None)
    others = [str(span.person) for span in crew.on if span.person_id != getattr(person, "pk", None)]
    if crew.is_paused:
        note = paused_in_words(crew, site)
    elif len(others) < len(crew.on) and others:
        note = _("Go on with it, with {people}").format(people=", ".join(others))
    elif is_mine:
        note = _("Go on with it")
    else:
        people = ", ".join(others) or str(execution.worked_by)
        note = _("{person} has it: open to join or take over").format(person=people)
    order = execution.work_order
    return Card(
        "running",
        digit,
        execution.unit.serial,
        operation.code,
        operation.name,
        order.erp_reference,
        order.due_at,
        note,
        execution=execution,
        is_paused=crew.is_paused,
    )


def _waiting(candidate: Candidate, digit: int, kind: str, note: str) -> Card:
    job = candidate.job
    return Card(
        kind,
        digit,
        job.unit.serial,
        job.operation.code,
        job.operation.name,
        job.order.erp_reference,
        job.order.due_at,
        note,
        verdict=candidate.blockers[0] if candidate.blockers else None,
        is_optional=job.operation.is_optional,
        pin=candidate.pin,
        slot=candidate.slot,
    )

"""The cards of a station's queue: what can be taken, why it comes in this order, and what blocks the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from mes.kernel.gates import Verdict
from orders.models import WorkOrder
from wip.models import OperationExecution
from wip.queries import planned
from wip.queues import Candidate, Waiting

CARDS = 8  # cards on a page without scrolling, two rows of four; each has a digit


@dataclass(frozen=True)
class Card:
    """One card. digit: its key. note: why it stands here, or what is in the way and who lifts it."""

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
    is_optional: bool = False


@dataclass(frozen=True)
class Queue:
    """What the queue page shows. more: how many could be taken beyond the cards shown."""

    open: list[Card]
    blocked: list[Card]
    ready_count: int
    blocked_count: int
    more: int

    @property
    def first(self) -> Card | None:
        return self.open[0] if self.open else None


def queue_of(running: Sequence[OperationExecution], waiting: Waiting, person: object) -> Queue:
    """Lay the cards: what runs here first, then the ready ones by rank; the blocked ones in a row of their own."""
    row, ready, blocked = CARDS // 2, waiting.ready, waiting.blocked
    shut = blocked[:row] if running or ready else blocked[:CARDS]
    slots = CARDS - (row if shut else 0)
    mine = sorted(running, key=lambda execution: execution.worked_by_id != getattr(person, "pk", None))[:slots]
    taken = ready[: slots - len(mine)]
    cards = [_running(execution, digit, person) for digit, execution in enumerate(mine, 1)]
    reasons = rank_reasons([candidate.job.order for candidate in ready])
    cards += [
        _waiting(candidate, digit, "ready", reason)
        for digit, (candidate, reason) in enumerate(zip(taken, reasons, strict=False), len(cards) + 1)
    ]
    stopped = [
        _waiting(candidate, digit, "blocked", _way_out(candidate.blockers[0]))
        for digit, candidate in enumerate(shut, slots + 1 if cards else 1)
    ]
    more = len(running) + waiting.ready_count - len(cards)
    return Queue(cards, stopped, waiting.ready_count, waiting.blocked_count, more)


def rank_reasons(orders: Sequence[WorkOrder]) -> list[str]:
    """Why each unit stands where it does, given the orders of the units by rank."""
    reasons = []
    for index, order in enumerate(orders):
        if index and orders[index - 1].pk == order.pk:
            reasons.append(_("Same order as the one before"))
            continue
        later = next((other for other in orders[index:] if other.pk != order.pk), None)
        said = _("Then: {reason}") if index else _("First: {reason}")
        reasons.append(said.format(reason=_advantage(order, later)))
    return reasons


def _advantage(order: WorkOrder, later: WorkOrder | None) -> str:
    if later is None or order.priority < later.priority:
        return _("priority {priority}").format(priority=order.priority)
    if order.due_at < later.due_at:
        return _("order due sooner")
    return _("same rank, lower order number")


def _way_out(verdict: Verdict) -> str:
    return verdict.why or verdict.do


def _running(execution: OperationExecution, digit: int, person: object) -> Card:
    operation = planned(execution)
    is_mine = execution.worked_by_id == getattr(person, "pk", None)
    note = (
        _("Go on with it") if is_mine else _("{person} has it: open to take it over").format(person=execution.worked_by)
    )
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
    )

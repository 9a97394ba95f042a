"""A batch as its page shows it: its units, what was recorded once for all of them, and what of its time each has."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from mes.boards.readings import Line, Table, arranged
from mes.kernel.audit.models import Signature
from mes.kernel.personnel.models import Person
from orders.plans import OperationPlan
from wip.acts import Act, acts_on
from wip.labor import machine_seconds
from wip.models import Batch, OperationExecution
from wip.overview import readings_of
from wip.queries import planned
from wip.timesheets import Entry, labor_on
from wip.undoing import are_last, offered, void_signatures


@dataclass(frozen=True)
class Member:
    """A unit of a batch. machine: its part of the run's time, by quantity; labor: of everybody's time on the batch."""

    execution: OperationExecution
    machine: timedelta
    labor: timedelta


@dataclass(frozen=True)
class BatchRecord:
    """people: their spans on the first unit; of the batch each counts what it counts on all units together.

    undo: what its reader may take back.
    """

    batch: Batch
    operation: OperationPlan
    members: Sequence[Member]
    lines: Sequence[Line]
    tables: Sequence[Table]
    people: Sequence[tuple[Entry, timedelta]]
    signatures: Sequence[Signature]
    void_signatures: Set[UUID]
    lasted: timedelta
    undo: Act | None

    @property
    def quantity(self) -> Decimal:
        return sum((one.execution.quantity for one in self.members), Decimal(0))

    @property
    def labor(self) -> timedelta:
        return sum((one.labor for one in self.members), timedelta())


def read(batch: Batch, person: Person, *, now: datetime) -> BatchRecord:
    """The record of a batch that comes with its members, for who looks at it."""
    executions: list[OperationExecution] = batch.members  # type: ignore[attr-defined]  # prefetched
    lead, ended = executions[0], batch.completed_at or now
    spent = labor_on([one.pk for one in executions], now=now)
    whole = sum((one.quantity for one in executions), Decimal(0))
    members = []
    for one in executions:
        seconds = machine_seconds(batch.started_at, ended, quantity=one.quantity, batch_quantity=whole)
        labor = sum((entry.counts for entry in spent.get(one.pk, ())), timedelta())
        members.append(Member(one, timedelta(seconds=float(seconds)), labor))
    lines, tables = arranged(planned(lead), readings_of([lead]).get(lead.pk, []))
    acts = acts_on(lead)
    signed = Signature.objects.filter(record_table="wip_batch", record=batch.pk).select_related("signed_by")
    return BatchRecord(
        batch=batch,
        operation=planned(lead),
        members=members,
        lines=lines,
        tables=tables,
        people=_together(spent[lead.pk], [entry for its in spent.values() for entry in its]) if spent else [],
        signatures=(found := list(signed.order_by("signed_at"))),
        void_signatures=_void(batch, acts, found),
        lasted=ended - batch.started_at,
        undo=offered(acts, person) if are_last(executions) else None,
    )


def _void(batch: Batch, acts: Sequence[Act], signed: Sequence[Signature]) -> set[UUID]:
    """Of the batch's signatures those whose act was taken back."""
    void = void_signatures({batch.pk: acts})
    return {one.pk for one in signed if (one.record, one.signed_at) in void}


def _together(first: Sequence[Entry], every: Sequence[Entry]) -> list[tuple[Entry, timedelta]]:
    """Each span of the first unit with what it counts on all: who is on one unit is on all of them."""
    return [
        (
            entry,
            sum(
                (
                    one.counts
                    for one in every
                    if (one.span.person_id, one.span.began_at) == (entry.span.person_id, entry.span.began_at)
                ),
                timedelta(),
            ),
        )
        for entry in first
    ]

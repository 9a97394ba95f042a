"""A redline of the demo plant: the valves that are on the line are looked at once more before their test."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from orders.actions import redlines as drafting
from orders.actions import revisions
from orders.content import digest_of
from orders.models import Operation, Step, StepKind, WorkOrder
from wip.actions import redlines

if TYPE_CHECKING:
    from mes.demo.history import History

ORDER, OPERATION = "WO-30002", "40"
REASON = "Complaint 0117: the seat of two valves was scratched"


def schedule_redline(history: "History", order: WorkOrder) -> None:
    """An engineer drafts and approves it, quality releases it and puts it into effect: an hour ago."""
    at = history.now - timedelta(minutes=60)
    engineer, quality = history.people["engineer"], history.people["quality"]
    history.add(at, lambda at: _draft(order, engineer, at))
    history.add(at + timedelta(minutes=9), lambda at: _put_into_effect(order, quality, at))


def _draft(order: WorkOrder, by: Person, at: datetime) -> None:
    with open_door(person=by, at=at, reason=REASON):
        draft = drafting.draft(order=order, reason=REASON, by=by, at=at)
        Step.objects.create(
            operation=Operation.objects.get(routing_revision=draft, code=OPERATION),
            position=5,
            code="SEAT",
            kind=StepKind.CHECK,
            name="Seat without scratches",
            instruction="Look at the seat under the lamp before the valve is tested.",
        )
    with open_door(person=by, at=at, reason=REASON):
        signing = Signing(by, Meaning.APPROVED, digest_of(draft))
        revisions.approve(revision=draft, signing=signing, by=by, at=at)


def _put_into_effect(order: WorkOrder, by: Person, at: datetime) -> None:
    draft = order.redlines.get()
    with open_door(person=by, at=at, reason=REASON):
        revisions.release(revision=draft, signing=Signing(by, Meaning.RELEASED, digest_of(draft)), by=by, at=at)
    with open_door(person=by, at=at, reason=REASON):
        redlines.apply(order=order, revision=draft, by=by, at=at)

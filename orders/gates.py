from collections.abc import Sequence
from typing import Any, Protocol

from django.utils.translation import gettext as _

from mes.kernel.gates import Facts, Hook, Verdict, gate
from orders.models import InstructionConfirmation, WorkOrder
from orders.plans import InstructionPlan, OperationPlan


class OfOrder(Protocol):
    order: WorkOrder


class ByInstruction(Protocol):
    operation: OperationPlan
    person: Any


def order(subjects: Sequence[OfOrder]) -> list[WorkOrder]:
    """The order of each subject."""
    return [subject.order for subject in subjects]


def unread_instruction(subjects: Sequence[ByInstruction]) -> list[InstructionPlan | None]:
    """The instruction that each person has yet to confirm; one query, none where no operation asks for it."""
    asked = [_to_confirm(subject) for subject in subjects]
    wanted = {
        (plan.revision_id, subject.person.pk)
        for subject, plan in zip(subjects, asked, strict=True)
        if plan is not None and subject.person is not None
    }
    if not wanted:
        return [None] * len(subjects)
    found = InstructionConfirmation.objects.filter(
        instruction_revision__in={revision for revision, _ in wanted}, by__in={person for _, person in wanted}
    )
    read = set(found.values_list("instruction_revision_id", "by_id"))
    return [
        None if plan is None or subject.person is None or (plan.revision_id, subject.person.pk) in read else plan
        for subject, plan in zip(subjects, asked, strict=True)
    ]


def _to_confirm(subject: ByInstruction) -> InstructionPlan | None:
    plan = subject.operation.instruction
    return plan if plan is not None and plan.must_confirm else None


@gate(*Hook, needs=[order])
def order_released(facts: Facts) -> Verdict | None:
    """The order is released and not completed."""
    known = facts[order]
    if known.is_open_for_work:
        return None
    return Verdict(
        "ORDER_NOT_RELEASED",
        _("Order {order} is {status}.").format(order=known.erp_reference, status=known.get_status_display().lower()),
        do=_("Ask the supervisor to release it.") if known.status == "DRAFT" else _("Take another unit."),
        tone="caution",
        evidence={"order": known.erp_reference, "status": known.status},
    )


@gate(Hook.START, Hook.TAKE_OVER, needs=[unread_instruction])
def instruction_read(facts: Facts) -> Verdict | None:
    """The person has read the instruction that the order pins, and confirmed it, where the operation asks for that."""
    unread = facts[unread_instruction]
    if unread is None:
        return None
    return Verdict(
        "INSTRUCTION_NOT_READ",
        _("You have not confirmed {code} {name}, revision {number}.").format(
            code=unread.code, name=unread.name, number=unread.number
        ),
        _("It is new to you: who does the operation has read it."),
        _("Read it here and confirm."),
        tone="caution",
        evidence={"instruction": unread.code, "revision": unread.number, "id": str(unread.revision_id)},
    )

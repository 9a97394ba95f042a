from collections.abc import Sequence
from typing import Protocol

from mes.kernel.gates import Facts, Hook, Verdict, gate
from orders.models import WorkOrder


class OfOrder(Protocol):
    order: WorkOrder


def order(subjects: Sequence[OfOrder]) -> list[WorkOrder]:
    """The order of each subject."""
    return [subject.order for subject in subjects]


@gate(*Hook, needs=[order])
def order_released(facts: Facts) -> Verdict | None:
    """The order is released and not completed."""
    known = facts[order]
    if known.is_open_for_work:
        return None
    return Verdict(
        "ORDER_NOT_RELEASED",
        f"Order {known.erp_reference} is {known.get_status_display().lower()}.",
        do="Ask the supervisor to release it." if known.status == "DRAFT" else "Take another unit.",
        tone="caution",
        evidence={"order": known.erp_reference, "status": known.status},
    )

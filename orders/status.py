from django.db import models

from mes.kernel.transitions import Transitions


class RevisionStatus(models.TextChoices):
    DRAFT = "DRAFT", "Draft"
    APPROVED = "APPROVED", "Approved"
    RELEASED = "RELEASED", "Released"
    OBSOLETE = "OBSOLETE", "Obsolete"


REVISION = Transitions(
    "revision",
    {
        (None, "draft"): RevisionStatus.DRAFT,
        (RevisionStatus.DRAFT, "approve"): RevisionStatus.APPROVED,
        (RevisionStatus.APPROVED, "send_back"): RevisionStatus.DRAFT,
        (RevisionStatus.APPROVED, "release"): RevisionStatus.RELEASED,
        (RevisionStatus.RELEASED, "retire"): RevisionStatus.OBSOLETE,
    },
)


class OrderStatus(models.TextChoices):
    """A hold is a row beside the order, not one of these."""

    DRAFT = "DRAFT", "Draft"
    RELEASED = "RELEASED", "Released"
    RUNNING = "RUNNING", "Running"
    COMPLETED = "COMPLETED", "Completed"


ORDER = Transitions(
    "order",
    {
        (None, "create"): OrderStatus.DRAFT,
        (OrderStatus.DRAFT, "release"): OrderStatus.RELEASED,
        (OrderStatus.RELEASED, "begin"): OrderStatus.RUNNING,
        (OrderStatus.RUNNING, "complete"): OrderStatus.COMPLETED,
    },
)

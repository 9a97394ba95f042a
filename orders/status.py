from django.db import models
from django.utils.translation import gettext_lazy as _

from mes.kernel.transitions import Transitions


class RevisionStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    APPROVED = "APPROVED", _("Approved")
    RELEASED = "RELEASED", _("Released")
    OBSOLETE = "OBSOLETE", _("Obsolete")


# What people work by: orders that pinned a revision of an instruction go on with an obsolete one.
READABLE = (RevisionStatus.RELEASED, RevisionStatus.OBSOLETE)

REVISION = Transitions(
    _("revision"),
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

    DRAFT = "DRAFT", _("Draft")
    RELEASED = "RELEASED", _("Released")
    RUNNING = "RUNNING", _("Running")
    COMPLETED = "COMPLETED", _("Completed")
    CLOSED = "CLOSED", _("Closed")
    CANCELLED = "CANCELLED", _("Cancelled")


ORDER = Transitions(
    _("order"),
    {
        (None, "create"): OrderStatus.DRAFT,
        (OrderStatus.DRAFT, "release"): OrderStatus.RELEASED,
        (OrderStatus.RELEASED, "begin"): OrderStatus.RUNNING,
        (OrderStatus.RUNNING, "complete"): OrderStatus.COMPLETED,
        (OrderStatus.COMPLETED, "reopen"): OrderStatus.RUNNING,
        (OrderStatus.COMPLETED, "close"): OrderStatus.CLOSED,
        (OrderStatus.RUNNING, "unbegin"): OrderStatus.RELEASED,
        (OrderStatus.DRAFT, "cancel"): OrderStatus.CANCELLED,
        (OrderStatus.RELEASED, "cancel"): OrderStatus.CANCELLED,
        (OrderStatus.RUNNING, "cancel"): OrderStatus.CANCELLED,
    },
)

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Site
from mes.kernel.constraints import both_or_neither
from mes.kernel.indexes import text_index
from mes.kernel.records import History, Record, person_field
from orders.models.products import ProductRevision
from orders.models.routings import RoutingRevision
from orders.status import OrderStatus

OVER = (OrderStatus.COMPLETED, OrderStatus.CLOSED, OrderStatus.CANCELLED)
IS_OPEN = ~Q(status__in=OVER)
_RANK = ["priority", "due_at", "erp_reference"]
_BY_DUE = ["due_at", "priority", "erp_reference"]


class PinnedPlan(Record):
    """What a routing revision and a product revision asked for when an order was released: content by its digest.

    Orders released from the same content share a row. It quotes names (of products, qualifications, station classes)
    that may be changed later; the copy does not. Append-only. content: orders.plans.Plan, canonical.
    """

    digest = models.CharField(max_length=64, unique=True)
    content = models.JSONField()

    def __str__(self) -> str:
        return self.digest[:8]


class WorkOrder(Record):
    """An order to make a quantity of a product revision (ISA-95: operations request, work request).

    erp_reference: the ERP's number, by which it is known everywhere. routing_revision and plan are pinned at release:
    master data edited later never touches work in flight. priority: 1 first, 9 last. replaces_scrap: each piece that is
    scrapped is made once more. quantity_released: how much of the quantity is on the floor, in parts or at once.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    erp_reference = models.CharField(max_length=40, unique=True)
    product_revision = models.ForeignKey(ProductRevision, on_delete=models.PROTECT, related_name="work_orders")
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    quantity_unit = models.CharField(max_length=12)
    quantity_released = models.DecimalField(max_digits=14, decimal_places=4, default=0, editable=False)
    due_at = models.DateTimeField()
    priority = models.PositiveSmallIntegerField(default=5)
    replaces_scrap = models.BooleanField(default=False)
    status = models.CharField(max_length=12, choices=OrderStatus, default=OrderStatus.DRAFT)
    routing_revision = models.ForeignKey(
        RoutingRevision, on_delete=models.PROTECT, null=True, blank=True, related_name="work_orders"
    )
    plan = models.ForeignKey(
        PinnedPlan, on_delete=models.PROTECT, to_field="digest", null=True, blank=True, related_name="work_orders"
    )
    created_at = models.DateTimeField()
    created_by = person_field()
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = person_field(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = person_field(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = person_field(null=True, blank=True)
    closing_reason = models.CharField(max_length=200, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = person_field(null=True, blank=True)

    history = History()

    class Meta:
        ordering = _RANK
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="order_quantity_positive",
                violation_error_message=_("An order's quantity is more than 0."),
            ),
            models.CheckConstraint(
                condition=Q(quantity_released__gte=0, quantity_released__lte=F("quantity"))
                & (Q(status__in=[OrderStatus.DRAFT, OrderStatus.CANCELLED]) | Q(quantity_released__gt=0)),
                name="order_released_quantity",
                violation_error_message=_("More of the order is released than there is, or less than was begun."),
            ),
            models.CheckConstraint(
                condition=Q(priority__gte=1, priority__lte=9),
                name="order_priority_range",
                violation_error_message=_("A priority is 1 (first) to 9 (last)."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=[OrderStatus.DRAFT, OrderStatus.CANCELLED])
                | Q(
                    routing_revision__isnull=False,
                    plan__isnull=False,
                    released_at__isnull=False,
                    released_by__isnull=False,
                ),
                name="order_released_is_pinned",
                violation_error_message=_("A released order has its routing revision, its plan, and who released it."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(
                    Q(status__in=[OrderStatus.COMPLETED, OrderStatus.CLOSED]),
                    Q(completed_at__isnull=False, completed_by__isnull=False),
                ),
                name="order_completed_by_whom",
                violation_error_message=_("A completed order says who completed it, and when."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(
                    Q(status=OrderStatus.CLOSED),
                    Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(closing_reason=""),
                ),
                name="order_closed_by_whom",
                violation_error_message=_("A closed order says who closed it, when and why."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(
                    Q(status=OrderStatus.CANCELLED), Q(cancelled_at__isnull=False, cancelled_by__isnull=False)
                ),
                name="order_cancelled_by_whom",
                violation_error_message=_("A cancelled order says who cancelled it, and when."),
            ),
        ]
        indexes = [
            # Lists of orders by rank, of one state, of those that are not over, and of all: a page is read from one of
            # these alone, in its order. The sites come after it: a person may see several. By due date, the start page.
            models.Index(fields=["status", *_RANK], include=["site", "id"], name="order_by_rank"),
            models.Index(fields=_RANK, include=["site", "id"], condition=IS_OPEN, name="open_order_by_rank"),
            models.Index(fields=_BY_DUE, include=["site", "id"], condition=IS_OPEN, name="open_order_by_due"),
            models.Index(fields=_RANK, include=["site", "id"], name="any_order_by_rank"),
            text_index("erp_reference", name="order_found_by_text"),
        ]

    def __str__(self) -> str:
        return self.erp_reference

    @property
    def is_open_for_work(self) -> bool:
        return self.status in (OrderStatus.RELEASED, OrderStatus.RUNNING)

    @property
    def quantity_left(self) -> Decimal:
        """How much is not released yet, in quantity_unit."""
        return self.quantity - self.quantity_released

    @property
    def is_in_parts(self) -> bool:
        """Whether some of it is on the floor, and some is not."""
        return self.is_open_for_work and self.quantity_left > 0

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def digest(self) -> str:
        """SHA-256 of the pinned plan's canonical content; empty while the order is a draft."""
        return self.plan_id or ""

    @property
    def digest_groups(self) -> str:
        """The start of the digest in groups of four, as people compare it."""
        return " ".join(self.digest[i : i + 4] for i in range(0, 8, 4))

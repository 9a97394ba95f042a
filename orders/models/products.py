"""Products and what goes into them. Products are the enterprise's, not a site's (docs/adr/0003)."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from mes.kernel.numbers import plain
from mes.kernel.records import History, Record, person_field
from orders.status import RevisionStatus

_SERIAL_PATTERN = re.compile(r"^[A-Z0-9-]*\{number(:0\d{1,2})?\}[A-Z0-9-]*$")


def check_serial_pattern(pattern: str) -> None:
    if pattern and not _SERIAL_PATTERN.match(pattern):
        raise ValidationError(
            "Write capitals, digits and dashes around {number}, or {number:06} for six digits: IP2-{number:06}."
        )


class Tracking(models.TextChoices):
    """How a product's pieces are told apart."""

    SERIAL = "SERIAL", "each piece by serial number"
    LOT = "LOT", "together, by lot number"


class Product(Record):
    """What is made or bought (ISA-95: material definition). quantity_unit: the unit every quantity of it is in."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    quantity_unit = models.CharField(max_length=12, default="pcs")
    tracking = models.CharField(max_length=8, choices=Tracking, default=Tracking.SERIAL)
    serial_pattern = models.CharField(max_length=40, blank=True, validators=[check_serial_pattern])

    history = History()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def serial(self, number: int) -> str:
        """The serial or lot number for a running number, by the pattern; by default the code and six digits."""
        return (self.serial_pattern or f"{self.code}-{{number:06}}").format(number=number)


class ProductRevision(Record):
    """A state of a product's design. Released ones are frozen by the database, BOM lines included."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="revisions")
    code = models.CharField(max_length=20)
    status = models.CharField(max_length=12, choices=RevisionStatus, default=RevisionStatus.DRAFT, editable=False)
    released_at = models.DateTimeField(null=True, blank=True, editable=False)
    released_by = person_field(null=True, blank=True, editable=False)

    history = History()

    class Meta:
        ordering = ["product__code", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "code"],
                name="product_revision_once",
                violation_error_message="The product has a revision of this code already.",
            ),
            models.CheckConstraint(
                condition=Q(status=RevisionStatus.DRAFT) | Q(released_at__isnull=False, released_by__isnull=False),
                name="product_revision_released_by_whom",
                violation_error_message="A released revision says who released it, and when.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product.code} rev {self.code}"

    @property
    def is_draft(self) -> bool:
        return self.status == RevisionStatus.DRAFT


class BomLine(Record):
    """A component that an operation consumes (ISA-95: operations material bill item).

    operation_code: where; codes keep their meaning across revisions of the routing. quantity: per piece made, in the
    component's quantity_unit.
    """

    product_revision = models.ForeignKey(ProductRevision, on_delete=models.CASCADE, related_name="bom_lines")
    operation_code = models.CharField(max_length=12)
    component = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="used_in")
    quantity = models.DecimalField(max_digits=14, decimal_places=4)

    history = History()

    class Meta:
        ordering = ["operation_code", "component__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["product_revision", "operation_code", "component"],
                name="bom_line_once",
                violation_error_message="The operation consumes this component already: change its quantity.",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="bom_line_quantity_positive",
                violation_error_message="A BOM line's quantity is more than 0.",
            ),
        ]

    def __str__(self) -> str:
        return f"{plain(self.quantity)} × {self.component.code} at {self.operation_code}"

"""Products and what goes into them. Products are the enterprise's, not a site's (docs/adr/0003)."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mes.kernel.indexes import text_index
from mes.kernel.numbers import plain
from mes.kernel.records import History, Record
from orders.models.revisions import Revision, revision_constraints

_SERIAL_PATTERN = re.compile(r"^[A-Z0-9-]*\{number(:0\d{1,2})?\}[A-Z0-9-]*$")


def check_serial_pattern(pattern: str) -> None:
    if pattern and not _SERIAL_PATTERN.match(pattern):
        raise ValidationError(
            _("Write capitals, digits and dashes around {number}, or {number:06} for six digits: IP2-{number:06}.")
        )


class Tracking(models.TextChoices):
    """How a product's pieces are told apart."""

    SERIAL = "SERIAL", lazy("each piece by serial number")
    LOT = "LOT", lazy("together, by lot number")


class TraceLevel(models.TextChoices):
    """How closely a component is followed into what it is built into."""

    NONE = "NONE", lazy("not traced")
    LOT = "LOT", lazy("by lot")
    SERIAL = "SERIAL", lazy("by serial number")


class QuantityBasis(models.TextChoices):
    PER_PIECE = "PER_PIECE", lazy("for each piece")
    PER_RUN = "PER_RUN", lazy("for each run of the operation, however many pieces")


class Product(Record):
    """What is made or bought (ISA-95: material definition). quantity_unit: the unit every quantity of it is in.

    shelf_life_days: from receipt, where the supplier gives no date of expiry. is_quarantined: quality releases what is
    received.
    """

    code = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    quantity_unit = models.CharField(max_length=12, default="pcs")
    tracking = models.CharField(max_length=8, choices=Tracking, default=Tracking.SERIAL)
    serial_pattern = models.CharField(max_length=40, blank=True, validators=[check_serial_pattern])
    shelf_life_days = models.PositiveIntegerField(null=True, blank=True)
    is_quarantined = models.BooleanField(lazy("quarantined on receipt"), default=False)

    history = History()

    class Meta:
        ordering = ["code"]
        indexes = [
            text_index("code", name="product_found_by_text"),
            text_index("name", name="product_found_by_its_name"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def serial(self, number: int) -> str:
        """The serial or lot number for a running number, by the pattern; by default the code and six digits."""
        return (self.serial_pattern or f"{self.code}-{{number:06}}").format(number=number)


class ProductRevision(Revision):
    """A state of a product's design. Released ones are frozen by the database, BOM lines included."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="revisions")
    code = models.CharField(max_length=20)

    history = History()

    class Meta:
        ordering = ["product__code", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "code"],
                name="product_revision_once",
                violation_error_message=lazy("The product has a revision of this code already."),
            ),
            *revision_constraints("product_revision"),
        ]

    def __str__(self) -> str:
        return _("{product} rev {code}").format(product=self.product.code, code=self.code)


class BomLine(Record):
    """A component that an operation consumes (ISA-95: operations material bill item).

    operation_code: where; codes keep their meaning across revisions of the routing. quantity: in the component's
    quantity_unit, by the basis. trace_level: blank: as the component is tracked. component_revision: only this one;
    None: any. reference_designators: where on the drawing: R1, R2.
    """

    product_revision = models.ForeignKey(ProductRevision, on_delete=models.CASCADE, related_name="bom_lines")
    operation_code = models.CharField(max_length=12)
    component = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="used_in")
    component_revision = models.ForeignKey(
        ProductRevision, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    basis = models.CharField(max_length=12, choices=QuantityBasis, default=QuantityBasis.PER_PIECE)
    trace_level = models.CharField(max_length=8, choices=TraceLevel, blank=True)
    reference_designators = models.CharField(max_length=400, blank=True)

    history = History()

    class Meta:
        ordering = ["operation_code", "component__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["product_revision", "operation_code", "component"],
                name="bom_line_once",
                violation_error_message=lazy("The operation consumes this component already: change its quantity."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="bom_line_quantity_positive",
                violation_error_message=lazy("A BOM line's quantity is more than 0."),
            ),
        ]

    def __str__(self) -> str:
        return _("{quantity} × {component} at {operation}").format(
            quantity=plain(self.quantity), component=self.component.code, operation=self.operation_code
        )

    @property
    def is_traced(self) -> bool:
        return self.trace_level != TraceLevel.NONE


class BomSubstitute(Record):
    """What may be taken in place of a BOM line's component, while it is valid (both days included).

    factor: how much of it replaces one of the component, in the substitute's quantity_unit.
    """

    bom_line = models.ForeignKey(BomLine, on_delete=models.CASCADE, related_name="substitutes")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="substitute_in")
    factor = models.DecimalField(max_digits=14, decimal_places=4, default=1)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    history = History()

    class Meta:
        ordering = ["product__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["bom_line", "product"],
                name="bom_substitute_once",
                violation_error_message=lazy("This substitute is listed already: change its dates."),
            ),
            models.CheckConstraint(
                condition=Q(factor__gt=0),
                name="bom_substitute_factor_positive",
                violation_error_message=lazy("A substitute's factor is more than 0."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_from__lte=F("valid_to")),
                name="bom_substitute_valid_in_order",
                violation_error_message=lazy("A substitute's first day is not after its last."),
            ),
        ]

    def __str__(self) -> str:
        return _("{product} for {component}").format(product=self.product.code, component=self.bom_line.component.code)

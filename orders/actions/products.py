"""Products and draft bills of materials, many at once, as another system has them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from orders.models import BomLine, Product, ProductRevision

_BATCH = 1000


@dataclass(frozen=True)
class ProductRequest:
    """What a product should be."""

    code: str
    name: str
    description: str
    quantity_unit: str
    tracking: str
    is_active: bool


@dataclass(frozen=True)
class LineRequest:
    """What a BOM line should be; of a draft revision, one for each operation and component."""

    revision: ProductRevision
    operation_code: str
    component: Product
    quantity: Decimal
    trace_level: str
    reference_designators: str


def product_differences(product: Product, request: ProductRequest) -> list[str]:
    """The names of the fields in which the product is not yet as asked."""
    return [name for name, value in asdict(request).items() if getattr(product, name) != value]


def line_differences(line: BomLine, request: LineRequest) -> list[str]:
    """The names of the fields in which the line is not yet as asked."""
    fields = ("quantity", "trace_level", "reference_designators")
    return [name for name in fields if getattr(line, name) != getattr(request, name)]


def create_products(*, requests: Sequence[ProductRequest], by: Person, at: datetime) -> list[Product]:
    """Create products, in one statement a batch."""
    check_permission(by, Permission.DRAFT_MASTER_DATA)
    made = [Product(**asdict(request)) for request in requests]
    return bulk_create_with_history(made, Product, batch_size=_BATCH, default_user=by, default_date=at)


def change_products(*, changes: Sequence[tuple[Product, ProductRequest]], by: Person, at: datetime) -> None:
    """Change products to what is asked, in one statement a batch."""
    check_permission(by, Permission.DRAFT_MASTER_DATA)
    for product, request in changes:
        for name, value in asdict(request).items():
            setattr(product, name, value)
    if changes:
        fields = ["name", "description", "quantity_unit", "tracking", "is_active"]
        products = [product for product, _ in changes]
        bulk_update_with_history(products, Product, fields, batch_size=_BATCH, default_user=by, default_date=at)


def draft_revisions(*, wanted: Sequence[tuple[Product, str]], by: Person, at: datetime) -> list[ProductRevision]:
    """Draft a revision of each product, under the code given."""
    check_permission(by, Permission.DRAFT_MASTER_DATA)
    made = [ProductRevision(product=product, code=code) for product, code in wanted]
    return bulk_create_with_history(made, ProductRevision, batch_size=_BATCH, default_user=by, default_date=at)


def draft_lines(
    *, new: Sequence[LineRequest], changed: Sequence[tuple[BomLine, LineRequest]], by: Person, at: datetime
) -> None:
    """Add and change lines of draft revisions; the database refuses those of a frozen one."""
    check_permission(by, Permission.DRAFT_MASTER_DATA)
    made = [
        BomLine(
            product_revision=request.revision,
            operation_code=request.operation_code,
            component=request.component,
            quantity=request.quantity,
            trace_level=request.trace_level,
            reference_designators=request.reference_designators,
        )
        for request in new
    ]
    bulk_create_with_history(made, BomLine, batch_size=_BATCH, default_user=by, default_date=at)
    for line, request in changed:
        line.quantity, line.trace_level = request.quantity, request.trace_level
        line.reference_designators = request.reference_designators
    if changed:
        fields = ["quantity", "trace_level", "reference_designators"]
        lines = [line for line, _ in changed]
        bulk_update_with_history(lines, BomLine, fields, batch_size=_BATCH, default_user=by, default_date=at)

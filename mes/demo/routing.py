"""The demo plant's master data as drafts: products, routings, steps with their drawings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from equipment.models import AssetClass, Site, StationClass
from mes.demo.designs import DemoOperation, DemoStep
from mes.kernel.personnel.models import Person, Qualification
from orders.actions.drafts import copy_routing_revision
from orders.models import (
    BomLine,
    BomSubstitute,
    Instruction,
    Operation,
    OperationAsset,
    OperationEdge,
    OperationQualification,
    Product,
    ProductRevision,
    Routing,
    RoutingRevision,
    Step,
    StepKind,
    Tracking,
)

PICTURES = Path(__file__).parent / "pictures"
QUARANTINED = {"BAT-36", "BAR-12"}  # quality looks at what is received of them


def build_product(
    code: str, name: str, *, revision: str, parts: Mapping[str, tuple[str, str, str, str, str]], **more: str
) -> ProductRevision:
    """A product with a draft revision of this code, its components made where they are new."""
    product = Product.objects.create(code=code, name=name, **more)
    draft = ProductRevision.objects.create(product=product, code=revision)
    for part, (part_name, tracking, unit, quantity, operation) in parts.items():
        component = Product.objects.create(
            code=part, name=part_name, tracking=tracking, quantity_unit=unit, is_quarantined=part in QUARANTINED
        )
        BomLine.objects.create(
            product_revision=draft, operation_code=operation, component=component, quantity=Decimal(quantity)
        )
    return draft


@dataclass
class Known:
    """What operations refer to, by code."""

    site: Site
    classes: dict[str, StationClass]
    qualifications: dict[str, Qualification]
    assets: dict[str, AssetClass]


def build_routing(
    product: Product, operations: tuple[DemoOperation, ...], *, number: int, known: Known
) -> RoutingRevision:
    """A routing with a draft revision of this number."""
    routing = Routing.objects.create(product=product, site=known.site, name=f"{product.code} routing")
    revision = RoutingRevision.objects.create(routing=routing, number=number)
    made: dict[str, Operation] = {}
    for one in operations:
        operation = made[one.code] = _build_operation(revision, one, known)
        for before in one.after:
            OperationEdge.objects.create(routing_revision=revision, before=made[before], after=operation)
        for position, step in enumerate(one.steps, start=1):
            _build_step(operation, position, step)
    return revision


def _build_operation(revision: RoutingRevision, one: DemoOperation, known: Known) -> Operation:
    operation = Operation.objects.create(
        routing_revision=revision,
        code=one.code,
        name=one.name,
        station_class=known.classes[one.station_class],
        setup_time_s=one.setup_time_s,
        run_time_s=one.run_time_s,
        signature_meaning=one.signature,
        needs_line_clearance=one.needs_line_clearance,
        instruction=Instruction.objects.get(code=one.instruction) if one.instruction else None,
        must_confirm_instruction=one.must_confirm,
    )
    code, level = one.qualification
    OperationQualification.objects.create(
        operation=operation, qualification=known.qualifications[code], minimum_level=level
    )
    for code, cycles in one.assets:
        OperationAsset.objects.create(operation=operation, asset_class=known.assets[code], cycles_per_piece=cycles)
    return operation


def draft_next(released: RoutingRevision, *, by: Person, at: datetime) -> RoutingRevision:
    """The revision that the engineer is working on: a safety test, for which there is no station yet."""
    draft = copy_routing_revision(revision=released, by=by, at=at)
    operations = {operation.code: operation for operation in draft.operations.all()}
    tester = StationClass.objects.create(code="safety-tester", name="Safety tester")
    test = Operation.objects.create(
        routing_revision=draft, code="35", name="Safety test", station_class=tester, run_time_s=80
    )
    _build_step(
        test,
        1,
        DemoStep("EARTH", StepKind.NUMBER, "Leakage current", "Read it after ten seconds.", unit="µA", upper="100"),
    )
    OperationEdge.objects.filter(before=operations["30"], after=operations["40"]).delete()
    OperationEdge.objects.create(routing_revision=draft, before=operations["30"], after=test)
    OperationEdge.objects.create(routing_revision=draft, before=test, after=operations["40"])
    torque = operations["30"].steps.get(code="TORQUE")
    torque.lower = Decimal("1.12")
    torque.save()
    return draft


def allow_second_gasket(draft: ProductRevision) -> None:
    """Revision D: a gasket of another supplier may be taken as well."""
    gasket = Product.objects.create(
        code="GSK-15", name="Housing gasket, silicone", tracking=Tracking.LOT, shelf_life_days=365
    )
    BomSubstitute.objects.create(bom_line=draft.bom_lines.get(component__code="GSK-14"), product=gasket)


def _build_step(operation: Operation, position: int, step: DemoStep) -> None:
    Step.objects.create(
        operation=operation,
        position=position,
        code=step.code,
        kind=step.kind,
        name=step.name,
        instruction=step.instruction,
        picture=_stored(step.picture) if step.picture else "",
        samples=step.samples,
        quantity_unit=step.unit,
        lower=step.lower,
        target=step.target,
        upper=step.upper,
        component=Product.objects.get(code=step.component) if step.component else None,
        decimals=step.decimals,
        choices=list(step.choices),
        condition_step=step.condition[0],
        condition_comparison=step.condition[1],
        condition_value=step.condition[2],
        is_required=step.is_required,
        needs_witness=step.needs_witness,
        signature_meaning=step.signature,
    )


def _stored(picture: str) -> str:
    """The name of a drawing among the uploaded files, stored there once."""
    name = f"steps/{picture}.svg"
    content = (PICTURES / f"{picture}.svg").read_bytes()
    if default_storage.exists(name):
        with default_storage.open(name) as stored:
            if stored.read() == content:
                return name
    return default_storage.save(name, ContentFile(content))

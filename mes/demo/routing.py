"""The infusion pump IP2 of the demo plant: how it is made, and of what."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from equipment.models import Site, StationClass
from mes.kernel.audit.models import Meaning
from mes.kernel.personnel.models import Person, Qualification
from orders.actions.drafts import copy_routing_revision
from orders.models import (
    BomLine,
    Operation,
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
_SERIAL, _LOT = Tracking.SERIAL, Tracking.LOT

# code: name, tracking, unit, quantity per piece, operation that consumes it
PUMP_PARTS = {
    "PCB-7": ("Main board", _SERIAL, "pcs", "1", "10"),
    "BAT-36": ("Battery pack 3.6 V", _LOT, "pcs", "1", "10"),
    "DRV-2": ("Drive assembly", _SERIAL, "pcs", "1", "20"),
    "GSK-14": ("Housing gasket", _LOT, "pcs", "1", "20"),
    "M3X8-T10": ("Screw M3 × 8, Torx T10", _LOT, "pcs", "6", "30"),
    "UDI-LBL": ("UDI label, blank", _LOT, "pcs", "1", "50"),
    "IFU-EN": ("Instructions for use", _LOT, "pcs", "1", "60"),
}
TUBING_PARTS = {
    "TUBE-PVC": ("Tube PVC 3.0 × 4.1", _LOT, "m", "1.5", "10"),
    "LUER-M": ("Luer connector, male", _LOT, "pcs", "2", "10"),
}


@dataclass(frozen=True)
class DemoStep:
    code: str
    kind: StepKind
    name: str
    instruction: str
    picture: str = ""
    samples: int = 1
    unit: str = ""
    lower: str | None = None
    target: str | None = None
    upper: str | None = None
    component: str = ""


@dataclass(frozen=True)
class DemoOperation:
    """station_class: by code. qualification: code and least level."""

    code: str
    name: str
    station_class: str
    run_time_s: int
    after: tuple[str, ...]
    qualification: tuple[str, int]
    steps: tuple[DemoStep, ...]
    signature: str = ""


def _check(code: str, name: str, instruction: str, picture: str = "") -> DemoStep:
    return DemoStep(code, StepKind.CHECK, name, instruction, picture)


def _scan(code: str, component: str, name: str, instruction: str, picture: str = "") -> DemoStep:
    return DemoStep(code, StepKind.SCAN, name, instruction, picture, component=component)


PUMP = (
    DemoOperation(
        "10", "Main board", "esd-bench", 190, (), ("esd", 1),
        (
            _scan("BOARD", "PCB-7", "Scan the main board", "Wear the wrist strap. Scan the board's label.", "board"),
            _scan("BATTERY", "BAT-36", "Scan the battery lot", "Scan the lot on the battery tray."),
            _check("CONNECTOR", "Plug J4", "Press the battery plug into J4 until it clicks.", "board"),
            DemoStep("FIRMWARE", StepKind.TEXT, "Firmware version", "Read it from the tester, such as 4.2.1."),
        ),
    ),
    DemoOperation(
        "20", "Drive", "assembly-bench", 205, (), ("assembly", 1),
        (
            _scan("DRIVE", "DRV-2", "Scan the drive", "Scan the serial number on the drive's motor.", "drive"),
            _check("SEATED", "Seat the drive", "Slide it onto both pins, plug side to the left.", "drive"),
            DemoStep(
                "BACKLASH", StepKind.NUMBER, "Backlash", "Turn the spindle to and fro; read the dial gauge.", "drive",
                unit="mm", lower="0.02", target="0.05", upper="0.10",
            ),
            _scan("GASKET", "GSK-14", "Scan the gasket lot", "Scan the bag, then lay the gasket into the groove."),
        ),
    ),
    DemoOperation(
        "30", "Torque housing screws", "torque-bench", 210, ("10", "20"), ("torque", 2),
        (
            _scan("SCREWS", "M3X8-T10", "Scan the screw lot", "Scan the label on the screw tray.", "torque"),
            _check("HOUSING", "Seat the housing", "Close it; the gasket shows evenly all round.", "torque"),
            DemoStep(
                "TORQUE", StepKind.NUMBER, "Torque screws", "In the order 1 to 6: pull the wrench until it clicks.",
                "torque", samples=6, unit="N·m", lower="1.10", target="1.20", upper="1.30",
            ),
            DemoStep(
                "SEAM", StepKind.NUMBER, "Measure the seam gap", "Feeler gauge, at the widest place.", "torque",
                unit="mm", lower="0.00", upper="0.15",
            ),
        ),
    ),
    DemoOperation(
        "40", "Leak test", "leak-tester", 210, ("30",), ("leak-test", 1),
        (
            _check("FIXTURE", "Clamp the pump", "Into fixture F2, inlet up; close the lever.", "leak-test"),
            DemoStep(
                "PRESSURE", StepKind.NUMBER, "Test pressure", "Wait until it is steady.", "leak-test",
                unit="kPa", lower="49", target="50", upper="51",
            ),
            DemoStep(
                "LEAK", StepKind.NUMBER, "Leak rate", "Read it after 60 seconds.", "leak-test",
                unit="ml/min", upper="0.30",
            ),
        ),
        Meaning.PERFORMED,
    ),
    DemoOperation(
        "50", "Label", "label-bench", 90, ("40",), ("label", 1),
        (
            _scan("LABEL", "UDI-LBL", "Scan the label roll", "Scan the lot on the roll's core."),
            _check("POSITION", "Apply the label", "Into the recess, straight, without bubbles.", "label"),
            DemoStep("UDI", StepKind.TEXT, "Read the UDI back", "Scan the label on the pump: it has to read.", "label"),
        ),
    ),
    DemoOperation(
        "60", "Pack", "packing-bench", 120, ("50",), ("assembly", 1),
        (
            _scan("IFU", "IFU-EN", "Scan the instructions' lot", "Scan the lot on the pack of leaflets."),
            _check("CARTON", "Pack the carton", "Foam below, pump, leaflet, foam above.", "pack"),
            DemoStep(
                "WEIGHT", StepKind.NUMBER, "Carton weight", "On the scale at ST-60: a leaflet weighs 21 g.", "pack",
                unit="kg", lower="1.92", target="2.00", upper="2.08",
            ),
        ),
    ),
)  # fmt: skip

TUBING = (
    DemoOperation(
        "10", "Cut and bond", "assembly-bench", 20, (), ("assembly", 1),
        (
            _scan("TUBE", "TUBE-PVC", "Scan the tube reel", "Scan the lot on the reel."),
            _scan("LUER", "LUER-M", "Scan the connector lot", "Scan the bag of connectors."),
            DemoStep(
                "LENGTH", StepKind.NUMBER, "Length", "Measure the first, a middle and the last set.",
                samples=3, unit="mm", lower="1495", target="1500", upper="1505",
            ),
        ),
    ),
    DemoOperation(
        "20", "Bag and seal", "packing-bench", 12, ("10",), ("assembly", 1),
        (_check("SEAL", "Check the seals", "No channel across any seal, on ten bags."),),
    ),
)  # fmt: skip


def build_product(
    code: str, name: str, *, revision: str, parts: dict[str, tuple[str, str, str, str, str]], **more: str
) -> ProductRevision:
    """A product with a draft revision of this code, its components made where they are new."""
    product = Product.objects.create(code=code, name=name, **more)
    draft = ProductRevision.objects.create(product=product, code=revision)
    for part, (part_name, tracking, unit, quantity, operation) in parts.items():
        component = Product.objects.create(code=part, name=part_name, tracking=tracking, quantity_unit=unit)
        BomLine.objects.create(
            product_revision=draft, operation_code=operation, component=component, quantity=Decimal(quantity)
        )
    return draft


def build_routing(
    product: Product,
    site: Site,
    operations: tuple[DemoOperation, ...],
    *,
    number: int,
    classes: dict[str, StationClass],
    qualifications: dict[str, Qualification],
) -> RoutingRevision:
    """A routing with a draft revision of this number."""
    revision = RoutingRevision.objects.create(
        routing=Routing.objects.create(product=product, site=site, name=f"{product.code} routing"), number=number
    )
    made: dict[str, Operation] = {}
    for one in operations:
        operation = Operation.objects.create(
            routing_revision=revision,
            code=one.code,
            name=one.name,
            station_class=classes[one.station_class],
            run_time_s=one.run_time_s,
            signature_meaning=one.signature,
        )
        made[one.code] = operation
        for before in one.after:
            OperationEdge.objects.create(routing_revision=revision, before=made[before], after=operation)
        code, level = one.qualification
        OperationQualification.objects.create(
            operation=operation, qualification=qualifications[code], minimum_level=level
        )
        for position, step in enumerate(one.steps, start=1):
            _build_step(operation, position, step)
    return revision


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

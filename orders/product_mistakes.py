"""What is wrong with a bill of materials, named before its revision is approved."""

import re
from collections.abc import Iterator

from mes.kernel.numbers import plain
from mes.kernel.refusals import FieldError
from orders.bom import circle_through
from orders.catalogue import released_routings_of
from orders.models import BomLine, BomSubstitute, ProductRevision, QuantityBasis, TraceLevel, Tracking
from orders.status import RevisionStatus

# R1, R2, R5-R8: a name, or a run of names.
_RUN = re.compile(r"^([A-Za-z]+)(\d+)\s*[-–]\s*\1?(\d+)$")


def mistakes_in_bill(revision: ProductRevision) -> list[FieldError]:
    """Everything that stops a product revision from being approved and released."""
    lines = _lines(revision)
    found = [FieldError(f"BOM line {line}", *said) for line in lines for said in _line_mistakes(line, revision)]
    if circle := circle_through(revision):
        sentence = f"It contains itself: {' → '.join(circle)}."
        found.append(FieldError("BOM lines", sentence, "Remove one of these components."))
    return found


def warnings_in_bill(revision: ProductRevision) -> list[FieldError]:
    """What is probably not meant, and does not stop a release."""
    found = []
    for line in _lines(revision):
        named = count_designators(line.reference_designators)
        if named and line.basis == QuantityBasis.PER_PIECE and named != line.quantity:
            sentence = f"It names {named} places and takes {plain(line.quantity)}."
            found.append(FieldError(f"BOM line {line}", sentence, "Check quantity and reference designators."))
        if not line.component.is_active:
            found.append(FieldError(f"BOM line {line}", f"{line.component} is out of use."))
    codes = {line.operation_code for line in revision.bom_lines.all()}
    for routing in released_routings_of(revision.product_id):
        for code in sorted(codes - {operation.code for operation in routing.operations.all()}):
            sentence = f"{routing} has no operation {code}: orders with both are not released."
            found.append(FieldError("BOM lines", sentence, "Release a routing that has it."))
    return found


def count_designators(text: str) -> int:
    """How many places a list of reference designators names; R5-R8 are four."""
    count = 0
    for name in filter(None, re.split(r"[,;\s]+(?![-–])", re.sub(r"\s*([-–])\s*", r"\1", text.strip()))):
        run = _RUN.match(name)
        count += max(1, int(run[3]) - int(run[2]) + 1) if run else 1
    return count


def _lines(revision: ProductRevision) -> list[BomLine]:
    found = revision.bom_lines.select_related("component", "component_revision__product")
    return list(found.prefetch_related("substitutes__product"))


def _line_mistakes(line: BomLine, revision: ProductRevision) -> Iterator[tuple[str, str]]:
    component = line.component
    if component.pk == revision.product_id:
        yield "A product is no component of itself.", "Remove the line."
    wanted = line.component_revision
    if wanted is not None and wanted.product_id != component.pk:
        yield f"{wanted} is no revision of {component.code}.", "Choose one of its own, or none."
    elif wanted is not None and wanted.status != RevisionStatus.RELEASED:
        yield f"{wanted} is {wanted.get_status_display().lower()}.", "Release it first, or choose another."
    if line.trace_level == TraceLevel.SERIAL and component.tracking == Tracking.LOT:
        yield f"{component.code} has lot numbers, no serial numbers.", "Trace it by lot, or leave the field empty."
    if line.trace_level == TraceLevel.LOT and component.tracking == Tracking.SERIAL:
        yield f"{component.code} has serial numbers.", "Trace it by serial number, or leave the field empty."
    for each in line.substitutes.all():
        yield from _substitute_mistakes(line, each)


def _substitute_mistakes(line: BomLine, each: BomSubstitute) -> Iterator[tuple[str, str]]:
    component, product = line.component, each.product
    if product.pk == component.pk:
        yield f"{product.code} can't be its own substitute.", "Remove it."
    if line.is_traced and product.tracking != component.tracking:
        yield (
            f"The substitute {product.code} is counted {product.get_tracking_display()}, and {component.code} "
            f"{component.get_tracking_display()}.",
            "Choose a substitute that is counted alike.",
        )
    if product.tracking == Tracking.SERIAL and line.is_traced and each.factor != 1:
        yield f"{plain(each.factor)} of {product.code} can't be scanned for one.", "Set its factor to 1."

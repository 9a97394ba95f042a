"""What is wrong with a bill of materials, named before its revision is approved."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

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
    found = [
        FieldError(_("BOM line {line}").format(line=line), *said)
        for line in lines
        for said in _line_mistakes(line, revision)
    ]
    if circle := circle_through(revision):
        sentence = _("It contains itself: {circle}.").format(circle=" → ".join(circle))
        found.append(FieldError(_("BOM lines"), sentence, _("Remove one of these components.")))
    return found


def warnings_in_bill(revision: ProductRevision) -> list[FieldError]:
    """What is probably not meant, and does not stop a release."""
    found = []
    for line in _lines(revision):
        named = count_designators(line.reference_designators)
        if named and line.basis == QuantityBasis.PER_PIECE and named != line.quantity:
            sentence = _("It names {named} places and takes {quantity}.").format(
                named=named, quantity=plain(line.quantity)
            )
            found.append(
                FieldError(
                    _("BOM line {line}").format(line=line), sentence, _("Check quantity and reference designators.")
                )
            )
        if not line.component.is_active:
            found.append(
                FieldError(
                    _("BOM line {line}").format(line=line),
                    _("{component} is out of use.").format(component=line.component),
                )
            )
    codes = {line.operation_code for line in revision.bom_lines.all()}
    for routing in released_routings_of(revision.product_id):
        for code in sorted(codes - {operation.code for operation in routing.operations.all()}):
            sentence = _("{routing} has no operation {code}: orders with both are not released.").format(
                routing=routing, code=code
            )
            found.append(FieldError(_("BOM lines"), sentence, _("Release a routing that has it.")))
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
        yield _("A product is no component of itself."), _("Remove the line.")
    wanted = line.component_revision
    if wanted is not None and wanted.product_id != component.pk:
        yield (
            _("{wanted} is no revision of {component}.").format(wanted=wanted, component=component.code),
            _("Choose one of its own, or none."),
        )
    elif wanted is not None and wanted.status != RevisionStatus.RELEASED:
        yield (
            _("{wanted} is {status}.").format(wanted=wanted, status=wanted.get_status_display().lower()),
            _("Release it first, or choose another."),
        )
    if line.trace_level == TraceLevel.SERIAL and component.tracking == Tracking.LOT:
        yield (
            _("{component} has lot numbers, no serial numbers.").format(component=component.code),
            _("Trace it by lot, or leave the field empty."),
        )
    if line.trace_level == TraceLevel.LOT and component.tracking == Tracking.SERIAL:
        yield (
            _("{component} has serial numbers.").format(component=component.code),
            _("Trace it by serial number, or leave the field empty."),
        )
    for each in line.substitutes.all():
        yield from _substitute_mistakes(line, each)


def _substitute_mistakes(line: BomLine, each: BomSubstitute) -> Iterator[tuple[str, str]]:
    component, product = line.component, each.product
    if product.pk == component.pk:
        yield _("{product} can't be its own substitute.").format(product=product.code), _("Remove it.")
    if line.is_traced and product.tracking != component.tracking:
        yield (
            _("The substitute {product} is counted {tracking}, and {component} {component_tracking}.").format(
                product=product.code,
                tracking=product.get_tracking_display(),
                component=component.code,
                component_tracking=component.get_tracking_display(),
            ),
            _("Choose a substitute that is counted alike."),
        )
    if product.tracking == Tracking.SERIAL and line.is_traced and each.factor != 1:
        yield (
            _("{factor} of {product} can't be scanned for one.").format(
                factor=plain(each.factor), product=product.code
            ),
            _("Set its factor to 1."),
        )

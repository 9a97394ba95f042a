"""What a redline would take away under work that is going on, and what stops it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from genealogy.models import Unit
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import FieldError, NotFound, Refusal
from orders.models import RoutingRevision, WorkOrder
from orders.plans import Plan
from orders.queries import pinned_plan
from orders.redlines import redlines_by_order, redlines_of
from orders.status import RevisionStatus
from wip.models import OperationExecution, ProcessException, Rework
from wip.status import ExceptionKind, ReworkStatus


class RedlineNotReleased(Refusal):
    """The redline lacks a signature, is in effect already, or is another order's."""


class RedlineTakesAway(Refusal):
    """The redline removes operations that units in process have begun or have to come back to; `errors` names each."""


@dataclass(frozen=True)
class Redline:
    """A redline of an order. effect: the record of its application; None: it is not in effect yet."""

    revision: RoutingRevision
    effect: ProcessException | None

    @property
    def applied_at(self) -> datetime | None:
        return self.effect.at if self.effect else None

    @property
    def applied_by(self) -> Person | None:
        return self.effect.by if self.effect else None


def redlines_on(order: WorkOrder) -> list[Redline]:
    """The order's redlines, the first first: what became of each. Two statements."""
    found = redlines_by_order(order.pk)
    if not found:
        return []
    effects = ProcessException.objects.filter(work_order=order, kind=ExceptionKind.REDLINE).select_related("by")
    by_number = {effect.code: effect for effect in effects}
    return [Redline(revision, by_number.get(str(revision.number))) for revision in found]


def known_redline(order: WorkOrder, number: int) -> RoutingRevision:
    """The order's redline of this number. Raises NotFound."""
    found = redlines_of(order).filter(number=number).first()
    if found is None:
        raise NotFound(
            _("Order {order} has no redline {number}.").format(order=order, number=number),
            do=_("See which ones it has."),
        )
    return found


def check_can_be_applied(order: WorkOrder, revision: RoutingRevision) -> None:
    """Raises RedlineNotReleased unless two have signed this order's redline, and it is not in effect yet."""
    if revision.redline_of_id != order.pk:
        raise RedlineNotReleased(
            _("{revision} is no redline of {order}.").format(revision=revision, order=order),
            do=_("Draft one on the order's page."),
        )
    if revision.status != RevisionStatus.RELEASED:
        raise RedlineNotReleased(
            _("{revision} is {status}.").format(revision=revision, status=revision.get_status_display().lower()),
            why=_("An engineer approves it, and another person with the quality role releases it."),
            do=_("Let them sign it first."),
        )
    current = order.routing_revision
    if current is not None and current.redline_of_id is not None and current.number >= revision.number:
        raise RedlineNotReleased(
            _("{revision} is in effect already, or was.").format(revision=revision), do=_("Draft a further one.")
        )


def check_takes_nothing_away(old: Plan, new: Plan, units: Sequence[Unit]) -> None:
    """Raises RedlineTakesAway for operations that locked units in process have begun, or are to return to."""
    removed = {one.code for one in old.operations if new.operation(one.code) is None}
    errors = [*_begun(removed, units), *_returned_to(removed, units), *_doubled(old, new, units)]
    if errors:
        raise RedlineTakesAway(
            _("The redline takes away what units in process have begun."),
            do=_("Keep these operations, or finish or scrap these units first."),
            errors=errors,
        )


def _begun(removed: Collection[str], units: Sequence[Unit]) -> list[FieldError]:
    if not removed:
        return []
    found = OperationExecution.objects.filter(unit__in=units, is_current=True, operation_code__in=removed)
    rows = found.order_by("operation_code", "unit__serial").values_list("operation_code", "unit__serial")
    return _named(rows, _("It has begun on {units}."))


def _returned_to(removed: Collection[str], units: Sequence[Unit]) -> list[FieldError]:
    """The operations that units in rework are to return to, or to pass again."""
    if not removed:
        return []
    found = Rework.objects.filter(unit__in=units, status=ReworkStatus.OPEN)
    rows = found.order_by("unit__serial").values_list("unit__serial", "return_to", "found_in")
    here = [(code, serial) for serial, *codes in rows for code in dict.fromkeys(codes) if code in removed]
    return _named(here, _("{units} come back to it from rework."))


def _doubled(old: Plan, new: Plan, units: Sequence[Unit]) -> list[FieldError]:
    """Codes of new operations that a rework routing has, which a unit follows now."""
    added = {one.code for one in new.operations if old.operation(one.code) is None}
    rows = [
        (code, unit.serial)
        for unit in units
        if unit.rework_plan_id
        for code in added
        if pinned_plan(unit.rework_plan_id).operation(code) is not None
    ]
    return _named(sorted(rows), _("The rework routing of {units} has an operation of this code."))


def _named(rows: Collection[tuple[str, str]], sentence: str) -> list[FieldError]:
    """One error an operation, with the first of its units."""
    units: dict[str, list[str]] = {}
    for code, serial in rows:
        units.setdefault(code, []).append(serial)
    return [
        FieldError(
            _("operation {operation}").format(operation=code),
            sentence.format(units=", ".join(serials[:5]) + (" …" if len(serials) > 5 else "")),
        )
        for code, serials in units.items()
    ]

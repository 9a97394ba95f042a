"""What goes together: lots that are merged."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from uuid import UUID

from django.utils.translation import gettext as _

from genealogy.models import Unit
from mes.kernel.refusals import Refusal
from wip.models import Hold, OperationExecution
from wip.status import HoldStatus


class LotsDiffer(Refusal):
    """Lots are to be merged that are not of one kind, or don't stand at the same place."""


def check_fit_together(lot: Unit, others: Sequence[Unit], known: Iterable[OperationExecution]) -> None:
    """Raise LotsDiffer unless the others could have been one lot with this one: what is said of it is true of them.

    One order, revision and rework, the same operations done, the same holds. known: all executions on them.
    """
    done: dict[UUID, set[str]] = {}
    for one in known:
        if one.is_current:
            done.setdefault(one.unit_id, set()).add(f"{one.operation_code} {one.get_status_display()}")
    held: dict[UUID | None, set[UUID]] = {}
    for hold in Hold.objects.filter(unit__in=[lot, *others], status=HoldStatus.OPEN):
        held.setdefault(hold.unit_id, set()).add(hold.origin_id or hold.pk)
    told_apart_by: list[tuple[str, Callable[[Unit], object]]] = [
        (_("another order"), attrgetter("work_order_id")),
        (_("another revision"), attrgetter("product_revision_id")),
        (_("another rework"), attrgetter("rework_plan_id")),
        (_("other operations done"), lambda unit: done.get(unit.pk, set())),
        (_("other holds"), lambda unit: held.get(unit.pk, set())),
    ]
    for other in others:
        found = [words for words, of in told_apart_by if of(other) != of(lot)]
        if found:
            raise LotsDiffer(
                _("{other} can't be merged into {lot}.").format(other=other, lot=lot),
                why=_("It has {differences}.").format(differences=", ".join(found)),
                do=_("Bring both to the same place first."),
                evidence={"unit": other.serial, "differences": found},
            )

"""Making a scrapped piece once more, where its order says so; and taking that back with the scrap."""

from datetime import datetime

from django.utils.translation import gettext as _

from genealogy.actions import units
from genealogy.models import Unit
from genealogy.queries import plan_for
from genealogy.status import UnitStatus
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Refusal
from mes.kernel.writes import update
from orders.models import Tracking
from wip.actions import openings
from wip.models import OperationExecution
from wip.topics import after_release


class ReplacementBegun(Refusal):
    """Work on the piece that replaces a scrapped one has begun."""


def replace(*, unit: Unit, by: Person, at: datetime) -> Unit | None:
    """Make a scrapped unit once more, in the same transaction, so that its order goes on.

    unit: locked, with its locked order. None for a unit that is not scrapped whole, a lot, and where the order does not
    ask for it.
    """
    order = unit.work_order
    assert order is not None
    is_asked = order.replaces_scrap and unit.status == UnitStatus.SCRAPPED
    if not is_asked or unit.product.tracking != Tracking.SERIAL:
        return None
    (made,) = units.create_more(order=order, quantities=[unit.quantity], by=by, at=at, replaces=unit)
    openings.open_for(units=[made])
    announce(*after_release(made.site_id, plan_for(made)))
    return made


def take_back(*, unit: Unit, by: Person, at: datetime) -> None:
    """The unit is not scrapped after all: what was to replace it is not made. Nothing for a unit without replacement.

    unit: locked, its order locked before it. Raises ReplacementBegun.
    """
    replacing = Unit.objects.select_for_update(of=("self",), no_key=True).filter(replaces=unit)
    replacement = replacing.select_related("product", "work_order").first()
    if replacement is None:
        return
    if OperationExecution.objects.filter(unit=replacement).exists() or replacement.status != UnitStatus.IN_PROCESS:
        raise ReplacementBegun(
            _("{replacement} replaces {unit}, and work on it has begun.").format(replacement=replacement, unit=unit),
            do=_("Leave {unit} scrapped.").format(unit=unit),
            evidence={"replacement": replacement.serial},
        )
    reason = _("{unit} is not scrapped after all.").format(unit=unit)
    units.cancel(units=[replacement], reason=reason, by=by, at=at)
    openings.close(units=[replacement])
    replacement.replaces = None  # should the unit be scrapped again, another one replaces it
    update([replacement], "replaces")
    announce(*after_release(replacement.site_id, plan_for(replacement)))

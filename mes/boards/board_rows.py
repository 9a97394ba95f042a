"""What stands beside the board's picture: its jobs as lines of a table, and those that could be planned as choices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from equipment.models import Site
from mes.boards.templatetags.plant import moment
from mes.kernel.numbers import plain
from mes.kernel.pieces import Flat
from orders.models import WorkOrder
from orders.plans import OperationPlan
from wip.planning.bars import Bar
from wip.planning.conflicts import Conflict


@dataclass(frozen=True)
class BarRow(Flat):
    """A job of the board. unit, batch: of what runs, else empty; state or tone and letter: of its badge."""

    unit: str
    order: str
    operation: str
    batch: str
    station: str
    begins: str
    ends: str
    quantity: str
    state: str
    tone: str
    letter: str
    word: str


def bar_row(bar: Bar, site: Site, day: date, *, is_wrong: bool) -> BarRow:
    """The row of a bar, in the site's time, with the day where it is another one than the board's.

    is_wrong: something stands against it.
    """
    if bar.is_running:
        badge = ("running", "", "", _("Running"))
    elif bar.is_done:
        badge = ("done", "", "", _("Begun or done"))
    elif is_wrong:
        badge = ("", "alarm", "!", _("Conflict"))
    else:
        badge = ("waiting", "", "", _("Planned"))
    return BarRow(
        bar.unit,
        bar.order.erp_reference,
        f"{bar.operation.code} {bar.operation.name}",
        bar.batch,
        bar.station.code,
        _when(bar.starts_at, site, day),
        _when(bar.ends_at, site, day),
        plain(bar.quantity),
        *badge,
    )


def _when(at: datetime, site: Site, day: date) -> str:
    local = site.local(at)
    return f"{local:%H:%M}" if local.date() == day else moment(at, site)


@dataclass(frozen=True)
class Choices(Flat):
    """What could be chosen: value and words of each."""

    jobs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Against(Flat):
    """What stands against the plan, job and sentence of each."""

    conflicts: tuple[tuple[str, str], ...]


def against(found: Sequence[Conflict]) -> Against:
    """The list of conflicts."""
    return Against(tuple((f"{one.bar.unit or one.bar.order} {one.bar.operation.code}", one.what) for one in found))


def job_words(order: WorkOrder, operation: OperationPlan, quantity: Decimal) -> tuple[str, str]:
    """An operation of an order as a choice: its value and its words, with how much is left of it."""
    left = f"{plain(quantity)} {order.quantity_unit}"
    return job_value(order, operation), f"{order.erp_reference} {operation.code} {operation.name}, {left}"


def job_value(order: WorkOrder, operation: OperationPlan) -> str:
    """An operation of an order as the value of a choice."""
    return f"{order.pk} {operation.code}"

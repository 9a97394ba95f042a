"""The rows of the lists of exceptions, permits and batches: flat, so that a page only has to print them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import formats
from django.utils.text import capfirst

from mes.boards.templatetags.plant import moment, plain
from mes.kernel.pieces import Flat
from orders.plans import OperationPlan
from wip.models import Batch, Permit, ProcessException

UNITS_SHOWN = 4  # of a batch


@dataclass(frozen=True, slots=True)
class ExceptionRow(Flat):
    """Something that went another way. unit, order, passed_by, permit: empty where there is none."""

    when: str
    kind: str
    unit: str
    order: str
    operation: str
    station: str
    what: str
    reason: str
    by: str
    passed_by: str
    permit: str


def exception_row(one: ProcessException) -> ExceptionRow:
    """The row of an exception, which comes with what is shown of it (wip.exceptions)."""
    return ExceptionRow(
        when=moment(one.at, one.site),
        kind=capfirst(one.get_kind_display()),
        unit=one.unit.serial if one.unit else "",
        order=one.work_order.erp_reference if one.work_order else "",
        operation=one.operation_code,
        station=one.station_code,
        what=one.what,
        reason=one.reason,
        by=str(one.by),
        passed_by=str(one.approved_by) if one.approved_by else "",
        permit=one.permit.number if one.permit else "",
    )


@dataclass(frozen=True, slots=True)
class PermitRow(Flat):
    """A deviation permit: the gate it passes, for what, how much of it is used."""

    number: str
    gate: str
    product: str
    order: str
    unit: str
    operation: str
    used: str
    limit: str
    last_day: str
    reason: str
    granted: str


def permit_row(one: Permit, gate: str) -> PermitRow:
    """The row of a permit, which comes with what is shown of it. gate: in words."""
    return PermitRow(
        number=one.number,
        gate=gate,
        product=one.product.code if one.product else "",
        order=one.work_order.erp_reference if one.work_order else "",
        unit=one.unit.serial if one.unit else "",
        operation=one.operation_code,
        used=plain(one.quantity_used),
        limit=plain(one.quantity_limit),
        last_day=formats.date_format(one.valid_to, "D j M Y") if one.valid_to else "–",
        reason=one.reason,
        granted=f"{moment(one.granted_at, one.site)}, {one.granted_by}",
    )


@dataclass(frozen=True, slots=True)
class BatchRow(Flat):
    """A batch. units: the first of them with their quantity, empty for one piece; more: how many others it has."""

    number: str
    status: str
    word: str
    station: str
    operation: str
    units: Sequence[tuple[str, str]]
    more: int
    started: str
    completed: str


def batch_row(batch: Batch, operation: OperationPlan) -> BatchRow:
    """The row of a batch, which comes with its first members and the number of all (wip.queries)."""
    site, members = batch.station.site, batch.members  # type: ignore[attr-defined]  # prefetched
    shown = members[:UNITS_SHOWN]
    return BatchRow(
        number=batch.number,
        status=batch.status,
        word=batch.get_status_display(),
        station=str(batch.station),
        operation=f"{operation.code} {operation.name}",
        units=tuple((one.unit.serial, "" if one.quantity == 1 else plain(one.quantity)) for one in shown),
        more=len(members) - len(shown),
        started=f"{moment(batch.started_at, site)}, {batch.started_by}",
        completed=f"{moment(batch.completed_at, site)}, {batch.completed_by}" if batch.completed_at else "",
    )

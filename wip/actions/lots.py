"""Splitting lots in process and merging them again. Quantities go along, operation by operation: sums stay the same."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from equipment.policies import check_site_access
from genealogy.actions import parts
from genealogy.models import Unit
from genealogy.policies import check_is_lot
from genealogy.status import UNIT
from mes.kernel.door import announce
from mes.kernel.keys import uuid7
from mes.kernel.numbers import plain
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput
from mes.kernel.writes import insert, update
from orders.models import WorkOrder
from wip.actions import openings
from wip.actions.holds import pass_on
from wip.events import happened
from wip.lot_policies import check_fit_together
from wip.models import OperationExecution, Rework
from wip.numbers import next_number
from wip.policies import check_nothing_runs
from wip.status import REWORK, ExecutionEventKind, ExecutionStatus, ReworkStatus
from wip.topics import after_moving


def split(*, unit: Unit, quantity: Decimal, reason: str, by: Person, at: datetime) -> Unit:
    """Split a part off a lot that nobody works on: a lot of its own that stands where the first one does.

    quantity: in the product's quantity_unit. The part has inherited what was done, the rework it is in, and the holds.
    Raises NotALot, WorkedOnElsewhere, IllegalTransition; InvalidInput for nothing, for all that is left, or no reason.
    """
    check_permission(by, Permission.SPLIT_LOTS)
    check_site_access(by, unit.site_id)
    (lot,), known = _lock([unit])
    check_is_lot(lot)
    UNIT.after(lot.status, "split", name=lot.serial)
    check_nothing_runs([lot], known)
    if not reason.strip():
        raise InvalidInput(_("Splitting a lot needs a reason."), do=_("Say in a few words why it is split."))
    if not 0 < quantity < lot.quantity_left:
        raise InvalidInput(
            _("{left} of {lot} are left, so {quantity} can't be split off.").format(
                left=plain(lot.quantity_left), lot=lot, quantity=plain(quantity)
            ),
            do=_("A part is more than 0 and less than what is left."),
        )
    part = parts.split(unit=lot, quantity=quantity, reason=reason.strip(), by=by, at=at)
    reworks = _inherit_reworks(lot, part)
    _inherit_executions(part, known, reworks, reason.strip(), by, at)
    pass_on(unit=lot, part=part)
    openings.rebuild(units=[lot, part])
    announce(*after_moving(lot))
    return part


def merge(*, into: Unit, others: Sequence[Unit], reason: str, by: Person, at: datetime) -> Unit:
    """Merge lots of one order that stand at the same place into one of them; the others are MERGED.

    Raises NotALot, WorkedOnElsewhere, LotsDiffer with what tells them apart, IllegalTransition, InvalidInput.
    """
    check_permission(by, Permission.SPLIT_LOTS)
    check_site_access(by, into.site_id)
    if not reason.strip():
        raise InvalidInput(_("Merging lots needs a reason."), do=_("Say in a few words why they are merged."))
    if not others or len({into.pk, *(other.pk for other in others)}) <= len(others):
        raise InvalidInput(_("Lots are merged that are not the same one."), do=_("Name each lot once."))
    (lot, *rest), known = _lock([into, *others])
    for one in (lot, *rest):
        check_is_lot(one)
        UNIT.after(one.status, "merge_into" if one is lot else "merge", name=one.serial)
    check_nothing_runs([lot, *rest], known)
    check_fit_together(lot, rest, known)
    parts.merge(into=lot, others=rest, reason=reason.strip(), by=by, at=at)
    _hand_over_executions(lot, rest, known, reason.strip(), by, at)
    for rework in Rework.objects.filter(unit__in=rest, status=ReworkStatus.OPEN):
        rework.status = REWORK.after(rework.status, "cancel", name=rework.number)
        rework.ended_at, rework.ended_by = at, by
        rework.save(update_fields=["status", "ended_at", "ended_by"])
    openings.close(units=rest)
    openings.rebuild(units=[lot])
    announce(*after_moving(lot))
    return lot


def _lock(units: Sequence[Unit]) -> tuple[list[Unit], list[OperationExecution]]:
    """The units as asked for, locked after their orders, each with its order; and all executions on them, locked."""
    orders = WorkOrder.objects.select_for_update(no_key=True).order_by("pk")
    placed = orders.in_bulk({unit.work_order_id for unit in units if unit.work_order_id})
    rows = Unit.objects.select_for_update(of=("self",), no_key=True).select_related("product").order_by("pk")
    locked = {unit.pk: unit for unit in rows.filter(pk__in=[unit.pk for unit in units])}
    for unit in locked.values():
        unit.work_order = placed.get(unit.work_order_id)
    executions = OperationExecution.objects.select_for_update(of=("self",), no_key=True).filter(unit__in=locked)
    known = list(executions.order_by("pk"))
    prefetch_related_objects(known, "station", "worked_by")  # not joined: who waited would miss what has changed
    return [locked[unit.pk] for unit in units], known


def _inherit_reworks(lot: Unit, part: Unit) -> dict[UUID, UUID]:
    """The part is in the same rework, by a decision of its own: the keys of both."""
    inherited = {}
    for rework in Rework.objects.filter(unit=lot, status=ReworkStatus.OPEN):
        key = rework.pk
        rework.pk, rework.number, rework.unit = uuid7(), next_number("rework"), part
        rework.save(force_insert=True)
        inherited[key] = rework.pk
    return inherited


def _inherit_executions(
    part: Unit,
    known: Collection[OperationExecution],
    reworks: Mapping[UUID, UUID],
    reason: str,
    by: Person,
    at: datetime,
) -> None:
    """What was done to the lot was done to its part: of each execution a part goes to one of its own."""
    done = [one for one in known if one.status in (ExecutionStatus.COMPLETED, ExecutionStatus.SKIPPED)]
    copies = [_copied(execution, part) for execution in done]
    for execution, copy in zip(done, copies, strict=True):
        copy.quantity = min(part.quantity, execution.quantity - execution.quantity_scrapped)
        copy.quantity_good = min(copy.quantity, execution.quantity_good)
        copy.quantity_scrapped = Decimal(0)
        if (aside := execution.set_aside_by_id) is not None:
            copy.set_aside_by_id = reworks.get(aside, aside)
        execution.quantity -= copy.quantity
        execution.quantity_good -= copy.quantity_good
    insert(copies)
    update(done, "quantity", "quantity_good")
    for execution, copy in zip(done, copies, strict=True):
        _move(execution, copy, ExecutionEventKind.SPLIT, copy.quantity, copy.quantity_good, reason, by, at)


def _copied(execution: OperationExecution, part: Unit) -> OperationExecution:
    fields = {field.attname: getattr(execution, field.attname) for field in execution._meta.concrete_fields}
    del fields["id"]
    copy = OperationExecution(**fields)
    copy.unit, copy.inherited_from = part, execution
    return copy


def _hand_over_executions(
    lot: Unit, rest: Sequence[Unit], known: Collection[OperationExecution], reason: str, by: Person, at: datetime
) -> None:
    """What is good of each execution that counts goes to that of the lot; scrap stays where it was made."""
    current = {(one.unit_id, one.operation_code): one for one in known if one.is_current}
    changed: dict[UUID, OperationExecution] = {}
    for other in rest:
        for (unit, code), execution in current.items():
            if unit != other.pk:
                continue
            to = current[lot.pk, code]
            quantity, good = execution.quantity - execution.quantity_scrapped, execution.quantity_good
            to.quantity, to.quantity_good = to.quantity + quantity, to.quantity_good + good
            execution.quantity, execution.quantity_good = execution.quantity - quantity, Decimal(0)
            changed |= {to.pk: to, execution.pk: execution}
            _move(execution, to, ExecutionEventKind.MERGED, quantity, good, reason, by, at)
    update(list(changed.values()), "quantity", "quantity_good")


def _move(
    source: OperationExecution,
    to: OperationExecution,
    kind: ExecutionEventKind,
    quantity: Decimal,
    good: Decimal,
    reason: str,
    by: Person,
    at: datetime,
) -> None:
    """Note in both what one gave and the other got."""
    happened(source, kind, None, by, at, started=-quantity, good=-good, reason=reason[:200])
    happened(to, kind, None, by, at, started=quantity, good=good, reason=reason[:200])

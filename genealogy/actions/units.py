"""Verbs on units. Each writes its activity; balances and status change in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import connection

from equipment.models import Site
from equipment.policies import check_site_access
from genealogy.models import Activity, ActivityUnit, Direction, Unit
from genealogy.queries import ComponentScan
from genealogy.status import UNIT, ActivityKind
from mes.kernel.numbers import plain
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, Refusal
from orders.models import Product, Tracking, WorkOrder


class SerialTaken(Refusal):
    """A unit of this serial exists already."""


@dataclass(frozen=True)
class At:
    """Where in the process something was done: wip's execution by key, operation and station by code."""

    execution: UUID | None = None
    operation_code: str = ""
    station_code: str = ""


NOWHERE = At()


def create_for_orders(*, orders: Sequence[WorkOrder], by: Person, at: datetime) -> list[Unit]:
    """The units of orders: n serial numbers each, or one lot of n. The numbers follow the product's pattern."""
    quantities = {order.pk: _quantities(order) for order in orders}
    status = UNIT.after(None, "release")
    made: list[Unit] = []
    activities = []
    for product in dict.fromkeys(order.product_revision.product for order in orders):
        its = [order for order in orders if order.product_revision.product == product]
        serials = iter(_new_serials(product, sum(len(quantities[order.pk]) for order in its)))
        for order in its:
            new = [
                Unit(
                    site_id=order.site_id,
                    serial=next(serials),
                    product=product,
                    product_revision_id=order.product_revision_id,
                    work_order=order,
                    status=status,
                    quantity=quantity,
                    created_at=at,
                    created_by=by,
                )
                for quantity in quantities[order.pk]
            ]
            made += new
            activities.append(
                _activity(ActivityKind.RELEASE, order.site_id, by, at, outputs=[(u, u.quantity) for u in new])
            )
    Unit.objects.bulk_create(made, batch_size=1000)
    _store(activities)
    return made


def _quantities(order: WorkOrder) -> list[Decimal]:
    """The quantity of each unit of an order."""
    product = order.product_revision.product
    if product.tracking != Tracking.SERIAL:
        return [order.quantity]
    if order.quantity != int(order.quantity):
        raise InvalidInput(
            f"{order.erp_reference} asks for {plain(order.quantity)} pieces, and {product.code} is counted by serial "
            "number.",
            do="Correct the quantity to a whole number.",
        )
    return [Decimal(1)] * int(order.quantity)


def receive(
    *, site: Site, product: Product, serial: str, quantity: Decimal, by: Person, at: datetime, reason: str = ""
) -> Unit:
    """Take in a bought or stocked unit or lot, so that it can be built in. Serial products have quantity 1."""
    check_permission(by, Permission.RECEIVE_UNITS)
    check_site_access(by, site.pk)
    serial = serial.strip()
    errors = []
    if not serial:
        errors.append(FieldError("serial", "A unit needs a serial or lot number."))
    if product.tracking == Tracking.SERIAL and quantity != 1:
        errors.append(FieldError("quantity", f"{product.code} has serial numbers: each is 1.", "Receive them singly."))
    if quantity <= 0:
        errors.append(FieldError("quantity", "The quantity is more than 0."))
    if errors:
        raise InvalidInput("This can't be received.", do="Correct what is named.", errors=errors)
    if Unit.objects.filter(serial=serial).exists():
        raise SerialTaken(f"{serial} is known already.", do="Look it up, or check the label.")
    unit = Unit.objects.create(
        site=site,
        serial=serial,
        product=product,
        status=UNIT.after(None, "receive"),
        quantity=quantity,
        created_at=at,
        created_by=by,
    )
    _record(ActivityKind.RECEIVE, site.pk, by, at, At(), outputs=[(unit, quantity)], reason=reason)
    return unit


def consume(*, unit: Unit, components: Sequence[ComponentScan], where: At, by: Person, at: datetime) -> None:
    """Build locked components into a locked unit. Gates have judged them; the balance constraint judges last."""
    inputs = []
    for scan in components:
        assert scan.unit is not None, "the gates refuse unknown components"
        scan.unit.quantity_consumed += scan.quantity
        if scan.unit.quantity_left <= 0:
            scan.unit.status = UNIT.after(scan.unit.status, "consume", name=scan.unit.serial)
        inputs.append((scan.unit, scan.quantity, scan.step_code, scan.scanned))
    _record(ActivityKind.CONSUME, unit.site_id, by, at, where, inputs=inputs, outputs=[(unit, unit.quantity)])
    _save_balances({scan.unit.pk: scan.unit for scan in components if scan.unit is not None})


def finish(*, unit: Unit, where: At, by: Person, at: datetime) -> Unit:
    """Nothing is left to be done to a locked unit."""
    unit.status = UNIT.after(unit.status, "finish", name=unit.serial)
    unit.save(update_fields=["status"])
    _record(ActivityKind.FINISH, unit.site_id, by, at, where, outputs=[(unit, unit.quantity_left)])
    return unit


def scrap(*, unit: Unit, quantity: Decimal, reason: str, where: At, by: Person, at: datetime) -> Unit:
    """Scrap a quantity of a locked unit; the unit is scrapped when nothing is left of it."""
    unit.quantity_scrapped += quantity
    if unit.quantity_left <= 0:
        unit.status = UNIT.after(unit.status, "scrap", name=unit.serial)
    unit.save(update_fields=["quantity_scrapped", "status"])
    _record(ActivityKind.SCRAP, unit.site_id, by, at, where, inputs=[(unit, quantity, "", "")], reason=reason)
    return unit


def _new_serials(product: Product, count: int) -> list[str]:
    """The next serials of a product. A number whose serial was received from elsewhere is passed over."""
    serials: list[str] = []
    while len(serials) < count:
        first = _take_numbers(product, missing := count - len(serials))
        proposed = [product.serial(first + index) for index in range(missing)]
        taken = set(Unit.objects.filter(serial__in=proposed).values_list("serial", flat=True))
        serials += [serial for serial in proposed if serial not in taken]
    return serials


def _save_balances(units: Mapping[UUID, Unit]) -> None:
    # By hand: building the statement of bulk_update takes longer than all the rest of a consumption.
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE genealogy_unit AS unit SET quantity_consumed = used.quantity_consumed, status = used.status
               FROM unnest(%s::uuid[], %s::numeric[], %s::text[]) AS used (id, quantity_consumed, status)
               WHERE unit.id = used.id""",
            [list(units), [u.quantity_consumed for u in units.values()], [str(u.status) for u in units.values()]],
        )


def _take_numbers(product: Product, count: int) -> int:
    """The first of `count` running numbers; the counter's row stays locked until commit, so none is lost or doubled."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO genealogy_serialcounter AS counter (product_id, last) VALUES (%s, %s)
               ON CONFLICT (product_id) DO UPDATE SET last = counter.last + excluded.last RETURNING last""",
            [product.pk, count],
        )
        (last,) = cursor.fetchone()
    return last - count + 1


def _record(kind: ActivityKind, site_id: UUID, by: Person, at: datetime, where: At, **what: Unpack["_Moved"]) -> None:
    _store([_activity(kind, site_id, by, at, where, **what)])


class _Moved(TypedDict, total=False):
    """What went in (unit, quantity, step code, raw scan) and came out (unit, quantity) of an activity, and why."""

    inputs: Sequence[tuple[Unit, Decimal, str, str]]
    outputs: Sequence[tuple[Unit, Decimal]]
    reason: str


def _activity(
    kind: ActivityKind, site_id: UUID, by: Person, at: datetime, where: At = NOWHERE, **what: Unpack[_Moved]
) -> tuple[Activity, list[ActivityUnit]]:
    """An activity with its units, not stored yet."""
    activity = Activity(
        site_id=site_id,
        kind=kind,
        at=at,
        by=by,
        execution=where.execution,
        operation_code=where.operation_code,
        station_code=where.station_code,
        reason=what.get("reason", ""),
    )
    went_in = [
        ActivityUnit(
            site_id=site_id,
            activity=activity,
            unit=unit,
            direction=Direction.INPUT,
            quantity=quantity,
            step_code=step,
            scanned=scanned,
        )
        for unit, quantity, step, scanned in what.get("inputs", ())
    ]
    came_out = [
        ActivityUnit(site_id=site_id, activity=activity, unit=unit, direction=Direction.OUTPUT, quantity=quantity)
        for unit, quantity in what.get("outputs", ())
    ]
    return activity, went_in + came_out


def _store(activities: Sequence[tuple[Activity, list[ActivityUnit]]]) -> None:
    """Store activities and their units, in one statement each a batch."""
    Activity.objects.bulk_create([activity for activity, _ in activities], batch_size=1000)
    ActivityUnit.objects.bulk_create([unit for _, its in activities for unit in its], batch_size=1000)

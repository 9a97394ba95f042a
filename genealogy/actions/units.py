"""Verbs on units. Each writes its activity; balances and status change in the same transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from equipment.models import Site
from equipment.policies import check_site_access
from genealogy.activities import At, activity, record, store
from genealogy.models import Delivery, Unit
from genealogy.policies import Delivered, check_can_be_received, expiry_by_shelf_life, pieces_of
from genealogy.queries import ComponentScan
from genealogy.status import UNIT, ActivityKind
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.writes import insert, update
from orders.models import Product, ProductRevision, WorkOrder


def create_for_orders(*, orders: Sequence[WorkOrder], by: Person, at: datetime) -> list[Unit]:
    """The units of what is released of orders: n serial numbers each, or one lot of n, by the product's pattern."""
    quantities = {order.pk: pieces_of(order, order.quantity_released) for order in orders}
    made: list[Unit] = []
    activities = []
    for product in dict.fromkeys(order.product_revision.product for order in orders):
        its = [order for order in orders if order.product_revision.product == product]
        serials = iter(new_serials(product, sum(len(quantities[order.pk]) for order in its)))
        for order in its:
            new = [_unit_of(order, next(serials), quantity, by, at) for quantity in quantities[order.pk]]
            made += new
            activities.append(
                activity(ActivityKind.RELEASE, order.site_id, by, at, outputs=[(u, u.quantity) for u in new])
            )
    insert(made)
    store(activities)
    return made


def create_more(
    *,
    order: WorkOrder,
    quantities: Sequence[Decimal],
    by: Person,
    at: datetime,
    replaces: Unit | None = None,
    why: str = "",
) -> list[Unit]:
    """Further units of an order on the floor, one of each quantity; replaces: the scrapped piece one is made for."""
    serials = new_serials(order.product_revision.product, len(quantities))
    made = [_unit_of(order, serial, quantity, by, at) for serial, quantity in zip(serials, quantities, strict=True)]
    for unit in made:
        unit.replaces = replaces
    insert(made)
    why = why or (_("Replaces {unit}.").format(unit=replaces) if replaces else _("More is ordered."))
    record(ActivityKind.RELEASE, order.site_id, by, at, outputs=[(u, u.quantity) for u in made], reason=why)
    return made


def _unit_of(order: WorkOrder, serial: str, quantity: Decimal, by: Person, at: datetime) -> Unit:
    """A unit that is made for an order, not stored yet."""
    return Unit(
        site_id=order.site_id,
        serial=serial,
        product=order.product_revision.product,
        product_revision_id=order.product_revision_id,
        work_order=order,
        status=UNIT.after(None, "release"),
        quantity=quantity,
        created_at=at,
        created_by=by,
    )


def cancel(*, units: Sequence[Unit], reason: str, by: Person, at: datetime) -> None:
    """Locked units that nobody has begun are not made."""
    if not units:
        return
    for unit in units:
        unit.status = UNIT.after(unit.status, "cancel", name=unit.serial)
    update(units, "status")
    gone = [(unit, unit.quantity_left, "", "") for unit in units]
    record(ActivityKind.CANCEL, units[0].site_id, by, at, inputs=gone, reason=reason)


def shrink(*, unit: Unit, quantity: Decimal, by: Person, at: datetime) -> None:
    """Make less of a locked lot that nobody has begun."""
    unit.quantity -= quantity
    update([unit], "quantity")
    why = _("Less is ordered.")
    record(ActivityKind.CANCEL, unit.site_id, by, at, inputs=[(unit, quantity, "", "")], reason=why)


def grow(*, unit: Unit, quantity: Decimal, by: Person, at: datetime) -> None:
    """Make more of a locked lot that nobody has begun."""
    unit.quantity += quantity
    update([unit], "quantity")
    record(ActivityKind.RELEASE, unit.site_id, by, at, outputs=[(unit, quantity)], reason=_("More is ordered."))


def receive(
    *,
    site: Site,
    product: Product,
    quantity: Decimal,
    by: Person,
    at: datetime,
    serial: str = "",
    revision: ProductRevision | None = None,
    expires_date: date | None = None,
    delivered: Delivered | None = None,
    reason: str = "",
) -> Unit:
    """Take in a bought or stocked unit or lot, so that it can be built in. Serial products have quantity 1.

    serial: "" gives a lot the next number of its product. expires_date: as its label says; by default the product's
    shelf life from today at the site, where it has one. What the product says is quarantined waits for release.
    Raises InvalidInput, SerialTaken.
    """
    check_permission(by, Permission.RECEIVE_UNITS)
    check_site_access(by, site.pk)
    waits = product.is_quarantined
    unit = Unit(
        site=site,
        serial=serial.strip(),
        product=product,
        product_revision=revision,
        status=UNIT.after(None, "receive_in_quarantine" if waits else "receive"),
        quantity=quantity,
        expires_date=expires_date or expiry_by_shelf_life(product, site.local(at).date()),
        created_at=at,
        created_by=by,
    )
    check_can_be_received(unit, delivered, today=site.local(at).date())
    if not unit.serial:
        (unit.serial,) = new_serials(product, 1)
    insert([unit])
    if delivered is not None:
        Delivery.objects.create(site=site, unit=unit, **vars(delivered))
    record(ActivityKind.RECEIVE, site.pk, by, at, outputs=[(unit, quantity)], reason=reason)
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
    record(ActivityKind.CONSUME, unit.site_id, by, at, where, inputs=inputs, outputs=[(unit, unit.quantity)])
    used = {scan.unit.pk: scan.unit for scan in components if scan.unit is not None}
    update(list(used.values()), "quantity_consumed", "status")


def finish(*, unit: Unit, where: At, by: Person, at: datetime) -> Unit:
    """Nothing is left to be done to a locked unit."""
    unit.status = UNIT.after(unit.status, "finish", name=unit.serial)
    update([unit], "status")
    record(ActivityKind.FINISH, unit.site_id, by, at, where, outputs=[(unit, unit.quantity_left)])
    return unit


def finish_many(*, units: Sequence[Unit], by: Person, at: datetime) -> None:
    """Nothing is left to be done to locked units of one site, since what was left is not asked any more."""
    if not units:
        return
    for unit in units:
        unit.status = UNIT.after(unit.status, "finish", name=unit.serial)
    update(units, "status")
    record(ActivityKind.FINISH, units[0].site_id, by, at, outputs=[(unit, unit.quantity_left) for unit in units])


def scrap(*, unit: Unit, quantity: Decimal, reason: str, where: At, by: Person, at: datetime) -> Unit:
    """Scrap a quantity of a locked unit; the unit is scrapped when nothing is left of it."""
    unit.quantity_scrapped += quantity
    if unit.quantity_left <= 0:
        unit.status = UNIT.after(unit.status, "scrap", name=unit.serial)
    update([unit], "quantity_scrapped", "status")
    record(ActivityKind.SCRAP, unit.site_id, by, at, where, inputs=[(unit, quantity, "", "")], reason=reason)
    return unit


def new_serials(product: Product, count: int) -> list[str]:
    """The next serials of a product, for what is made or received. A number that is taken already is passed over."""
    serials: list[str] = []
    while len(serials) < count:
        first = _take_numbers(product, missing := count - len(serials))
        proposed = [product.serial(first + index) for index in range(missing)]
        taken = set(Unit.objects.filter(serial__in=proposed).values_list("serial", flat=True))
        serials += [serial for serial in proposed if serial not in taken]
    return serials


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

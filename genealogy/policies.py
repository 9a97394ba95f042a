"""What may be received and staged, and which unit a person may name."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from equipment.models import Station
from equipment.queries import sites_of
from genealogy.models import Container, Supplier, Unit
from genealogy.queries import unit_by_serial
from genealogy.status import UnitStatus
from mes.kernel.attachments import check_attachment
from mes.kernel.numbers import plain
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import FieldError, InvalidInput, NotFound, Refusal
from orders.models import Product, Tracking, WorkOrder


class SerialTaken(Refusal):
    """A unit of this serial exists already."""


class NotALot(Refusal):
    """A part of the unit is asked for, and it is one piece."""


class InAnotherContainer(Refusal):
    """The unit is in a container already."""


@dataclass(frozen=True)
class Delivered:
    """What came with a received unit or lot. certificate: the uploaded file; label: the raw scan of its label."""

    supplier: Supplier | None = None
    supplier_lot: str = ""
    certificate_number: str = ""
    certificate: Any = ""
    label: str = ""


def known_unit(person: Person, serial: str) -> Unit:
    """The unit or lot of this serial at one of the person's sites.

    Raises NotFound; whether another site has one is not told.
    """
    unit = unit_by_serial(serial, sites_of(person))
    if unit is None:
        raise NotFound(
            _("There is no unit or lot {serial} at your sites.").format(serial=serial[:60]),
            do=_("Check the number on its label."),
        )
    return unit


def known_container(person: Person, code: str) -> Container:
    """The container of this code at one of the person's sites. Raises NotFound."""
    container = Container.objects.filter(code=code, site__in=sites_of(person)).select_related("site", "station").first()
    if container is None:
        raise NotFound(
            _("There is no container {code} at your sites.").format(code=code[:40]), do=_("Check its label.")
        )
    return container


def units_in(container: Container) -> list[Unit]:
    """What of a container is in process, by serial, each unit with its order: what its code stands for at a station.

    Raises InvalidInput when that is nothing.
    """
    inside = container.units.filter(status=UnitStatus.IN_PROCESS).order_by("serial")
    units = list(
        inside.select_related("product", "work_order__routing_revision", "work_order__product_revision__product")
    )
    if not units:
        raise InvalidInput(
            _("Nothing in {container} is to be worked on.").format(container=container),
            do=_("Put units into it first, or scan a unit."),
        )
    return units


def check_can_be_loaded(unit: Unit, container: Container) -> None:
    """Raise unless the locked unit is there to be put into the locked container."""
    if unit.container_id is not None:
        raise InAnotherContainer(
            _("{unit} is in {container} already.").format(unit=unit, container=unit.container),
            do=_("Take it out of there first."),
        )
    if not container.is_active:
        raise InvalidInput(_("{container} is out of use.").format(container=container), do=_("Take another one."))
    is_there = unit.quantity_left > 0 and unit.status != UnitStatus.CANCELLED and unit.site_id == container.site_id
    if not is_there:
        raise InvalidInput(
            _("{unit} can't be put into {container}.").format(unit=unit, container=container),
            why=_("It is used up or cancelled, or at another site."),
            do=_("Check its number."),
        )


def check_is_lot(unit: Unit) -> None:
    """Raise NotALot for a unit that is one piece: no part of it goes another way."""
    if unit.product.tracking == Tracking.SERIAL:
        raise NotALot(_("{unit} is one piece, not a lot.").format(unit=unit), do=_("Take it as a whole."))


def expiry_by_shelf_life(product: Product, received: date) -> date | None:
    """The last day on which what was received may be used, as the product's shelf life says; None: it keeps."""
    return None if product.shelf_life_days is None else received + timedelta(days=product.shelf_life_days)


def check_can_be_received(unit: Unit, delivered: Delivered | None, *, today: date) -> None:
    """Raise InvalidInput with everything that is wrong about a unit that is about to be received, or SerialTaken."""
    product = unit.product
    errors = [] if delivered is None else _about_the_delivery(delivered)
    if not unit.serial and product.tracking == Tracking.SERIAL:
        errors.append(FieldError("serial", _("A unit needs its serial number.")))
    if product.tracking == Tracking.SERIAL and unit.quantity != 1:
        errors.append(
            FieldError(
                "quantity",
                _("{product} has serial numbers: each is 1.").format(product=product.code),
                _("Receive them singly."),
            )
        )
    if unit.quantity <= 0:
        errors.append(FieldError("quantity", _("The quantity is more than 0.")))
    if unit.product_revision is not None and unit.product_revision.product_id != product.pk:
        errors.append(FieldError("revision", _("It is no revision of {product}.").format(product=product.code)))
    if unit.expires_date is not None and unit.expires_date < today:
        errors.append(
            FieldError(
                "expires_date",
                _("It expired on {date}.").format(date=unit.expires_date),
                _("Send it back."),
            )
        )
    if errors:
        raise InvalidInput(_("This can't be received."), do=_("Correct what is named."), errors=errors)
    if unit.serial and Unit.objects.filter(serial=unit.serial).exists():
        raise SerialTaken(
            _("{unit} is known already.").format(unit=unit.serial), do=_("Look it up, or check the label.")
        )


def _about_the_delivery(delivered: Delivered) -> list[FieldError]:
    errors = []
    if delivered.supplier is not None and not delivered.supplier.is_active:
        errors.append(
            FieldError(
                "supplier", _("Nothing is bought from {supplier} any more.").format(supplier=delivered.supplier.name)
            )
        )
    if delivered.certificate:
        check_attachment(delivered.certificate)
    return errors


class NotUsable(Refusal):
    """The unit or lot is not released, used up or scrapped."""


class Expired(Refusal):
    """The last day on which it may be used is over."""


class StagedHere(Refusal):
    """The unit or lot is at this station already."""


class MadeHere(Refusal):
    """The unit was made here, not received: other rules say what becomes of it."""


def check_not_expired(unit: Unit, at: datetime) -> None:
    """Raise Expired when the unit's last day, at its site, is over."""
    if unit.expires_date is not None and unit.expires_date < unit.site.local(at).date():
        raise Expired(
            _("{unit} expired on {date}.").format(unit=unit, date=unit.expires_date),
            do=_("Take another lot, and tell quality to reject this one."),
        )


def check_can_be_staged(unit: Unit, station: Station, at: datetime) -> None:
    """Raise unless the unit may be brought to the station now."""
    if station.site_id != unit.site_id or not station.is_active:
        sentence = _("{station} is no station in use at {site}.").format(station=station.code, site=unit.site)
        raise InvalidInput(sentence, do=_("Name another one."), errors=[FieldError("station", sentence)])
    if unit.status != UnitStatus.FINISHED:
        waits = unit.status == UnitStatus.QUARANTINED
        raise NotUsable(
            _("{unit} is {status}.").format(unit=unit, status=unit.get_status_display().lower()),
            do=_("Leave it in quarantine until quality releases it.") if waits else _("Take another one."),
            evidence={"status": unit.status},
        )
    check_not_expired(unit, at)
    if unit.station_id == station.pk:
        raise StagedHere(
            _("{unit} is staged at {station} already.").format(unit=unit, station=station.code), do=_("Go on with it.")
        )


def check_was_received(unit: Unit) -> None:
    """Raise MadeHere for what was not received."""
    if unit.work_order_id is not None:
        raise MadeHere(
            _("{unit} was made here.").format(unit=unit), do=_("Place a hold on it, and let quality decide.")
        )


def pieces_of(order: WorkOrder, quantity: Decimal) -> list[Decimal]:
    """The quantity of each unit that so much of an order is made as: serial numbers, or one lot."""
    check_in_pieces(order, quantity)
    is_counted = order.product_revision.product.tracking == Tracking.SERIAL
    return [Decimal(1)] * int(quantity) if is_counted else [quantity]


def check_in_pieces(order: WorkOrder, quantity: Decimal) -> None:
    """Raise InvalidInput when a part of a piece is asked of an order whose units have serial numbers each."""
    if quantity == int(quantity):
        return
    product = order.product_revision.product
    if product.tracking == Tracking.SERIAL:
        sentence = _("{order} asks for {quantity} pieces, and {product} is counted by serial number.").format(
            order=order.erp_reference, quantity=plain(quantity), product=product.code
        )
        do = _("Correct the quantity to a whole number.")
        raise InvalidInput(sentence, do=do, errors=[FieldError("quantity", sentence, do)])

"""Finding one record that the person may see."""

from typing import Any
from uuid import UUID

from django.http import Http404

from equipment.queries import sites_of
from genealogy.models import Unit
from genealogy.queries import unit_by_serial
from mes.kernel.personnel.models import Person
from orders.models import WorkOrder
from orders.queries import order_by_reference
from wip.models import Hold


def order_for(person: Any, erp_reference: str) -> WorkOrder:
    """The order of this reference at one of the person's sites. Raises Http404."""
    order = order_by_reference(erp_reference, list(sites_of(person)))
    if order is None:
        raise Http404
    return order


def unit_for(person: Any, serial: str) -> Unit:
    """The unit or lot of this serial at one of the person's sites. Raises Http404."""
    unit = unit_by_serial(serial)
    if unit is None or unit.site_id not in sites_of(person):
        raise Http404
    return unit


def hold_for(person: Any, number: str) -> Hold:
    """The hold of this number at one of the person's sites. Raises Http404."""
    hold = Hold.objects.select_related("unit", "work_order").filter(number=number, site__in=sites_of(person)).first()
    if hold is None:
        raise Http404
    return hold


def found_by_name(person: Any, text: str) -> WorkOrder | Unit | Hold | None:
    """The order, unit, lot or hold with this name, as written or in capitals: both are looked up by index."""
    sites, names = list(sites_of(person)), {text, text.upper()}
    return (
        WorkOrder.objects.filter(erp_reference__in=names, site__in=sites).first()
        or Unit.objects.filter(serial__in=names, site__in=sites).first()
        or Hold.objects.select_related("unit", "work_order").filter(number__in=names, site__in=sites).first()
    )


def people_by_key(keys: set[str]) -> dict[str, Person]:
    """People by the key that the ledger writes; whatever is no key is passed over."""
    return {str(person.pk): person for person in Person.objects.filter(pk__in=[k for k in keys if _is_key(k)])}


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

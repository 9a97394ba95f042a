"""Finding one record that the person may see."""

from typing import Any
from uuid import UUID

from django.http import Http404

from equipment.queries import sites_of
from genealogy.models import Unit
from mes.kernel.personnel.models import Person
from orders.models import WorkOrder
from wip.models import Hold


def hold_for(person: Any, number: str) -> Hold:
    """The hold of this number at one of the person's sites. Raises Http404."""
    hold = Hold.objects.select_related("unit", "work_order").filter(number=number, site__in=sites_of(person)).first()
    if hold is None:
        raise Http404
    return hold


def records_named(person: Any, text: str) -> list[WorkOrder | Unit | Hold]:
    """The orders, units, lots and holds of exactly this name, else of this name in capitals: both by index."""
    sites, names = sites_of(person), {text, text.upper()}
    found: list[WorkOrder | Unit | Hold] = [
        *WorkOrder.objects.filter(erp_reference__in=names, site__in=sites),
        *Unit.objects.filter(serial__in=names, site__in=sites),
        *Hold.objects.select_related("unit", "work_order").filter(number__in=names, site__in=sites),
    ]
    return [record for record in found if str(record) == text] or found


def people_by_key(keys: set[str]) -> dict[str, Person]:
    """People by the key that the ledger writes; whatever is no key is passed over."""
    return {str(person.pk): person for person in Person.objects.filter(pk__in=[k for k in keys if _is_key(k)])}


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

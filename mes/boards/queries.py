"""Finding one record that the person may see."""

from typing import Any

from django.http import Http404

from equipment.models import PhysicalAsset, Station
from equipment.queries import sites_of
from genealogy.models import Unit
from mes.kernel.keys import is_key
from mes.kernel.personnel.models import Person
from orders.models import ProductRevision, WorkOrder
from wip.models import Hold
from wip.queries import holds_in_full


def hold_for(person: Any, number: str) -> Hold:
    """The hold of this number at one of the person's sites. Raises Http404."""
    hold = holds_in_full().filter(number=number, site__in=sites_of(person)).first()
    if hold is None:
        raise Http404
    return hold


def records_named(person: Any, text: str) -> list[WorkOrder | Unit | Hold]:
    """The orders, units, lots and holds of exactly this name, else of this name in capitals: both by index."""
    sites, names = sites_of(person), {text, text.upper()}
    found: list[WorkOrder | Unit | Hold] = [
        *WorkOrder.objects.filter(erp_reference__in=names, site__in=sites),
        *Unit.objects.filter(serial__in=names, site__in=sites),
        *holds_in_full().filter(number__in=names, site__in=sites),
    ]
    return [record for record in found if str(record) == text] or found


def things_named(person: Any, text: str) -> list[WorkOrder | Unit | Station | PhysicalAsset | ProductRevision]:
    """What of this name can be put on hold: as records_named, stations, tools and gauges in use, and PCB-7 rev B."""
    sites, names = sites_of(person), {text, text.upper()}
    product, _, revision = text.rpartition(" rev ")
    found: list[WorkOrder | Unit | Station | PhysicalAsset | ProductRevision] = [
        *(one for one in records_named(person, text) if not isinstance(one, Hold)),
        *Station.objects.filter(code__in=names, site__in=sites, is_active=True),
        *PhysicalAsset.objects.filter(code__in=names, site__in=sites, is_active=True),
        *(ProductRevision.objects.filter(product__code=product, code=revision) if product else ()),
    ]
    return found


def people_by_key(keys: set[str]) -> dict[str, Person]:
    """People by the key that the ledger writes; whatever is no key is passed over."""
    return {str(person.pk): person for person in Person.objects.filter(pk__in=[k for k in keys if is_key(k)])}

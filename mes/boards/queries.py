"""Finding one record that the person may see."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from equipment.models import Connection, PhysicalAsset, SiteAccess, Station
from equipment.queries import sites_of
from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.pieces import Flat
from mes.kernel.prepared import Question, any_of, at_once, prepared
from orders.models import Product, ProductRevision, WorkOrder
from orders.queries import narrowed
from orders.status import OrderStatus
from wip.models import Batch, Hold
from wip.queries import holds_in_full

NEAR = 20


def hold_for(person: Any, number: str) -> Hold:
    """The hold of this number at one of the person's sites. Raises Http404."""
    hold = holds_in_full().filter(number=number, site__in=sites_of(person)).first()
    if hold is None:
        raise Http404
    return hold


def records_named(person: Any, text: str) -> list[WorkOrder | Unit | Hold]:
    """The orders, units, lots and holds of exactly this name, else of this name in capitals: both by index."""
    named = list(sites_of(person)), [text, text.upper()]
    rows = at_once(_orders_named.of(*named), _units_named.of(*named), _holds_named.of(*named))
    found: list[WorkOrder | Unit | Hold] = [record for records in rows for record in records]
    return [record for record in found if str(record) == text] or found


@prepared
def _orders_named(sites: Collection[UUID], names: Collection[str]) -> QuerySet[WorkOrder]:
    return WorkOrder.objects.filter(erp_reference=any_of(names), site=any_of(sites))


@prepared
def _units_named(sites: Collection[UUID], names: Collection[str]) -> QuerySet[Unit]:
    return Unit.objects.filter(serial=any_of(names), site=any_of(sites))


@prepared
def _holds_named(sites: Collection[UUID], names: Collection[str]) -> QuerySet[Hold]:
    return holds_in_full().filter(number=any_of(names), site=any_of(sites))


@dataclass(frozen=True)
class Near(Flat):
    """A record that comes near a name: what it is called, of which product, in which state."""

    name: str
    product: str
    status: str


def near(person: Any, text: str) -> tuple[list[Near], list[Near]]:
    """The first units and lots, and the first orders, that have a text in their number or product. One go."""
    asked = list(sites_of(person)), text
    units, orders = at_once(_units_near.of(*asked), _orders_near.of(*asked))
    return (
        [Near(name, f"{code} {of}", str(UnitStatus(status).label)) for name, status, code, of in units],
        [Near(name, f"{code} {of}", str(OrderStatus(status).label)) for name, status, code, of in orders],
    )


@prepared
def _units_near(sites: Collection[UUID], text: str) -> QuerySet[Unit, Any]:
    found = Unit.objects.filter(site=any_of(sites), serial__icontains=text)
    return found.values_list("serial", "status", "product__code", "product__name")[:NEAR]


@prepared
def _orders_near(sites: Collection[UUID], text: str) -> QuerySet[WorkOrder, Any]:
    found = narrowed(WorkOrder.objects.filter(site=any_of(sites)), text=text, status="")
    of = "product_revision__product"
    return found.values_list("erp_reference", "status", f"{of}__code", f"{of}__name")[:NEAR]


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


@dataclass(frozen=True)
class Named:
    """Something with a page of its own. kind: in a word; names: by which of them it is found exactly."""

    label: str
    kind: str
    url: str
    names: frozenset[str]


def others_named(person: Any, text: str) -> list[Named]:
    """Products, connections, tools and gauges, batches and people with this text in code or name, if one may see them.

    At most NEAR of each; in one go.
    """
    kinds: list[tuple[Question[Any], Callable[[Any], Named]]] = [
        (_assets_near.of(sites := list(sites_of(person)), text), _named_asset),
        (_batches_near.of(sites, text), _named_batch),
    ]
    if person.may(Permission.VIEW_MASTER_DATA):
        kinds += [(_products_near.of(text), _named_product), (_connections_near.of(sites, text), _named_connection)]
    if person.may(Permission.VIEW_PEOPLE):
        kinds.append((_people_near.of(sites, text), _named_person))
    rows = at_once(*(question for question, _named in kinds))
    return [named(one) for (_question, named), found in zip(kinds, rows, strict=True) for one in found]


def _in_code_or_name(text: str) -> Q:
    return Q(code__icontains=text) | Q(name__icontains=text)


@prepared
def _assets_near(sites: Collection[UUID], text: str) -> QuerySet[PhysicalAsset]:
    return PhysicalAsset.objects.filter(_in_code_or_name(text), site=any_of(sites)).order_by("code")[:NEAR]


def _named_asset(one: PhysicalAsset) -> Named:
    return Named(str(one), _("Tool or gauge"), reverse("asset", args=[one.pk]), frozenset([one.code.lower()]))


@prepared
def _batches_near(sites: Collection[UUID], text: str) -> QuerySet[Batch]:
    return Batch.objects.filter(number__icontains=text, site=any_of(sites)).order_by("-number")[:NEAR]


def _named_batch(one: Batch) -> Named:
    return Named(str(one), _("Batch"), reverse("batch", args=[one.number]), frozenset([one.number.lower()]))


@prepared
def _products_near(text: str) -> QuerySet[Product]:
    return Product.objects.filter(_in_code_or_name(text)).order_by("code")[:NEAR]


def _named_product(one: Product) -> Named:
    return Named(str(one), _("Product"), reverse("product", args=[one.pk]), frozenset([one.code.lower()]))


@prepared
def _connections_near(sites: Collection[UUID], text: str) -> QuerySet[Connection]:
    found = Connection.objects.filter(_in_code_or_name(text), site=any_of(sites)).select_related("site")
    return found.order_by("code")[:NEAR]


def _named_connection(one: Connection) -> Named:
    page = reverse("connection", args=[one.site.code, one.code])
    return Named(str(one), _("Connection"), page, frozenset([one.code.lower()]))


@prepared
def _people_near(sites: Collection[UUID], text: str) -> QuerySet[Person]:
    called = Q(full_name__icontains=text) | Q(username__icontains=text) | Q(badge__iexact=text)
    seen = SiteAccess.objects.filter(site=any_of(sites)).values("person")
    return Person.objects.filter(called, pk__in=seen, is_active=True).order_by("full_name")[:NEAR]


def _named_person(one: Person) -> Named:
    names = frozenset(name.lower() for name in (one.full_name, one.username, one.badge) if name)
    return Named(one.full_name, _("Person"), reverse("person", args=[one.username]), names)

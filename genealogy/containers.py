"""Containers as they are looked at: with where they stand and what is in them."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import F, Prefetch, QuerySet

from genealogy.models import Container, Unit

_LEFT = F("quantity") - F("quantity_consumed") - F("quantity_scrapped") - F("quantity_returned") - F("quantity_split")


def containers_of(sites: Collection[UUID]) -> QuerySet[Container]:
    """Containers of the sites; `inside`: the units in each of which something is left, in a list."""
    inside = Unit.objects.annotate(left=_LEFT).filter(left__gt=0).select_related("product").order_by("serial")
    found = Container.objects.filter(site__in=sites).select_related("site", "station")
    return found.prefetch_related(Prefetch("units", inside, "inside")).order_by("code")

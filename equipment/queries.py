from typing import Any
from uuid import UUID

from equipment.models import Site, Station


def sites_of(person: Any) -> dict[UUID, Site]:
    """The sites the person may see, by key; asked once for a person object."""
    known = getattr(person, "_sites", None)
    if known is None:
        known = {site.pk: site for site in Site.objects.filter(people__person=person)}
        person._sites = known
    return known


def station_at(site: Site, code: str) -> Station | None:
    """The active station of this code at the site."""
    return Station.objects.select_related("site").filter(site=site, code__iexact=code, is_active=True).first()

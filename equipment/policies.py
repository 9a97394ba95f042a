from typing import Any
from uuid import UUID

from equipment.queries import sites_of
from mes.kernel.refusals import NotPermitted


class SiteNotYours(NotPermitted):
    """The record belongs to a site the person has no access to."""


def check_site_access(person: Any, site_id: UUID) -> None:
    """Raise SiteNotYours unless the person has access to the site."""
    if site_id not in sites_of(person):
        raise SiteNotYours(f"{person} has no access to this site.", do="Ask an administrator for access to the site.")

"""What is done to a person everywhere at once: in the office, over the API and at every station."""

from collections.abc import Collection
from datetime import datetime

from equipment.models import Site, SiteAccess
from equipment.policies import check_site_access
from mes.kernel.personnel.actions import people
from mes.kernel.personnel.models import Person
from mes.station.actions.logons import log_off_everywhere


def disable(*, person: Person, reason: str, by: Person, at: datetime) -> Person:
    """The person can do nothing from now on: tokens are revoked, log-ons at stations end, sessions are refused.

    Raises as the verb of personnel does. What runs stays with them until somebody takes it over.
    """
    disabled = people.disable(person=person, reason=reason, by=by, at=at)
    log_off_everywhere(person=disabled, by=by, at=at)
    return disabled


def create(*, person: Person, sites: Collection[Site], by: Person) -> Person:
    """A new person with access to these sites, which are `by`'s too; secrets are given in the administration.

    Raises as the verb of personnel does, and SiteNotYours.
    """
    for site in sites:
        check_site_access(by, site.pk)
    created = people.create(person=person, by=by)
    for site in sites:
        SiteAccess.objects.create(person=created, site=site)
    return created

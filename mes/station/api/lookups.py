"""Stations as a person may name them: what is elsewhere is refused as if it were not there."""

from uuid import UUID

from equipment.models import Station
from equipment.policies import known_station
from equipment.queries import sites_of
from mes.kernel.personnel.models import Person


def your_station(person: Person, site_id: UUID, code: str) -> Station:
    """The active station of this code at the unit's site."""
    return known_station(sites_of(person)[site_id], code)

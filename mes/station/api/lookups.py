"""Stations as a person may name them: what is elsewhere is refused as if it were not there."""

from uuid import UUID

from equipment.models import Station
from equipment.queries import sites_of, station_at
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import FieldError, InvalidInput


def your_station(person: Person, site_id: UUID, code: str) -> Station:
    """The active station of this code at the unit's site."""
    site = sites_of(person)[site_id]
    station = station_at(site, code)
    if station is None:
        sentence = f"{site} has no active station {code}."
        raise InvalidInput(sentence, do="Send a station's code.", errors=[FieldError("station", sentence)])
    return station

"""Units and stations as a person may see them: what is elsewhere is refused as if it were not there."""

from uuid import UUID

from equipment.models import Station
from equipment.queries import sites_of, station_at
from genealogy.models import Unit
from genealogy.queries import unit_by_serial
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import FieldError, InvalidInput, NotFound


def your_unit(person: Person, serial: str) -> Unit:
    """The unit of this serial at one of the person's sites."""
    unit = unit_by_serial(serial)
    if unit is None or unit.site_id not in sites_of(person):
        raise NotFound(f"There is no unit {serial[:60]} at your sites.", do="Check the serial.")
    return unit


def your_station(person: Person, site_id: UUID, code: str) -> Station:
    """The active station of this code at the unit's site."""
    site = sites_of(person)[site_id]
    station = station_at(site, code)
    if station is None:
        sentence = f"{site} has no active station {code}."
        raise InvalidInput(sentence, do="Send a station's code.", errors=[FieldError("station", sentence)])
    return station

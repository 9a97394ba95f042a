from equipment.queries import sites_of
from genealogy.models import Unit
from genealogy.queries import unit_by_serial
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import NotFound


def known_unit(person: Person, serial: str) -> Unit:
    """The unit or lot of this serial at one of the person's sites.

    Raises NotFound; whether another site has one is not told.
    """
    unit = unit_by_serial(serial, sites_of(person))
    if unit is None:
        raise NotFound(f"There is no unit or lot {serial[:60]} at your sites.", do="Check the number on its label.")
    return unit

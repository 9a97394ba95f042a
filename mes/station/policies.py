"""What a station may look at: units of its site, jobs of its own."""

from typing import Any

from django.utils.translation import gettext as _

from equipment.models import Station
from genealogy.models import Container, Unit
from genealogy.policies import units_in
from genealogy.queries import unit_by_serial
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.queries import person_by_badge
from mes.kernel.refusals import NotFound, Refusal
from wip.models import OperationExecution
from wip.queries import execution_by_key


class BadgeUnknown(NotFound):
    """Nobody who works here has this badge."""


class NotKnownHere(NotFound):
    """No unit or lot of the station's site has this code; whether another site has one is not told."""


class JobElsewhere(Refusal):
    """The job runs at another station."""


def badge_owner(badge: str) -> Person:
    """Whose badge it is."""
    person = person_by_badge(badge)
    if person is None:
        raise BadgeUnknown(
            _("{badge} is not a badge that is known here.").format(badge=badge),
            do=_("Scan your badge again, or ask an administrator to enter it."),
        )
    return person


def unit_at(station: Station, serial: str) -> Unit:
    """The unit or lot of this serial at the station's site."""
    unit = unit_by_serial(serial, [station.site_id])
    if unit is None:
        raise NotKnownHere(
            _("{serial} is not known at {site}.").format(serial=serial, site=station.site),
            why=_("No badge, unit or lot of this site has this code."),
            do=_("Scan the label again; if it stays unknown, put it aside and tell the supervisor."),
        )
    return unit


def units_of_code(station: Station, code: str) -> list[Unit]:
    """The unit of this serial, or what is in process in the container of this code, at the station's site."""
    unit = unit_by_serial(code, [station.site_id])
    if unit is None:
        container = Container.objects.filter(code=code, site=station.site_id).first()
        return units_in(container) if container is not None else [unit_at(station, code)]
    return [unit]


def job_at(station: Station, key: Any) -> OperationExecution:
    """The execution of this key, running or done, when it is at this station."""
    execution = execution_by_key(key, [station.site_id])
    if execution is None:
        raise NotFound(_("There is no such job here."), do=_("Go to the queue and choose one."))
    if execution.station_id != station.pk:
        raise JobElsewhere(
            _("{unit} is at {station} with operation {operation}.").format(
                unit=execution.unit, station=execution.station, operation=execution.operation_code
            ),
            do=_("Go on with it there, or take another unit here."),
        )
    return execution

"""Verbs on containers: carriers, trays and pallets whose units move together."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from equipment.models import Station
from equipment.policies import check_site_access
from genealogy.activities import At, record
from genealogy.models import Container, Unit
from genealogy.policies import check_can_be_loaded
from genealogy.status import ActivityKind
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal
from mes.kernel.writes import update


class NotInContainer(Refusal):
    """The unit is not in the container."""


class ContainerThere(Refusal):
    """The container stands where it is to be moved."""


def load(*, container: Container, units: Sequence[Unit], by: Person, at: datetime) -> Container:
    """Put units into a container. The activity's reason is its code.

    Raises InAnotherContainer, NotUsable for what is used up or at another site, InvalidInput for none or one twice.
    """
    locked, inside = _lock(container, units, by)
    for unit in inside:
        check_can_be_loaded(unit, locked)
        unit.container = locked
    return _moved(locked, inside, ActivityKind.LOAD, by, at)


def unload(*, container: Container, units: Sequence[Unit], by: Person, at: datetime) -> Container:
    """Take units out of a container. Raises NotInContainer."""
    locked, inside = _lock(container, units, by)
    for unit in inside:
        if unit.container_id != locked.pk:
            raise NotInContainer(
                _("{unit} is not in {container}.").format(unit=unit, container=locked), do=_("Look where it is.")
            )
        unit.container = None
    return _moved(locked, inside, ActivityKind.UNLOAD, by, at)


def move(*, container: Container, station: Station | None, by: Person, at: datetime) -> Container:
    """Bring a container with all that is in it to a station, or, with None, away from any. Raises ContainerThere."""
    check_permission(by, Permission.MOVE_CONTAINERS)
    check_site_access(by, container.site_id)
    locked = Container.objects.select_for_update(of=("self",), no_key=True).get(pk=container.pk)
    if station is not None and (station.site_id != locked.site_id or not station.is_active):
        raise InvalidInput(
            _("{container} can't be moved to {station}.").format(container=locked, station=station.code),
            do=_("Choose a station of its site."),
        )
    if locked.station_id == (station.pk if station else None):
        raise ContainerThere(
            _("{container} is there already.").format(container=locked), do=_("Nothing is left to do.")
        )
    locked.station = station
    locked.save(update_fields=["station"])
    return locked


def _lock(container: Container, units: Sequence[Unit], by: Person) -> tuple[Container, list[Unit]]:
    """The units as asked for, locked by key, then the container."""
    check_permission(by, Permission.MOVE_CONTAINERS)
    check_site_access(by, container.site_id)
    keys = [unit.pk for unit in units]
    if not keys or len(set(keys)) < len(keys):
        raise InvalidInput(_("Units are loaded or unloaded that are not the same one."), do=_("Name each once."))
    rows = Unit.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk")
    locked = {unit.pk: unit for unit in rows}
    return Container.objects.select_for_update(of=("self",), no_key=True).get(pk=container.pk), [
        locked[key] for key in keys
    ]


def _moved(container: Container, units: Sequence[Unit], kind: ActivityKind, by: Person, at: datetime) -> Container:
    update(units, "container")
    where = At(station_code=container.station.code if container.station else "")
    # Of what has nothing left, such as a scrapped piece, it is the whole that lies there.
    moved = [(unit, unit.quantity_left or unit.quantity) for unit in units]
    record(kind, container.site_id, by, at, where, outputs=moved, reason=container.code)
    return container

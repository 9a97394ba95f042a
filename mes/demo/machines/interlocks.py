"""The interlocks of the demo's machines: in force while they are switched on, not in the days before or after."""

from equipment.models import Connection, Station, Tag
from equipment.status import Interlock
from mes.demo.machines.plan import MachinePlan
from mes.demo.machines.program import ENABLE
from mes.kernel.door import open_door

WHICH = {"ST-110": Interlock.RECIPE, "ST-40": Interlock.PERMISSION}


def switch_on() -> None:
    """The stations wait for their machines from now on, where the machines can be told."""
    told = Tag.objects.filter(code=ENABLE, is_writable=True, is_active=True, station__code__in=WHICH)
    for station in Station.objects.filter(pk__in=told.values("station"), interlock=""):
        _set(station, WHICH[station.code], ENABLE, "Its machine is switched on, and waits for permission")


def switch_off() -> None:
    """No station waits for a machine that does not run; what somebody else has made wait does so on."""
    for station in Station.objects.filter(code__in=WHICH, permission_tag=ENABLE):
        _set(station, "", "", "Its machine is switched off: nobody waits for it")


def waits(plan: MachinePlan, connection: Connection) -> bool:
    """Whether a machine's station gives it permission, by a tag that the MES knows and uses.

    A plant that an earlier version has loaded lacks the tag, and whoever runs it may do without: then the machine would
    wait for what never comes.
    """
    tags = connection.tags.filter(code=ENABLE, is_writable=True, is_active=True)
    return Station.objects.filter(code=plan.station, permission_tag=ENABLE, tags__in=tags).exists()


def _set(station: Station, interlock: str, permission_tag: str, reason: str) -> None:
    station.interlock, station.permission_tag = interlock, permission_tag
    with open_door(person=None, reason=reason):
        station.save(update_fields=["interlock", "permission_tag"])

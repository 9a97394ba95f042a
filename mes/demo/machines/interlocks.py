"""The interlocks of the demo's machines: in force from when the machines are switched on, not in the days before."""

from equipment.models import Station, Tag
from equipment.status import Interlock
from mes.demo.machines.program import ENABLE
from mes.kernel.door import open_door

WHICH = {"ST-110": Interlock.RECIPE, "ST-40": Interlock.PERMISSION}


def switch_on() -> None:
    """The stations wait for their machines from now on, where the machines can be told."""
    told = Tag.objects.filter(code=ENABLE, is_writable=True, is_active=True, station__code__in=WHICH)
    for station in Station.objects.filter(pk__in=told.values("station"), interlock=""):
        station.interlock, station.permission_tag = WHICH[station.code], ENABLE
        with open_door(person=None, reason="Its machine is switched on, and waits for permission"):
            station.save(update_fields=["interlock", "permission_tag"])

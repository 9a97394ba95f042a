from typing import Any

from django.core.management.base import BaseCommand

from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.door import open_door
from wip.actions import openings

AT_ONCE = 500  # units locked together


class Command(BaseCommand):
    help = "Find anew what comes next on every unit in process: what the queues of stations are read from."

    def handle(self, *args: Any, **options: Any) -> None:
        keys = list(Unit.objects.filter(status=UnitStatus.IN_PROCESS).order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), AT_ONCE):
            with open_door(person=None):
                locked = Unit.objects.select_for_update(of=("self",), no_key=True).select_related("work_order")
                units = locked.filter(pk__in=keys[start : start + AT_ONCE]).order_by("pk")
                openings.rebuild(units=[unit for unit in units if unit.work_order is not None])
        self.stdout.write(f"{len(keys)} units looked at.")

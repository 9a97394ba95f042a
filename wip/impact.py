"""What a hold on a unit, a lot or an order would stop besides it, before it is placed."""

from collections import Counter
from dataclasses import dataclass

from genealogy.forward import gone_into, made_by_went_into, siblings_of
from genealogy.models import Unit
from genealogy.status import UnitStatus
from orders.models import WorkOrder


@dataclass(frozen=True)
class Impact:
    """units: those that would inherit the hold, by serial; gone: how many of those affected are not there any more."""

    units: list[Unit]
    gone: int

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many are in which state, in words."""
        found = Counter(unit.get_status_display() for unit in self.units)
        return sorted(found.items())

    @property
    def in_process(self) -> int:
        return self._count(UnitStatus.IN_PROCESS)

    @property
    def finished(self) -> int:
        return self._count(UnitStatus.FINISHED) + self._count(UnitStatus.QUARANTINED)

    @property
    def consumed(self) -> int:
        return self._count(UnitStatus.CONSUMED)

    def _count(self, status: UnitStatus) -> int:
        return sum(1 for unit in self.units if unit.status == status)


# What is gone needs no heir: nobody can use it any more.
GONE = (UnitStatus.SCRAPPED, UnitStatus.RETURNED, UnitStatus.MERGED, UnitStatus.CANCELLED)


def impact_of(thing: Unit | WorkOrder, *, with_siblings: bool = False) -> Impact:
    """What a hold on a unit or an order would be inherited by. A few statements, whatever the number of units."""
    if isinstance(thing, WorkOrder):
        found = made_by_went_into(thing)
    else:
        siblings = siblings_of(thing) if with_siblings else set()
        found = (gone_into({thing.pk} | siblings) | siblings) - {thing.pk}
    units = list(
        Unit.objects.filter(pk__in=found).select_related("product", "work_order", "station").order_by("serial")
    )
    held = [one for one in units if one.status not in GONE]
    return Impact(held, len(units) - len(held))

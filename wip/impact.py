"""What a hold on a unit, a lot, an order or a revision would stop besides it, before it is placed."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from genealogy.forward import gone_into, of_revision, siblings_of, went_into_others
from genealogy.models import Unit
from genealogy.status import UnitStatus
from orders.models import ProductRevision, WorkOrder


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


def impact_of(
    thing: Unit | WorkOrder | ProductRevision, *, site: UUID | None = None, with_siblings: bool = False
) -> Impact:
    """What a hold on this would be inherited by; site: of a revision. A few statements, whatever there is."""
    if isinstance(thing, WorkOrder):
        found = went_into_others(thing.units.all())
    elif isinstance(thing, ProductRevision):
        assert site is not None, "a revision is held at a site"
        found = went_into_others(of_revision(thing, site))
    else:
        siblings = siblings_of(thing) if with_siblings else set()
        found = (gone_into({thing.pk} | siblings) | siblings) - {thing.pk}
    units = list(
        Unit.objects.filter(pk__in=found).select_related("product", "work_order", "station").order_by("serial")
    )
    held = [one for one in units if one.status not in GONE]
    return Impact(held, len(units) - len(held))

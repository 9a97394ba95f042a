"""Which open holds stop which unit, job or component. Pure: the holds are brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from genealogy.models import Unit
from wip.jobs import Job
from wip.models import Hold


@dataclass(frozen=True)
class Held:
    """Open holds, and the units (hold, unit) for which one was released while it stays open for others."""

    holds: Sequence[Hold]
    freed: frozenset[tuple[UUID | None, UUID | None]]

    @classmethod
    def of(cls, rows: Sequence[Hold]) -> "Held":
        """From the open holds and the released heirs of some units."""
        freed = frozenset((one.origin_id, one.unit_id) for one in rows if not one.is_open)
        return cls([one for one in rows if one.is_open], freed)

    def on_job(self, job: Job) -> list[Hold]:
        return [
            hold for hold in self.holds if hold.operation_code in ("", job.operation.code) and self._is_on(hold, job)
        ]

    def on_unit(self, unit: Unit) -> list[Hold]:
        """What stops a unit, at some operation or at all of them."""
        return [hold for hold in self.holds if self._stops(hold, unit)]

    def on_part(self, unit: Unit) -> Hold | None:
        """What stops a unit from being built in, whatever is done to it."""
        return next((hold for hold in self.holds if not hold.operation_code and self._stops(hold, unit)), None)

    def _is_on(self, hold: Hold, job: Job) -> bool:
        if hold.asset is not None:
            here = job.station is not None and hold.asset.station_id == job.station.pk
            return here and any(hold.asset.asset_class.code == asked.class_code for asked in job.required_assets)
        if hold.station_id is not None:
            return job.station is not None and hold.station_id == job.station.pk
        return self._stops(hold, job.unit)

    def _stops(self, hold: Hold, unit: Unit) -> bool:
        if hold.unit_id is not None:
            return hold.unit_id == unit.pk
        if hold.product_revision_id is not None:
            return hold.product_revision_id == unit.product_revision_id and hold.site_id == unit.site_id
        is_on_order = hold.work_order_id is not None and hold.work_order_id == unit.work_order_id
        return is_on_order and (hold.pk, unit.pk) not in self.freed

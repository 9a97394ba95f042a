"""Where the demo plant works, as its history and its simulated operators know it."""

from dataclasses import dataclass
from datetime import date

from equipment.models import CalendarException, ClearanceItem, Site, Station, WorkCenter
from equipment.status import CalendarChange
from orders.models import ProductRevision, RoutingRevision
from orders.plans import OperationPlan
from orders.queries import read_plan
from orders.status import RevisionStatus

ASSEMBLY, MACHINING = "ASSEMBLY", "MACHINING"


@dataclass(frozen=True)
class Ground:
    """The plant's equipment. lines: by area; stations: by the number in their code; cleared: those with a checklist."""

    site: Site
    lines: dict[str, WorkCenter]
    stations: dict[str, Station]
    cleared: frozenset[str]

    @classmethod
    def read(cls) -> "Ground":
        site = Site.objects.get()
        lines = WorkCenter.objects.select_related("site", "area", "calendar")
        stations = Station.objects.select_related("site", "work_center", "station_class")
        cleared = ClearanceItem.objects.filter(is_active=True).values_list("station__code", flat=True)
        return cls(
            site,
            {line.area.code: line for line in lines if line.area},
            {_number(station.code): station for station in stations},
            frozenset(_number(code) for code in cleared),
        )

    def stations_of(self, area: str) -> dict[str, Station]:
        line = self.lines[area]
        return {number: station for number, station in self.stations.items() if station.work_center_id == line.pk}

    def holidays(self, area: str) -> set[date]:
        """The days on which an area's line is closed."""
        closed = CalendarException.objects.filter(calendar=self.lines[area].calendar, kind=CalendarChange.CLOSED)
        return set(closed.values_list("date", flat=True))


def _number(code: str) -> str:
    return code.removeprefix("ST-")


def operations_of(product: str) -> tuple[OperationPlan, ...]:
    """What is done to make a product, by its released revisions, in an order that respects the graph."""
    released = {"status": RevisionStatus.RELEASED}
    routings = RoutingRevision.objects.filter(redline_of__isnull=True).select_related("routing")
    routing = routings.get(routing__product__code=product, routing__is_rework=False, **released)
    revision = ProductRevision.objects.select_related("product").get(product__code=product, **released)
    return read_plan(routing, revision).operations

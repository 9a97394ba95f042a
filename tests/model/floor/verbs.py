"""The plant's verbs as the machine calls them: by serials, codes and names, each through a door of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from genealogy.actions import containers
from genealogy.models import Container, Unit
from mes.kernel.door import open_door
from mes.station.actions import batches
from mes.station.actions.batches import BatchEnd
from mes.station.actions.operations import Given
from orders.models import OperationEdge, Product, RoutingRevision, WorkOrder
from tests.model.floor.plant import an_operation, master_data
from tests.model.floor_plant import FloorPlant
from tests.plant import Plant
from tests.redlines import applied, drafted, remove
from tests.undo import undo
from wip.actions import reworks
from wip.models import Batch, OperationExecution, Rework

WITH_ITS_ORDER = ("product", "work_order__routing_revision", "work_order__product_revision", "container")


@dataclass
class Verbs(FloorPlant):
    """What FloorPlant does, and more. repairs: the rework routing, by lot or not; part: what GRIND takes."""

    repairs: dict[bool, RoutingRevision] = field(default_factory=dict)
    part: Product | None = None

    def parts(self, quantity: int) -> str:
        """The serial of a lot of parts."""
        assert self.part is not None
        self.count += 1
        return self.plant.receive(self.part, f"PEG-{self.count:05}", quantity).serial

    def tray(self) -> Container:
        self.count += 1
        with open_door(person=None, at=self.plant.clock):
            return Container.objects.create(site=self.plant.site, code=f"TRAY-{self.count:05}", kind="Tray")

    def unit(self, serial: str) -> Unit:
        return Unit.objects.select_related(*WITH_ITS_ORDER).get(serial=serial)

    def units(self, serials: Sequence[str]) -> list[Unit]:
        found = {u.serial: u for u in Unit.objects.select_related(*WITH_ITS_ORDER).filter(serial__in=serials)}
        return [found[serial] for serial in serials]

    def give(self, serial: str, code: str, step: str, value: str, reason: str, who: str) -> OperationExecution:
        return self._report(serial, code, [Given(step, value, reason=reason)], None, who)

    def undo(self, serial: str, code: str, who: str, reason: str) -> Any:
        return undo(self.plant, self.unit(serial), code, who=who, reason=reason)

    # Other ways

    def send_through_repair(self, serial: str, found_in: str, return_to: str, who: str, *, by_lot: bool) -> Rework:
        with self._as(who) as passage:
            return reworks.send_back(
                unit=self.unit(serial),
                found_in=found_in,
                return_to=return_to,
                routing_revision=self.repairs[by_lot],
                reason="Bent",
                **_by(passage),
            )

    def draft(self, order: WorkOrder, change: str) -> RoutingRevision:
        """A redline, drafted, changed and signed by two."""
        plant = self.plant
        revision = drafted(plant, order)
        with plant.door("hiroshi"):
            {"+45": self._insert_45, "-30": lambda one: remove("30")(plant, one)}[change](revision)
        return plant.approve_and_release(revision)

    def _insert_45(self, revision: RoutingRevision) -> None:
        made = an_operation(self.plant, revision, "45")
        test = revision.operations.get(code="50")
        for edge in test.edges_in.exclude(before__code="30"):
            OperationEdge.objects.create(routing_revision=revision, before=edge.before, after=made)
            edge.delete()
        OperationEdge.objects.create(routing_revision=revision, before=made, after=test)

    def redline(self, order: WorkOrder, revision: RoutingRevision, who: str) -> WorkOrder:
        return applied(self.plant, order, revision, who=who)

    # Together

    def start_batch(self, serials: Sequence[str], code: str, who: str) -> Batch:
        with self._as(who) as passage:
            return batches.start(
                units=self.units(serials), operation_code=code, station=self._station(code), **_by(passage)
            )

    def report_batch(self, batch: Batch, code: str, who: str, *given: Given, scrap: Mapping[str, int] | None) -> Batch:
        """scrap: of what, as it ends; None: it does not end."""
        end = None
        if scrap is not None:
            pieces = {serial: Decimal(one) for serial, one in scrap.items()}
            end = BatchEnd(pieces, "Bent" if any(scrap.values()) else "")
        with self._as(who) as passage:
            return batches.report(batch=batch, given=given, end=end, station=self._station(code), **_by(passage))

    def take_over_batch(self, batch: Batch, code: str, who: str) -> Batch:
        with self._as(who) as passage:
            return batches.take_over(batch=batch, station=self._station(code), **_by(passage))

    def load(self, verb: str, container: Container, serials: Sequence[str], who: str) -> Container:
        """load or unload."""
        with self._as(who) as passage:
            return getattr(containers, verb)(container=container, units=self.units(serials), **_by(passage))

    def move(self, container: Container, station: str | None, who: str) -> Container:
        with self._as(who) as passage:
            there = self.plant.stations[station] if station else None
            return containers.move(container=container, station=there, **_by(passage))

    def _as(self, who: str):
        return self.plant.door(who)


def _by(passage) -> dict[str, Any]:
    return {"by": passage.person, "at": passage.at}


def verbs_on(plant: Plant) -> Verbs:
    made = master_data(plant)
    return Verbs(plant, made.products[True], made.products[False], repairs=made.repairs, part=made.part)

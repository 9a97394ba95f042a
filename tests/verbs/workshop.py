"""A plant in which every verb can be set up again and again: what a product is made by is made once."""

from collections.abc import Callable
from decimal import Decimal
from functools import cached_property, partial
from itertools import count
from typing import Any

from equipment.models import PhysicalAsset
from genealogy.models import Container, Unit
from mes.kernel.door import open_door
from mes.station.actions.operations import Completion
from tests.bench.line import DriveLine, drive_line
from tests.equipment.assets import asking_for_a_wrench
from tests.flow import LotFlow, lot_flow
from tests.material import Line, checklist, line
from tests.motion import Rods, rods
from tests.plant import Plant
from wip.models import OperationExecution
from wip.queries import execution_at

SCRAP = Completion(scrap=Decimal(1), scrap_reason="Dropped")


class Workshop:
    """The test plant and its products; each is released when it is first asked for."""

    def __init__(self, plant: Plant) -> None:
        self.plant, self._numbers = plant, count(1)

    def act(self, verb: Callable, who: str = "amina", **given: Any) -> Callable[[], Any]:
        """The verb through the door, when it is called."""
        return partial(self.do, verb, who, **given)

    def do(self, verb: Callable, who: str = "amina", **given: Any) -> Any:
        with self.plant.door(who) as passage:
            return verb(by=passage.person, at=passage.at, **given)

    def name(self, prefix: str) -> str:
        """A number that nothing else has."""
        return f"{prefix}-{next(self._numbers):05}"

    def at_work(self, code: str = "10") -> tuple[Unit, OperationExecution]:
        """A pump on which Amina works at an operation that waits for none."""
        unit = self.plant.unit()
        self.plant.start(unit, code)
        return unit, self.at(unit, code)

    def at(self, unit: Unit, code: str) -> OperationExecution:
        execution = execution_at(unit, code)
        assert execution is not None
        return execution

    def lot(self, quantity: int = 100, flow: LotFlow | None = None) -> Unit:
        """The lot of an order of its own."""
        return (flow or self.shafts).lot(quantity, self.name("WO-LOT"))

    def container(self) -> Container:
        with open_door(person=None):
            return Container.objects.create(site=self.plant.site, code=self.name("TRAY"))

    @cached_property
    def rods(self) -> Rods:
        return rods(self.plant)

    @cached_property
    def drives(self) -> DriveLine:
        return drive_line(self.plant)

    @cached_property
    def shafts(self) -> LotFlow:
        return lot_flow(self.plant)

    @cached_property
    def charges(self) -> LotFlow:
        """Lots that a furnace takes, 10,000 pieces in a run."""
        return lot_flow(self.plant, {("10", "20"): None}, batch={"10": 10_000}, steps=True, code="BLANK")

    @cached_property
    def cleared(self) -> Line:
        """Valves, before which the line is cleared."""
        checklist(self.plant)
        return line(self.plant, "VALVE", is_cleared=True)

    @cached_property
    def screwed(self) -> Line:
        """Covers, which take screws of a lot."""
        return line(self.plant, "COVER", part=self.plant.screws)

    @cached_property
    def wrench(self) -> PhysicalAsset:
        """From here on operation 30 of the pumps asks for a torque wrench, which is there."""
        return asking_for_a_wrench(self.plant)

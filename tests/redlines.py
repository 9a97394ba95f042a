"""Redlines of the tests' orders: drafted, changed, signed by two and put into effect."""

from collections.abc import Callable

from equipment.models import Station
from orders.actions import redlines as drafting
from orders.models import Operation, OperationEdge, RoutingRevision, Step, WorkOrder
from tests.plant import Plant
from wip.actions import redlines

REASON = "The seal of batch 7 swells"


def drafted(plant: Plant, order: WorkOrder, *, who: str = "hiroshi", reason: str = REASON) -> RoutingRevision:
    with plant.door(who) as passage:
        return drafting.draft(order=order, reason=reason, by=passage.person, at=passage.at)


def applied(plant: Plant, order: WorkOrder, revision: RoutingRevision, *, who: str = "mei") -> WorkOrder:
    with plant.door(who) as passage:
        return redlines.apply(order=order, revision=revision, by=passage.person, at=passage.at)


def redlined(plant: Plant, order: WorkOrder, *changes: Callable[[Plant, RoutingRevision], object]) -> WorkOrder:
    """The order, changed by a redline that is in effect."""
    draft = drafted(plant, order)
    for change in changes:
        change(plant, draft)
    return applied(plant, order, plant.approve_and_release(draft))


def operation(draft: RoutingRevision, code: str) -> Operation:
    return draft.operations.get(code=code)


def add_a_step(plant: Plant, draft: RoutingRevision, code: str = "30") -> Step:
    """A further check at the end of an operation."""
    of = operation(draft, code)
    return Step.objects.create(operation=of, position=90, code="SEAL", kind="CHECK", name="Seal is dry")


def insert_an_operation(plant: Plant, draft: RoutingRevision, *, before: str = "30", after: str = "20") -> Operation:
    """25, done at the station of 20 between the two."""
    station: Station = plant.stations["20"]
    made = Operation.objects.create(
        routing_revision=draft, code="25", name="Dry the seal", station_class=station.station_class
    )
    Step.objects.create(operation=made, position=10, code="DRY", kind="CHECK", name="Seal is dry")
    for one, other in ((operation(draft, after), made), (made, operation(draft, before))):
        OperationEdge.objects.create(routing_revision=draft, before=one, after=other)
    return made


def remove(code: str) -> Callable[[Plant, RoutingRevision], object]:
    """Without an operation; what waited for it waits for what it waited for."""

    def change(plant: Plant, draft: RoutingRevision) -> None:
        gone = operation(draft, code)
        pairs = [(i.before, o.after) for i in gone.edges_in.all() for o in gone.edges_out.all()]
        gone.delete()
        for one, other in pairs:
            OperationEdge.objects.get_or_create(routing_revision=draft, before=one, after=other)

    return change

"""What happens to lots of gear shafts beside their way: split, merged, put on pallets, two in one charge."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from genealogy.actions import containers
from genealogy.models import Container, Unit
from mes.demo.work import Worker
from mes.kernel.door import open_door
from mes.station.actions import operations
from orders.models import WorkOrder
from wip.actions import lots

if TYPE_CHECKING:
    from mes.demo.history import History

FURNACE, GRINDER_PALLET = "PAL-0001", "PAL-0002"
CHARGED_WITH = {3: 2, 6: 5, 9: 8, 12: 11}  # lot: the one before, which waits for it at the furnace
LEFT_IN_FURNACE = 5  # the charge that it is in is ended by somebody who has not begun it
OVERLAPS = 13  # its gears are hobbed while the rest of it is turned
TESTED, RUSHED, CHARGED = 14, 16, 17  # lots of which a part went another way for a while, for good, and to the furnace


def take_test_pieces(history: "History", order: WorkOrder, at: datetime) -> None:
    """Four shafts go to the laboratory before hardening, and are one lot with the others again afterwards."""
    lot = history.unit(order)
    part = _split(history, lot, 4, "Test pieces for the laboratory", "igor", at)
    with open_door(person=history.people["igor"], at=at + timedelta(minutes=25)) as passage:
        reason = "Back from the laboratory, nothing found"
        lots.merge(into=lot, others=[part], reason=reason, by=passage.person, at=passage.at)


def send_some_ahead(history: "History", order: WorkOrder, at: datetime) -> None:
    """The customer wants ten at once for a trial: they are a lot of their own, and both stand on a pallet."""
    lot = history.unit(order)
    part = _split(history, lot, 10, "Ten for the customer's trial assembly", "greta", at)
    _load(history, GRINDER_PALLET, [lot, part], "elena", at + timedelta(minutes=4))


def charge(history: "History", order: WorkOrder, who: str, at: datetime) -> None:
    """Half of a lot fits beside the other half: both are on the furnace's pallet, and run as one batch."""
    lot = history.unit(order)
    part = _split(history, lot, 20, "Two layers on the pallet", who, at)
    _load(history, FURNACE, [lot, part], who, at + timedelta(minutes=2))
    history.worker.start_batch([lot, part], "40", history.stations["140"], who, at + timedelta(minutes=5))


def book_part(worker: Worker, unit: Unit, code: str, who: str, good: int, at: datetime) -> None:
    execution, person = worker.running[unit.pk, code], worker.people[who]
    with open_door(person=person, at=at, station=execution.station.code):
        station = execution.station
        operations.book(execution=execution, good=Decimal(good), station=station, by=person, at=at)


def _split(history: "History", lot: Unit, quantity: int, reason: str, who: str, at: datetime) -> Unit:
    with open_door(person=history.people[who], at=at) as passage:
        part = lots.split(unit=lot, quantity=Decimal(quantity), reason=reason, by=passage.person, at=passage.at)
    part.work_order = lot.work_order
    return part


def _load(history: "History", code: str, units: list[Unit], who: str, at: datetime) -> None:
    container = Container.objects.select_related("station").get(code=code)
    with open_door(person=history.people[who], at=at) as passage:
        containers.load(container=container, units=units, by=passage.person, at=passage.at)

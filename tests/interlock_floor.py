"""A station whose machine waits for the MES, without a machine: what the collector would answer is put there."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from equipment.models import Connection, MachineCommand, Observation
from equipment.status import CommandStatus, Interlock
from genealogy.models import Unit
from mes.kernel.door import open_door
from mes.station.actions import machines
from orders.actions import drafts
from orders.models import OperationSetpoint
from tests.machine_floor import press, value
from tests.plant import Plant

RECIPE = (("SPEED", "40", "0.5"), ("PROGRAM", "R-7", None))


def interlocked(plant: Plant, code: str = "20", *, recipe: bool = False, connection: Connection | None = None):
    """The connection of a station that gives its machine permission, or a recipe and permission."""
    connection, station = connection or press(plant), plant.stations[code]
    value(connection, station, "ENABLE", value_type="BOOL", address="coil:5", is_writable=True)
    value(connection, station, "SPEED", value_type="UINT16", address="holding:50", is_writable=True, write_high=100)
    value(connection, station, "PROGRAM", value_type="TEXT", address="holding:60", length=10, is_writable=True)
    with open_door(person=None):
        station.interlock = Interlock.RECIPE if recipe else Interlock.PERMISSION
        station.permission_tag = "ENABLE"
        station.save()
        Observation.objects.create(
            connection=connection, epoch=1, began_at=plant.clock, seen_until=plant.clock + timedelta(hours=2)
        )
    return connection


def with_recipe(plant: Plant, *setpoints: tuple[str, str, str | None], code: str = "20") -> None:
    """A released revision of the routing, whose operation has these setpoints."""
    with plant.door("hiroshi") as passage:
        draft = drafts.copy_routing_revision(revision=plant.routing, by=passage.person, at=passage.at)
        operation = draft.operations.get(code=code)
        operation.setpoints.all().delete()
        for position, (tag, text, tolerance) in enumerate(setpoints or RECIPE, 1):
            OperationSetpoint.objects.create(
                operation=operation, position=position, tag=tag, value=text, tolerance=tolerance
            )
    plant.routing = plant.approve_and_release(draft)


def prepare(plant: Plant, *units: Unit, code: str = "20", who: str = "amina") -> MachineCommand:
    with plant.door(who) as passage:
        return machines.prepare(
            units=[plant.fresh(unit) for unit in units],
            operation_code=code,
            station=plant.stations[code],
            by=passage.person,
            at=passage.at,
        )


def answer(plant: Plant, command: MachineCommand, status: str = CommandStatus.VERIFIED, **more: Any) -> MachineCommand:
    """As the collector does, on the plant's clock."""
    with open_door(person=None):
        MachineCommand.objects.filter(pk=command.pk).update(status=status, answered_at=plant.at(), **more)
    return MachineCommand.objects.get(pk=command.pk)


def prepared(plant: Plant, *units: Unit, **more: Any) -> MachineCommand:
    """The machine, and it has answered as it was asked."""
    return answer(plant, prepare(plant, *units, **more))


def commands(plant: Plant, code: str = "20") -> list[MachineCommand]:
    """Of the interlock of a station, in order."""
    return list(MachineCommand.objects.filter(station=plant.stations[code]).order_by("sequence"))


def said(commands: Sequence[MachineCommand]) -> list[tuple[str, str]]:
    return [(command.purpose, command.status) for command in commands]

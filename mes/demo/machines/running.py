"""The demo plant's machines, each where its connection says that it answers."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from equipment.models import Connection
from mes.demo.machines import interlocks
from mes.demo.machines.hands import loads
from mes.demo.machines.plan import MACHINES, MachinePlan
from mes.demo.machines.serving import SEATS, MachineHall
from mes.demo.machines.truth import Fact, TruthFile, history_in
from mes.embedded.broker import free_port, is_port_free
from mes.kernel.door import open_door

logger = logging.getLogger(__name__)


async def run(
    folder: Path, goes_on: Callable[[], bool], *, seed: int | None, pace: float, tell: Callable[[str], object]
) -> None:
    """Until `goes_on` says no more. Each has a port of its own, that of its connection where nobody else took it."""
    history: dict[str, list[Fact]] = defaultdict(list)
    for fact in history_in(folder):
        history[fact.machine].append(fact)
    truth = TruthFile(folder)
    chance = Random(seed)  # noqa: S311 - a simulation
    try:
        seats = []
        await sync_to_async(interlocks.switch_on)()
        for plan, port in await sync_to_async(places)(MACHINES):
            own = Random(chance.random())  # noqa: S311 - as above
            program = plan.program(plan.code, own, truth.tell, pace=pace, history=history[plan.code])
            seats.append(SEATS[plan.kind](plan, program, port))
        async with MachineHall(seats, folder, loads) as hall:
            await sync_to_async(close_old_connections)()
            tell(", ".join(f"{seat.plan.code} at {seat.address}" for seat in seats))
            await hall.work(goes_on)
    finally:
        truth.close()


def places(plans: Sequence[MachinePlan]) -> list[tuple[MachinePlan, int]]:
    """Each machine that the MES knows with its port: the one of its connection, or another where that is taken."""
    known = {connection.code: connection for connection in Connection.objects.all()}
    own = [(plan, known[plan.code]) for plan in plans if plan.code in known]
    return [(replace(plan, waits=interlocks.waits(plan, one)), _port_of(one)) for plan, one in own]


def _port_of(connection: Connection) -> int:
    """Plant files have 0, as nobody knows before which ports are free."""
    host, _, port = connection.address.rpartition(":")
    if int(port) and is_port_free(int(port)):
        return int(port)
    other = free_port()
    connection.address = f"{host}:{other}"
    with open_door(person=None):
        connection.save(update_fields=["address"])
    return other

"""The demo plant's machines, each where its connection says that it answers."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from equipment.models import Connection, Station
from mes.demo.machines.master_data import enter_machine
from mes.demo.machines.plan import MACHINES, MachinePlan
from mes.demo.machines.serving import SEATS, MachineHall
from mes.demo.machines.truth import FILE, Fact, TruthFile, facts_in
from mes.embedded.broker import free_port, is_port_free
from mes.kernel.door import open_door

logger = logging.getLogger(__name__)


async def run(
    folder: Path, goes_on: Callable[[], bool], *, seed: int | None, pace: float, tell: Callable[[str], object]
) -> None:
    """Until `goes_on` says no more. Machines that the MES does not know yet are entered; taken ports are changed."""
    history: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts_in(folder / FILE):
        history[fact.machine].append(fact)
    truth = TruthFile(folder / FILE)
    chance = Random(seed)  # noqa: S311 - a simulation
    try:
        seats = []
        for plan, port in await sync_to_async(_places)(MACHINES):
            own = Random(chance.random())  # noqa: S311 - as above
            program = plan.program(plan.code, own, truth.tell, pace=pace, history=history[plan.code])
            seats.append(SEATS[plan.kind](plan, program, port))
        async with MachineHall(seats, folder) as hall:
            await sync_to_async(close_old_connections)()
            tell(", ".join(f"{seat.plan.code} at {seat.address}" for seat in seats))
            await hall.work(goes_on)
    finally:
        truth.close()


def _places(plans: Sequence[MachinePlan]) -> list[tuple[MachinePlan, int]]:
    """Each machine with its port: the one of its connection, or another where that is taken."""
    stations = {station.code: station for station in Station.objects.select_related("site")}
    known = {connection.code: connection for connection in Connection.objects.all()}
    places = []
    for plan in plans:
        if plan.code in known:
            places.append((plan, _port_of(known[plan.code])))
        elif plan.station in stations:
            port = free_port()
            with open_door(person=None):  # who books in the demo are the simulated operators
                enter_machine(plan, stations[plan.station], address_at(plan, port), books=False)
            places.append((plan, port))
    return places


def address_at(plan: MachinePlan, port: int) -> str:
    return f"opc.tcp://127.0.0.1:{port}" if plan.kind == "OPCUA" else f"127.0.0.1:{port}"


def _port_of(connection: Connection) -> int:
    port = int(connection.address.rpartition(":")[2])
    if is_port_free(port):
        return port
    other = free_port()
    connection.address = connection.address.replace(f":{port}", f":{other}")
    with open_door(person=None):
        connection.save(update_fields=["address"])
    return other

"""Changes a second that a core takes through the driver, beside the library's subscription that only counts them."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import pytest
from asyncua import Client, ua
from asyncua.common.subscription import OverflowPolicy

from equipment.drivers.base import Endpoint, Point
from equipment.drivers.opcua.link import open_link  # which also tells the library to log nothing
from equipment.drivers.opcua.subscriptions import Pace
from tests.bench.opcua_machine import variables
from tests.bench.report import note

pytestmark = pytest.mark.bench

ITEMS, CHANGES, ROUNDS = 250, 80, 3
A_ROUND = ITEMS * CHANGES
PERIOD_S = 0.1
PATIENCE_S = 300
AIM_A_SECOND = 15_000
LEAST_OF_THE_LIBRARY = 3.0


@dataclass
class Machine:
    address: str
    change: Callable[[], None]


@pytest.fixture
def machine() -> Iterator[Machine]:
    command = [sys.executable, "-m", "tests.bench.opcua_machine", str(ITEMS), str(CHANGES)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def change() -> None:
            process.stdin.write("\n")
            process.stdin.flush()

        yield Machine(process.stdout.readline().strip(), change)
        process.stdin.close()


class Counted:
    """Processor time of this process while a round's changes come in; the best round counts."""

    def __init__(self, machine: Machine) -> None:
        self.machine, self.best_s = machine, float("inf")

    async def rounds(self, receive: Callable[[int], Awaitable[None]]) -> float:
        """Changes a second of processor time. receive: takes so many."""
        await receive(ITEMS)
        for _ in range(ROUNDS):
            await asyncio.to_thread(self.machine.change)
            begun = time.process_time()
            await receive(A_ROUND)
            self.best_s = min(self.best_s, time.process_time() - begun)
        return A_ROUND / self.best_s


async def through_the_library(machine: Machine) -> float:
    async with Client(machine.address, timeout=60, watchdog_intervall=60) as client:
        parameters = ua.CreateSubscriptionParameters(
            RequestedPublishingInterval=PERIOD_S * 1000,
            RequestedLifetimeCount=10_000,
            RequestedMaxKeepAliveCount=100,
            MaxNotificationsPerPublish=0,
            PublishingEnabled=True,
        )
        subscription = await client.create_subscription(
            parameters, queue_maxsize=200_000, overflow=OverflowPolicy.DISCONNECT
        )
        namespace = await client.get_namespace_index("urn:plantwright:simulator:machine")
        nodes = [client.get_node(ua.NodeId(variable.path, namespace)) for variable in variables(ITEMS)]
        await subscription.subscribe_data_change(nodes, queuesize=CHANGES)

        async def receive(many: int) -> None:
            for _ in range(many):
                await subscription.next_event()

        return await Counted(machine).rounds(receive)


async def through_the_driver(machine: Machine) -> float:
    async with open_link(Endpoint(machine.address, period_s=PERIOD_S, timeout_s=60)) as link:
        link.pace = Pace(silence_s=300)
        samples = link.watch([Point(variable.address, variable.value_type) for variable in variables(ITEMS)])
        left = 0

        async def receive(many: int) -> None:
            nonlocal left
            left += many
            while left > 0:
                left -= len(await anext(samples))

        return await Counted(machine).rounds(receive)


def test_changes_through_the_driver_cost_less_than_counting_them_with_the_library(machine):
    library = asyncio.run(asyncio.wait_for(through_the_library(machine), PATIENCE_S))
    driver = asyncio.run(asyncio.wait_for(through_the_driver(machine), PATIENCE_S))
    note(f"| OPC UA, changes a second of processor time: library, counted | {library:,.0f} | 1.0 |")
    note(f"| through the driver, as samples | {driver:,.0f} | {driver / library:.1f} |")
    assert driver / library >= LEAST_OF_THE_LIBRARY
    assert driver >= AIM_A_SECOND

"""What a poller learns of a device that it knows nothing of: any set of addresses, any longest answer."""

import struct
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from equipment.drivers.base import Point, Quality, ValueType
from equipment.drivers.modbus.driver import connect
from equipment.drivers.modbus.planner import Limits
from equipment.drivers.modbus.polling import Poller
from equipment.drivers.modbus.wire import connect as connect_wire
from equipment.drivers.simulator.modbus_server import ModbusMachine
from tests.equipment.modbus.devices import by_position, endpoint_of, run

WIDTHS = {ValueType.UINT16: 1, ValueType.UINT32: 2, ValueType.UINT64: 4}
points = st.builds(
    Point,
    address=st.integers(0, 60).map("holding:{}".format),
    value_type=st.sampled_from(list(WIDTHS)),
    together=st.sampled_from(["", "", "event"]),
)


def held(registers: dict[int, int], point: Point) -> int | None:
    """What the device holds there, None where some of it does not exist."""
    begin = int(point.address.removeprefix("holding:"))
    words = [registers.get(begin + n) for n in range(WIDTHS[point.value_type])]
    if None in words:
        return None
    return int.from_bytes(struct.pack(f">{len(words)}H", *words), "big")


def readable(points: list[Point], registers: dict[int, int], longest: int) -> dict[int, tuple]:
    """What each point should give once everything is learned. What is read together is read in one request or not."""
    found = {n: held(registers, point) for n, point in enumerate(points)}
    event = [n for n, point in enumerate(points) if point.together]
    if event:
        begins = [int(points[n].address.removeprefix("holding:")) for n in event]
        end = max(begin + WIDTHS[points[n].value_type] for begin, n in zip(begins, event, strict=True))
        if end - min(begins) > longest or not set(range(min(begins), end)) <= set(registers):
            found |= dict.fromkeys(event)
    return {
        n: (None, int(Quality.BAD_CONFIGURATION)) if value is None else (value, int(Quality.GOOD))
        for n, value in found.items()
    }


@settings(max_examples=40)
@given(
    st.lists(points, min_size=1, max_size=12),
    st.sets(st.integers(0, 64), max_size=8).map(lambda holes: set(range(65)) - holes) | st.sets(st.integers(0, 64)),
    st.sampled_from([4, 9, 125]),
)
def test_every_poll_gives_each_point_once_and_soon_each_that_can_be_read_is_good(points, legal, longest):
    async def test() -> None:
        async with ModbusMachine() as machine:
            registers = machine.memory.tables["holding"]
            registers.update({n: 1_000 + n for n in legal})
            machine.faults.longest = longest
            wire = await connect_wire(endpoint_of(machine))
            poller = Poller(wire, points, Limits(), 1_000, set())
            for number in count():
                errors, samples = wire.health.errors, []
                await poller.poll(number, samples)
                found = by_position(samples)
                assert set(found) == set(range(len(points)))
                for position, (value, quality) in found.items():
                    assert quality != Quality.GOOD or value == held(registers, points[position])
                if wire.health.errors == errors:
                    break
                assert number < 2 * len(points)  # each poll in vain teaches something
            assert found == readable(points, registers, longest)
            assert set(poller.refused) == {n for n, (value, _) in found.items() if value is None}
            wire.close()

    run(test)


def test_what_one_list_has_taught_the_next_one_knows():
    async def test() -> None:
        async with ModbusMachine() as machine:
            both = [Point("holding:1", ValueType.UINT16), Point("holding:9", ValueType.UINT16)]
            for point in both:
                machine.memory.put(point, 5)
            async with connect(endpoint_of(machine)) as link:
                await link.read(both)
                asked = len(machine.traffic.requests)
                assert asked == 3  # over the gap, which is none, and each alone
                await link.read(both)
                assert len(machine.traffic.requests) == asked + 2
                assert link.health.errors == 0  # a gap is nothing that anybody has to mend

    run(test)

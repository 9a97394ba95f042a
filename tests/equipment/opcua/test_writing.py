"""Writing once: done, or refused with the reason and nothing changed; where nobody answers, nobody knows."""

import asyncio

import pytest

from equipment.drivers.base import LinkLost, Point, ValueType, WriteRefused
from equipment.drivers.opcua.driver import connect
from tests.equipment.opcua.watching import COUNT, NAME, SPEED, point


def written(endpoint, target: Point, value) -> None:
    async def scenario():
        async with connect(endpoint) as link:
            await link.write(target, value)

    asyncio.run(scenario())


@pytest.mark.parametrize(("variable", "value"), [(COUNT, 12), (NAME, "P-2 ✓")])
def test_a_value_is_written(machine, endpoint, variable, value):
    written(endpoint, point(variable), value)
    assert machine.value(variable.path) == value


REFUSED = [
    (point(COUNT), 1 << 31, "no room in Int32"),
    (point(COUNT, ValueType.FLOAT64), 1.5, "no room in Int32"),
    (point(COUNT), "12", "'12' is none"),
    (point(SPEED), 2.0, "did not write .*BadUserAccessDenied"),
    (Point(COUNT.address + "x", ValueType.INT32), 1, "BadNodeIdUnknown"),
    (Point("nsu=urn:nowhere;s=x", ValueType.INT32), 1, "no namespace"),
]


@pytest.mark.parametrize(("target", "value", "reason"), REFUSED)
def test_what_is_refused_changes_nothing_and_says_why(machine, endpoint, target, value, reason):
    with pytest.raises(WriteRefused, match=reason):
        written(endpoint, target, value)
    assert (machine.value(COUNT.path), machine.value(SPEED.path)) == (COUNT.value, SPEED.value)


def test_without_an_answer_nobody_knows(machine, endpoint):
    async def scenario():
        async with connect(endpoint) as link:
            await link.write(point(COUNT), 8)
            machine.freeze()
            link.session.timeout_s = 0.2
            await link.write(point(COUNT), 9)

    with pytest.raises(LinkLost, match="nobody knows until it is read"):
        asyncio.run(scenario())


def test_without_leave_nothing_is_sent(machine, endpoint):
    def guard() -> None:
        raise RuntimeError("no leave")

    async def scenario():
        async with connect(endpoint, guard) as link:
            await link.write(point(COUNT), 8)

    with pytest.raises(RuntimeError, match="no leave"):
        asyncio.run(scenario())
    assert machine.value(COUNT.path) == COUNT.value

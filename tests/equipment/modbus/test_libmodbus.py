"""The driver against a server on libmodbus, the C library that many devices and gateways are built on.

Where there is no compiler or no libmodbus (Debian: gcc, libmodbus-dev) these are skipped, and say so.
"""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from equipment.drivers.base import Endpoint, Point, Quality, ValueType, WordOrder, WriteRefused
from equipment.drivers.modbus.driver import connect
from tests.equipment.modbus.devices import by_position, polls, run

SOURCE = Path(__file__).with_name("libmodbus_server.c")
GOOD = int(Quality.GOOD)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not Path("/usr/include/modbus/modbus.h").exists():
        pytest.skip("neither a C compiler nor libmodbus' headers are here")
    built = tmp_path_factory.mktemp("libmodbus") / "server"
    subprocess.run([compiler, "-Wall", "-Werror", "-o", built, SOURCE, "-lmodbus"], check=True)
    return built


@pytest.fixture
def address(program: Path) -> Iterator[str]:
    with subprocess.Popen([program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"127.0.0.1:{process.stdout.readline().strip()}"
        process.kill()


def endpoint(address: str, **changed) -> Endpoint:
    return Endpoint(address, **({"period_s": 0.02, "timeout_s": 5.0} | changed))


def registers(*numbers: int) -> list[Point]:
    return [Point(f"holding:{number}", ValueType.UINT16) for number in numbers]


WRITTEN = [
    (Point("coil:3", ValueType.BOOL), 1),
    (Point("holding:10.3", ValueType.BOOL), 1),
    (Point("holding:11", ValueType.INT16), -5),
    (Point("holding:12", ValueType.UINT32, WordOrder.CDAB), 4_000_000_000),
    (Point("holding:14", ValueType.FLOAT32, WordOrder.BADC), 1.5),
    (Point("holding:16", ValueType.FLOAT64, WordOrder.DCBA), -2.25),
    (Point("holding:20", ValueType.TEXT, WordOrder.BADC, 7), "U000123"),
]


def test_every_type_is_written_and_read_back(address):
    async def test() -> None:
        async with connect(endpoint(address)) as link:
            for point, value in WRITTEN:
                await link.write(point, value)
            found = by_position(await link.read([point for point, _ in WRITTEN]))
            assert found == {n: (value, GOOD) for n, (_, value) in enumerate(WRITTEN)}
            with pytest.raises(WriteRefused, match="no such address"):
                await link.write(Point("holding:1000", ValueType.UINT16), 1)

    run(test)


def test_all_tables_are_watched(address):
    async def test() -> None:
        points = [Point("input:7", ValueType.UINT16), Point("discrete:9", ValueType.BOOL), *registers(0, 99)]
        async with connect(endpoint(address)) as link:
            for samples in await polls(link, points, 3):
                assert by_position(samples) == {0: (1007, GOOD), 1: (1, GOOD), 2: (0, GOOD), 3: (0, GOOD)}

    run(test)


def test_what_lies_beyond_its_tables_is_bad_alone(address):
    async def test() -> None:
        async with connect(endpoint(address)) as link:
            found = by_position(await link.read(registers(995, 999, 1000, 1003)))
            assert [quality for _, quality in found.values()].count(Quality.BAD_CONFIGURATION) == 2
            assert found[0] == found[1] == (0, GOOD)

    run(test)


def test_a_busy_one_is_a_device_failure_and_the_link_stays(address):
    async def test() -> None:
        async with connect(endpoint(address)) as link:
            assert by_position(await link.read(registers(900))) == {0: (None, Quality.BAD_DEVICE_FAILURE)}
            assert by_position(await link.read(registers(50))) == {0: (0, GOOD)}

    run(test)


def test_an_answer_that_comes_late_is_not_taken_for_the_next(address):
    async def test() -> None:
        async with connect(endpoint(address, timeout_s=0.25)) as link:
            assert by_position(await link.read(registers(901))) == {0: (None, Quality.BAD_COMMUNICATION)}
            await link.write(registers(51)[0], 7)  # answered behind the late one
            assert by_position(await link.read(registers(51))) == {0: (7, GOOD)}

    run(test)


def test_an_answer_byte_by_byte_is_put_together(address):
    async def test() -> None:
        async with connect(endpoint(address)) as link:
            assert by_position(await link.read(registers(902))) == {0: (0x1234, GOOD)}

    run(test)


def test_an_answer_to_another_transaction_is_none(address):
    async def test() -> None:
        async with connect(endpoint(address, timeout_s=0.3)) as link:
            assert by_position(await link.read(registers(903))) == {0: (None, Quality.BAD_COMMUNICATION)}
            assert by_position(await link.read(registers(52))) == {0: (0, GOOD)}

    run(test)

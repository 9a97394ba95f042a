"""Modbus TCP: the driver of connections of the kind MODBUS. addresses.py says how a point is written."""

import asyncio
from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import asynccontextmanager
from typing import NoReturn

from equipment.drivers.base import (
    Endpoint,
    Guard,
    Health,
    InvalidAddress,
    LinkLost,
    Node,
    Point,
    Sample,
    Value,
    ValueType,
    WriteRefused,
    WriteUnclear,
    now_us,
    unguarded,
)
from equipment.drivers.modbus.addresses import Table, check, locate
from equipment.drivers.modbus.decoder import SWAPPED_TEXTS
from equipment.drivers.modbus.encoder import encode, encode_bit
from equipment.drivers.modbus.messages import (
    NOT_WRITTEN,
    Exceptional,
    WrongAnswer,
    bit_request,
    check_written,
    coil_request,
    registers_request,
)
from equipment.drivers.modbus.planner import Hole, Limits
from equipment.drivers.modbus.polling import Poller, note
from equipment.drivers.modbus.schedule import SECOND, Schedule
from equipment.drivers.modbus.wire import PORT, NoAnswer, Wire
from equipment.drivers.modbus.wire import connect as connect_wire
from equipment.drivers.places import has_port, host_and_port

is_polled = True
RETRY_S = 60.0  # after which an address that the device called illegal is tried again


def check_address(address: str, value_type: ValueType) -> None:
    """Raises InvalidAddress."""
    check(address, value_type)


def check_endpoint(address: str) -> None:
    """`host:port`. Raises InvalidAddress."""
    host_and_port(address, PORT)
    if not has_port(address):
        raise InvalidAddress(f"“{address}” names no port: write host:port, as in {address}:{PORT}.")


def places(point: Point) -> list[Hashable]:
    """Its registers, or bits of a table of bits. Raises InvalidAddress."""
    first, words = locate(point)
    return [(first.table, first.number + more) for more in range(words)]


def overlap(one: Point, other: Point, device_id: int) -> bool:
    """Whether they have a register, or a bit of one, in common. Raises InvalidAddress."""
    (first, words), (second, other_words) = locate(one), locate(other)
    apart = first.number + words <= second.number or second.number + other_words <= first.number
    devices = {device_id if at.device is None else at.device for at in (first, second)}
    if first.table != second.table or len(devices) > 1 or apart:
        return False
    return first.bit is None or second.bit is None or _bit(one, first.bit) == _bit(other, second.bit)


@asynccontextmanager
async def connect(
    endpoint: Endpoint, guard: Guard = unguarded, *, retry_s: float = RETRY_S
) -> AsyncIterator["ModbusLink"]:
    """Raises LinkLost."""
    wire = await connect_wire(endpoint)
    try:
        yield ModbusLink(wire, endpoint, guard, retry_s)
    finally:
        wire.close()


class ModbusLink:
    """An open connection; see equipment.drivers.base.Link."""

    def __init__(self, wire: Wire, endpoint: Endpoint, guard: Guard, retry_s: float) -> None:
        self.health: Health = wire.health
        self._wire = wire
        self._endpoint = endpoint
        self._limits = Limits(endpoint.largest_gap, endpoint.largest_span)
        self._guard = guard
        self._retry_s = retry_s
        self._holes: set[Hole] = set()
        self._turn = asyncio.Lock()  # held for a whole poll, a whole read, a write

    async def watch(self, points: Sequence[Point]) -> AsyncIterator[list[Sample]]:
        """Each point once a period, at the time of its slot. Slots that are over before the last poll is are left out
        and counted. Raises LinkLost.
        """
        schedule = Schedule.of(self._endpoint.period_s, self._endpoint.phase_s)
        poller = self._poller(points)
        self.health.refused = poller.refused
        slot = schedule.first(now_us())
        while True:
            await asyncio.sleep(max(slot - now_us(), 0) / SECOND)
            slot, missed = schedule.woken(slot, now_us())
            self.health.missed_slots += missed
            samples, lost = await self._poll(poller, slot)
            if samples:
                yield samples
            if lost is not None:
                raise lost
            slot, missed = schedule.after(slot, now_us())
            self.health.missed_slots += missed

    async def read(self, points: Sequence[Point]) -> list[Sample]:
        """Each point once, now. Raises LinkLost."""
        samples, lost = await self._poll(self._poller(points), now_us())
        if lost is not None:
            raise lost
        return samples

    async def write(self, point: Point, value: Value) -> None:
        """Write once. Raises WriteRefused; WriteUnclear and LinkLost, after which nobody knows until it is read; and
        what the guard does.
        """
        request, device = write_request(point, value), locate(point)[0].device
        async with self._turn:
            self._guard()  # now, and not before the turn came: a poll may take long
            try:
                check_written(await self._wire.ask(request, device), request)
            except Exceptional as error:
                note(self.health, error)
                if error.code in NOT_WRITTEN:
                    raise WriteRefused(f"{point.address} was not written: {error}.") from error
                self._give_up(point, error)
            except WrongAnswer as error:
                note(self.health, error)
                raise WriteUnclear(f"Whether {point.address} was written is not known: {error}.") from error
            except NoAnswer as error:
                note(self.health, error)
                self._give_up(point, error)

    async def browse(self, address: str = "") -> list[Node]:
        """Nothing: a Modbus device does not tell what it has."""
        return []

    def _poller(self, points: Sequence[Point]) -> Poller:
        return Poller(self._wire, points, self._limits, self._retry_s, self._holes)

    async def _poll(self, poller: Poller, at_us: int) -> tuple[list[Sample], LinkLost | None]:
        """What was read, though the link be lost on the way: then the rest of the slot is bad."""
        samples: list[Sample] = []
        async with self._turn:
            try:
                await poller.poll(at_us, samples)
            except LinkLost as lost:
                note(self.health, lost)
                return samples + poller.unread(at_us, samples), lost
        return samples, None

    def _give_up(self, point: Point, error: Exception) -> NoReturn:
        why = f"Whether {point.address} was written is not known: {error}."
        self._wire.close(why)
        raise LinkLost(why) from error


def write_request(point: Point, value: Value) -> bytes:
    """Raises WriteRefused for what can't be written at all."""
    try:
        address, _ = locate(point)
        if address.table in (Table.DISCRETE, Table.INPUT):
            raise ValueError(f"{point.address} can only be read: {address.table}s can't be written.")
        if address.table == Table.COIL:
            return coil_request(address, encode_bit(value))
        if address.bit is not None:
            return bit_request(address, _bit(point, address.bit), encode_bit(value))
        return registers_request(address, encode(point, value))
    except (InvalidAddress, ValueError) as error:
        raise WriteRefused(str(error)) from None


def _bit(point: Point, bit: int) -> int:
    """Which bit of the register it is as it goes over the wire: the two bytes may be swapped, as those of a text."""
    return bit ^ (8 if point.order in SWAPPED_TEXTS else 0)

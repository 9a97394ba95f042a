"""What goes over the wire, after the header: requests as bytes, and what the answers to them mean.

As in the MODBUS Application Protocol Specification V1.1b3 (modbus.org).
"""

from equipment.drivers.base import Quality
from equipment.drivers.modbus.addresses import Address, Table

READ = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
WRITE_COIL, WRITE_REGISTER, WRITE_REGISTERS, MASK_REGISTER = 5, 6, 16, 22
IS_EXCEPTION = 0x80  # added to the function's number
_ON = 0xFF00  # of a coil; off is 0

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, DEVICE_FAILURE, ACKNOWLEDGED, BUSY = 1, 2, 3, 4, 5, 6
NO_PATH, NO_TARGET = 10, 11
MEANINGS = {
    ILLEGAL_FUNCTION: "the device does not know this function",
    ILLEGAL_ADDRESS: "no such address",
    ILLEGAL_VALUE: "not so many registers, or no such value",
    DEVICE_FAILURE: "the device failed",
    ACKNOWLEDGED: "the device works on it",
    BUSY: "the device is busy",
    8: "the device's memory is faulty",
    NO_PATH: "the gateway has no path to the device",
    NO_TARGET: "the device behind the gateway does not answer",
}
# The request as a whole is not to the device's liking: parts of it may be. Too many registers are answered by either.
SPLITS = {ILLEGAL_ADDRESS, ILLEGAL_VALUE}
# After these nothing was written for certain. After all others nobody knows: the device, or one behind it, had begun.
NOT_WRITTEN = {ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, BUSY, NO_PATH}


class Exceptional(Exception):
    """The device answered with an exception. code: its number."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code}: {MEANINGS.get(code, 'unknown')}")
        self.code = code

    @property
    def quality(self) -> Quality:
        if self.code in {ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE}:
            return Quality.BAD_CONFIGURATION
        return Quality.BAD_COMMUNICATION if self.code in {NO_PATH, NO_TARGET} else Quality.BAD_DEVICE_FAILURE


class WrongAnswer(Exception):
    """Half an answer, or one to another question."""


def read_request(table: Table, begin: int, count: int) -> bytes:
    return _bytes(READ[table], begin, count)


def size_of(table: Table, count: int) -> int:
    """Bytes that so many registers, or bits, take in an answer."""
    return (count + 7) // 8 if table.is_bits else 2 * count


def data_of(answer: bytes, function: int, size: int) -> bytes:
    """What was read. Raises Exceptional, WrongAnswer."""
    if answer[0] != function:
        _raise(answer, function)
    if len(answer) != 2 + size or answer[1] != size:
        raise WrongAnswer(f"the answer has {max(len(answer) - 2, 0)} bytes instead of {size}")
    return answer[2:]


def coil_request(address: Address, value: bool) -> bytes:
    return _bytes(WRITE_COIL, address.number, _ON if value else 0)


def bit_request(address: Address, bit: int, value: bool) -> bytes:
    """The device itself changes one bit and leaves the others: to read, change and write would undo its own changes."""
    return _bytes(MASK_REGISTER, address.number, 0xFFFF & ~(1 << bit), int(value) << bit)


def registers_request(address: Address, data: bytes) -> bytes:
    if len(data) == 2:
        return _bytes(WRITE_REGISTER, address.number) + data
    return _bytes(WRITE_REGISTERS, address.number, len(data) // 2) + bytes([len(data)]) + data


def check_written(answer: bytes, request: bytes) -> None:
    """An answer to a write repeats what was asked, without the values of several. Raises Exceptional, WrongAnswer."""
    if answer[0] != request[0]:
        _raise(answer, request[0])
    echo = request[:5] if request[0] == WRITE_REGISTERS else request
    if len(answer) != len(echo):
        raise WrongAnswer(f"the answer to the write has {len(answer)} bytes instead of {len(echo)}")
    if answer != echo:
        raise WrongAnswer(f"the machine answers {_written(answer)} instead of {_written(echo)}")


def _written(echo: bytes) -> str:
    """What an answer to a write, or the request, says is written where."""
    number, *words = (int.from_bytes(echo[at : at + 2], "big") for at in range(1, len(echo), 2))
    if echo[0] == WRITE_COIL:
        return f"coil {number} = {1 if words[0] == _ON else words[0]}"
    if echo[0] == WRITE_REGISTER:
        return f"register {number} = {words[0]}"
    if echo[0] == WRITE_REGISTERS:
        return f"{words[0]} registers from {number} on"
    return f"register {number} by the masks {words[0]:04X} and {words[1]:04X}"


def _raise(answer: bytes, function: int) -> None:
    if answer[0] == function | IS_EXCEPTION and len(answer) > 1:
        raise Exceptional(answer[1])
    raise WrongAnswer(f"the answer is to function {answer[0]} instead of {function}")


def _bytes(function: int, *words: int) -> bytes:
    return bytes([function]) + b"".join(word.to_bytes(2, "big") for word in words)

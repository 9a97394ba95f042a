"""What a command asks to be written, as the machine takes it."""

import math
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from equipment.collection.database import Database, rows
from equipment.drivers.base import Point, Value, ValueType, WordOrder

AS_GOOD_AS_EQUAL = 1e-6  # relative: a 32-bit number read back is not the 64-bit one that was written


@dataclass(frozen=True, slots=True)
class Line:
    """One value to write. raw: as the machine takes it; expected: what must be there before, None for anything.

    tolerance: how far what is read back may differ. enables: it lets the machine run; off is what does not. deadband:
    what was on record when `expected` was seen may differ so far from what was there.
    """

    tag: str
    point: Point
    raw: Value
    expected: Value | None
    scale: float
    offset: float
    tolerance: float = 0.0
    enables: bool = False
    deadband: float = 0.0

    @property
    def wanted(self) -> Value:
        """What has to be read back."""
        return self.shown(self.raw)

    @property
    def off(self) -> "Line":
        """The same tag, so that the machine may not run."""
        return replace(self, raw=type(self.raw)(0), enables=False)

    def is_met_by(self, read: Value | None) -> bool:
        """Whether what was read back is what was wanted."""
        return is_same(read, self.wanted, self.tolerance)

    def may_follow(self, read: Value | None) -> bool:
        """Whether what was read before is what had to be there."""
        return self.expected is None or is_same(read, self.expected, self.deadband)

    def shown(self, raw: Value) -> Value:
        """As a person sees it."""
        if isinstance(raw, str) or self.point.value_type is ValueType.BOOL:
            return raw
        return raw * self.scale + self.offset if (self.scale, self.offset) != (1.0, 0.0) else raw


_TAGS = """
SELECT tag.code, tag.address, tag.value_type, coalesce(nullif(tag.byte_order, ''), connection.byte_order), tag.length,
    tag.scale, tag."offset", tag.is_writable, tag.write_low, tag.write_high, tag.needs_signature,
    CASE WHEN tag.report = 'DEADBAND' THEN tag.deadband ELSE 0 END
FROM equipment_tag tag JOIN equipment_connection connection ON connection.id = tag.connection_id
WHERE tag.connection_id = %s AND tag.is_active AND tag.code = ANY(%s)"""


async def lines_of(database: Database, connection: UUID, asked: list[dict[str, Any]], *, is_signed: bool) -> list[Line]:
    """Raises ValueError for what may not be written: bounds, permission and whether it is signed as they are asked for
    now, not as they were.
    """
    tags = {row[0]: row[1:] for row in await rows(database, _TAGS, [connection, [line["tag"] for line in asked]])}
    lines = []
    for line in asked:
        code, value = line["tag"], line["value"]
        if code not in tags:
            raise ValueError(f"The connection has no tag {code} in use.")
        address, value_type, order, length, scale, offset, is_writable, low, high, is_to_sign, deadband = tags[code]
        if not is_writable:
            raise ValueError(f"{code} may not be written.")
        if is_to_sign and not is_signed:
            raise ValueError(f"{code} is written with a signature by now, and this has none.")
        if isinstance(value, int | float) and not ((low is None or value >= low) and (high is None or value <= high)):
            raise ValueError(f"{code} = {value} is out of its bounds, {low} to {high}.")
        point = Point(address, ValueType(value_type), WordOrder(order), length)
        raw, more = _raw(value, point, scale, offset), (line.get("tolerance") or 0.0, bool(line.get("enables")))
        lines.append(Line(code, point, raw, line.get("expected"), scale, offset, *more, deadband))
    return lines


def _raw(value: Value, point: Point, scale: float, offset: float) -> Value:
    """As the machine takes it; the inverse of what is made of a value that is read."""
    if isinstance(value, str) or point.value_type in (ValueType.BOOL, ValueType.TEXT):
        return value
    raw = (value - offset) / scale
    return raw if point.value_type in (ValueType.FLOAT32, ValueType.FLOAT64) else round(raw)


def is_same(one: Value | None, other: Value | None, within: float = 0.0) -> bool:
    """Whether two values are the same, but for what a 32-bit number can't hold, or no further apart than `within`."""
    if isinstance(one, str) or isinstance(other, str) or one is None or other is None:
        return one == other
    return math.isclose(one, other, rel_tol=AS_GOOD_AS_EQUAL, abs_tol=max(within, 1e-9))

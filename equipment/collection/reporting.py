"""Which of the values that are read are stored: scaled, clamped, on change, beyond a deadband, or after a long silence.

The innermost of the collector: one object a tag, one call a value that was read.
"""

import math
from dataclasses import dataclass
from typing import Any

from equipment.drivers.base import Quality, Value, ValueType, is_good, is_usable

LONGEST_TEXT = 250  # characters that the table of samples takes

_USABLE = int(Quality.UNCERTAIN)

Stored = tuple[int, Value | None, int]  # microseconds since 1970, value, quality


@dataclass(frozen=True, slots=True)
class Rule:
    """How a tag is reported (`equipment.models.Tag`). report: ALWAYS, CHANGE or DEADBAND. silence_us: 0 for never."""

    scale: float = 1.0
    offset: float = 0.0
    low: float | None = None
    high: float | None = None
    report: str = "CHANGE"
    deadband: float = 0.0
    silence_us: int = 0
    is_whole: bool = False  # bits, counters and numbers of events are taken as they are

    def value_of(self, raw: Value | None, quality: int) -> tuple[Value | None, int]:
        """What a value that was read means, and how good it is: scaled, kept within the range, none where it is no
        number, or a text that no table takes.
        """
        if not is_usable(quality) or raw is None:
            return None, min(quality, Quality.UNCERTAIN - 1)
        if isinstance(raw, str):
            if len(raw) > LONGEST_TEXT or "\0" in raw:
                return None, Quality.BAD_CONFIGURATION
            return raw, quality
        if not math.isfinite(raw):
            return None, Quality.BAD_SENSOR_FAILURE
        if self.is_whole or not self.changes:
            return raw, quality
        value = raw * self.scale + self.offset
        if not math.isfinite(value):
            return None, Quality.BAD_SENSOR_FAILURE
        if self.low is not None and value < self.low:
            return self.low, Quality.UNCERTAIN_OUT_OF_RANGE
        if self.high is not None and value > self.high:
            return self.high, Quality.UNCERTAIN_OUT_OF_RANGE
        return value, quality

    @property
    def changes(self) -> bool:
        return self.scale != 1.0 or self.offset != 0.0 or self.low is not None or self.high is not None


def rule_of(tag: Any) -> Rule:
    """How a tag is reported; the model's and the collector's say it by the same names."""
    return Rule(
        scale=tag.scale,
        offset=tag.offset,
        low=tag.low,
        high=tag.high,
        report=tag.report,
        deadband=tag.deadband,
        silence_us=int(tag.max_silence_s * 1_000_000),
        is_whole=tag.role != "VALUE" or tag.value_type == ValueType.BOOL,
    )


def meant(tag: Any, raw: Value | None, quality: int) -> Value | None:
    """What a value of the tag that was read means; None where it is not good."""
    value, quality = rule_of(tag).value_of(raw, quality)
    return value if is_good(quality) else None


class Report:
    """A tag's values, one after the other. last: what was stored of it before, None if nothing ever was.

    now: the last value that was read, stored or not, with its quality.
    """

    __slots__ = ("_always", "_band", "_is_plain", "_rule", "_silence", "last", "now")

    def __init__(self, rule: Rule, last: Stored | None = None) -> None:
        self._rule = rule
        self._always = rule.report == "ALWAYS"
        self._band = rule.deadband if rule.report == "DEADBAND" else 0.0
        self._silence = rule.silence_us
        self._is_plain = rule.is_whole or not rule.changes
        self.last = last
        self.now: tuple[Value | None, int] = (None, Quality.BAD_NOT_CONNECTED)

    def take(self, at_us: int, raw: Value | None, quality: int) -> Stored | None:
        """What is to be stored of a value that was read, None for nothing.

        Times of what is stored only go up: the same value at no later a time is the one that is stored already; another
        one, of a clock that went back or in the same instant, is stored a microsecond later.
        """
        value: Value | None
        if self._is_plain and type(raw) is int and quality >= _USABLE:  # most of what is read
            value = raw
        else:
            value, quality = self._rule.value_of(raw, quality)
        self.now = (value, quality)
        last = self.last
        if last is not None:
            if not self._is_news(last, at_us, value, quality):
                return None
            if at_us <= last[0]:
                if (value, quality) == last[1:]:
                    return None
                at_us = last[0] + 1
        self.last = stored = (at_us, value, quality)
        return stored

    def _is_news(self, last: Stored, at_us: int, value: Value | None, quality: int) -> bool:
        if quality != last[2] or (self._silence and at_us - last[0] >= self._silence):
            return True
        if self._always:
            return value is not None  # what is bad is stored when it becomes so
        before = last[1]
        if self._band and isinstance(value, int | float) and isinstance(before, int | float):
            return abs(value - before) > self._band
        return value != before

    def repeat(self, at_us: int) -> Stored | None:
        """The machine lives and told of no change: the value of now once more, where that is due."""
        last = self.last
        if last is None or not self._silence or at_us - last[0] < self._silence or not is_usable(self.now[1]):
            return None
        self.last = stored = (at_us, *self.now)
        return stored

    def lose(self, at_us: int, quality: int) -> Stored | None:
        """The link is lost: one bad value at the edge, and none again until a usable one came."""
        self.now = (None, quality)
        if self.last is None or not is_usable(self.last[2]):
            return None
        return self.take(max(at_us, self.last[0] + 1), None, quality)

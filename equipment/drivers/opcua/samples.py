"""From what a server tells of a node to the samples of a point: its time, its quality, its value."""

from asyncua import ua

from equipment.drivers.base import Health, Point, Quality, Sample, ValueType
from equipment.drivers.opcua.decoding import Change
from equipment.drivers.opcua.qualities import has_overflowed, name_of, quality_of
from equipment.drivers.opcua.values import VALUE_TYPES, Misfit, read_as

_TICKS_OF_1970 = 116_444_736_000_000_000  # of 100 ns, since 1601
# As plain numbers, since they are set and compared some ten thousand times a second.
_GOOD, _UNCERTAIN, _CLOCK_OFF = int(Quality.GOOD), int(Quality.UNCERTAIN), int(Quality.GOOD_CLOCK_OFF)
_NO_NUMBER, _MISCONFIGURED = int(Quality.BAD_SENSOR_FAILURE), int(Quality.BAD_CONFIGURATION)
_STRING = int(ua.VariantType.String)
_FLOATS = (ValueType.FLOAT32, ValueType.FLOAT64)


class Track:
    """A point as long as it is watched: makes its samples, their times strictly increasing.

    limit_us: by how much the machine's clock may differ from ours.
    """

    __slots__ = ("_health", "_is_first", "_is_float", "_last_us", "_limit_us", "_plain", "_value_type", "position")

    def __init__(self, position: int, point: Point, limit_us: int, health: Health) -> None:
        self.position = position
        self._value_type = point.value_type
        self._limit_us = limit_us
        self._health = health
        self._last_us = 0
        self._is_first = True
        self._is_float = point.value_type in _FLOATS
        # The built-in types whose values are taken as they come.
        self._plain = frozenset(
            int(kind)
            for kind, value_type in VALUE_TYPES.items()
            if value_type == point.value_type and value_type not in (ValueType.BOOL, ValueType.TEXT)
        )

    def sample(self, change: Change, received_us: int) -> Sample:
        _, kind, value, status, ticks = change
        quality = _GOOD if not status else quality_of(status)
        if quality < _UNCERTAIN:
            self._refuse(quality, name_of(status))
            value = None
        elif kind not in self._plain:
            value, quality = self._fitted(kind, value, quality)
        # A difference to itself: neither NaN nor an infinity has one.
        elif self._is_float and value - value != 0.0:
            value, quality = None, _NO_NUMBER
        if value is not None and self._health.refused:
            self._health.refused.pop(self.position, None)
        if status and has_overflowed(status):
            self._health.errors += 1
            self._health.last_error = f"Values of {self.position} were lost: its queue in the server was too short."
        time_us, quality = self._timed(ticks, received_us, quality)
        return self.position, time_us, value, quality

    def refused(self, status: int, received_us: int) -> Sample:
        """The point can't be watched or read at all."""
        reason = name_of(status)
        self._is_first = True
        self._refuse(_MISCONFIGURED, reason)
        return self.position, self._later(received_us), None, quality_of(status) or _MISCONFIGURED

    def _refuse(self, quality: int, reason: str) -> None:
        if quality == _MISCONFIGURED:
            self._health.refused[self.position] = reason

    def _fitted(self, kind: int, value: object, quality: int) -> tuple[float | int | str | None, int]:
        if value is None and kind != _STRING:
            return None, _NO_NUMBER
        try:
            fitted = read_as(self._value_type, kind, value)
        except Misfit as misfit:
            self._refuse(_MISCONFIGURED, str(misfit))
            return None, _MISCONFIGURED
        if isinstance(fitted, float) and fitted - fitted != 0.0:
            return None, _NO_NUMBER
        return fitted, quality

    def _timed(self, ticks: int, received_us: int, quality: int) -> tuple[int, int]:
        """The machine's time while it is near ours, else that of receipt.

        The first value may have stood for days: it holds now, and says nothing about the clock.
        """
        is_first, self._is_first = self._is_first, False
        if ticks <= 0:
            return self._later(received_us), quality
        source_us = (ticks - _TICKS_OF_1970) // 10
        behind_us = received_us - source_us
        if -self._limit_us <= behind_us <= self._limit_us:
            return self._later(source_us), quality
        if quality == _GOOD and not (is_first and behind_us > 0):
            quality = _CLOCK_OFF
        return self._later(received_us), quality

    def _later(self, time_us: int) -> int:
        self._last_us = time_us if time_us > self._last_us else self._last_us + 1
        return self._last_us


def change_of(data_value: ua.DataValue) -> Change:
    """A value that the library decoded, in the form of a change."""
    variant, status, source = data_value.Value, data_value.StatusCode, data_value.SourceTimestamp
    kind = 0 if variant is None else int(variant.VariantType.value)
    is_list = variant is not None and (variant.is_array or isinstance(variant.Value, (list, tuple)))
    return (
        0,
        -1 if is_list else kind,
        None if variant is None else variant.Value,
        0 if status is None else status.value,
        0 if source is None else ua.datetime_to_win_epoch(source),
    )

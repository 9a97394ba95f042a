"""What an interlock writes to a station's machine: the recipe, then the permission, as lines of one command."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from sys import float_info
from typing import Any, Protocol
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from equipment.models import Station, Tag
from equipment.status import Interlock, TagType

_YES, _NO = {"1", "yes", "true", "on"}, {"0", "no", "false", "off"}
_COUNTABLE = (
    *(TagType.BOOL, TagType.INT16, TagType.UINT16, TagType.INT32, TagType.UINT32, TagType.INT64, TagType.UINT64),
)


class Setpoint(Protocol):
    """A value of a recipe: for a tag at the station, as the tag takes it, and how far what is read back may differ."""

    @property
    def tag(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def tolerance(self) -> Decimal | None: ...


def tags_at(stations: Collection[UUID]) -> dict[UUID, dict[str, Tag]]:
    """The tags in use at each of these stations, by code."""
    found: dict[UUID, dict[str, Tag]] = {}
    for tag in Tag.objects.filter(station__in=stations, is_active=True).select_related("connection"):
        assert tag.station_id is not None
        found.setdefault(tag.station_id, {})[tag.code] = tag
    return found


def permissions_at(connections: Collection[UUID]) -> list[Tag]:
    """The tags at these connections that let a station's machine run."""
    found = Tag.objects.filter(connection__in=connections, code=F("station__permission_tag"), is_active=True)
    return list(found.select_related("connection"))


def mistakes_at(station: Station, setpoints: Sequence[Setpoint], tags: Mapping[str, Tag]) -> Iterator[tuple[str, str]]:
    """Why these setpoints, or the permission, can't be written at a station with these tags: what, and what to do."""
    permission = tags.get(station.permission_tag)
    if permission is None or not permission.is_writable:
        yield (
            _("{station} has no tag {tag} that may be written: nothing lets its machine run.").format(
                station=station.code, tag=station.permission_tag
            ),
            _("Enter the tag at the station, or choose another as its permission."),
        )
    elif permission.value_type not in _COUNTABLE or (permission.scale, permission.offset) != (1.0, 0.0):
        yield (
            _("{tag} at {station} is no bit or whole number: it can't be a permission.").format(
                station=station.code, tag=permission.code
            ),
            _("Choose another tag as the station's permission."),
        )
    for setpoint in setpoints_at(station, setpoints):
        wrong = _mistake(setpoint, tags.get(setpoint.tag), permission)
        if wrong:
            what = _("{tag} = {value} at {station}: {wrong}")
            yield (
                what.format(tag=setpoint.tag, value=setpoint.value, station=station.code, wrong=wrong),
                _("Correct the setpoint, or the tag at the station."),
            )


def _mistake(setpoint: Setpoint, tag: Tag | None, permission: Tag | None) -> str:
    if tag is None:
        return _("The station has no such tag in use.")
    if not tag.is_writable:
        return _("It may not be written.")
    if permission is not None and tag.connection_id != permission.connection_id:
        return _("It is at another connection than the permission: nobody can promise which is written first.")
    if permission is not None and tag.overlaps(permission):
        return _("It is the permission itself.")
    if setpoint.tolerance and tag.value_type in (TagType.BOOL, TagType.TEXT):
        return _("Only a number has a tolerance.")
    return wrong_value(tag, value_of(tag, setpoint.value))


def setpoints_at(station: Station, setpoints: Sequence[Setpoint]) -> Sequence[Setpoint]:
    """What of a recipe is written at a station: all of it, or nothing where permission is enough."""
    return setpoints if station.interlock == Interlock.RECIPE else ()


def lines_for(station: Station, setpoints: Sequence[Setpoint], tags: Mapping[str, Tag]) -> list[dict[str, Any]]:
    """The lines of a command that prepares the machine; mistakes_at has found none."""
    lines = []
    for setpoint in setpoints_at(station, setpoints):
        line: dict[str, Any] = {"tag": setpoint.tag, "value": value_of(tags[setpoint.tag], setpoint.value)}
        if setpoint.tolerance:
            line["tolerance"] = float(setpoint.tolerance)
        lines.append(line)
    return [*lines, {"tag": station.permission_tag, "value": _bit(tags[station.permission_tag], 1), "enables": True}]


def withdrawing(permission: Tag) -> list[dict[str, Any]]:
    """The line that takes a permission away."""
    return [{"tag": permission.code, "value": _bit(permission, 0)}]


def is_recipe(lines: Sequence[Mapping[str, Any]], setpoints: Sequence[Setpoint]) -> bool:
    """Whether what was written is this recipe and nothing else, beside the permission."""
    written = [(line["tag"], line["value"], line.get("tolerance")) for line in lines if not line.get("enables")]
    return len(written) == len(setpoints) and all(
        tag == one.tag and _says(one.value, value) and (tolerance or 0) == float(one.tolerance or 0)
        for (tag, value, tolerance), one in zip(written, setpoints, strict=True)
    )


def value_of(tag: Tag, text: str) -> Any:
    """What the words of a setpoint are as a value of the tag; None where they are none."""
    if tag.value_type == TagType.TEXT:
        return text
    word = text.strip().lower()
    if tag.value_type == TagType.BOOL:
        return True if word in _YES else False if word in _NO else None
    try:
        number = float(word)
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _bit(tag: Tag, value: int) -> bool | int:
    return bool(value) if tag.value_type == TagType.BOOL else value


def _says(text: str, value: Any) -> bool:
    if isinstance(value, bool):
        return text.strip().lower() in (_YES if value else _NO)
    if isinstance(value, str):
        return text == value
    try:
        return float(text) == float(value)
    except ValueError:
        return False


def wrong_value(tag: Tag, value: Any, name: str = "value") -> str:
    """Why a value can't be written to a tag, or (name: "expected") be there before; empty where it can."""
    if value is None:
        return _("It has no value.") if name == "value" else ""
    if tag.value_type == TagType.TEXT:
        return "" if isinstance(value, str) and value.isprintable() else _("It takes a text.")
    if tag.value_type == TagType.BOOL:
        return "" if isinstance(value, bool) else _("It takes true or false.")
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= float_info.max:
        return _("It takes a number.")
    above = tag.write_low is None or value >= tag.write_low
    below = tag.write_high is None or value <= tag.write_high
    if name == "value" and not (above and below):
        return _("{value} is not within its bounds.").format(value=value)
    return ""

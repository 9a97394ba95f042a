"""What a machine says with an event, judged by the rule of each tag as it is now. What is not good is not guessed."""

from typing import Any

from django.utils.translation import gettext as _

from equipment.collection.handshakes import QUALITIES, pieces
from equipment.collection.reporting import meant
from equipment.defect_codes import FIELD, code_meant
from equipment.drivers.base import Quality
from equipment.models import MachineEvent, Tag
from equipment.policies import Defect, defect_at
from mes.kernel.refusals import Refusal

_GOOD_WORDS = {"1", "TRUE", "YES", "OK", "PASS", "PASSED", "GOOD", "DONE"}
_PADDING = "\0 \t\r\n"  # what fills a text in registers up


class ValueNotGood(Refusal):
    """The machine's value is missing, or the machine itself says that it is not good."""


def is_good_word(value: object) -> bool:
    """Whether a machine says yes: 1, true, OK, passed."""
    return value == 1 if isinstance(value, int | float) else text_of(value).upper() in _GOOD_WORDS


def text_of(value: object) -> str:
    """A text from a machine, without what fills it up."""
    return str(value).strip(_PADDING)


def is_failed(event: MachineEvent) -> bool:
    """Whether the machine says that it did not go well; one that says nothing of it does not say so.

    Raises ValueNotGood.
    """
    return "result" in event.content and not is_good_word(brought(event, "result", _("The result")))


def has_passed(event: MachineEvent) -> bool:
    """Whether the machine says that it went well. Raises ValueNotGood."""
    return "result" in event.content and not is_failed(event)


def serial_of(event: MachineEvent) -> str:
    """The serial that it read; empty where it read none. Raises ValueNotGood."""
    return text_of(brought(event, "serial", _("The serial"))) if "serial" in event.content else ""


def pieces_of(event: MachineEvent) -> int:
    """How many pieces it is about. Raises ValueNotGood where the machine says no whole number from 0 on."""
    if "quantity" not in event.content:
        return event.quantity
    name = _("The quantity")
    number = pieces(brought(event, "quantity", name))
    if number is None:
        raise not_good(event, "quantity", name)
    return number


def defect_code_of(event: MachineEvent) -> str:
    """The code of the defect that the machine names, else that of its tag; empty for none. Raises ValueNotGood."""
    if FIELD not in event.content:
        return event.tag.defect
    return defect_meant(brought(event, FIELD, _("The defect")), tag_of(event, FIELD)) or event.tag.defect


def defect_of(event: MachineEvent) -> Defect:
    """The same as the defects in force at the station call it. Raises ValueNotGood, ReasonUnknown."""
    return defect_at(event.site_id, event.station.work_center.area_id, defect_code_of(event))


def defect_meant(said: Any, tag: Tag) -> str:
    """The code of the defect that this tag means by what was read; empty for none. Raises ValueNotGood."""
    text = f"{said:.10g}" if isinstance(said, int | float) else text_of(said)
    code = code_meant(text, tag.defect_codes)
    if code is None:
        shown = text[:60]
        raise ValueNotGood(
            _("{tag} said {value}, and no defect is known for that.").format(tag=tag.code, value=shown),
            do=_("Enter the defect at the tag, as in {value}=CODE, then book this again.").format(value=shown),
        )
    return code


def brought(event: MachineEvent, field: str, name: str) -> Any:
    """What came in a field, as it is meant. name: for the refusal. Raises ValueNotGood."""
    value = meant_by(event, field)
    if value is None:
        raise not_good(event, field, name)
    return value


def meant_by(event: MachineEvent, field: str) -> Any:
    """What came in a field, by the rule of all that is read; None where it is not good."""
    quality = event.content.get(QUALITIES, {}).get(field, Quality.GOOD)
    return meant(tag_of(event, field), event.content[field], quality)


def tag_of(event: MachineEvent, field: str) -> Tag:
    """The tag of an event's field; where it belongs to none any more, one that leaves the value as it came."""
    named = [tag for tag in event.tag.fields.all() if tag.field == field]
    return next((tag for tag in named if tag.is_active), named[0] if named else Tag(code=field))


def not_good(event: MachineEvent, field: str, name: str) -> ValueNotGood:
    raw = event.content[field]
    told = f"{raw:.10g}" if isinstance(raw, int | float) else str(raw)
    return ValueNotGood(
        _("{name} is not taken: {tag} said {value}, which is not good or out of the tag's range.").format(
            name=name, tag=tag_of(event, field).code, value=told
        ),
        do=_("Measure again and enter it at the station, or correct the tag's range and book this again."),
    )

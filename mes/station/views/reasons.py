"""The reason that a station's form brings: chosen from the released tree, with a remark; a text where there is none."""

from typing import Any

from equipment.policies import reason_in_words
from equipment.status import ReasonKind
from mes.station.views.presence import Presence


def scrap_reason(presence: Presence, given: dict[str, Any]) -> str:
    """Why something is scrapped, in the words that are recorded; what is not scrapped needs none."""
    if not given["scrap"]:
        return str(given["scrap_reason"])
    code, remark = given["scrap_code"], given["scrap_reason"]
    return reason_in_words(station=presence.station, kind=ReasonKind.SCRAP, code=code, remark=remark)


def pause_reason(presence: Presence, given: dict[str, Any]) -> str:
    """Why somebody pauses, in the words that are recorded; it may be left out."""
    code, remark = given["pause_code"], given["reason"]
    if not code:
        return str(remark)
    return reason_in_words(station=presence.station, kind=ReasonKind.DOWNTIME, code=code, remark=remark)


def hold_reason(presence: Presence, given: dict[str, Any]) -> str:
    """Why something is held, in the words that are recorded."""
    code, remark = given["hold_code"], given["reason"]
    return reason_in_words(station=presence.station, kind=ReasonKind.HOLD, code=code, remark=remark)


def rework_reason(presence: Presence, given: dict[str, Any]) -> str:
    """Why something is sent back, in the words that are recorded."""
    code, remark = given["rework_code"], given["reason"]
    return reason_in_words(station=presence.station, kind=ReasonKind.REWORK, code=code, remark=remark)

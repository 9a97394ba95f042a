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


def hold_reason(presence: Presence, given: dict[str, Any]) -> str:
    """Why something is held, in the words that are recorded."""
    code, remark = given["hold_code"], given["reason"]
    return reason_in_words(station=presence.station, kind=ReasonKind.HOLD, code=code, remark=remark)


def rework_reason(presence: Presence, given: dict[str, Any]) -> str:
    """Why something is sent back, in the words that are recorded."""
    code, remark = given["rework_code"], given["reason"]
    return reason_in_words(station=presence.station, kind=ReasonKind.REWORK, code=code, remark=remark)

"""Which defects the events of a replay would have named: by what is in force now, and scaled as it is on record."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from equipment.collection.handshakes import QUALITIES
from equipment.defect_codes import FIELD
from equipment.machine_content import ValueNotGood, defect_meant, is_good_word, not_good, tag_of
from equipment.models import MachineEvent, Tag
from equipment.policies import ReasonUnknown, defect_among
from equipment.queries import Branch, area_of, reasons_for
from equipment.status import Books, ReasonKind


def defects_named(tag: Tag, events: Sequence[MachineEvent]) -> list[str]:
    """Of each event the defect, in words, or why it would be refused; empty where it names none. Two statements."""
    codes = [_code(tag, event) for event in events]
    if not any(code or why for code, why in codes):
        return ["" for _event in events]
    assert tag.station_id is not None, "what names a defect is at a station"
    branches = reasons_for(tag.site_id, area_of(tag.station_id), ReasonKind.DEFECT)[ReasonKind.DEFECT]
    return [why or _in_words(branches, code) for code, why in codes]


def _code(tag: Tag, event: MachineEvent) -> tuple[str, str]:
    """The code that it names, or why it names none that can be booked."""
    content = event.content
    failed = "result" in content and not is_good_word(content["result"]) and tag.books != Books.PART_STARTED
    if tag.books == Books.NOTHING or not (failed or tag.books == Books.PART_SCRAPPED):
        return "", ""
    if FIELD not in content:
        return tag.defect, ""
    try:
        if FIELD in content.get(QUALITIES, {}):
            raise not_good(event, FIELD, _("The defect"))
        return defect_meant(content[FIELD], tag_of(event, FIELD)) or tag.defect, ""
    except ValueNotGood as refused:
        return "", refused.what


def _in_words(branches: Sequence[Branch], code: str) -> str:
    try:
        return str(defect_among(branches, code)) if code else ""
    except ReasonUnknown as refused:
        return refused.what

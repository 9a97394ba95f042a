"""What a supplier's label says: GS1 element strings, as scanners read them or people type them."""

import re
from dataclasses import dataclass
from datetime import date

from biip import ParseConfig, ParseError
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message
from django.utils.translation import gettext as _

from mes.kernel.refusals import FieldError, InvalidInput

# FNC1 ends an element of open length. Scanners that type send it as the control character, or as what they are set to.
SEPARATOR = "\x1d"
_STANDS_FOR_IT = ("{GS}", "<GS>", "\u241d", "^]")
_TRADE_ITEM, _LOT, _EXPIRY, _SERIAL = "01", "10", "17", "21"  # GS1 General Specifications, application identifiers
# What a scanner sends before the code: ISO/IEC 15424. The second: a GS1 code by that, or by its brackets.
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_CLAIMS_GS1 = re.compile(r"^(\](C1|e0|d2|Q3|J1)|\(\d{2,4}\)).", re.DOTALL)
# Dates and trade item numbers that can't be are looked at below, instead of passing for a text that is not GS1.
_CONFIG = ParseConfig(separator_chars=(SEPARATOR,), gs1_element_strings_verify_date=False)


@dataclass(frozen=True)
class SupplierLabel:
    """A label as read. gtin: of the trade item; expires: the last day; is_gs1: else the code is the lot's number."""

    raw: str
    lot: str = ""
    serial: str = ""
    gtin: str = ""
    expires: date | None = None
    is_gs1: bool = True


def read_label(scanned: str) -> SupplierLabel:
    """What the label says. A code that is no GS1 element string is taken for the supplier's lot number.

    Raises InvalidInput when the check digit of its trade item number or its date can't be right: it was misread.
    """
    raw = scanned.strip(" \t\r\n")
    message = _message(raw)
    if message is None:
        return SupplierLabel(raw, lot=raw[:60], is_gs1=False)
    found = {element.ai.ai: element for element in message.element_strings}
    item, expiry = found.get(_TRADE_ITEM), found.get(_EXPIRY)
    if item is not None and item.gtin is None:
        _misread(_("The trade item number {value} has a wrong check digit.").format(value=item.value))
    if expiry is not None and expiry.date is None:
        _misread(_("{value} is no date of expiry.").format(value=expiry.value))
    return SupplierLabel(
        raw,
        lot=_text(found.get(_LOT)),
        serial=_text(found.get(_SERIAL)),
        gtin=_text(item),
        expires=expiry.date if expiry else None,
    )


def _message(raw: str) -> GS1Message | None:
    code = raw
    for spelling in _STANDS_FOR_IT:
        code = code.replace(spelling, SEPARATOR)
    claims = _CLAIMS_GS1.match(code)
    try:
        if code.startswith("("):
            message = GS1Message.parse_hri(code, config=_CONFIG)
        else:
            message = GS1Message.parse(_SYMBOLOGY.sub("", code).strip(SEPARATOR), config=_CONFIG)
    except ParseError:
        if claims:
            _misread(_("The label is marked as GS1, and what it says can't be."))
        return None
    # "10A7" may be somebody's lot number: one element without a mark of GS1 proves nothing.
    return message if claims or len(message.element_strings) > 1 else None


def _text(element: GS1ElementString | None) -> str:
    return element.value if element else ""


def _misread(sentence: str) -> None:
    raise InvalidInput(
        sentence, do=_("Scan the label again, or type what it says."), errors=[FieldError("label", sentence)]
    )

"""Numbers as people and other systems write them."""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

_PLAIN = re.compile(r"[+-]?\d{1,12}([.,]\d{1,12})?", re.ASCII)


def decimal_of(given: object, *, places: int = 4) -> Decimal:
    """The number in a text, with decimal point or comma; raises ValueError with a sentence otherwise.

    Takes int and Decimal as well; refuses booleans, floats that aren't finite, exponents, separators of thousands,
    digits of other scripts, more than 12 digits before or `places` digits after the point.
    """
    if isinstance(given, bool) or not isinstance(given, str | int | float | Decimal):
        raise ValueError(_("{given!r} is not a number.").format(given=given))
    text = str(given).strip()
    if not _PLAIN.fullmatch(text):
        raise ValueError(
            _("{text!r} is not a number: write digits and at most one decimal point.").format(text=text[:40])
        )
    number = Decimal(text.replace(",", "."))
    if number.quantize(Decimal(1).scaleb(-places)) != number:
        raise ValueError(_("{text} has more than {places} decimal places.").format(text=text, places=places))
    return number


def plain(number: Decimal) -> str:
    """The number for a person: no exponent, no zeros behind the last digit that matters."""
    return f"{number.normalize():f}"


def with_places(number: Decimal, places: int | None) -> str:
    """The number for a person with this many decimal places, and with more where it has more; None: as plain."""
    if places is None:
        return plain(number)
    own = number.normalize().as_tuple().exponent
    assert isinstance(own, int), "not a number"
    return f"{number:.{max(places, -own)}f}"

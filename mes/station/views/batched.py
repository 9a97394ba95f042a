"""What a form says of each unit of a batch."""

from decimal import Decimal

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mes.kernel.numbers import decimal_of
from mes.kernel.refusals import FieldError, InvalidInput


def scrap_by_unit(request: HttpRequest) -> dict[str, Decimal]:
    """How much of each unit is scrap, by serial; an empty field is none."""
    found = {}
    units, quantities = request.POST.getlist("scrap_unit"), request.POST.getlist("scrap_quantity")
    for unit, text in zip(units, quantities, strict=False):
        if not text.strip():
            continue
        try:
            quantity = decimal_of(text[:30])
        except ValueError as error:
            sentence = str(error)
            raise InvalidInput(
                sentence,
                do=_("Correct what is scrap of {unit}.").format(unit=unit[:60]),
                errors=[FieldError(unit[:60], sentence)],
            ) from error
        if quantity:
            found[unit] = quantity
    return found

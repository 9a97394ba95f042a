"""Figures as the floor reads them."""

from decimal import Decimal

from django import template

from mes.kernel import numbers

register = template.Library()


@register.filter
def minutes(seconds: int | None) -> str:
    """3:42 of 222 seconds, 1:02:09 past an hour; a dash when unknown."""
    if seconds is None:
        return "–"
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


@register.filter
def figure(number: Decimal | None) -> str:
    """A number without zeros at its end; a dash when there is none."""
    return "–" if number is None else numbers.plain(number)


@register.filter
def as_written(number: Decimal | str | None) -> str:
    """A text as it is, so that 1.10 stays 1.10; a number without zeros at its end."""
    return number if isinstance(number, str) else figure(number)

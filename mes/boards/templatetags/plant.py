"""How the office writes times, numbers and durations."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from equipment.models import Site
from equipment.qualities import quality_word
from mes.kernel.audit.canonical import digest
from mes.kernel.numbers import plain as plain_number
from mes.kernel.numbers import with_places
from mes.kernel.words import told
from wip.actions.holds import release_content
from wip.models import Hold

register = template.Library()
register.filter("told", told)


@register.filter
def moment(value: datetime | None, site: Site | None = None) -> str:
    """A time as the plant says it, in the site's zone: Wed 25 Nov, 14:00; with the year when it is another one."""
    if value is None:
        return "–"
    local = site.local(value) if isinstance(site, Site) else timezone.localtime(value)
    is_this_year = local.year == timezone.localtime(timezone=local.tzinfo).year
    return _written(local.replace(second=0, microsecond=0, tzinfo=None), is_this_year, get_language())


@lru_cache(4096)
def _written(minute: datetime, is_this_year: bool, language: str | None) -> str:
    """A minute in words, kept: lists show the same ones again, and putting one together costs as much as a row.

    language: the one that is active.
    """
    return formats.date_format(minute, f"D j M{'' if is_this_year else ' Y'}, H:i")


@register.filter
def second(value: datetime | None, site: Site) -> str:
    """A time to the second: Wed 25 Nov, 14:00:05."""
    return "–" if value is None else f"{moment(value, site)}:{value:%S}"


@register.filter
def quality(value: int | None) -> str:
    """A quality in words, a good one, too."""
    return "" if value is None else quality_word(value) or _("Good")


@register.filter
def plain(value: Any) -> str:
    """A number without exponent and idle zeros."""
    if value is None or value == "":
        return "–"
    return plain_number(Decimal(value))


@register.filter
def span(value: timedelta | None) -> str:
    """A duration as min:s, or h:min:s from an hour on."""
    if value is None:
        return "–"
    seconds = max(0, int(value.total_seconds()))
    if seconds >= 3600:
        return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    return f"{seconds // 60}:{seconds % 60:02}"


@register.filter
def seconds(value: int) -> str:
    """So many seconds, as a duration."""
    return span(timedelta(seconds=value))


@register.filter
def limits(reading: Any) -> str:
    """The limits that a reading or step has, in words: 1.10 to 1.30 N·m, up to 0.3 ml/h, with the places it has."""
    if reading.lower is None and reading.upper is None:
        return ""
    places = getattr(reading, "places", None)
    if reading.lower is None:
        text = _("up to {limit}").format(limit=with_places(reading.upper, places))
    elif reading.upper is None:
        text = _("from {limit}").format(limit=with_places(reading.lower, places))
    else:
        text = _("{lower} to {upper}").format(
            lower=with_places(reading.lower, places), upper=with_places(reading.upper, places)
        )
    return f"{text} {reading.quantity_unit}".strip()


@register.filter
def age(since: datetime, now: datetime) -> str:
    """How long ago something was, as a duration."""
    return span(now - since)


@register.filter
def release_digest(hold: Hold) -> str:
    """The digest of what is signed when the hold is released."""
    return digest(release_content(hold))


@register.filter
def clock(value: datetime | None, site: Site) -> str:
    """The time of day at the site: 14:00."""
    return f"{site.local(value):%H:%M}" if value else "–"


@register.filter
def entered(value: datetime | None, site: Site) -> str:
    """A moment as a field for date and time begins with it, on the site's clock."""
    return f"{site.local(value):%Y-%m-%dT%H:%M}" if value else ""


@register.filter
def wall(value: datetime) -> str:
    """A time as it is, on the clock that it carries: 14:00."""
    return f"{value:%H:%M}"


@register.filter
def seven_days(monday: date) -> list[date]:
    """The days of a week."""
    return [monday + timedelta(days=n) for n in range(7)]

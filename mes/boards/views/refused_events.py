"""The events of one machine that were refused: why, and the way to book them again or to settle them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from equipment.machine_queries import machine_at
from equipment.queries import sites_of
from equipment.refused_events import Because, for_reason, reasons_at, refused_at
from equipment.status import Settlement
from mes.boards.refused_rows import by_hand_since, refused_rows
from mes.kernel.desk import office, text_of
from mes.kernel.paging import Pages
from mes.kernel.personnel.roles import Permission
from wip.by_hand import sum_of

PER_PAGE = 50
REASONS = 20


@never_cache
@require_safe
@office(Permission.VIEW_ORDERS)
def refused_list(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """The oldest first; because: those that were refused for one reason; event: one alone."""
    station = machine_at(sites_of(request.user), site, code)
    if station is None:
        raise Http404
    reasons = reasons_at(station.pk, REASONS)
    chosen = next((one for one in reasons if one.booking == text_of(request, "because")), None)
    found = refused_at(station.pk)
    if chosen is not None:
        found = for_reason(found, chosen.booking)
    asked = text_of(request, "event")
    alone = found.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 18 else None
    page = Pages(found, PER_PAGE, read=lambda keys: list(refused_at(station.pk).filter(pk__in=keys)))
    turned = page.get_page(request.GET.get("page"))
    refused = [alone] if alone is not None else list(turned.object_list)
    events = [one.event for one in refused]
    first_at = alone.event.at if alone is not None else _first_at(reasons, chosen)
    bookings = by_hand_since(events, first_at)
    context: dict[str, Any] = {
        "station": station,
        "events": refused_rows(refused, bookings),
        "by_hand": sum_of(bookings, first_at) if first_at is not None else None,
        "reasons": [one for one in reasons if one.count > 1] if len(reasons) > 1 else [],
        "chosen": chosen,
        "alone": alone,
        "count": 1 if alone is not None else turned.paginator.count,
        "all": station.refused,  # type: ignore[attr-defined]
        "until": found.aggregate(last=Max("pk"))["last"] or 0,
        "page": turned,
        "query": f"because={chosen.booking}&" if chosen else "",
        "settlements": Settlement.choices,
        "may_book": request.user.may(Permission.CORRECT),  # type: ignore[union-attr]
        "now": timezone.now(),
    }
    return render(request, "boards/refused_events.html", context)


def _first_at(reasons: Sequence[Because], chosen: Because | None) -> datetime | None:
    """When the oldest event happened that is listed."""
    return min((one.first_at for one in reasons if chosen in (None, one)), default=None)

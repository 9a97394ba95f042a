"""What a machine showed around the moment of a reading, for whoever may see the unit that it is recorded on."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from mes.station.views.presence import sites_shown
from wip.courses import course_of, reading_by_key


@require_safe
def reading_trend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A page of its own, and a small picture with the large one behind it to who fetches it into a page."""
    reading = reading_by_key(pk, sites_shown(request))
    if reading is None:
        raise Http404
    is_part = getattr(request, "htmx", False)
    context = {
        "reading": reading,
        "course": course_of(reading, timezone.now()),
        "hatch": f"hatch-{pk}" if is_part else "hatch",  # several of them stand on one page
    }
    return render(request, "station/reading_trend.html" if is_part else "station/reading_trend_page.html", context)

"""The matrix of people and qualifications."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from equipment.models import Area, Site
from equipment.queries import sites_of
from mes.kernel.desk import office, text_of
from mes.kernel.personnel.roles import Permission
from mes.people.queries import all_qualifications, areas_of, find_people, held_of, today_at
from mes.people.standing import matrix

PER_PAGE = 50


@require_safe
@office(Permission.VIEW_PEOPLE)
def qualifications(request: HttpRequest) -> HttpResponse:
    """Who is qualified for what, at which level; what lapsed or soon will. Filtered by site, area and name."""
    yours, now = sites_of(request.user), timezone.now()
    site, text = _site(request, yours), text_of(request, "text")
    shown = {site.pk: site} if site else yours
    areas = list(areas_of(shown))
    area = _area(request, areas)
    found = find_people(shown, text=text, area=area, at=now)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    people = list(page.object_list)
    today = today_at(list(shown.values()), now)
    context = {
        "matrix": matrix(people, held_of([one.pk for one in people]), list(all_qualifications()), today),
        "page": page,
        "query": "".join(f"{name}={value}&" for name, value in request.GET.items() if name in ("site", "area")),
        "sites": yours.values(),
        "areas": areas,
        "site_of_list": site,
        "area": area,
        "text": text,
        "today": today,
    }
    return render(request, "people/qualifications.html", context)


def _site(request: HttpRequest, yours: dict[UUID, Site]) -> Site | None:
    asked = text_of(request, "site")
    return next((site for site in yours.values() if site.code == asked), None)


def _area(request: HttpRequest, areas: list[Area]) -> Area | None:
    asked = text_of(request, "area")
    return next((area for area in areas if str(area.pk) == asked), None)

"""What went another way than planned, for review by exception."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from equipment.queries import sites_of
from mes.boards.floor_rows import exception_row
from mes.boards.forms import ExceptionsForm
from mes.kernel.desk import office
from mes.kernel.paging import Pages
from mes.kernel.personnel.roles import Permission
from wip.exceptions import exceptions_listed
from wip.models import ProcessException

PER_PAGE = 50


@require_safe
@office(Permission.VIEW_UNITS)
def exception_list(request: HttpRequest) -> HttpResponse:
    """Latest first, by kind, order and day."""
    form = ExceptionsForm(request.GET or None, auto_id="exceptions_%s")
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    found = ProcessException.objects.filter(site__in=list(sites_of(request.user)))
    if asked.get("kind"):
        found = found.filter(kind=asked["kind"])
    if asked.get("order"):
        found = found.filter(work_order__erp_reference=asked["order"].strip().upper())
    if asked.get("since"):
        found = found.filter(at__gte=_begin(asked["since"]))
    if asked.get("until"):
        found = found.filter(at__lt=_begin(asked["until"] + timedelta(days=1)))
    query = request.GET.copy()
    query.pop("page", None)
    page = Pages(found, PER_PAGE, read=exceptions_listed).get_page(request.GET.get("page"))
    rows = [exception_row(one) for one in page.object_list]
    context = {"page": page, "rows": rows, "form": form, "query": f"{query.urlencode()}&" if query else ""}
    return render(request, "wip/exception_list.html", context)


def _begin(day: date) -> datetime:
    """The begin of a day where the reader is."""
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())

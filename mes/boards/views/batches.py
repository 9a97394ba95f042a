"""Batches: several units or lots in one run of a station, open ones and those that are done."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from equipment.queries import sites_of
from mes.boards.batch_record import read
from mes.kernel.desk import office, text_of
from mes.kernel.personnel.roles import Permission
from wip.queries import batch_by_number, batches_of, planned
from wip.status import BatchStatus
from wip.topics import floor

PER_PAGE = 50
_FILTERS = [*BatchStatus.choices, ("all", lazy("All"))]


@require_safe
@office(Permission.VIEW_UNITS)
def batch_list(request: HttpRequest) -> HttpResponse:
    """The latest first; the ones that run unless others are asked for; of an order alone those that it is in."""
    status = request.GET.get("status", BatchStatus.RUNNING)
    status = status if status in dict(_FILTERS) else BatchStatus.RUNNING
    order = text_of(request, "order")[:40]
    found = batches_of(sites_of(request.user), status="" if status == "all" else status, order=order)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(batch, planned(batch.members[0])) for batch in page.object_list],
        "filters": _FILTERS,
        "status": status,
        "order": order,
        "query": f"{urlencode({'status': status, 'order': order})}&",
    }
    return render(request, "wip/batch_list.html", context)


@require_safe
@office(Permission.VIEW_UNITS)
def batch_page(request: HttpRequest, number: str) -> HttpResponse:
    """One batch; its live part alone to who asks for it."""
    batch = batch_by_number(number, sites_of(request.user))
    if batch is None:
        raise Http404
    context = {"record": read(batch, now=timezone.now()), "batch": batch, "topics": floor(batch.site_id)}
    part = request.GET.get("part") == "batch"
    return render(request, "wip/batch_live.html" if part else "wip/batch.html", context)

"""Batches: several units or lots in one run of a station, open ones and those that are done."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST, require_safe

from equipment.queries import sites_of
from mes.boards.batch_record import read
from mes.boards.floor_rows import batch_row
from mes.boards.forms import UndoForm
from mes.kernel.desk import answer, cleaned, desk_door, office, text_of
from mes.kernel.paging import Pages
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound
from wip.actions import undo as taking_back
from wip.models import Batch
from wip.queries import batch_by_number, batches_listed, batches_of, execution_by_key, planned
from wip.status import BatchStatus
from wip.topics import floor

PER_PAGE = 30
_FILTERS = [*BatchStatus.choices, ("all", lazy("All"))]


@require_safe
@office(Permission.VIEW_UNITS)
def batch_list(request: HttpRequest) -> HttpResponse:
    """The latest first; the ones that run unless others are asked for; of an order alone those that it is in."""
    status = request.GET.get("status", BatchStatus.RUNNING)
    status = status if status in dict(_FILTERS) else BatchStatus.RUNNING
    order = text_of(request, "order")[:40]
    found = batches_of(sites_of(request.user), status="" if status == "all" else status, order=order)
    page = Pages(found, PER_PAGE, read=batches_listed).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [batch_row(batch, planned(batch.members[0])) for batch in page.object_list],
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
    batch, part = _batch(request, number), request.GET.get("part") == "batch"
    record = read(batch, request.user, now=timezone.now())
    context = {"record": record, "batch": batch, "topics": floor(batch.site_id), "beside": part}
    return render(request, "wip/batch_live.html" if part else "wip/batch.html", context)


@require_POST
@office(Permission.VIEW_UNITS)
def undo(request: HttpRequest, number: str) -> HttpResponse:
    """Take back the last act of a batch, on all its units."""
    batch, given = _batch(request, number), cleaned(UndoForm(request.POST))
    execution = execution_by_key(given["execution"], [batch.site_id])
    if execution is None or execution.batch_id != batch.pk:
        raise NotFound(_("There is no such job in {batch}.").format(batch=batch), do=_("Load the page again."))
    with desk_door(request, reason=given["reason"]) as passage:
        if not passage.replayed:
            act = taking_back.undo(
                execution=execution, done_at=given["done_at"], reason=given["reason"], by=passage.person, at=passage.at
            )
            said = _("Taken back on %(unit)s: %(act)s.") % {"unit": batch, "act": act.words}
            passage.remember(said=said, to=reverse("batch", args=[batch.number]))
    return answer(request, passage)


def _batch(request: HttpRequest, number: str) -> Batch:
    batch = batch_by_number(number, sites_of(request.user))
    if batch is None:
        raise Http404
    return batch

"""The reasons that stations choose from, drawn."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from equipment.models import Reason, ReasonTree
from equipment.queries import branches_of, sites_of
from equipment.status import TreeStatus
from mes.boards.defects import DAYS, defect_lines
from mes.kernel.desk import office
from mes.kernel.personnel.roles import Permission


@require_safe
@office(Permission.VIEW_MASTER_DATA)
def reason_trees(request: HttpRequest) -> HttpResponse:
    """The released trees and the drafts of the person's sites, and what defects were found there.

    Four statements, whatever their number.
    """
    sites = sites_of(request.user)
    found = ReasonTree.objects.filter(site__in=sites).exclude(status=TreeStatus.OBSOLETE)
    trees = found.select_related("site", "area", "released_by").prefetch_related(
        Prefetch("reasons", Reason.objects.order_by("position", "code"))
    )
    shown = [(tree, branches_of(tree.reasons.all())) for tree in trees.order_by("site__name", "area__name", "kind")]
    context = {"trees": shown, "defects": defect_lines(sites, now=timezone.now()), "days": DAYS}
    return render(request, "equipment/reasons.html", context)

"""The reasons that stations choose from, drawn."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from equipment.models import Reason, ReasonTree
from equipment.queries import branches_of, sites_of
from equipment.status import TreeStatus
from mes.kernel.desk import office
from mes.kernel.personnel.roles import Permission


@require_safe
@office(Permission.VIEW_MASTER_DATA)
def reason_trees(request: HttpRequest) -> HttpResponse:
    """The released trees and the drafts of the person's sites. Three statements, whatever their number."""
    found = ReasonTree.objects.filter(site__in=sites_of(request.user)).exclude(status=TreeStatus.OBSOLETE)
    trees = found.select_related("site", "area", "released_by").prefetch_related(
        Prefetch("reasons", Reason.objects.order_by("position", "code"))
    )
    shown = [(tree, branches_of(tree.reasons.all())) for tree in trees.order_by("site__name", "area__name", "kind")]
    return render(request, "equipment/reasons.html", {"trees": shown})

"""Finding master data: what is in work, and the lists of products, routings and instructions."""

from collections import Counter
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from equipment.queries import sites_of
from mes.kernel.desk import office, text_of
from mes.kernel.personnel.roles import Permission
from orders.bom import bom_tree, is_cut_short, where_used
from orders.catalogue import MOST_IN_WORK, find_instructions, find_products, find_routings, of_plants, revisions_in_work
from orders.models import InstructionRevision, Product, ProductRevision, Routing, RoutingRevision
from orders.rows import in_work_row, links, list_row

PER_PAGE = 50
LINES = 200  # of a tree on a page; all of them come over REST
SECTIONS = [
    ("master_data", _("In work")),
    ("products", _("Products")),
    ("routings", _("Routings")),
    ("instructions", _("Instructions")),
]


@require_safe
@office(Permission.VIEW_MASTER_DATA)
def in_work(request: HttpRequest) -> HttpResponse:
    """Drafts and what waits for release, the latest first."""
    found = revisions_in_work(sites_of(request.user))
    groups = {status: [(in_work_row(one), one.approved_at) for one in those] for status, those in found.items()}
    counts = Counter((status, row.kind) for status, those in groups.items() for row, _at in those)
    context = {
        "sections": SECTIONS,
        "section": "master_data",
        "groups": groups,
        "most": MOST_IN_WORK if MOST_IN_WORK in counts.values() else None,
    }
    return render(request, "orders/in_work.html", context)


@require_safe
@office(Permission.VIEW_MASTER_DATA)
def products(request: HttpRequest) -> HttpResponse:
    found = find_products(text_of(request, "text")).prefetch_related(_newest(ProductRevision))
    return _list(request, "products", found)


@require_safe
@office(Permission.VIEW_MASTER_DATA)
def routings(request: HttpRequest) -> HttpResponse:
    found = find_routings(sites_of(request.user), text_of(request, "text"))
    return _list(
        request, "routings", found.select_related("product", "site").prefetch_related(_newest(RoutingRevision))
    )


@require_safe
@office(Permission.VIEW_MASTER_DATA)
def instructions(request: HttpRequest) -> HttpResponse:
    found = find_instructions(text_of(request, "text")).prefetch_related(_newest(InstructionRevision))
    return _list(request, "instructions", found)


@require_safe
@office(Permission.VIEW_MASTER_DATA)
def product_page(request: HttpRequest, pk: Any) -> HttpResponse:
    """A product: its revisions and routings, what it is made of, where it is used. ?revision= chooses the bill."""
    product = get_object_or_404(Product, pk=pk)
    revisions = list(product.revisions.select_related("released_by").order_by("-pk"))
    asked = request.GET.get("revision", "")
    chosen = next((one for one in revisions if one.code == asked), None) or next(
        (one for one in sorted(revisions, key=_released_last, reverse=True)), None
    )
    tree = bom_tree(chosen, most=LINES) if chosen else []
    used = where_used(product.pk, most=LINES)
    routings = Routing.objects.filter(product=product, site__in=sites_of(request.user))
    routings = routings.prefetch_related(_newest(RoutingRevision))
    context = {
        "product": product,
        "revisions": revisions,
        "routings": [(one, links("routing", one.newest_first)) for one in routings],
        "chosen": chosen,
        "tree": tree,
        "used": used,
        "is_cut_short": is_cut_short(tree, most=LINES) or is_cut_short(used, most=LINES),
        "most": LINES,
    }
    return render(request, "orders/product.html", context)


def _released_last(revision: ProductRevision) -> tuple[bool, Any, Any]:
    return revision.status == "RELEASED", str(revision.released_at or ""), revision.pk


def _newest(model: Any) -> Prefetch:
    return Prefetch("revisions", of_plants(model).order_by("-pk"), to_attr="newest_first")


def _list(request: HttpRequest, section: str, found: QuerySet[Any]) -> HttpResponse:
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "sections": SECTIONS,
        "section": section,
        "text": text_of(request, "text"),
        "page": page,
        "rows": [list_row(one) for one in page.object_list],
    }
    return render(request, f"orders/{section}.html", context)

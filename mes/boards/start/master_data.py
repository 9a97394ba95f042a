"""Revisions on their way to release."""

from collections.abc import Iterator

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from mes.boards.start.panel import SHOWN, Asked, Line, Panel
from orders.models import ProductRevision, RoutingRevision
from orders.status import RevisionStatus


def drafts(asked: Asked) -> Panel:
    """Drafts of revisions of products and routings; what is wrong with one stands on its page."""
    return _revisions(
        RevisionStatus.DRAFT, _("Drafts"), _("None: make one as a copy of a released revision, in the master data.")
    )


def to_release(asked: Asked) -> Panel:
    """Revisions that an engineer has approved and that a second person is to release."""
    return _revisions(RevisionStatus.APPROVED, _("Revisions to release"), _("None: nothing approved is waiting."))


def _revisions(status: RevisionStatus, title: str, empty: str) -> Panel:
    found = [*_first(ProductRevision, status, "product"), *_first(RoutingRevision, status, "routing")]
    more = reverse("admin:orders_routingrevision_changelist") + f"?status__exact={status}"
    count = sum(kind.objects.filter(status=status).count() for kind in (ProductRevision, RoutingRevision))
    return Panel(title, found[:SHOWN], count, empty, more)


def _first(kind: type[Model], status: RevisionStatus, of: str) -> Iterator[Line]:
    for revision in kind.objects.filter(status=status).select_related(of).order_by("-pk")[:SHOWN]:
        to = reverse(f"admin:orders_{kind._meta.model_name}_change", args=[revision.pk])
        yield Line(str(revision), to, str(kind._meta.verbose_name))

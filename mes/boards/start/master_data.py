"""Revisions on their way to release."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mes.boards.start.panel import SHOWN, Asked, Line, Panel
from orders.models import ProductRevision, RoutingRevision
from orders.policies import mistakes_of
from orders.status import RevisionStatus

# Each kind of revision, and what it is a revision of.
_KINDS: dict[Any, tuple[str, ...]] = {ProductRevision: ("product",), RoutingRevision: ("routing", "redline_of")}


def drafts(asked: Asked) -> Panel:
    """Drafts, each with how many mistakes stop its release; they are named on its page."""
    return _panel(
        RevisionStatus.DRAFT, _("Drafts"), _("None: make one as a copy of a released revision, in the master data.")
    )


def to_release(asked: Asked) -> Panel:
    """Revisions that an engineer has approved and that a second person is to release."""
    return _panel(RevisionStatus.APPROVED, _("Revisions to release"), _("None: nothing approved is waiting."))


def _panel(status: RevisionStatus, title: str, empty: str) -> Panel:
    found = [revision for kind in _KINDS for revision in _first(kind, status)][:SHOWN]
    count = sum(kind.objects.filter(status=status).count() for kind in _KINDS)
    return Panel(title, [_line(revision) for revision in found], count, empty, reverse("admin:index"))


def _first(kind: Any, status: RevisionStatus) -> Iterator[Any]:
    yield from kind.objects.filter(status=status).select_related(*_KINDS[kind]).order_by("-pk")[:SHOWN]


def _line(revision: Any) -> Line:
    to = reverse(f"admin:orders_{revision._meta.model_name}_change", args=[revision.pk])
    wrong = len(mistakes_of(revision)) if revision.is_draft else 0
    if not wrong:
        return Line(str(revision), to, str(revision._meta.verbose_name))
    end = ngettext("%(count)s mistake", "%(count)s mistakes", wrong) % {"count": wrong}
    return Line(str(revision), to, str(revision._meta.verbose_name), end, "caution", "!")

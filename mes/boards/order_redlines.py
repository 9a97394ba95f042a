"""An order's redlines as its page and its traveler show them: what changed, since when, who signed, why."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mes.kernel.desk import refusal_of
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from orders.catalogue import revision_before
from orders.content import parts_of
from orders.differences import ADDED, CHANGED, REMOVED, Change, differences
from orders.models import RoutingRevision, WorkOrder
from orders.status import RevisionStatus
from wip.redlines import Redline, redlines_on


@dataclass(frozen=True)
class Shown:
    """A redline with what it changes, a line each."""

    redline: Redline
    changes: Sequence[str]

    @property
    def revision(self) -> RoutingRevision:
        return self.redline.revision

    @property
    def may_take_effect(self) -> bool:
        return self.redline.effect is None and self.revision.status == RevisionStatus.RELEASED


def redlines_shown(order: WorkOrder, *, in_effect: bool = False) -> list[Shown]:
    """The order's redlines, the first first; in_effect: those alone that are, or were. One statement where none is."""
    found = redlines_on(order)
    return [Shown(one, _changes(one.revision)) for one in found if one.effect is not None or not in_effect]


def beside_order(order: WorkOrder, person: Person) -> dict[str, Any]:
    """What the order's page shows of redlines, and whether the person may draft one and put it into effect."""
    shown = redlines_shown(order)
    waits = any(one.redline.effect is None and one.revision.status != RevisionStatus.OBSOLETE for one in shown)
    return {
        "redlines": shown,
        "may_be_redlined": order.is_open_for_work and not waits,
        "why_not_redline": refusal_of(check_permission, person, Permission.DRAFT_MASTER_DATA),
        "why_not_apply": refusal_of(check_permission, person, Permission.RELEASE_MASTER_DATA),
    }


def _changes(revision: RoutingRevision) -> Sequence[str]:
    if revision.status in (RevisionStatus.DRAFT, RevisionStatus.APPROVED):
        return _compared(revision)
    return _of_frozen(revision.pk, get_language())


@lru_cache(maxsize=512)
def _of_frozen(key: UUID, language: str | None) -> Sequence[str]:
    """What is released stays as it is, in the language of who asks."""
    return _compared(RoutingRevision.objects.select_related("routing", "redline_of").get(pk=key))


def _compared(revision: RoutingRevision) -> Sequence[str]:
    before = revision_before(revision)
    changes = differences(parts_of(before), parts_of(revision)) if before else []
    return tuple(_line(change) for change in changes if change.kind != "revision")


def _line(change: Change) -> str:
    named = f"{change.noun} {change.name}"
    if change.what == CHANGED:
        fields = ", ".join(f"{one.label} {one.before or '–'} → {one.after or '–'}" for one in change.fields)
        return f"{named}: {fields}"
    words = {ADDED: _("{row} is new"), REMOVED: _("{row} is left out")}
    return words[change.what].format(row=named)

"""Verbs on reason trees: draft, write, release."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from equipment import outline
from equipment.models import Area, Reason, ReasonTree, Site
from equipment.policies import check_site_access
from equipment.queries import lines_of
from equipment.status import REASON_TREE, ReasonKind, TreeStatus
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal


class DraftExists(Refusal):
    """There is a draft of these reasons already."""


class TreeEmpty(Refusal):
    """A tree without reasons can't be released."""


class TreeFrozen(Refusal):
    """The tree is released, and so frozen."""


def draft(*, site: Site, area: Area | None, kind: str, by: Person, at: datetime) -> ReasonTree:
    """Begin the next version of a site's or area's reasons: a copy of the released one, else empty.

    Raises DraftExists when there is one to go on with.
    """
    check_permission(by, Permission.EDIT_EQUIPMENT)
    check_site_access(by, site.pk)
    if kind not in ReasonKind.values:
        raise InvalidInput(
            _("A kind of reasons is one of: {values}.").format(values=", ".join(ReasonKind.values)), do=_("Choose one.")
        )
    if area is not None and area.site_id != site.pk:
        raise InvalidInput(
            _("{area} is not an area of {site}.").format(area=area, site=site), do=_("Choose one of its areas.")
        )
    versions = _versions(site.pk, area.pk if area else None, kind)
    if open_one := next((tree for tree in versions if tree.is_draft), None):
        raise DraftExists(_("{tree} is a draft already.").format(tree=open_one), do=_("Go on with that one."))
    number = max((tree.number for tree in versions), default=0) + 1
    made = ReasonTree.objects.create(
        site=site, area=area, kind=kind, number=number, status=REASON_TREE.after(None, "draft")
    )
    if released := next((tree for tree in versions if tree.status == TreeStatus.RELEASED), None):
        _put(made, lines_of(released))
    return made


def write(*, tree: ReasonTree, text: str, by: Person, at: datetime) -> ReasonTree:
    """Give a draft these reasons, as an outline (see equipment.outline). Raises TreeFrozen, InvalidInput by line."""
    check_permission(by, Permission.EDIT_EQUIPMENT)
    check_site_access(by, tree.site_id)
    lines = outline.parse(text)
    locked = ReasonTree.objects.select_for_update(no_key=True).get(pk=tree.pk)
    if not locked.is_draft:
        raise TreeFrozen(
            _("{tree} is released and so frozen.").format(tree=locked), do=_("Draft a new version and change that.")
        )
    _put(locked, lines)
    return locked


def release(*, tree: ReasonTree, by: Person, at: datetime) -> ReasonTree:
    """Release a draft: from now on these reasons are chosen from, and the version before is obsolete.

    Raises TreeEmpty, IllegalTransition.
    """
    check_permission(by, Permission.RELEASE_MASTER_DATA)
    check_site_access(by, tree.site_id)
    versions = _versions(tree.site_id, tree.area_id, tree.kind)
    locked = next(version for version in versions if version.pk == tree.pk)
    status = REASON_TREE.after(locked.status, "release", name=str(locked.number))
    if not locked.reasons.exists():
        raise TreeEmpty(_("{tree} has no reasons.").format(tree=locked), do=_("Write them down first."))
    for before in versions:
        if before.status == TreeStatus.RELEASED:
            before.status = REASON_TREE.after(before.status, "retire")
            before.save(update_fields=["status"])
    locked.status, locked.released_at, locked.released_by = status, at, by
    locked.save(update_fields=["status", "released_at", "released_by"])
    return locked


def _versions(site: UUID, area: UUID | None, kind: str) -> list[ReasonTree]:
    """All versions of these reasons, locked in one order, so that one release at a time looks at them."""
    found = ReasonTree.objects.filter(site=site, area=area, kind=kind)
    return list(found.select_for_update(no_key=True).order_by("number"))


def _put(tree: ReasonTree, lines: Sequence[outline.Line]) -> None:
    """Make the draft's reasons those of the lines; one that is there already keeps its row and its history."""
    known = {reason.code: reason for reason in tree.reasons.all()}
    for position, line in enumerate(lines):
        reason = known.get(line.code) or Reason(tree=tree, code=line.code)
        parent = known[line.heading] if line.heading else None
        before = (reason.name, reason.parent_id, reason.position)
        reason.name, reason.parent, reason.position = line.name, parent, position
        if reason._state.adding or before != (reason.name, reason.parent_id, reason.position):
            reason.save()
        known[line.code] = reason
    kept = {line.code for line in lines}
    Reason.objects.filter(tree=tree).exclude(code__in=kept).delete()

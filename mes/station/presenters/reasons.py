"""Reasons as a station shows them: tiles under their headings."""

from collections.abc import Sequence
from typing import Any

from equipment.models import Station
from equipment.queries import Branch, reasons_for
from equipment.status import ReasonKind

Group = tuple[str, list[Branch]]  # heading, empty for those that have none; what can be chosen below it


def groups_of(branches: Sequence[Branch]) -> list[Group]:
    """What can be chosen, by heading of the first level; those without a heading first."""
    alone = [branch for branch in branches if not branch.below]
    below = [(branch.name, branch.leaves) for branch in branches if branch.below]
    return ([("", alone)] if alone else []) + below


def reason_context(station: Station) -> dict[str, Any]:
    """reasons: for the dialogs of the work page, by kind; empty where the plant has released none. One query."""
    found = reasons_for(station.site_id, station.work_center.area_id, ReasonKind.SCRAP, ReasonKind.HOLD)
    return {"reasons": {kind: groups_of(branches) for kind, branches in found.items()}}

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


def reason_context(station: Station, *kinds: ReasonKind) -> dict[str, Any]:
    """reasons: by kind, those of the work page's dialogs if none is asked; empty where none are released. One query."""
    asked = kinds or (ReasonKind.SCRAP, ReasonKind.HOLD, ReasonKind.DOWNTIME, ReasonKind.DEFECT)
    found = reasons_for(station.site_id, station.work_center.area_id, *asked)
    return {"reasons": {kind: groups_of(branches) for kind, branches in found.items()}}

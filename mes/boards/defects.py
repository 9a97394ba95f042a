"""The defects that were found, as the page of reasons lists them: the most frequent first, with bars."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from equipment.models import Site
from mes.kernel.numbers import plain
from wip.defects import found_defects

DAYS = 30
_WIDE = 120  # of a bar, in the units of its picture


@dataclass(frozen=True)
class DefectLine:
    """A defect at a site. scrapped: with its unit, empty if none was. held: units of which nobody has decided yet.

    width: of its bar. share: of all that was found, down to this line, in percent.
    """

    site: Site
    code: str
    name: str
    scrapped: str
    reworks: int
    held: int
    width: int
    share: int


def defect_lines(sites: Mapping[UUID, Site], *, now: datetime) -> list[DefectLine]:
    """What was found in the last days at these sites. One statement."""
    found = found_defects(sites, since=now - timedelta(days=DAYS))
    most, all_of_it, up_to = max((one.total for one in found), default=Decimal(1)), sum(one.total for one in found), 0
    lines = []
    for one in found:
        up_to += one.total
        lines.append(
            DefectLine(
                site=sites[one.site],
                code=one.code,
                name=one.name,
                scrapped=f"{plain(one.scrapped)} {one.quantity_unit}" if one.scrapped else "",
                reworks=one.reworks,
                held=one.held,
                width=max(1, round(_WIDE * one.total / most)),
                share=round(100 * up_to / all_of_it),
            )
        )
    return lines

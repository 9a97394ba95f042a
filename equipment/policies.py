from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from equipment.models import Site, Station
from equipment.queries import AreaKey, Branch, reasons_for, sites_of, station_at
from equipment.status import ReasonKind
from mes.kernel.refusals import FieldError, InvalidInput, NotPermitted


class SiteNotYours(NotPermitted):
    """The record belongs to a site the person has no access to."""


def check_site_access(person: Any, site_id: UUID) -> None:
    """Raise SiteNotYours unless the person has access to the site."""
    if site_id not in sites_of(person):
        raise SiteNotYours(
            _("{person} has no access to this site.").format(person=person),
            do=_("Ask an administrator for access to the site."),
        )


class ReasonUnknown(InvalidInput):
    """What was chosen is not among the reasons that are released for the station."""


def reason_in_words(*, station: Station, kind: ReasonKind, code: str, remark: str) -> str:
    """A reason as it is recorded at a station: by the tree of its area, or of its site. See `reason_at`."""
    return reason_at(station.site_id, station.work_center.area_id, kind=kind, code=code, remark=remark)


def reason_at(site: UUID, area: AreaKey | None, *, kind: ReasonKind, code: str, remark: str) -> str:
    """A reason as it is recorded: "DIM-OD Outer diameter: 0.2 below", or the remark alone where no tree is released.

    Kept as text, with the code ahead: records say what was chosen in its words of that day, whatever becomes of the
    tree. Raises ReasonUnknown when the code is no leaf of the tree in force.
    """
    branches = reasons_for(site, area, kind)[kind]
    if not branches:
        return remark.strip()
    leaves = {leaf.code: leaf for branch in branches for leaf in branch.leaves}
    if code not in leaves:
        sentence = _("{code} is none of the reasons.").format(code=code[:24]) if code else _("No reason is chosen.")
        raise ReasonUnknown(sentence, do=_("Choose one of those shown."), errors=[FieldError("reason", sentence)])
    chosen = f"{code} {leaves[code].name}"
    return f"{chosen}: {remark.strip()}" if remark.strip() else chosen


class Defect(NamedTuple):
    """A defect that was found, in its words of that day. Both empty: none was named."""

    code: str = ""
    name: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


NO_DEFECT = Defect()
_CODES_NAMED = 20  # at most, by a refusal


def defect_at(site: UUID, area: AreaKey | None, code: str) -> Defect:
    """The defect of this code, of the tree in force in the area, or at the site; no statement where none is named.

    Raises ReasonUnknown.
    """
    code = code.strip()
    if not code:
        return NO_DEFECT
    return defect_among(reasons_for(site, area, ReasonKind.DEFECT)[ReasonKind.DEFECT], code)


def defect_among(branches: Sequence[Branch], code: str) -> Defect:
    """The defect of this code among those in force. Raises ReasonUnknown."""
    leaves = {leaf.code: leaf for branch in branches for leaf in branch.leaves}
    if code in leaves:
        return Defect(code, leaves[code].name)
    if leaves:
        sentence = _("{code} is none of the defects that are released here.").format(code=code[:24])
        codes = [*leaves] if len(leaves) <= _CODES_NAMED else [*[*leaves][:_CODES_NAMED], "…"]
        do = _("Name one of {codes}, or none.").format(codes=", ".join(codes))
    else:
        sentence = _("No defects are released here, so {code} is none of them.").format(code=code[:24])
        do = _("Leave it out, or let quality release a tree of defects.")
    raise ReasonUnknown(sentence, do=do, errors=[FieldError("defect", sentence, do)])


def known_station(site: Site, code: str) -> Station:
    """The active station of this code at the site; raises InvalidInput that names the field."""
    station = station_at(site, code)
    if station is None:
        sentence = _("{site} has no active station {code}.").format(site=site, code=code)
        raise InvalidInput(sentence, do=_("Send a station's code."), errors=[FieldError("station", sentence)])
    return station


def station_of_code(person: Any, code: str, site_code: str) -> Station:
    """The active station of this code at the person's sites, or at the one that is named; raises InvalidInput."""
    sites = [site for site in sites_of(person).values() if not site_code or site.code == site_code]
    found = [station for site in sites if (station := station_at(site, code)) is not None]
    if len(found) == 1:
        return found[0]
    sentence = (
        _("Several of your sites have a station {code}.").format(code=code)
        if found
        else _("There is no station {code} there.").format(code=code)
    )
    do = _("Name the site, too.") if found else _("Send the code of a station of your sites.")
    raise InvalidInput(sentence, do=do, errors=[FieldError("station", sentence, do)])

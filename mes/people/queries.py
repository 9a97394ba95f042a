"""People as the office sees them: those of one's sites, with what they are qualified for."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from equipment.models import Area, Site, SiteAccess
from equipment.queries import sites_of
from mes.kernel.personnel.models import Person, PersonQualification, Qualification
from mes.kernel.prepared import any_of, prepared
from mes.kernel.refusals import NotFound
from mes.kernel.rest.fields import is_one_line
from mes.station.models import StationLogon
from wip.models import LaborSpan, OperationExecution
from wip.queries import execution_of_serial

CREW_DAYS = 90  # who was on at a station of an area within so many days belongs to its crew


def people_of(sites: Collection[UUID]) -> QuerySet[Person]:
    """The people who have access to any of the sites, by name, each with `sites` and `held`, two lists."""
    found = _with_access(sites)
    seen = SiteAccess.objects.filter(site__in=sites).select_related("site").order_by("site__name")
    return found.prefetch_related(Prefetch("site_access", seen, "access"), Prefetch("qualifications", _held(), "held"))


def _with_access(sites: Collection[UUID]) -> QuerySet[Person]:
    return Person.objects.filter(pk__in=SiteAccess.objects.filter(site__in=sites).values("person"))


def held_of(people: Collection[UUID]) -> dict[UUID, list[PersonQualification]]:
    """The grants of these people, by the person's key."""
    found: dict[UUID, list[PersonQualification]] = {key: [] for key in people}
    for held in _held_of(list(people)):
        found[held.person_id].append(held)
    return found


@prepared
def _held_of(people: Collection[UUID]) -> QuerySet[PersonQualification]:
    return _held().filter(person=any_of(people))


def _held() -> QuerySet[PersonQualification]:
    """Grants, also those that lapsed or were withdrawn, with what is shown of them."""
    found = PersonQualification.objects.select_related("qualification", "granted_by", "withdrawn_by")
    return found.order_by("qualification__code")


def person_for(viewer: Any, username: str) -> Person | None:
    """The person of this user name, when a site of theirs is one of the viewer's."""
    if not is_one_line(username):
        return None
    return people_of(sites_of(viewer)).filter(username=username).first()


def execution_of(viewer: Person, serial: str, operation: str) -> OperationExecution:
    """The latest attempt at an operation on a unit, at one of the viewer's sites. Raises NotFound."""
    found = None
    if is_one_line(serial) and is_one_line(operation):
        found = execution_of_serial(viewer, serial, operation)
    if found is None:
        raise NotFound(
            _("{operation} of {unit} was not begun.").format(operation=operation[:12], unit=serial[:60]),
            do=_("Check the unit's number and the operation."),
        )
    return found


def span_for(viewer: Any, key: UUID) -> LaborSpan | None:
    """The time of this key, at one of the viewer's sites."""
    found = LaborSpan.objects.select_related("site", "person", "execution").filter(pk=key, site__in=sites_of(viewer))
    return found.first()


def held_by(person: Person, code: str) -> PersonQualification | None:
    """The person's grant of this qualification, also when it is withdrawn."""
    if not is_one_line(code):
        return None
    return _held().select_related("person").filter(person=person, qualification__code=code).first()


def find_people(sites: Collection[UUID], *, text: str = "", area: Area | None = None, at: datetime) -> QuerySet[Person]:
    """The active people of the sites whose name, user name or badge has this text, of this area's crew."""
    found = _with_access(sites).filter(is_active=True)
    if text:
        found = found.filter(Q(full_name__icontains=text) | Q(username__icontains=text) | Q(badge__iexact=text))
    if area is not None:
        crew = StationLogon.objects.filter(
            device__station__work_center__area=area, logged_on_at__gte=at - timedelta(days=CREW_DAYS)
        )
        found = found.filter(pk__in=crew.values("person"))
    return found


def areas_of(sites: Collection[UUID]) -> QuerySet[Area]:
    """The areas of the sites."""
    return Area.objects.filter(site__in=sites).select_related("site").order_by("site__name", "code")


def all_qualifications() -> QuerySet[Qualification]:
    """Every qualification there is, by code."""
    return Qualification.objects.order_by("code")


def qualification_of_code(code: str) -> Qualification | None:
    """The qualification of this code."""
    return Qualification.objects.filter(code=code).first() if is_one_line(code) else None


def today_at(sites: Collection[Site], at: datetime) -> date:
    """The date by which a list over several sites is judged: the latest, where a day is over first."""
    return max((site.local(at).date() for site in sites), default=at.date())

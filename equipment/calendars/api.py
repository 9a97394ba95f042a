"""Calendars and shifts over REST."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.calendars.queries import find_calendars, timetable_of
from equipment.calendars.serializers import CalendarAnswer, CalendarsQuery, ShiftsAnswer, ShiftsQuery
from equipment.calendars.spans import shifts_between, working_time
from equipment.models import WorkCenter
from equipment.queries import sites_of
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, NotFound
from mes.kernel.rest.paging import page_of, paged
from mes.kernel.rest.schema import reads
from mes.kernel.rest.views import Endpoint

CalendarsPage = page_of(CalendarAnswer, "CalendarsPage")
LONGEST = timedelta(days=400)
# Time zones are known for about so long.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Calendars(Endpoint):
    permissions = {"GET": Permission.VIEW_ORDERS}

    @reads(
        CalendarsPage,
        name="list_calendars",
        summary="List calendars, newest first",
        query=CalendarsQuery,
        missing=False,
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(CalendarsQuery)
        found = find_calendars(sites_of(request.user))
        if "site" in asked:
            found = found.filter(site__code=asked["site"])
        return Response(CalendarsPage(paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))).data)


class WorkCenterShifts(Endpoint):
    permissions = {"GET": Permission.VIEW_ORDERS}

    @reads(ShiftsAnswer, name="list_shifts", summary="See a work center's shifts as real time", query=ShiftsQuery)
    def get(self, request: Request, code: str) -> Response:
        asked = self.read_query(ShiftsQuery)
        center = _your_work_center(request.user, code, asked.get("site"))
        begin, end = self._period(asked)
        timetable = timetable_of(center)
        answer = {
            "work_center": center.code,
            "site": center.site.code,
            "time_zone": center.site.time_zone,
            "calendar": center.calendar.code if center.calendar else None,
            "working_time_s": round(working_time(timetable, begin, end).total_seconds()) if timetable else None,
            "shifts": shifts_between(timetable, begin, end) if timetable else [],
        }
        return Response(ShiftsAnswer(answer).data)

    def _period(self, asked: dict[str, Any]) -> tuple[datetime, datetime]:
        begin = asked.get("from", self.at)
        if not EARLIEST <= begin <= LATEST - LONGEST:
            raise _wrong("from", _("It is from {first} to {last}.").format(first=EARLIEST.year, last=LATEST.year - 2))
        end = asked.get("to", begin + timedelta(days=7))
        if not begin < end <= begin + LONGEST:
            raise _wrong("to", _("It is after `from`, by at most {days} days.").format(days=LONGEST.days))
        return begin, end


def _your_work_center(person: Person, code: str, site: str | None) -> WorkCenter:
    found = WorkCenter.objects.select_related("site", "calendar").filter(code=code, site__in=sites_of(person))
    centers = list(found.filter(site__code=site) if site else found)
    if not centers:
        raise NotFound(
            _("There is no work center {code} at your sites.").format(code=code[:20]), do=_("Check its code.")
        )
    if len(centers) > 1:
        raise _wrong("site", _("Several sites have a work center {code}: name the site.").format(code=code[:20]))
    return centers[0]


def _wrong(where: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, do=_("Send it right."), errors=[FieldError(where, sentence)])

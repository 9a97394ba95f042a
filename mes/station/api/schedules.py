"""The board over REST: what runs and is planned at a work center, what stands against it, moves, and a proposal."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.models import Station, WorkCenter
from equipment.queries import sites_of
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, NotFound
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.shapes import shown
from mes.kernel.rest.views import Endpoint
from mes.station.schedule_serializers import (
    ApplyInput,
    PlanJobInput,
    PlannedAnswer,
    ProposalAnswer,
    RemovalInput,
    ScheduleAnswer,
    ScheduleQuery,
)
from orders.models import WorkOrder
from orders.queries import order_by_reference
from wip.actions import schedules
from wip.models import PlannedJob
from wip.planning.bars import clocks_of
from wip.planning.boards import board_of, proposal_for, stations_of, window_of
from wip.planning.clocks import Clock
from wip.planning.conflicts import conflicts


class Window:
    """A day of a work center, as the query or the body names it."""

    def __init__(self, request: Request, asked: dict[str, Any], now: datetime) -> None:
        self.center = _center(request, asked["work_center"], asked.get("site"))
        self.day: date = asked.get("day") or self.center.site.local(now).date()
        self.stations = stations_of(self.center)
        clock = clocks_of(self.stations).get(self.center.pk, Clock(None))
        self.begin, self.end = window_of(self.center, clock, self.day)

    @property
    def about(self) -> dict[str, Any]:
        return {"work_center": self.center, "day": self.day, "begins_at": self.begin, "ends_at": self.end}


class Schedule(Endpoint):
    permissions = {"GET": Permission.VIEW_ORDERS}

    @reads(ScheduleAnswer, name="get_schedule", summary="See a day of a work center's board", query=ScheduleQuery)
    def get(self, request: Request) -> Response:
        window = Window(request, self.read_query(ScheduleQuery), self.at)
        known = board_of(window.stations, window.begin, window.end, self.at)
        answer = window.about | {"jobs": known.bars, "conflicts": conflicts(known)}
        return Response(shown(ScheduleAnswer, answer))


class ScheduleMoves(Endpoint):
    permissions = {"POST": Permission.PLAN_JOBS}

    @acts(PlannedAnswer, name="plan_job", summary="Plan a job at a station and time, or move it", request=PlanJobInput)
    def post(self, request: Request) -> Response:
        asked = self.read(PlanJobInput)
        order = _order(request, asked["order"])
        station = _station(request, order, asked["station"])
        with self.door() as passage:
            if not passage.replayed:
                job = schedules.plan(
                    order=order,
                    operation_code=asked["operation"],
                    station=station,
                    starts_at=asked["starts_at"],
                    by=passage.person,
                    at=passage.at,
                )
                passage.remember(job=job.pk)
        return Response(shown(PlannedAnswer, _jobs().filter(pk=passage.answer["job"]).first()))


class ScheduleRemovals(Endpoint):
    permissions = {"POST": Permission.PLAN_JOBS}

    @acts(None, name="take_job_off", summary="Plan a job no more", request=RemovalInput, status=204)
    def post(self, request: Request) -> Response:
        asked = self.read(RemovalInput)
        order = _order(request, asked["order"])
        with self.door() as passage:
            if not passage.replayed:
                job = _jobs().filter(work_order=order, operation_code=asked["operation"]).first()
                if job is None:
                    raise NotFound(_("It is not planned."), do=_("Look at the schedule again."))
                schedules.take_off(job=job, by=passage.person)
        return Response(status=204)


class ScheduleProposal(Endpoint):
    permissions = {"GET": Permission.PLAN_JOBS, "POST": Permission.PLAN_JOBS}

    @reads(ProposalAnswer, name="propose_schedule", summary="See a proposal for a day's board", query=ScheduleQuery)
    def get(self, request: Request) -> Response:
        window = Window(request, self.read_query(ScheduleQuery), self.at)
        made = proposal_for(window.stations, now=self.at, since=window.begin, until=window.end)
        answer = window.about | {"as_of": self.at.isoformat(), "digest": made.digest, "changes": made.changes}
        return Response(shown(ProposalAnswer, answer))

    @acts(ScheduleAnswer, name="apply_proposal", summary="Plan a day as a proposal says", request=ApplyInput)
    def post(self, request: Request) -> Response:
        asked = self.read(ApplyInput)
        window = Window(request, asked, self.at)
        with self.door() as passage:
            if not passage.replayed:
                schedules.apply(
                    center=window.center,
                    since=window.begin,
                    until=window.end,
                    as_of=asked["as_of"],
                    digest=asked["digest"],
                    by=passage.person,
                    at=passage.at,
                )
        known = board_of(window.stations, window.begin, window.end, self.at)
        answer = window.about | {"jobs": known.bars, "conflicts": conflicts(known)}
        return Response(shown(ScheduleAnswer, answer))


def _jobs():
    return PlannedJob.objects.select_related("station", "work_order", "planned_by")


def _center(request: Request, code: str, site: str | None) -> WorkCenter:
    found = WorkCenter.objects.select_related("site", "calendar").filter(site__in=sites_of(request.user), code=code)
    centers = list(found.filter(site__code=site) if site else found)
    if not centers:
        raise NotFound(_("There is no work center {code} at your sites.").format(code=code), do=_("Check its code."))
    if len(centers) > 1:
        raise _wrong("site", _("Several of your sites have a work center {code}.").format(code=code))
    return centers[0]


def _order(request: Request, reference: str) -> WorkOrder:
    order = order_by_reference(reference, sites_of(request.user))
    if order is None:
        raise _wrong("order", _("There is no order {reference} at your sites.").format(reference=reference))
    return order


def _station(request: Request, order: WorkOrder, code: str) -> Station:
    found = Station.objects.select_related("work_center__site", "station_class", "site")
    station = found.filter(site=order.site_id, code__iexact=code, is_active=True).first()
    if station is None:
        raise _wrong("station", _("There is no station {code} at the order's site.").format(code=code))
    return station


def _wrong(where: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, do=_("Check it, and send it again."), errors=[FieldError(where, sentence)])

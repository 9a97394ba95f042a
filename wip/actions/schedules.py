"""Planning jobs at stations and times: by hand, or by a proposal as it was shown."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from equipment.models import Station, WorkCenter
from equipment.policies import check_site_access
from mes.kernel.door import announce
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal
from orders.models import WorkOrder
from orders.queries import plan_of
from wip.efforts import effort_of
from wip.models import PlannedJob
from wip.planning.bars import clocks_of, left_of
from wip.planning.boards import Change, proposal_for, stations_of
from wip.topics import plan_at, queue


class NothingLeftToPlan(Refusal):
    """Nothing is left to begin at the operation."""


class PlanChanged(Refusal):
    """The proposal would be another one by now."""


def plan(
    *, order: WorkOrder, operation_code: str, station: Station, starts_at: datetime, by: Person, at: datetime
) -> PlannedJob:
    """Plan what is left of an order at an operation, or move it. The station comes with its work center and site.

    Conflicts are no reason to refuse: they are listed. Raises NothingLeftToPlan; InvalidInput for an operation that
    the order does not have, or a station of another site.
    """
    _may(by, order, station)
    locked = WorkOrder.objects.select_for_update(of=("self",), no_key=True).get(pk=order.pk)
    operation = plan_of(locked).operation(operation_code) if locked.is_open_for_work else None
    if operation is None:
        raise InvalidInput(
            _("{order} has no operation {operation} to plan.").format(order=order, operation=operation_code),
            do=_("Choose one of the list."),
        )
    left = left_of(locked)[locked.pk, operation_code]
    if left <= 0:
        raise NothingLeftToPlan(
            _("Nothing of {order} is left to begin at {operation}.").format(order=order, operation=operation_code),
            do=_("Choose another job."),
        )
    clock = clocks_of([station])[station.work_center_id]
    known = (
        PlannedJob.objects.filter(work_order=locked, operation_code=operation_code).select_related("station").first()
    )
    job = known or PlannedJob(site_id=locked.site_id, work_order=locked, operation_code=operation_code)
    _announce([station, *([known.station] if known else [])])
    job.station, job.starts_at = station, starts_at
    job.ends_at = clock.end(starts_at, effort_of(operation).for_quantity(left))
    job.planned_at, job.planned_by = at, by
    job.save()
    return job


def take_off(*, job: PlannedJob, by: Person) -> None:
    """Plan a job no more. Its history keeps when it was planned."""
    _may(by, job.work_order, job.station)
    WorkOrder.objects.select_for_update(of=("self",), no_key=True).get(pk=job.work_order_id)
    _announce([job.station])
    job.delete()


def apply(
    *, center: WorkCenter, since: datetime, until: datetime, as_of: datetime, digest: str, by: Person, at: datetime
) -> Sequence[Change]:
    """Plan a work center as the proposal says that was shown. as_of: the time it was made at; digest: tells it apart.

    Raises PlanChanged when what was shown is not what would be proposed any more.
    """
    check_permission(by, Permission.PLAN_JOBS)
    check_site_access(by, center.site_id)
    WorkCenter.objects.select_for_update(of=("self",), no_key=True).get(pk=center.pk)
    stations = stations_of(center)
    proposal = proposal_for(stations, now=as_of, since=since, until=until)
    if proposal.digest != digest:
        raise PlanChanged(
            _("Something has changed on the floor since the proposal was made."), do=_("Look at the new one.")
        )
    jobs = {(job.work_order_id, job.operation_code): job for job in _jobs_of(proposal.changes)}
    for change in proposal.changes:
        job = jobs.get((change.order.pk, change.operation.code))
        if change.kind == "SAME":
            continue
        if change.after is None:
            assert job is not None, "only what is planned is planned no more"
            job.delete()
            continue
        job = job or PlannedJob(site_id=center.site_id, work_order=change.order, operation_code=change.operation.code)
        job.station, job.starts_at, job.ends_at = change.after.station, change.after.starts_at, change.after.ends_at
        job.planned_at, job.planned_by = at, by
        job.save()
    _announce(stations)
    return proposal.changes


def _jobs_of(changes: Iterable[Change]) -> list[PlannedJob]:
    orders = {change.order.pk for change in changes}
    return list(PlannedJob.objects.select_for_update(of=("self",)).filter(work_order__in=orders))


def _may(by: Person, order: WorkOrder, station: Station) -> None:
    check_permission(by, Permission.PLAN_JOBS)
    check_site_access(by, order.site_id)
    if station.site_id != order.site_id:
        raise InvalidInput(
            _("{station} is at another site than {order}.").format(station=station.code, order=order),
            do=_("Choose a station of its site."),
        )


def _announce(stations: Iterable[Station]) -> None:
    for station in stations:
        announce(plan_at(station.site_id, station.work_center_id), queue(station.site_id, station.station_class_id))

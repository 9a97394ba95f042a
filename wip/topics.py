"""What can be heard of the work on the floor."""

from uuid import UUID

from equipment.models import Station
from equipment.topics import at_station
from genealogy.models import Unit
from genealogy.queries import plan_for
from mes.kernel.topics import topic
from orders.models import WorkOrder
from orders.plans import OperationPlan, Plan
from orders.topics import one_order
from wip.jobs import Job


def floor(site: UUID) -> str:
    """What runs at the stations of a site."""
    return topic(site, "floor")


def holds(site: UUID) -> str:
    """Holds at a site."""
    return topic(site, "holds")


def queue(site: UUID, station_class: UUID) -> str:
    """What waits or runs at the stations of a class."""
    return topic(site, "queue", station_class)


def plan_at(site: UUID, work_center: UUID) -> str:
    """What is planned at the stations of a work center."""
    return topic(site, "plan", work_center)


def topics_of_queue(station: Station) -> list[str]:
    """What changes the queue of a station."""
    site = station.site_id
    return [queue(site, station.station_class_id), holds(site), at_station(site, station.pk)]


def after_work(job: Job) -> list[str]:
    """What work on a job changes: the queues of its operation and of those that wait for it, order and floor."""
    waiting = (one for one in job.plan.operations if job.operation.code in one.predecessors)
    return [one_order(job.site_id, job.order.pk), floor(job.site_id), *_queues(job.site_id, job.operation, *waiting)]


def after_moving(unit: Unit) -> list[str]:
    """What changes when a unit in process is split, merged or sent another way: its order and all its queues."""
    assert unit.work_order is not None
    order = one_order(unit.site_id, unit.work_order.pk)
    return [order, floor(unit.site_id), *_queues(unit.site_id, *plan_for(unit).operations)]


def after_release(site: UUID, plan: Plan) -> list[str]:
    """The queues that units of a plan come to first."""
    return _queues(site, *(one for one in plan.operations if not one.predecessors))


def after_redline(order: WorkOrder, before: Plan, after: Plan) -> list[str]:
    """What changes when an order is made another way from now on: itself, and the queues of both plans."""
    its = (one_order(order.site_id, order.pk), floor(order.site_id))
    return [*its, *_queues(order.site_id, *before.operations, *after.operations)]


def _queues(site: UUID, *operations: OperationPlan) -> list[str]:
    return [queue(site, one.station_class_id) for one in operations]

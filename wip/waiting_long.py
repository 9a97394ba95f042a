"""Finding the units that have waited longer between two operations than their routing allows."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from genealogy.models import Unit
from genealogy.status import UnitStatus
from orders.models import WorkOrder
from orders.plans import EdgePlan, Plan
from orders.queries import pinned_plan
from orders.status import OrderStatus
from wip.models import OperationExecution, ProcessException
from wip.status import ExceptionKind, ExecutionStatus

MOST = 500  # units of an edge that are looked at in one run


def may_be_late(at: datetime) -> Iterator[UUID]:
    """The keys of units that have waited too long and are not noted for it yet; whether they do is judged once more.

    Statements: two, and one for each edge with a maximum in a plan that is worked by.
    """
    for plan in _plans_in_work():
        for after, edge in _limited(plan):
            yield from _late(plan, after, edge, at)


def _plans_in_work() -> Iterator[Plan]:
    orders = WorkOrder.objects.filter(status__in=[OrderStatus.RELEASED, OrderStatus.RUNNING])
    units = Unit.objects.filter(status=UnitStatus.IN_PROCESS, rework_plan__isnull=False)
    digests = {
        *orders.order_by().values_list("plan", flat=True).distinct(),
        *units.values_list("rework_plan", flat=True),
    }
    for digest in sorted(digests):
        yield pinned_plan(digest)


def _limited(plan: Plan) -> Iterator[tuple[str, EdgePlan]]:
    """The edges with a maximum, each with the operation that it leads to."""
    for operation in plan.operations:
        for edge in operation.edges:
            if edge.maximum_time_s is not None:
                yield operation.code, edge


def _late(plan: Plan, after: str, edge: EdgePlan, at: datetime) -> Iterator[UUID]:
    by_this = Q(unit__work_order__plan=plan.digest, unit__rework_plan__isnull=True) | Q(unit__rework_plan=plan.digest)
    begun = OperationExecution.objects.filter(unit=OuterRef("unit"), operation_code=after, is_current=True)
    noted = ProcessException.objects.filter(
        kind=ExceptionKind.QUEUE_TIME, unit=OuterRef("unit"), execution=OuterRef("pk"), operation_code=after
    )
    assert edge.maximum_time_s is not None
    ended = OperationExecution.objects.filter(
        by_this,
        ~Exists(begun),
        ~Exists(noted),
        unit__status=UnitStatus.IN_PROCESS,
        operation_code=edge.before,
        is_current=True,
        status=ExecutionStatus.COMPLETED,
        completed_at__lt=at - timedelta(seconds=edge.maximum_time_s),
    )
    yield from ended.order_by("completed_at").values_list("unit", flat=True)[:MOST]

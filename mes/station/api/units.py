"""Units over REST: a list, and one unit with what may and may not be done on it."""

from dataclasses import dataclass

from rest_framework.request import Request
from rest_framework.response import Response

from equipment.models import Station
from equipment.queries import sites_of
from genealogy.models import Unit
from genealogy.policies import known_unit
from genealogy.queries import plan_for
from mes.kernel.audit.canonical import digest
from mes.kernel.gates import Verdict
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.rest.paging import page_of, paged
from mes.kernel.rest.schema import reads
from mes.kernel.rest.shapes import shown
from mes.kernel.rest.views import Endpoint
from mes.station.actions.signing import signature_content
from mes.station.api.lookups import your_station
from mes.station.serializers import UnitAnswer, UnitLine, UnitQuery, UnitsQuery, WayAnswer
from orders.plans import OperationPlan
from wip.facts import values_in_force
from wip.models import Hold, OperationExecution, Reading
from wip.queries import holds_on, job_for, why_not

# What a line of the list says: a unit's own words and quantities, and a word of each record that it names.
_OF_LINE = (
    *("serial", "status", "quantity", "quantity_consumed", "quantity_scrapped", "quantity_returned", "quantity_split"),
    *("product__code", "work_order__erp_reference", "site__code", "split_from__serial", "container__code"),
)

UnitsPage = page_of(UnitLine, "UnitsPage")


@dataclass(frozen=True)
class OperationState:
    """An operation of the plan and what became of it on one unit, in its latest attempt."""

    plan: OperationPlan
    execution: OperationExecution | None
    readings: list[Reading]
    blockers: list[Verdict]
    signature_digest: str

    @property
    def status(self) -> str:
        return self.execution.status if self.execution else "WAITING"


@dataclass(frozen=True)
class Way:
    """A unit's way through its routing; without operations when it was not made here."""

    order_status: str | None
    operations: list[OperationState]
    holds: list[Hold]


class Units(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS}

    @reads(UnitsPage, name="list_units", summary="List units, newest first", query=UnitsQuery, missing=False)
    def get(self, request: Request) -> Response:
        asked = self.read_query(UnitsQuery)
        found = Unit.objects.select_related("product", "work_order", "site", "split_from", "container").only(*_OF_LINE)
        found = found.filter(site__in=sites_of(request.user))
        if "order" in asked:
            found = found.filter(work_order__erp_reference=asked["order"])
        if "product" in asked:
            found = found.filter(product__code=asked["product"])
        if "status" in asked:
            found = found.filter(status=asked["status"])
        return Response(shown(UnitsPage, paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))))


class UnitAtWork(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS}

    @reads(UnitAnswer, name="get_unit", summary="See a unit, its operations and what blocks them", query=UnitQuery)
    def get(self, request: Request, serial: str) -> Response:
        asked = self.read_query(UnitQuery)
        unit = known_unit(request.user, serial)
        station = your_station(request.user, unit.site_id, asked["station"]) if "station" in asked else None
        way = way_of(unit, person=request.user, station=station)
        return Response({**shown(UnitLine, unit), **shown(WayAnswer, way)})


def way_of(unit: Unit, *, person: Person, station: Station | None) -> Way:
    """What was done on a unit, what stands against the rest, and what holds it. Statements: constant."""
    order = unit.work_order
    if order is None or order.routing_revision_id is None:
        return Way(order.status if order else None, [], list(holds_on(unit)))
    people = ("station", "started_by", "worked_by", "completed_by")
    found = unit.executions.select_related(*people).order_by("is_current", "attempt")
    executions = {execution.operation_code: execution for execution in found}
    readings: dict[str, list[Reading]] = {}
    code_of = {execution.pk: code for code, execution in executions.items()}
    for reading in sorted(values_in_force(set(code_of)), key=lambda reading: reading.pk):
        readings.setdefault(code_of[reading.execution_id], []).append(reading)
    blockers = why_not(unit, person=person, station=station)
    states = [
        OperationState(
            plan,
            execution := executions.get(plan.code),
            readings.get(plan.code, []),
            blockers.get(plan.code, []),
            _digest_to_sign(unit, plan, execution, person),
        )
        for plan in plan_for(unit).operations
    ]
    return Way(order.status, states, list(holds_on(unit)))


def _digest_to_sign(unit: Unit, plan: OperationPlan, execution: OperationExecution | None, person: Person) -> str:
    if not plan.signature_meaning or execution is None or not execution.is_running:
        return ""
    job = job_for(unit, plan, station=execution.station, person=person, execution=execution)
    return digest(signature_content(job))

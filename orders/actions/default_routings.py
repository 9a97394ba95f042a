"""A routing of one operation, for a product that came from elsewhere without one."""

import re
from dataclasses import dataclass
from datetime import datetime

from equipment.models import Site, StationClass
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from orders.models import BomLine, Operation, ProductRevision, Routing, RoutingRevision, Step, StepKind, Tracking

_LONGEST_CODE, _MOST_SAMPLES = 24, 50


@dataclass(frozen=True)
class OneOperation:
    """What the routing's one operation is."""

    station_class: StationClass
    code: str
    name: str
    run_time_s: int


def draft_default_routing(
    *, revision: ProductRevision, site: Site, operation: OneOperation, by: Person, at: datetime
) -> RoutingRevision:
    """Draft a routing of one operation, with a required scan step for each traced BOM line of the revision."""
    check_permission(by, Permission.DRAFT_MASTER_DATA)
    routing = Routing.objects.create(product=revision.product, site=site, name=revision.product.name[:120])
    draft = RoutingRevision.objects.create(routing=routing, number=1)
    made = Operation.objects.create(
        routing_revision=draft,
        code=operation.code,
        name=operation.name,
        station_class=operation.station_class,
        run_time_s=operation.run_time_s,
    )
    taken: set[str] = set()
    lines = revision.bom_lines.filter(operation_code=operation.code).select_related("component")
    for position, line in enumerate((line for line in lines if line.is_traced), start=1):
        code = _step_code(line.component.code, taken)
        taken.add(code)
        Step.objects.create(
            operation=made,
            position=position,
            code=code,
            kind=StepKind.SCAN,
            name=line.component.name[:60],
            component=line.component,
            samples=_samples(line),
        )
    return draft


def _samples(line: BomLine) -> int:
    """One scan a piece of what has serial numbers, as far as a step goes; one scan of a lot."""
    if line.component.tracking != Tracking.SERIAL or line.quantity != int(line.quantity):
        return 1
    return min(int(line.quantity), _MOST_SAMPLES)


def _step_code(component: str, taken: set[str]) -> str:
    """The component's code as a step's: capitals, digits, underscores; unlike those taken."""
    code = re.sub(r"[^A-Z0-9]+", "_", component.upper()).strip("_")[:_LONGEST_CODE] or "COMPONENT"
    number, free = 2, code
    while free in taken:
        free = f"{code[: _LONGEST_CODE - 3]}_{number}"
        number += 1
    return free

"""Taking acts back in tests, and everything that has to be as it was before."""

from genealogy.models import Unit
from genealogy.queries import as_built
from orders.models import WorkOrder
from wip.actions import undo as undoing
from wip.facts import values_in_force
from wip.models import OpenOperation, OperationExecution
from wip.queries import execution_at


def undo(plant, unit, code, *, who="amina", execution=None, **more):
    """Take back the last act on an operation of a unit."""
    with plant.door(who) as passage:
        return undoing.undo(execution=execution or execution_at(unit, code), by=passage.person, at=passage.at, **more)


def state_of(unit, *components):
    """Balances, statuses, values, genealogy and queues: what an act changes and its undo has to bring back.

    Attempts that were taken back are left out, and whether what was said stands there anew.
    """
    order = WorkOrder.objects.get(pk=unit.work_order_id)
    executions = OperationExecution.objects.filter(unit=unit).exclude(status="CANCELLED")
    fields = ("status", "quantity", "quantity_consumed", "quantity_scrapped", "quantity_returned", "quantity_split")
    built_in = {(part.unit.serial, part.quantity, part.step_code) for part in as_built(unit)}
    concerned = {unit.serial, *components, *(serial for serial, *_ in built_in)}
    return {
        "order": (order.status, order.completed_at, order.completed_by_id),
        "units": set(Unit.objects.filter(serial__in=concerned).values_list("serial", *fields, "station")),
        "executions": set(
            executions.values_list(
                *("operation_code", "attempt", "status", "is_current", "quantity", "quantity_good"),
                *("quantity_scrapped", "worked_by", "completed_at", "completed_by", "is_passed"),
            )
        ),
        "readings": {
            (one.execution_id, one.step_code, one.sample, one.value, one.name, one.witnessed_by_id, one.signature_id)
            for one in values_in_force({one.pk for one in executions})
        },
        "as built": built_in,
        "openings": set(OpenOperation.objects.filter(unit=unit).values_list("operation_code", "waits_since")),
    }

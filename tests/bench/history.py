"""Years of production: finished orders of drives with all that was recorded of them, as often as it is wanted."""

from dataclasses import dataclass
from functools import partial

from django.db import connection

from genealogy.models import Unit
from mes.kernel.door import open_door
from mes.station.actions import operations
from mes.station.actions.operations import Completion
from orders.models import WorkOrder
from tests.bench.copies import copy_rows
from tests.bench.line import CODE, DriveLine

UNITS = 50  # of the orders that are copied
_SEQUENCE = "nextval('event_sequence')"


@dataclass
class History:
    """Finished orders, which the verbs have made, and how many copies of them there are, each a day before the last."""

    orders: list[WorkOrder]
    copies: int = 0

    @property
    def units(self) -> int:
        return UNITS * (self.copies + 1)

    def grow_to(self, units: int) -> None:
        """Copy the orders with their units, components and all records until there are so many finished units."""
        more = -(-units // UNITS) - 1 - self.copies
        if more > 0:
            with open_door(person=None, reason="Years of production"), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
                self._copy(partial(copy_rows, cursor, count=more, first=self.copies + 1))
            self.copies += more

    def _copy(self, copy) -> None:
        orders = ", ".join(f"'{order.pk}'" for order in self.orders)
        made = f"SELECT id FROM genealogy_unit WHERE work_order_id IN ({orders})"
        inside = f"SELECT activity_id FROM genealogy_activityunit WHERE unit_id IN ({made})"
        parts = f"SELECT unit_id FROM genealogy_activityunit WHERE activity_id IN ({inside})"
        jobs = f"SELECT id FROM wip_operationexecution WHERE work_order_id IN ({orders})"
        number = {"serial": "old.serial || '-' || n"}
        copy("orders_workorder", f"id IN ({orders})", erp_reference="old.erp_reference || '-' || n")
        copy("genealogy_unit", f"id IN ({made})", own="work_order_id", **number)
        copy("genealogy_unit", f"work_order_id IS NULL AND id IN ({parts})", **number)
        began = {name: f"old.{name} - n * interval '1 day'" for name in ("started_at", "completed_at")}
        copy("wip_operationexecution", f"id IN ({jobs})", own="work_order_id unit_id", **began)
        then = {"at": "old.at - n * interval '1 day'", "sequence": _SEQUENCE}
        copy("wip_executionevent", f"execution_id IN ({jobs})", own="execution_id", **then)
        span = {name: f"old.{name} - n * interval '1 day'" for name in ("began_at", "ended_at")}
        copy("wip_laborspan", f"execution_id IN ({jobs})", own="execution_id", **span)
        copy("wip_reading", f"execution_id IN ({jobs})", own="execution_id", **then)
        execution = "md5(old.execution || ':' || n)::uuid"
        copy("genealogy_activity", f"id IN ({inside})", execution=execution, **then)
        copy("genealogy_activityunit", f"activity_id IN ({inside})", own="activity_id unit_id")


def history(line: DriveLine) -> History:
    """Some orders, done by the verbs to their end."""
    jobs = []
    for _ in range(UNITS // 10):
        jobs += (some := line.started(10))
        for job in some:
            line.complete(job)
            _test(line, job.execution.unit)
    return History(list(WorkOrder.objects.filter(pk__in={job.execution.work_order_id for job in jobs})))


def _test(line: DriveLine, unit: Unit) -> None:
    plant, station = line.plant, line.plant.stations[CODE]
    with plant.door() as passage:
        given = {"station": station, "by": passage.person, "at": passage.at}
        running = operations.start(unit=plant.fresh(unit), operation_code="20", **given)
        operations.report(execution=running, given=[], completion=Completion(), **given)

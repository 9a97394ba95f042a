"""A plant as large as they get: 5,000 products, 13,000 orders of which 10,000 are open, 9,000 waiting units, 200
stations at 11 work centers, and 40 jobs on the board of one of them.
"""

from datetime import timedelta
from functools import partial

from django.db import connection
from django.utils import timezone

from equipment.models import WorkCenter
from mes.kernel.door import open_door
from orders.models import WorkOrder
from tests.bench.copies import analyze, copy_rows
from tests.plant import Plant
from wip.actions import schedules
from wip.planning.boards import stations_of, window_of
from wip.planning.clocks import Clock

PRODUCTS, ROUTINGS, CENTERS, STATIONS_EACH = 5000, 1000, 10, 49
RELEASED, DRAFTS, COMPLETED, UNITS, PLANNED = 3000, 7000, 3000, 9000, 40
BOARD = "LINE-1-1"  # a work center of twenty stations


def fill(plant: Plant) -> None:
    """Fill the plant. Leaves the planner's statistics fresh."""
    order = plant.released(1)
    with open_door(person=None, reason="A plant at scale"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")

        copy = partial(copy_rows, cursor)
        pump, revision, routing = plant.pump.product_id, plant.pump.pk, plant.routing
        at_center = f"md5(old.work_center_id || ':' || (n % {CENTERS} + 1))::uuid"
        copy("equipment_workcenter", "true", CENTERS, code="old.code || '-' || n")
        copy("equipment_station", "true", STATIONS_EACH, code="old.code || '-' || n", work_center_id=at_center)
        copy("orders_product", f"id = '{pump}'", PRODUCTS, code="'P-' || n", name="'Pump ' || n")
        draft = {"status": "'DRAFT'"}
        copy("orders_productrevision", f"id = '{revision}'", PRODUCTS, own="product_id", **draft)
        copy("orders_bomline", f"product_revision_id = '{revision}'", ROUTINGS, own="product_revision_id")
        copy("orders_routing", f"id = '{routing.routing_id}'", ROUTINGS, own="product_id", name="old.name || ' ' || n")
        copy("orders_routingrevision", f"id = '{routing.pk}'", ROUTINGS, own="routing_id", **draft)
        of_routing = f"routing_revision_id = '{routing.pk}'"
        of_operation = f"operation_id IN (SELECT id FROM orders_operation WHERE {of_routing})"
        copy("orders_operation", of_routing, ROUTINGS, own="routing_revision_id")
        copy("orders_operationedge", of_routing, ROUTINGS, own="routing_revision_id before_id after_id")
        copy("orders_step", of_operation, ROUTINGS, own="operation_id")
        copy("orders_operationqualification", of_operation, ROUTINGS, own="operation_id")
        for table in ("orders_productrevision", "orders_routingrevision"):
            cursor.execute(f"UPDATE {table} SET status = 'APPROVED' WHERE status = 'DRAFT'")
            cursor.execute(f"UPDATE {table} SET status = 'RELEASED' WHERE status = 'APPROVED'")
        is_order = f"id = '{order.pk}'"
        due = {"due_at": "old.due_at + (n % 90 - 20) * interval '1 day'", "priority": "n % 9 + 1"}
        copy("orders_workorder", is_order, RELEASED, erp_reference="'R-' || n", **due)
        of_product = f"md5('{revision}' || ':' || (n % {PRODUCTS} + 1))::uuid"
        other = {
            "id": "md5(old.id || ':D' || n)::uuid",
            "product_revision_id": of_product,
            "erp_reference": "'D-' || n",
        }
        nothing = dict.fromkeys(("routing_revision_id", "plan_id", "released_at", "released_by_id"), "NULL::text")
        copy("orders_workorder", is_order, DRAFTS, **other, **nothing, **draft, **due)
        other |= {"id": "md5(old.id || ':C' || n)::uuid", "erp_reference": "'C-' || n", "status": "'COMPLETED'"}
        done = {"completed_at": "old.released_at", "completed_by_id": "old.released_by_id"}
        copy("orders_workorder", is_order, COMPLETED, **other, **done, **due)
        of_order = f"md5('{order.pk}' || ':' || (n % {RELEASED} + 1))::uuid"
        copy("genealogy_unit", f"work_order_id = '{order.pk}'", UNITS, serial="'U-' || n", work_order_id=of_order)
        its = {"serial": "'U-' || n", "work_order_id": of_order}
        its["waits_since"] = "old.waits_since - (n * 7919 % 9000) * interval '1 minute'"
        copy("wip_openoperation", f"work_order_id = '{order.pk}'", UNITS, own="unit_id", **its)
    _plan(plant)
    analyze()


def board_address(plant: Plant) -> str:
    """Of the board on which all these jobs stand, at whatever time of the day one looks: that of tomorrow."""
    tomorrow = plant.site.local(timezone.now()).date() + timedelta(days=1)
    return f"/board/{plant.site.code}/{BOARD}/?day={tomorrow.isoformat()}"


def _plan(plant: Plant) -> None:
    """Plan jobs of tomorrow at the stations of one work center, one after the other."""
    center = WorkCenter.objects.select_related("site").get(code=BOARD)
    stations = stations_of(center)
    begin, _end = window_of(center, Clock(None), plant.site.local(timezone.now()).date() + timedelta(days=1))
    orders = WorkOrder.objects.filter(erp_reference__startswith="R-")[:PLANNED]
    with plant.door("ines") as passage:
        for number, order in enumerate(orders):
            schedules.plan(
                order=order,
                operation_code="10",
                station=stations[number % len(stations)],
                starts_at=begin + timedelta(minutes=20 * number),
                by=passage.person,
                at=passage.at,
            )

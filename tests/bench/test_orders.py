"""Importing and releasing 1,000 orders of 10 units."""

import time

import pytest

from genealogy.models import Unit
from mes.erp.actions.orders import import_orders
from mes.erp.imports import table_of_file
from orders.models import WorkOrder
from tests.bench.line import drive_line
from tests.bench.report import note
from wip.actions import orders as floor_orders

pytestmark = pytest.mark.bench

ORDERS, UNITS = 1000, 10


def file_of(site: str) -> bytes:
    rows = [f"ERP-{n:05},DRIVE,A,{UNITS},pcs,2026-12-01T12:00:00Z,5,{site}" for n in range(ORDERS)]
    return "\n".join(["erp_reference,product,revision,quantity,quantity_unit,due_at,priority,site", *rows]).encode()


def test_a_thousand_orders_are_imported_and_released(committed_plant):
    plant = committed_plant
    drive_line(plant)
    begun = time.perf_counter()
    with plant.door("erp") as passage:
        import_orders(table=table_of_file(file_of(plant.site.code)), by=passage.person, at=passage.at)
    imported_s = time.perf_counter() - begun
    orders = list(WorkOrder.objects.order_by("erp_reference"))
    assert len(orders) == ORDERS
    begun = time.perf_counter()
    with plant.door("ines") as passage:
        floor_orders.release_many(orders=orders, by=passage.person, at=passage.at)
    released_s = time.perf_counter() - begun
    assert Unit.objects.filter(work_order__isnull=False).count() == ORDERS * UNITS
    note(f"Orders: {ORDERS} x {UNITS} units imported in {imported_s:.2f} s (target 3), released together in")
    note(f"{released_s:.2f} s (target 10).\n")
    assert imported_s < 3
    assert released_s < 10

"""A plant as large as they get: 5,000 products, 13,000 orders of which 10,000 are open, 9,000 waiting units, 200
stations at 11 work centers, and 40 jobs on the board of one of them. With 500 instructions, 400 people with their
qualifications, 300 containers, 500 permits, 1,000 batches, and 10,000 times that something went another way.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from equipment.models import WorkCenter
from genealogy.models import Container
from mes.kernel.door import open_door
from orders.models import Instruction, InstructionRevision, WorkOrder
from tests.api.conftest import api_as
from tests.bench.copies import analyze, copy_rows
from tests.permits import YOURS, grant
from tests.plant import PIN, Plant
from tests.test_authorisation import a_batch
from wip.actions import schedules
from wip.models import OperationExecution, ProcessException
from wip.planning.boards import stations_of, window_of
from wip.planning.clocks import Clock

PRODUCTS, ROUTINGS, CENTERS, STATIONS_EACH = 5000, 1000, 10, 49
EACH = {"people": 400, "instructions": 500, "containers": 300, "permits": 500, "batches": 1000, "exceptions": 10000}
RELEASED, DRAFTS, COMPLETED, UNITS, PLANNED = 3000, 7000, 3000, 9000, 40
BOARD = "LINE-1-1"  # a work center of twenty stations


def fill(plant: Plant) -> None:
    """Fill the plant. Leaves the planner's statistics fresh."""
    order = plant.released(1)
    first = one_of_each(plant)
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
        # As of lots of any size: planned times that hardly two have in common, and setups of which some are rare.
        its |= {"work_s": "60 + n * 104729 % 7200", "left_s": "60 + n::bigint * 15485863 % 360000"}
        its["setup_family"] = "CASE WHEN n % 400 = 0 THEN 'RARE' WHEN n % 3 > 0 THEN 'F-' || n % 7 ELSE '' END"
        copy("wip_openoperation", f"work_order_id = '{order.pk}'", UNITS, own="unit_id", **its)
        more_of_each(cursor, plant, first)
    _plan(plant)
    analyze()


def more_of_each(
    cursor: CursorWrapper, plant: Plant, of: Mapping[str, UUID], *, first: int = 1, counts: Mapping[str, int] = EACH
) -> None:
    """Copies of what `one_of_each` made, so many of each kind, numbered from `first`."""
    copy = partial(copy_rows, cursor, first=first)
    person, instruction, batch = f"'{plant.operator.pk}'", f"'{of['instruction']}'", f"'{of['batch']}'"
    people, instructions, batches = counts["people"], counts["instructions"], counts["batches"]
    called = {"username": "'op-' || n", "full_name": "'Op ' || n", "badge": "'O-' || n"}
    copy("personnel_person", f"id = {person}", people, **called)
    copy("equipment_siteaccess", f"person_id = {person}", people, own="person_id")
    copy("personnel_personqualification", f"person_id = {person}", people, own="person_id")
    copy("orders_instruction", f"id = {instruction}", instructions, code="'WI-' || n", name="'Step ' || n")
    copy("orders_instructionrevision", f"instruction_id = {instruction}", instructions, own="instruction_id")
    copy("genealogy_container", f"id = '{of['container']}'", counts["containers"], code="'TRAY-' || n")
    copy("wip_permit", f"id = '{of['permit']}'", counts["permits"], number="'DEV-X' || n")
    done = {"status": "'COMPLETED'", "completed_at": "old.started_at", "completed_by_id": "old.started_by_id"}
    copy("wip_batch", f"id = {batch}", batches, number="'B-X' || n", **done)
    copy("genealogy_unit", f"id = '{of['lot']}'", batches, serial="'L-' || n")
    copy("wip_operationexecution", f"batch_id = {batch}", batches, own="batch_id unit_id", **done)
    then = {"at": "old.at - n * interval '10 minutes'", "sequence": "nextval('event_sequence')"}
    copy("wip_processexception", f"id = '{of['exception']}'", counts["exceptions"], **then)


def one_of_each(plant: Plant) -> dict[str, UUID]:
    """One of each kind that is copied afterwards, made by the verbs; their keys."""
    unit, permit, batch = plant.unit(), grant(plant), a_batch(plant)
    plant.start(unit, "10", "tomasz")
    passing = {"gate": YOURS, "reason": "Lunch", "badge": "B-0453", "pin": PIN}
    body = {"station": "ST-10", "steps": [{"step": "FIRMWARE", "value": "4.2"}], "overrides": [passing]}
    assert api_as(plant, "amina").post(f"/units/{unit}/operations/10/record", body).status_code == 200
    with plant.door("hiroshi"):
        container = Container.objects.create(site=plant.site, code="TRAY-0", kind="Tray")
        instruction = Instruction.objects.create(code="WI-0", name="Seat")
        InstructionRevision.objects.create(instruction=instruction, number=1, body="Turn it")
    return {
        "permit": permit.pk,
        "batch": batch.pk,
        "lot": OperationExecution.objects.get(batch=batch).unit_id,
        "container": container.pk,
        "instruction": instruction.pk,
        "exception": ProcessException.objects.get(unit=unit).pk,
    }


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

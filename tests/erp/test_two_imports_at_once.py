"""Two imports of the same orders at the same time: one effect, and the loser is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from equipment.models import SiteAccess
from equipment.policies import SiteNotYours
from mes.erp.actions.orders import import_orders
from mes.erp.imports import table_of_file
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Refusal
from orders.models import ProductRevision, WorkOrder
from tests.erp.test_import_orders import file
from tests.races.runners import Meanwhile
from wip.actions import holds


def test_both_create_the_same_orders_and_one_of_them_is_refused_or_finds_them_there(committed_plant) -> None:
    together = Barrier(2)
    content = file(*[f"W-{n:03},IP2,C,10,,2026-12-01,5,NF" for n in range(200)])

    def once(_: int) -> str:
        try:
            with committed_plant.door("pavel") as passage:
                together.wait(timeout=10)
                return str(import_orders(table=table_of_file(content), by=passage.person, at=passage.at).counts)
        except Refusal as refusal:
            return f"{type(refusal).__name__}: {refusal.what}"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(once, range(2)))
    assert WorkOrder.objects.count() == 200
    assert WorkOrder.history.count() == 200
    assert "{'create': 200, 'change': 0, 'unchanged': 0, 'cancel': 0}" in answers
    (other,) = [answer for answer in answers if "'create': 200" not in answer]
    assert other.startswith(("RuleOfTheRecord: There is one with the erp reference W-", "{'create': 0"))


def test_two_changes_of_the_same_orders_in_other_sequence_wait_for_each_other(committed_plant) -> None:
    rows = [f"W-{n:03},IP2,C,10,,2026-12-01,5,NF" for n in range(50)]
    with committed_plant.door("pavel") as passage:
        import_orders(table=table_of_file(file(*rows)), by=passage.person, at=passage.at)
    together = Barrier(2)

    def once(number: int) -> int:
        changed = [row.replace(",5,NF", f",{number},NF") for row in rows[:: 1 if number == 1 else -1]]
        try:
            with committed_plant.door("pavel") as passage:
                together.wait(timeout=10)
                table = table_of_file(file(*changed))
                return import_orders(table=table, by=passage.person, at=passage.at).counts["change"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(once, (1, 2))) == [50, 50]
    assert len({order.priority for order in WorkOrder.objects.all()}) == 1


def test_the_second_change_of_an_order_finds_it_there_although_its_revision_changed_meanwhile(committed_plant) -> None:
    plant = committed_plant
    with plant.door("hiroshi"):
        newer = ProductRevision.objects.create(product=plant.pump.product, code="D")
    plant.approve_and_release(newer)

    def change(row: str) -> dict[str, int]:
        with plant.door("pavel") as passage:
            return import_orders(table=table_of_file(file(row)), by=passage.person, at=passage.at).counts

    change("W-1,IP2,C,1,,2026-12-01,5,NF")
    with plant.door("pavel") as passage:
        first = table_of_file(file("W-1,IP2,D,1,,2026-12-01,5,NF"))
        import_orders(table=first, by=passage.person, at=passage.at)
        second = Meanwhile(lambda: change("W-1,IP2,D,2,,2026-12-01,5,NF"))
        assert second.waits()
    assert second.answer() == {"create": 0, "change": 1, "unchanged": 0, "cancel": 0}
    assert WorkOrder.objects.get().quantity == 2


def test_a_hold_that_waits_for_an_order_to_move_is_judged_where_it_is_then(committed_plant) -> None:
    plant, order = committed_plant, committed_plant.order(reference="W-1")
    with plant.door("omar"):
        SiteAccess.objects.create(person=plant.people["pavel"], site=plant.elsewhere)

    def hold() -> holds.Hold:
        with plant.door("mei") as passage:
            return holds.place(order=order, reason_code="QUALITY", reason="x", by=passage.person, at=passage.at)

    with plant.door("pavel") as passage:
        table = table_of_file(file("W-1,IP2,C,1,,2026-12-01,5,SF"))
        import_orders(table=table, by=Person.objects.get(username="pavel"), at=passage.at)
        other = Meanwhile(hold)
        assert other.waits()
    assert isinstance(other.answer(), SiteNotYours)

"""Two imports of the same orders at the same time: one effect, and the loser is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from mes.erp.actions.orders import import_orders
from mes.erp.imports import table_of_file
from mes.kernel.refusals import Refusal
from orders.models import WorkOrder
from tests.erp.test_import_orders import file


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
    assert "{'create': 200, 'change': 0, 'unchanged': 0}" in answers
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

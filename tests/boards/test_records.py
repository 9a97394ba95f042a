"""Searching the ledger."""

import pytest

from mes.kernel.audit.models import AuditEvent
from orders.models import WorkOrder


def found(page) -> list[tuple[str, str]]:
    return [(entry.event.table_name, entry.event.operation) for entry in page.context["entries"]]


def test_a_record_is_found_by_what_it_is_called_or_its_key(plant, desk_of) -> None:
    ruth, order = desk_of("ruth"), plant.released()
    by_name = ruth.get(f"/records/?record={order}")
    assert found(by_name) == [("orders_workorder", "UPDATE"), ("orders_workorder", "INSERT")]
    assert found(ruth.get(f"/records/?record={order.pk}")) == found(by_name)
    (status,) = [c for c in by_name.context["entries"][0].changes if c.column == "status"]
    assert (status.old, status.new) == ("DRAFT", "RELEASED")
    assert by_name.context["entries"][0].who == "Ines Carvalho"
    assert found(ruth.get("/records/?record=nosuch")) == []


def test_rows_are_found_by_table_person_and_time(plant, desk_of) -> None:
    ruth = desk_of("ruth")
    plant.released()
    assert set(found(ruth.get("/records/?table=genealogy_unit"))) == {("genealogy_unit", "INSERT")}
    by_person = ruth.get("/records/?person=pavel").context["entries"]
    assert {entry.who for entry in by_person} == {"Pavel Novak"}
    assert found(ruth.get("/records/?until=2020-01-01T00:00")) == []
    assert found(ruth.get("/records/?since=2020-01-01T00:00")) != []


def test_pages_go_back_by_sequence(plant, desk_of) -> None:
    ruth = desk_of("ruth")
    first = ruth.get("/records/")
    assert len(first.context["entries"]) == 50
    older = ruth.get(f"/records/?{first.context['older']}")
    assert older.context["entries"][0].event.sequence < first.context["entries"][-1].event.sequence


@pytest.mark.parametrize("query", ["table=nosuch", "person=nobody", "since=soon", "before=-1", "before=x"])
def test_a_search_that_makes_no_sense_is_refused_in_the_form(plant, desk_of, query) -> None:
    assert desk_of("ruth").get(f"/records/?{query}").status_code == 422


def test_rows_of_another_site_are_left_out(plant, desk_of) -> None:
    order = plant.order()
    WorkOrder.objects.filter(pk=order.pk).update(site=plant.elsewhere)
    seen = desk_of("ruth").get(f"/records/?record={order.pk}").context["entries"]
    assert [entry.event.operation for entry in seen] == ["INSERT"]
    assert AuditEvent.objects.filter(record=str(order.pk)).count() == 2


@pytest.mark.parametrize("role", ["amina", "ines", "pavel", "hiroshi"])
def test_the_ledger_is_for_those_who_may_view_it(plant, desk_of, role) -> None:
    assert desk_of(role).get("/records/").status_code == 403

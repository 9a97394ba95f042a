"""Searching the ledger."""

import re

import pytest
from django.db import connection

from equipment.models import SiteAccess
from mes.boards.ledger import Told, tables_without_site
from mes.boards.views.records import PER_PAGE
from mes.kernel.audit.models import AuditEvent, Signature
from mes.station.tasks import book_machine_events
from orders.models import WorkOrder
from tests.lots import lot_line
from tests.machine_floor import counter, happens, press

pytestmark = pytest.mark.django_db


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


def test_records_go_by_their_names_and_times_by_the_sites_clock(plant, desk_of) -> None:
    unit = plant.unit()
    plant.do(unit, "10")
    order, ruth = unit.work_order, desk_of("ruth")

    def names(table: str) -> set[str]:
        return {entry.name for entry in ruth.get(f"/records/?table={table}").context["entries"]}

    assert names("orders_workorder") == {order.erp_reference}
    assert unit.serial in names("genealogy_unit")
    assert names("wip_operationexecution") == {f"{order} · {unit} · 10"}
    assert names("wip_reading") == {f"{unit} · 10 · BOARD", f"{unit} · 10 · FIRMWARE"}
    assert names("personnel_personqualification") == {
        f"{person} · torque" for person in ("Amina Yusuf", "Tomasz Nowak", "Ines Carvalho", "ERP interface")
    }
    assert "Ruth Adler · NF" in names("equipment_siteaccess")
    assert "IP2 assembly · 7" in names("orders_routingrevision")
    assert {"IP2 · C"} == names("orders_productrevision")
    page = ruth.get(f"/records/?record={order}").content.decode()
    assert "Times in Europe/Vienna" in page
    assert f'title="{order.pk}">{order.erp_reference}</a>' in page
    assert re.search(r'<ins title="2026-11-23 08:\d\d:00 UTC">Mon 23 Nov, 09:\d\d</ins>', page)  # released at
    assert f'<ins title="{plant.people["ines"].pk}">Ines Carvalho</ins>' in page  # by whom
    assert set(re.findall(r">([0-9a-f]{8}-[0-9a-f-]{27})<", page)) == {str(order.pk)}  # its own, among its columns


@pytest.mark.parametrize("is_booked", [True, False])
def test_what_came_of_a_machines_event_goes_by_station_tag_and_number(plant, desk_of, monkeypatch, is_booked) -> None:
    monkeypatch.setattr("mes.station.tasks.timezone.now", lambda: plant.at(0))
    if is_booked:
        lot_line(plant, quantity=50)
    event = happens(plant, counter(press(plant), plant.stations["10"]), quantity=3)
    book_machine_events()
    (entry,) = desk_of("ruth").get("/records/?table=equipment_eventbooking").context["entries"]
    assert entry.name == "ST-10 · COUNT-PART_DONE · 1"
    (of,) = (change for change in entry.changes if change.column == "event_id")
    assert of.after == Told("ST-10 · COUNT-PART_DONE · 1", str(event.pk))
    assert desk_of("ruth").get("/").status_code == 200  # the auditor's start page shows the last rows


def test_names_cost_no_statement_for_a_row(plant, desk_of, django_assert_max_num_queries) -> None:
    plant.do(plant.unit(), "10", "20", "30", "40")
    ruth = desk_of("ruth")
    for table in ("wip_reading", "wip_executionevent", "genealogy_activityunit", "orders_step"):
        with django_assert_max_num_queries(10):
            assert len(ruth.get(f"/records/?table={table}").context["entries"]) >= 7


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
    assert len(first.context["entries"]) == PER_PAGE
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


@pytest.fixture
def elsewhere_alone(plant) -> None:
    """Everything happened at Northfield; Ruth sees Southfield alone."""
    plant.do(plant.unit(), "10", "20", "30", "40")
    with plant.door("omar"):
        SiteAccess.objects.filter(person=plant.people["ruth"]).delete()
        SiteAccess.objects.create(person=plant.people["ruth"], site=plant.elsewhere)


def test_nothing_that_happened_at_another_site_is_seen(plant, desk_of, elsewhere_alone) -> None:
    ruth = desk_of("ruth")
    tables = set(AuditEvent.objects.values_list("table_name", flat=True))
    for table in sorted(tables - {"equipment_siteaccess", "equipment_historicalsiteaccess"}):
        seen = len(ruth.get(f"/records/?table={table}").context["entries"])
        assert bool(seen) == (table in tables_without_site()), table


def test_nor_is_it_in_the_administration_pages(plant, desk_of, elsewhere_alone) -> None:
    ruth, signature = desk_of("ruth"), Signature.objects.get(meaning="PERFORMED")
    seen = ruth.get("/admin/audit/auditevent/?q=wip_reading").context["cl"]
    assert seen.result_count == 0
    assert signature not in ruth.get("/admin/audit/signature/").context["cl"].queryset
    page = ruth.get(f"/admin/audit/signature/{signature.pk}/change/")
    assert page.status_code == 302
    assert signature in desk_of("mei").get("/admin/audit/signature/").context["cl"].queryset


def test_every_table_on_record_has_a_site_or_is_listed_as_having_none() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'audited'")
        audited = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT table_name FROM information_schema.columns WHERE column_name = 'site_id'")
        with_site = {row[0] for row in cursor.fetchall()}
    assert audited - with_site == (tables_without_site() & audited) - {"audit_signature"}
    assert {"personnel_person", "orders_step"} <= audited - with_site


@pytest.mark.parametrize("role", ["amina", "ines", "pavel", "hiroshi"])
def test_the_ledger_is_for_those_who_may_view_it(plant, desk_of, role) -> None:
    assert desk_of(role).get("/records/").status_code == 403

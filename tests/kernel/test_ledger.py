"""The ledger: one row for every changed row, by whichever way it was written, with who, when, old, new and why."""

import io

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from equipment.models import Site, Station, StationClass, WorkCenter
from mes.kernel.audit.models import AuditEvent
from mes.kernel.door import open_door
from mes.kernel.personnel.actions import secrets
from mes.kernel.personnel.models import ApiToken
from orders.models import Product, WorkOrder
from tests import databases
from tests.plant import NOW


def save(product):
    product.name = "Renamed"
    product.save()


def update(product):
    Product.objects.filter(pk=product.pk).update(name="Renamed")


def bulk(product):
    product.name = "Renamed"
    Product.objects.bulk_update([product], ["name"])


def upsert(product):
    product.name = "Renamed"
    Product.objects.bulk_create([product], update_conflicts=True, unique_fields=["id"], update_fields=["name"])


def sql(product):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_product SET name = 'Renamed' WHERE id = %s", [product.pk])


@pytest.mark.django_db
@pytest.mark.parametrize("write", [save, update, bulk, upsert, sql])
def test_each_way_of_writing_leaves_one_row_with_who_when_what_and_why(plant, write):
    product, before = Product.objects.get(code="PCB-7"), AuditEvent.objects.latest("sequence").sequence
    called = timezone.now()
    with open_door(person=plant.people["hiroshi"], at=NOW, station="ST-10", request_id="r", reason="New name"):
        write(product)
    event = AuditEvent.objects.get(sequence__gt=before, table_name="orders_product")
    assert (event.operation, event.record) == ("UPDATE", str(product.pk))
    assert (event.old["name"], event.new["name"]) == ("Main board", "Renamed")
    assert (event.person, event.station) == (str(plant.people["hiroshi"].pk), "ST-10")
    assert (event.request_id, event.reason) == ("r", "New name")
    assert event.at >= called, "the clock of the database, not the caller's"
    assert event.database_user == connection.settings_dict["USER"]


@pytest.mark.django_db
def test_insert_and_delete_are_on_record_with_the_whole_row(plant):
    with plant.door("omar") as passage:
        klass = StationClass.objects.create(code="TEMP", name="Temp")
        access = Site.objects.create(code="MOON", name="Moon").people.create(person=plant.people["erp"])
        access_key = str(access.pk)
        access.delete()
    inserted = AuditEvent.objects.get(table_name="equipment_stationclass", record=str(klass.pk))
    assert (inserted.operation, inserted.old, inserted.new["code"]) == ("INSERT", None, "TEMP")
    deleted = AuditEvent.objects.get(record=access_key, operation="DELETE")
    assert (deleted.new, deleted.old["person_id"]) == (None, str(plant.people["erp"].pk))
    assert deleted.person == str(passage.person.pk)


@pytest.mark.django_db
def test_a_statement_on_many_rows_leaves_a_row_for_each(plant):
    before = AuditEvent.objects.latest("sequence").sequence
    with plant.door("omar"):
        changed = Station.objects.update(name="All the same")
    assert AuditEvent.objects.filter(sequence__gt=before, table_name="equipment_station").count() == changed == 4


@pytest.mark.django_db
def test_a_write_that_was_rolled_back_leaves_nothing(plant):
    before = AuditEvent.objects.count()
    with pytest.raises(ZeroDivisionError), plant.door("omar"):
        Station.objects.update(name="Never") and 1 / 0
    assert AuditEvent.objects.count() == before


@pytest.mark.django_db
def test_a_whole_order_has_as_many_rows_as_it_changed(plant):
    """No model on the operator's way is written past the ledger."""
    plant.do(plant.unit(), "10", "20", "30", "40")
    for model in apps.get_models():
        table = model._meta.db_table
        inserted = AuditEvent.objects.filter(table_name=table, operation="INSERT").count()
        if inserted:
            assert model.objects.count() == inserted, table
    assert not AuditEvent.objects.filter(person="").exists()


def test_the_import_the_command_and_the_task_are_on_record_too(committed_plant, committed_database, tmp_path):
    plant, file = committed_plant, tmp_path / "orders.csv"
    file.write_text(
        "erp_reference,product,revision,quantity,quantity_unit,due_at,priority,site\n"
        "ERP-1,IP2,C,2,pcs,2026-12-01T12:00:00Z,5,NF\n"
    )
    call_command("import_orders", str(file), "--by", "pavel", stdout=io.StringIO())
    order = WorkOrder.objects.get(erp_reference="ERP-1")
    created = AuditEvent.objects.get(table_name="orders_workorder", record=str(order.pk))
    assert created.person == str(plant.people["pavel"].pk)
    assert "orders.csv" in created.reason
    call_command("create_api_token", "erp", stdout=io.StringIO())
    token = AuditEvent.objects.get(table_name="personnel_apitoken")
    assert (token.person, token.reason) == ("system", "create_api_token")


def test_who_writes_past_the_application_is_marked_as_outside(committed_plant, committed_database):
    for role in ("application", "owner"):
        with psycopg.connect(databases.url_of(committed_database, role), autocommit=True) as session:
            session.execute("UPDATE orders_product SET name = %s WHERE code = 'PCB-7'", [role])
            user = session.info.user
        event = AuditEvent.objects.filter(table_name="orders_product").latest("sequence")
        assert event.is_outside_the_application
        assert (event.database_user, event.new["name"]) == (user, role)


@pytest.mark.django_db
def test_secrets_never_enter_the_ledger_and_that_they_changed_does(plant):
    amina = plant.people["amina"]
    with plant.door("omar"):
        secrets.set_pin(person=amina, pin="8642")
        amina.set_password("a new long password")
        amina.save()
    amina.refresh_from_db()
    rows = AuditEvent.objects.filter(table_name__in=["personnel_person", "personnel_historicalperson"])
    text = " ".join(str(row.old) + str(row.new) for row in rows)
    assert amina.password not in text
    assert amina.pin not in text
    changes = rows.filter(table_name="personnel_person", operation="UPDATE", record=str(amina.pk))
    assert any(row.old["pin"] != row.new["pin"] for row in changes)
    assert any(row.old["password"] != row.new["password"] for row in changes)


@pytest.mark.django_db
def test_a_token_is_stored_and_recorded_as_a_hash_at_most(plant):
    out = io.StringIO()
    call_command("create_api_token", "erp", stdout=out)
    token, stored = out.getvalue().strip(), ApiToken.objects.get()
    recorded = " ".join(str(row.new) for row in AuditEvent.objects.filter(table_name__contains="apitoken"))
    assert token not in recorded + stored.token_hash
    assert stored.token_hash not in recorded


@pytest.mark.django_db
def test_the_history_of_a_mutable_record_says_who_and_why(plant):
    product = Product.objects.get(code="PCB-7")
    with open_door(person=plant.people["hiroshi"], at=NOW, reason="New name"):
        save(product)
    change = product.history.first()
    assert (change.name, change.history_user, change.history_change_reason) == (
        "Renamed",
        plant.people["hiroshi"],
        "New name",
    )


@pytest.mark.django_db
def test_every_historical_row_is_in_the_ledger_as_well(plant):
    with plant.door("omar"):
        site = Site.objects.create(code="X", name="X")
        WorkCenter.objects.create(site=site, code="L", name="L")
    assert AuditEvent.objects.filter(table_name="equipment_historicalsite", new__id=str(site.pk)).exists()

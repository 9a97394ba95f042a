"""What is written is what Django would have stored, and waits for nothing it need not wait for."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.db.transaction import atomic
from django.test.utils import CaptureQueriesContext

from genealogy.models import Activity, Unit
from genealogy.status import ActivityKind, UnitStatus
from mes.kernel.door import open_door
from mes.kernel.keys import uuid7
from mes.kernel.writes import insert, update, write, written_together
from orders.models import WorkOrder
from tests.plant import NOW


@pytest.fixture
def order(plant) -> WorkOrder:
    return plant.released(3)


def fields_of(record) -> dict:
    return {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}


def unit_like(unit: Unit, **more) -> Unit:
    kept = {name: value for name, value in fields_of(unit).items() if name != "id"}
    return Unit(**kept | {"serial": str(uuid7())} | more)


@pytest.mark.django_db
def test_what_is_inserted_is_what_django_would_have_stored(plant, order):
    unit = order.units.first()
    strange = "Ω \"quoted\" \\ 'single' %s {} 😀\t0.10"
    records = [
        unit_like(unit, serial=strange, quantity=Decimal("12.3456"), quantity_consumed=Decimal("0.0001")),
        unit_like(unit, work_order=None, product_revision=None, status=UnitStatus.FINISHED),
    ]
    with CaptureQueriesContext(connection) as sent, open_door(person=plant.operator, at=NOW):
        insert(records)
    assert sum(query["sql"].startswith("INSERT") for query in sent) == 1
    assert not records[0]._state.adding
    for record in records:
        assert fields_of(Unit.objects.get(pk=record.pk)) == fields_of(record)


@pytest.mark.django_db
def test_the_database_numbers_rows_in_the_order_in_which_they_are_given(plant):
    made = [Activity(site=plant.site, kind=ActivityKind.RECEIVE, at=NOW, by=plant.operator) for _ in range(300)]
    insert(made[::-1])
    assert list(Activity.objects.filter(pk__in=[a.pk for a in made]).order_by("sequence")) == made[::-1]


@pytest.mark.django_db
def test_an_update_changes_these_fields_of_these_rows(order):
    one, two, three = order.units.order_by("serial")
    for unit in (one, two):
        unit.quantity_scrapped, unit.status, unit.serial = Decimal(1), UnitStatus.SCRAPPED, "not stored"
    update([one, two], "quantity_scrapped", "status")
    after = {unit.pk: unit for unit in order.units.all()}
    assert [after[unit.pk].status for unit in (one, two, three)] == ["SCRAPPED", "SCRAPPED", "IN_PROCESS"]
    assert after[one.pk].quantity_scrapped == 1
    assert after[one.pk].serial != "not stored"


@pytest.mark.django_db
def test_an_update_of_a_row_that_is_not_there_is_an_error(order):
    with pytest.raises(DatabaseError, match="0 of 1"):
        update([unit_like(order.units.first())], "status")


@pytest.mark.django_db
def test_the_constraints_judge_as_ever(order):
    unit = order.units.first()
    unit.quantity_scrapped = Decimal(2)
    with pytest.raises(IntegrityError, match="unit_balance"):
        update([unit], "quantity_scrapped")


@pytest.mark.django_db
def test_nothing_is_sent_for_nothing():
    with CaptureQueriesContext(connection) as sent:
        insert([])
        update([], "status")
    assert len(sent) == 0


@pytest.mark.django_db
def test_a_model_with_a_history_is_refused(order):
    with pytest.raises(AssertionError, match="has a history"):
        update([order], "priority")


@pytest.mark.django_db
def test_a_field_that_the_model_has_not_is_refused(order):
    with pytest.raises(AssertionError, match="has not all"):
        update([order.units.first()], "status", "colour")


def together(*acts: Callable[[], None]) -> None:
    with atomic(), written_together():
        for act in acts:
            act()


def fail() -> None:
    raise RuntimeError


@pytest.mark.django_db
def test_writes_wait_for_the_next_question_and_are_there_for_it(order):
    units = [unit_like(order.units.first()) for _ in range(3)]
    with CaptureQueriesContext(connection) as sent, atomic(), written_together():
        before = len(sent)
        for unit in units:
            insert([unit])
        assert len(sent) == before
        assert Unit.objects.filter(pk__in=[unit.pk for unit in units]).count() == 3
        assert len(sent) == before + 4


@pytest.mark.django_db
def test_writes_that_nothing_follows_are_sent_at_the_end(order):
    unit = unit_like(order.units.first())
    with atomic(), written_together():
        insert([unit])
        unit.quantity_scrapped, unit.status = Decimal(1), UnitStatus.SCRAPPED
        update([unit], "quantity_scrapped", "status")
    assert Unit.objects.get(pk=unit.pk).status == UnitStatus.SCRAPPED


@pytest.mark.django_db
def test_of_writes_that_go_together_one_that_is_refused_takes_all_back(order):
    good, bad = unit_like(order.units.first()), order.units.last()
    bad.quantity_scrapped = Decimal(2)
    with pytest.raises(IntegrityError, match="unit_balance"):
        together(
            partial(insert, [good]), partial(update, [bad], "quantity_scrapped"), partial(insert, [unit_like(good)])
        )
    assert not Unit.objects.filter(pk=good.pk).exists()


@pytest.mark.django_db
def test_of_writes_that_go_together_one_that_finds_no_row_takes_all_back(order):
    good = unit_like(order.units.first())
    with pytest.raises(DatabaseError, match="0 of 1"):
        together(partial(insert, [good]), partial(update, [unit_like(good)], "status"))
    assert not Unit.objects.filter(pk=good.pk).exists()


@pytest.mark.django_db
def test_what_is_rolled_back_to_a_savepoint_is_not_written(order):
    kept, dropped = unit_like(order.units.first()), unit_like(order.units.last())
    with atomic(), written_together():
        insert([kept])
        with pytest.raises(RuntimeError):
            together(partial(insert, [dropped]), fail)
    assert Unit.objects.filter(pk=kept.pk).exists()
    assert not Unit.objects.filter(pk=dropped.pk).exists()


@pytest.mark.django_db
def test_a_block_that_fails_sends_nothing_more(order):
    unit = unit_like(order.units.first())
    with CaptureQueriesContext(connection) as sent, pytest.raises(RuntimeError):
        together(partial(insert, [unit]), fail)
    assert not any("INSERT" in query["sql"] for query in sent)


@pytest.mark.django_db
def test_a_statement_of_one_s_own_has_to_write_what_it_says(order):
    write("UPDATE genealogy_unit SET serial = serial WHERE work_order_id = %s", [order.pk], rows=3)
    with pytest.raises(DatabaseError, match="3 of 2"):
        write("UPDATE genealogy_unit SET serial = serial WHERE work_order_id = %s", [order.pk], rows=2)

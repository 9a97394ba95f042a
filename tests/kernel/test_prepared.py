"""Prepared statements find and store what Django's own do. Others of their tests are those of the verbs."""

import threading
from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.db.models import Q, QuerySet
from django.db.transaction import TransactionManagementError, atomic
from django.test.utils import CaptureQueriesContext

from genealogy.models import Activity, Unit
from genealogy.status import ActivityKind, UnitStatus
from mes.kernel.door import open_door
from mes.kernel.keys import uuid7
from mes.kernel.prepared import any_of, insert, prepared, update
from orders.models import PinnedPlan, WorkOrder
from tests.plant import NOW

BUILT: list[str] = []


@prepared
def units_of(order: UUID, serials: Collection[str]) -> QuerySet[Unit]:
    BUILT.append("units_of")
    found = Unit.objects.filter(work_order=order, serial=any_of(serials)).select_related("product", "station")
    return found.order_by("-serial")


@prepared
def either(order: UUID, units: Collection[UUID]) -> QuerySet[Unit]:
    return Unit.objects.filter(Q(work_order=order) | Q(pk=any_of(units)), quantity=Decimal(1)).order_by("serial")


@prepared
def locked(key: UUID) -> QuerySet[Unit]:
    return Unit.objects.select_for_update(of=("self",), no_key=True).filter(pk=key)


@prepared
def plans(digest: str) -> QuerySet[PinnedPlan]:
    return PinnedPlan.objects.filter(digest=digest)


@pytest.fixture
def order(plant) -> WorkOrder:
    return plant.released(3)


def fields_of(record) -> dict:
    return {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}


@pytest.mark.django_db
def test_it_finds_the_records_of_its_query_with_those_they_point_to(order):
    expected = list(order.units.order_by("-serial"))
    with CaptureQueriesContext(connection) as sent:
        found = units_of(order.pk, [unit.serial for unit in expected])
        assert [unit.product.code for unit in found] == ["IP2"] * 3
        assert [unit.station for unit in found] == [None] * 3
    assert len(sent) == 1
    assert [fields_of(unit) for unit in found] == [fields_of(unit) for unit in expected]
    assert not found[0]._state.adding


@pytest.mark.django_db
def test_each_run_brings_its_own_values_and_the_query_is_built_once(plant, order):
    other = plant.released(1)
    first, last = order.units.first(), order.units.last()
    units_of(order.pk, [])
    BUILT.clear()
    assert units_of(order.pk, serials={first.serial, last.serial}) == [last, first]
    assert units_of(other.pk, [other.units.get().serial, first.serial]) == [other.units.get()]
    assert units_of(order.pk, []) == []
    assert BUILT == []


@pytest.mark.django_db
def test_places_keep_their_order_among_constants_and_conditions(plant, order):
    stranger = plant.released(1).units.get()
    assert either(units=[stranger.pk], order=order.pk) == [*order.units.order_by("serial"), stranger]


@pytest.mark.django_db
def test_fields_are_converted_as_django_does(order):
    assert plans(order.plan_id)[0].content == PinnedPlan.objects.get(digest=order.plan_id).content
    assert isinstance(plans(order.plan_id)[0].content, dict)


def test_rows_are_locked_in_a_transaction_alone_and_until_its_end(committed_plant):
    unit = committed_plant.unit()
    with atomic():
        assert locked(unit.pk) == [unit]
        taken = []

        def skip_what_is_locked():
            with atomic():
                taken.extend(Unit.objects.select_for_update(skip_locked=True).filter(pk=unit.pk))
            connection.close()

        thread = threading.Thread(target=skip_what_is_locked)
        thread.start()
        thread.join()
        assert taken == []
    with pytest.raises(TransactionManagementError):
        locked(unit.pk)


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


def test_any_of_is_for_prepared_queries():
    with pytest.raises(AssertionError, match="prepared"):
        any_of(["1"])

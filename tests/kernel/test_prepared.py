"""Prepared statements find and store what Django's own do. Others of their tests are those of the verbs."""

import threading
from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.transaction import TransactionManagementError, atomic
from django.test.utils import CaptureQueriesContext

from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.prepared import any_of, at_once, count_of, prepared
from orders.models import PinnedPlan, WorkOrder

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
def in_process(serial: str, key: UUID) -> QuerySet[Unit]:
    return Unit.objects.filter(status=UnitStatus.IN_PROCESS, pk=key).exclude(serial="%s of 100%").filter(serial=serial)


@prepared
def words_of(order: UUID) -> QuerySet[Unit, tuple[str, Decimal]]:
    return Unit.objects.filter(work_order=order).order_by("serial").values_list("serial", "quantity")


@prepared
def how_many(order: UUID) -> QuerySet[Unit, tuple[int]]:
    return count_of(Unit.objects.filter(work_order=order).order_by("serial"))


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


def test_any_of_is_for_prepared_queries():
    with pytest.raises(AssertionError, match="prepared"):
        any_of(["1"])


@pytest.mark.django_db
def test_questions_asked_at_once_each_get_their_answer(order):
    serials = [unit.serial for unit in order.units.order_by("-serial")]
    with CaptureQueriesContext(connection) as sent:
        found, digests, none = at_once(
            units_of.of(order.pk, serials[:2]), plans.of(order.plan.digest), units_of.of(order.pk, [])
        )
    assert len(sent) == 3
    assert [unit.serial for unit in found] == serials[:2]
    assert [plan.digest for plan in digests] == [order.plan.digest]
    assert none == []


@pytest.mark.django_db
def test_constants_are_written_out_so_that_an_index_with_a_condition_serves(order):
    unit = order.units.first()
    assert in_process(unit.serial, unit.pk) == [unit]
    assert in_process("100 %", unit.pk) == []
    assert "'IN_PROCESS'" in in_process.of(unit.serial, unit.pk).statement.sql


@pytest.mark.django_db
def test_rows_of_values_and_a_count_come_as_they_are_asked_for(order):
    assert words_of(order.pk) == list(order.units.order_by("serial").values_list("serial", "quantity"))
    assert how_many(order.pk) == [(3,)]

"""What is released is frozen, whoever writes: the ORM, bulk statements, SQL as the application, SQL as the owner."""

import threading
from decimal import Decimal

import psycopg
import pytest
from django.db import IntegrityError, connection

from mes.kernel.door import open_door
from mes.kernel.refusals import Refusal
from orders.actions import revisions
from orders.models import (
    BomLine,
    Operation,
    OperationEdge,
    OperationQualification,
    ProductRevision,
    RoutingRevision,
    Step,
)
from orders.queries import read_plan
from tests.plant import NOW, signing

PARTS = [BomLine, Operation, OperationEdge, OperationQualification, Step]
FROZEN = [ProductRevision, RoutingRevision, *PARTS]


def changes(model) -> dict:
    """A field of each that nothing but the freeze protects."""
    return {
        ProductRevision: {"code": "Z"},
        RoutingRevision: {"number": 99},
        BomLine: {"quantity": Decimal(7)},
        Operation: {"run_time_s": 1},
        OperationEdge: {"id": "01900000-0000-7000-8000-000000000000"},
        OperationQualification: {"minimum_level": 1},
        Step: {"instruction": "Skip it"},
    }[model]


@pytest.mark.django_db
@pytest.mark.parametrize("model", FROZEN)
def test_saving_a_released_record_is_refused_with_the_way_out(plant, model):
    record = model.objects.first()
    for name, value in changes(model).items():
        setattr(record, name, value)
    with pytest.raises(Refusal, match="new revision"), plant.door("hiroshi"):
        record.save(force_insert=model is OperationEdge)


@pytest.mark.django_db
@pytest.mark.parametrize("model", FROZEN)
def test_update_of_many_is_refused(plant, model):
    with pytest.raises(Refusal, match="frozen"), plant.door("hiroshi"):
        model.objects.update(**changes(model)) if model is not OperationEdge else model.objects.update(id=None)


@pytest.mark.django_db
@pytest.mark.parametrize("model", FROZEN)
def test_deletion_is_refused(plant, model):
    with pytest.raises(Refusal, match="frozen"), plant.door("hiroshi"):
        model.objects.all()._raw_delete("default")


@pytest.mark.parametrize("model", FROZEN)
def test_the_owner_is_refused_by_sql(committed_plant, owner_connection, model):
    table, (column, value) = model._meta.db_table, next(iter(changes(model).items()))
    for sql, parameters in [
        (f"UPDATE {table} SET {column} = %s WHERE id = (SELECT id FROM {table} LIMIT 1)", [value]),
        (f"DELETE FROM {table}", []),
        (f"TRUNCATE {table} CASCADE", []),
    ]:
        with pytest.raises(psycopg.errors.RestrictViolation):
            owner_connection.execute(sql, parameters)


@pytest.mark.parametrize("model", PARTS)
def test_the_owner_adds_nothing_to_a_released_revision(committed_plant, owner_connection, model):
    table = model._meta.db_table
    row = "jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid()))"
    with pytest.raises(psycopg.errors.RestrictViolation):
        owner_connection.execute(f"INSERT INTO {table} SELECT ({row}).* FROM {table} p LIMIT 1")


@pytest.mark.django_db
def test_the_release_itself_can_not_be_taken_back(plant):
    for before, after in [("RELEASED", "DRAFT"), ("OBSOLETE", "RELEASED"), ("OBSOLETE", "DRAFT")]:
        revision = ProductRevision.objects.get(pk=plant.pump.pk)
        if before == "OBSOLETE" and revision.status != "OBSOLETE":
            with plant.door("mei") as passage:
                revisions.retire(revision=revision, by=passage.person, at=passage.at)
        with pytest.raises(Refusal, match="frozen"), plant.door("mei"):
            ProductRevision.objects.filter(pk=revision.pk).update(status=after)


def draft_of(plant) -> RoutingRevision:
    return RoutingRevision.objects.create(routing=plant.routing.routing, number=8)


@pytest.mark.django_db
def test_a_part_can_not_be_moved_into_a_released_revision(plant):
    with plant.door("hiroshi"):
        draft = draft_of(plant)
        of_draft = Operation.objects.create(
            routing_revision=draft, code="90", name="New", station_class=plant.stations["10"].station_class
        )
    with pytest.raises(Refusal, match="frozen"), plant.door("hiroshi"):
        Operation.objects.filter(pk=of_draft.pk).update(routing_revision=plant.routing)
    with pytest.raises(Refusal, match="frozen"), plant.door("hiroshi"):
        Operation.objects.filter(code="10", routing_revision=plant.routing).update(routing_revision=draft)


@pytest.mark.django_db
def test_an_edge_of_a_draft_can_not_join_operations_of_a_released_revision(plant):
    first, last = plant.routing.operations.get(code="10"), plant.routing.operations.get(code="40")
    with plant.door("hiroshi"):
        draft = draft_of(plant)
    with pytest.raises(Refusal, match="frozen"), plant.door("hiroshi"):
        OperationEdge.objects.create(routing_revision=draft, before=first, after=last)
    assert read_plan(plant.routing, plant.pump).operation("40").predecessors == ("30",)


@pytest.mark.django_db
def test_a_draft_may_be_changed_and_deleted(plant):
    with plant.door("hiroshi"):
        draft = draft_of(plant)
        operation = Operation.objects.create(
            routing_revision=draft, code="90", name="New", station_class=plant.stations["10"].station_class
        )
        step = Step.objects.create(operation=operation, position=1, code="LOOK", kind="CHECK", name="Look")
        step.name = "Look closely"
        step.save()
        draft.delete()
    assert not Operation.objects.filter(code="90").exists()


def test_what_is_added_beside_an_approval_waits_and_is_refused(committed_plant):
    """Nothing slips into a revision between the check of its content and the end of its approval."""
    plant, refusals, begun = committed_plant, [], threading.Event()
    with plant.door("hiroshi"):
        draft = draft_of(plant)
        Operation.objects.create(
            routing_revision=draft, code="90", name="New", station_class=plant.stations["10"].station_class
        )

    def add() -> None:
        try:
            with open_door(person=plant.people["hiroshi"], at=NOW):
                begun.set()
                Step.objects.create(
                    operation=draft.operations.get(code="90"), position=1, code="LOOK", kind="CHECK", name="Look"
                )
        except (Refusal, IntegrityError) as refusal:
            refusals.append(refusal)
        finally:
            connection.close()

    with plant.door("hiroshi") as passage:
        by = passage.person
        revisions.approve(revision=draft, signing=signing(draft, "APPROVED", by), by=by, at=passage.at)
        adding = threading.Thread(target=add)
        adding.start()
        assert begun.wait(5)
        adding.join(0.3)
        assert adding.is_alive(), "it waits for the approval"
    adding.join(5)
    assert len(refusals) == 1
    assert not Step.objects.filter(code="LOOK").exists()

"""From its approval on a revision is frozen, whichever door one tries: administration, verbs, ORM, SQL as application
and as owner. Only its own life goes on, and that only forward, or back to a draft while it is approved.
"""

from datetime import date

import psycopg
import pytest
from django.db import connection
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mes.kernel.refusals import Refusal
from orders.actions import drafts
from orders.content import digest_of
from orders.models import (
    BomLine,
    BomSubstitute,
    Instruction,
    InstructionFile,
    InstructionRevision,
    Operation,
    OperationAsset,
    OperationEdge,
    OperationQualification,
    OperationSetpoint,
    ProductRevision,
    RoutingRevision,
    Step,
)
from tests.equipment.assets import wrench

REVISIONS = [ProductRevision, RoutingRevision, InstructionRevision]
PARTS = [
    *(
        BomLine,
        BomSubstitute,
        Operation,
        OperationAsset,
        OperationEdge,
        OperationQualification,
        OperationSetpoint,
        Step,
    ),
    InstructionFile,
]
VALUES = {
    ProductRevision: {"code": "'Z'", "effective_from": "'2030-01-01'", "product_id": "gen_random_uuid()"},
    RoutingRevision: {"number": "99", "effective_from": "'2030-01-01'", "routing_id": "gen_random_uuid()"},
    InstructionRevision: {"body": "'Else'", "number": "99", "effective_from": "'2030-01-01'"},
    BomLine: {"quantity": "7", "basis": "'PER_RUN'", "trace_level": "'NONE'", "reference_designators": "'R1'"},
    BomSubstitute: {"factor": "2", "valid_to": "'2030-01-01'"},
    Operation: {"run_time_s": "1", "name": "'Else'", "alternate_group": "'A'", "needs_line_clearance": "'t'"},
    OperationAsset: {"cycles_per_piece": "9"},
    OperationEdge: {"minimum_time_s": "5", "transfer_quantity": "3"},
    OperationQualification: {"minimum_level": "9"},
    OperationSetpoint: {"value": "9"},
    Step: {"name": "'Else'", "is_required": "'f'", "needs_witness": "'t'", "position": "99"},
    InstructionFile: {"caption": "'Else'", "file": "'else.png'"},
}
# Every status that a revision could be pushed to by hand, beside its verbs.
PUSHES = {
    "APPROVED": ["RELEASED", "OBSOLETE"],
    "RELEASED": ["DRAFT", "APPROVED"],
    "OBSOLETE": ["DRAFT", "APPROVED", "RELEASED"],
}


def whole(plant):
    """One revision of each kind with a part of each kind, as drafts."""
    with plant.door("hiroshi") as passage:
        by = {"by": passage.person, "at": passage.at}
        product = drafts.copy_product_revision(revision=plant.pump, **by)
        other = plant.board.__class__.objects.create(code="PCB-8", name="Other board")
        line = product.bom_lines.get(component=plant.board)
        BomSubstitute.objects.create(bom_line=line, product=other)
        routing = drafts.copy_routing_revision(revision=plant.routing, **by)
        instruction = InstructionRevision.objects.create(
            instruction=Instruction.objects.create(code="seam", name="Seam"), number=1, body="Press."
        )
        InstructionFile.objects.create(instruction_revision=instruction, name="seam", file="instructions/seam.png")
    tool = wrench(plant)
    with plant.door("hiroshi"):
        OperationAsset.objects.create(operation=routing.operations.get(code="30"), asset_class=tool.asset_class)
        OperationSetpoint.objects.create(
            operation=routing.operations.get(code="30"), position=1, tag="SPEED", value="40"
        )
    return [product, routing, instruction]


@pytest.fixture(params=["APPROVED", "RELEASED", "OBSOLETE"])
def frozen(committed_plant, request):
    plant, made = committed_plant, whole(committed_plant)
    for revision in made:
        plant.approve(revision)
        if request.param != "APPROVED":
            plant.release(revision)
        if request.param == "OBSOLETE":
            with plant.door("mei"):
                type(revision).objects.filter(pk=revision.pk).update(status="OBSOLETE")
    return plant, made, request.param


def of(revisions, model):
    """The rows of a kind that belong to the revisions."""
    product, routing, instruction = revisions
    return {
        ProductRevision: ProductRevision.objects.filter(pk=product.pk),
        RoutingRevision: RoutingRevision.objects.filter(pk=routing.pk),
        InstructionRevision: InstructionRevision.objects.filter(pk=instruction.pk),
        BomLine: BomLine.objects.filter(product_revision=product),
        BomSubstitute: BomSubstitute.objects.filter(bom_line__product_revision=product),
        Operation: Operation.objects.filter(routing_revision=routing),
        OperationAsset: OperationAsset.objects.filter(operation__routing_revision=routing),
        OperationEdge: OperationEdge.objects.filter(routing_revision=routing),
        OperationQualification: OperationQualification.objects.filter(operation__routing_revision=routing),
        OperationSetpoint: OperationSetpoint.objects.filter(operation__routing_revision=routing),
        Step: Step.objects.filter(operation__routing_revision=routing),
        InstructionFile: InstructionFile.objects.filter(instruction_revision=instruction),
    }[model]


def test_nothing_gets_through_by_sql_as_the_owner(frozen, owner_connection):
    _, made, status = frozen
    for model in [*REVISIONS, *PARTS]:
        table, key = model._meta.db_table, of(made, model).values_list("pk", flat=True)[0]
        tries = [f"UPDATE {table} SET {column} = {value} WHERE id = %s" for column, value in VALUES[model].items()]
        tries += [f"DELETE FROM {table} WHERE id = %s"]
        if model in PARTS:
            tries += [
                f"INSERT INTO {table} SELECT (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid()))).* "
                f"FROM {table} p WHERE id = %s"
            ]
        else:
            tries += [f"UPDATE {table} SET status = '{to}' WHERE id = %s" for to in PUSHES[status]]
        for sql in tries:
            with pytest.raises((psycopg.errors.RestrictViolation, psycopg.errors.CheckViolation)):
                owner_connection.execute(sql, [key])
            owner_connection.rollback()


DOORS = ["orm save", "orm update", "orm delete", "sql"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(data=st.data())
def test_whatever_is_tried_the_content_stays(frozen, data):
    """Any field of any row by any door of the application: refused, and the digest is what was signed."""
    plant, made, _ = frozen
    before = [digest_of(revision) for revision in made]
    model = data.draw(st.sampled_from([*REVISIONS, *PARTS]))
    row = data.draw(st.sampled_from(list(of(made, model))))
    column = data.draw(st.sampled_from(sorted(VALUES[model])))
    door = data.draw(st.sampled_from(DOORS))
    with pytest.raises(Refusal), plant.door(data.draw(st.sampled_from(["hiroshi", "mei", "omar"]))):
        _try(door, row, column, VALUES[model][column])
    assert [digest_of(type(revision).objects.get(pk=revision.pk)) for revision in made] == before


def _try(door, row, column, value):
    plain = value.strip("'")
    if door == "sql" or "(" in value:
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {row._meta.db_table} SET {column} = {value} WHERE id = %s", [row.pk])
    elif door == "orm update":
        type(row).objects.filter(pk=row.pk).update(**{column: plain})
    elif door == "orm delete":
        type(row).objects.filter(pk=row.pk)._raw_delete("default")
    else:
        field = row._meta.get_field(column)
        setattr(row, column, field.to_python(plain))
        row.save(update_fields=[column])


@pytest.mark.django_db
def test_the_administration_refuses_with_the_way_out(client, plant):
    made = whole(plant)
    for revision in made:
        plant.approve(revision)
    client.force_login(plant.people["hiroshi"])
    pages = [(f"orders_{one._meta.model_name}", one) for one in made]
    pages += [("orders_operation", of(made, Operation)[0]), ("orders_bomline", of(made, BomLine)[0])]
    for name, row in pages:
        address = reverse(f"admin:{name}_change", args=[row.pk])
        page = client.get(address)
        assert page.status_code == 200
        assert b'name="_save"' not in page.content
        assert client.post(address, {"reason": "try", "name": "Else"}).status_code == 302
        assert "is approved and so frozen" in client.get(address).content.decode()


@pytest.mark.parametrize("model", REVISIONS)
@pytest.mark.parametrize("status", ["APPROVED", "RELEASED", "OBSOLETE"])
def test_the_owner_inserts_no_revision_that_is_no_draft(committed_plant, owner_connection, model, status):
    whole(committed_plant)
    table = model._meta.db_table
    new = f"jsonb_build_object('id', gen_random_uuid(), 'status', '{status}')"
    with pytest.raises(psycopg.errors.RestrictViolation):
        owner_connection.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(p, {new})).* FROM {table} p WHERE status = 'DRAFT'"
        )


@pytest.mark.parametrize("status", ["RELEASED", "OBSOLETE"])
def test_the_owner_jumps_over_no_approval(committed_plant, owner_connection, status):
    for revision in whole(committed_plant):
        with pytest.raises((psycopg.errors.RestrictViolation, psycopg.errors.CheckViolation)):
            owner_connection.execute(
                f"UPDATE {revision._meta.db_table} SET status = %s, released_at = now(), "
                "released_by_id = (SELECT id FROM personnel_person LIMIT 1) WHERE id = %s",
                [status, revision.pk],
            )
        owner_connection.rollback()


def test_the_owner_does_not_let_one_person_do_both(committed_plant, owner_connection):
    (revision, *_) = whole(committed_plant)
    committed_plant.approve(revision)
    with pytest.raises(psycopg.errors.CheckViolation):
        owner_connection.execute(
            "UPDATE orders_productrevision SET status = 'RELEASED', released_at = now(), "
            "released_by_id = approved_by_id WHERE id = %s",
            [revision.pk],
        )


def test_the_end_of_effectivity_changes_from_release_on_and_retirement_is_the_end(frozen):
    plant, made, status = frozen
    for revision in made:
        row = type(revision).objects.filter(pk=revision.pk)
        if status == "APPROVED":
            with pytest.raises(Refusal), plant.door("mei"):
                row.update(effective_to=date(2031, 1, 1))
            assert row.get().effective_to is None
            continue
        with plant.door("mei"):
            row.update(effective_to=date(2031, 1, 1))
            row.update(status="OBSOLETE")
        assert (row.get().effective_to, row.get().status) == (date(2031, 1, 1), "OBSOLETE")
        with pytest.raises(Refusal), plant.door("mei"):
            row.update(status="RELEASED")

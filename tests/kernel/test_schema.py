"""Changes of the schema in one step: the same end, by fewer renderings of the models."""

import pytest
from django.db import connection, models
from django.db.migrations import AddConstraint, AddField, CreateModel
from django.db.migrations.state import ProjectState

from mes.kernel.schema import AtOnce

MADE = CreateModel("Made", [("id", models.BigAutoField(primary_key=True)), ("size", models.IntegerField())])
CONSTRAINT = models.CheckConstraint(condition=models.Q(size__gt=0), name="made_has_a_size")
BEFORE = CreateModel("Before", [("id", models.BigAutoField(primary_key=True))])
OPERATIONS = [
    MADE,
    AddField("made", "before", models.ForeignKey("orders.before", models.CASCADE)),
    AddConstraint("made", CONSTRAINT),
    AddField("before", "note", models.TextField(default="")),
]


def state_before() -> ProjectState:
    state = ProjectState()
    BEFORE.state_forwards("orders", state)
    return state


def sql_of(step) -> list[str]:
    before, after = state_before(), state_before()
    step.state_forwards("orders", after)
    with connection.schema_editor(collect_sql=True) as editor:
        step.database_forwards("orders", editor, before, after)
    return [line for line in editor.collected_sql if not line.startswith("--")]


def test_the_models_are_the_same_as_by_one_operation_after_the_other():
    one_by_one, at_once = state_before(), state_before()
    for operation in OPERATIONS:
        operation.state_forwards("orders", one_by_one)
    AtOnce(OPERATIONS).state_forwards("orders", at_once)
    assert one_by_one == at_once


@pytest.mark.django_db
def test_a_model_that_is_made_is_made_whole_and_only_once():
    sql = "\n".join(sql_of(AtOnce(OPERATIONS)))
    assert sql.count('CREATE TABLE "orders_made"') == 1
    assert sql.count("made_has_a_size") == 1
    assert sql.count('ALTER TABLE "orders_before" ADD COLUMN "note"') == 1
    assert "before_id" in sql.partition(");")[0]


@pytest.mark.django_db
def test_the_way_back_takes_all_of_it():
    before, after = state_before(), state_before()
    step = AtOnce(OPERATIONS)
    step.state_forwards("orders", after)
    with connection.schema_editor(collect_sql=True) as editor:
        step.database_backwards("orders", editor, after, before)
    sql = "\n".join(editor.collected_sql)
    assert 'DROP TABLE "orders_made"' in sql
    assert 'ALTER TABLE "orders_before" DROP COLUMN "note"' in sql

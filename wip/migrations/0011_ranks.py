from datetime import UTC, datetime

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q, Value
from django.db.models.functions import Floor, Greatest, Ln

from mes.kernel.schema import AtOnce

# By what a queue ranks, beside each open operation what its order says: taken from there as it is written, whoever
# writes it and whatever they say, and following the order in the statement that changes it. What is being written just
# then is under the lock of its unit, or of the order: so who changes an order waits for the units first. In one go and
# by key, as whoever locks several does; each statement of a function sees what was committed while it waited.
FOLLOW = """
CREATE FUNCTION open_operation_has_its_orders_rank() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT due_at, priority, erp_reference INTO NEW.due_at, NEW.priority, NEW.erp_reference
    FROM orders_workorder WHERE id = NEW.work_order_id;
    RETURN NEW;
END $$;
CREATE TRIGGER open_operation_has_its_orders_rank
    BEFORE INSERT OR UPDATE OF work_order_id, due_at, priority, erp_reference ON wip_openoperation
    FOR EACH ROW EXECUTE FUNCTION open_operation_has_its_orders_rank();

CREATE FUNCTION open_operations_follow_their_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed uuid[];
BEGIN
    SELECT array_agg(id) INTO changed FROM after JOIN before USING (id)
    WHERE (after.due_at, after.priority, after.erp_reference)
        IS DISTINCT FROM (before.due_at, before.priority, before.erp_reference);
    IF changed IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM FROM genealogy_unit WHERE work_order_id = ANY (changed) ORDER BY id FOR NO KEY UPDATE;
    UPDATE wip_openoperation waits
    SET due_at = placed.due_at, priority = placed.priority, erp_reference = placed.erp_reference
    FROM orders_workorder placed WHERE placed.id = waits.work_order_id AND waits.work_order_id = ANY (changed);
    RETURN NULL;
END $$;
CREATE TRIGGER open_operations_follow_their_order
    AFTER UPDATE ON orders_workorder REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION open_operations_follow_their_order();

UPDATE wip_openoperation SET due_at = due_at;
"""
FOLLOW_NO_MORE = """
DROP TRIGGER open_operations_follow_their_order ON orders_workorder;
DROP FUNCTION open_operations_follow_their_order();
DROP TRIGGER open_operation_has_its_orders_rank ON wip_openoperation;
DROP FUNCTION open_operation_has_its_orders_rank();
"""
AT = ["site", "station_class"]
TIES = ["due_at", "erp_reference", "serial", "operation_code"]
BY = {
    "open_by_priority": ["priority", *TIES],
    "open_by_due": ["due_at", "priority", *TIES[1:]],
    "open_by_work": ["work_s", *TIES],
    "open_by_family": ["setup_family", *TIES],
    "open_by_wait": ["waits_since", *TIES],
}


class Migration(migrations.Migration):
    dependencies = [
        ("equipment", "0014_first_in_first_out"),
        ("genealogy", "0006_take_back"),
        ("orders", "0010_closed_order"),
        ("wip", "0010_waits_since"),
    ]

    operations = [
        AtOnce(
            [
                migrations.AddField(
                    model_name="openoperation",
                    name="due_at",
                    field=models.DateTimeField(default=datetime(2000, 1, 1, tzinfo=UTC), editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name="openoperation",
                    name="priority",
                    field=models.PositiveSmallIntegerField(default=5, editable=False),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name="openoperation",
                    name="erp_reference",
                    field=models.CharField(default="", editable=False, max_length=40),
                    preserve_default=False,
                ),
                *(
                    migrations.AlterField(
                        model_name="openoperation",
                        name=name,
                        field=models.ForeignKey(
                            db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name=related, to=to
                        ),
                    )
                    for name, related, to in (
                        ("site", "+", "equipment.site"),
                        ("station_class", "+", "equipment.stationclass"),
                        ("unit", "open_operations", "genealogy.unit"),
                    )
                ),
                migrations.RunSQL(FOLLOW, FOLLOW_NO_MORE),
                *(
                    migrations.AddIndex(
                        model_name="openoperation",
                        index=models.Index(fields=[*AT, *fields], condition=Q(is_ready=True), name=name),
                    )
                    for name, fields in BY.items()
                ),
                migrations.AddIndex(
                    model_name="openoperation",
                    index=models.Index(
                        *(F(name) for name in AT),
                        Floor(Ln(Greatest(F("left_s"), Value(1)))),
                        F("due_at"),
                        condition=Q(is_ready=True),
                        name="open_by_work_left",
                    ),
                ),
            ]
        ),
    ]

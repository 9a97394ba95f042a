from django.db import migrations, models

from mes.kernel.schema import AtOnce

# As wip.arrivals finds it, from what is on record. Where parts of a lot may go on before an operation is over it is the
# operation's end, while it runs its begin: `refresh_queues` finds the booking that let them go on.
FROM_THE_RECORD = """
WITH RECURSIVE family AS (
    SELECT unit.id AS unit_id, unit.split_from_id, unit.created_at FROM genealogy_unit unit
    WHERE unit.id IN (SELECT unit_id FROM wip_openoperation)
    UNION ALL
    SELECT family.unit_id, lot.split_from_id, lot.created_at
    FROM family JOIN genealogy_unit lot ON lot.id = family.split_from_id
), before AS (
    SELECT plan.digest, operation ->> 'code' AS code, jsonb_array_elements_text(operation -> 'predecessors') AS before
    FROM orders_pinnedplan plan, jsonb_array_elements(plan.content -> 'operations') operation
), sent_back AS (
    SELECT aside.unit_id, aside.operation_code, rework.plan_id, rework.decided_at
    FROM wip_operationexecution aside JOIN wip_rework rework ON rework.id = aside.set_aside_by_id
)
UPDATE wip_openoperation waits SET waits_since = greatest(
    (SELECT min(family.created_at) FROM family WHERE family.unit_id = waits.unit_id),
    (SELECT max(coalesce(done.completed_at, done.started_at))
        FROM wip_operationexecution done JOIN before ON before.before = done.operation_code
        WHERE done.unit_id = waits.unit_id AND done.is_current AND before.code = waits.operation_code
            AND before.digest = coalesce(unit.rework_plan_id, unit.redline_plan_id, placed.plan_id)),
    (SELECT max(decided_at) FROM sent_back
        WHERE sent_back.unit_id = waits.unit_id
            AND (sent_back.operation_code = waits.operation_code OR sent_back.plan_id = unit.rework_plan_id)),
    (SELECT max(done.completed_at) FROM sent_back JOIN wip_operationexecution done USING (unit_id, plan_id)
        WHERE sent_back.unit_id = waits.unit_id AND done.is_current AND unit.rework_plan_id IS NULL)
)
FROM genealogy_unit unit JOIN orders_workorder placed ON placed.id = unit.work_order_id
WHERE unit.id = waits.unit_id AND waits.is_ready
"""


class Migration(migrations.Migration):
    dependencies = [
        ("genealogy", "0006_take_back"),
        ("orders", "0010_closed_order"),
        ("wip", "0009_read_from_machine"),
    ]

    operations = [
        AtOnce(
            [
                migrations.AddField(
                    model_name="openoperation", name="waits_since", field=models.DateTimeField(null=True)
                ),
                migrations.RunSQL(FROM_THE_RECORD, migrations.RunSQL.noop),
                migrations.AddConstraint(
                    model_name="openoperation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_ready", True), ("waits_since__isnull", False)),
                            models.Q(
                                models.Q(("is_ready", True), _negated=True),
                                models.Q(("waits_since__isnull", False), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="open_operation_waits_since",
                        violation_error_message="What may begin says since when it waits.",
                    ),
                ),
            ]
        ),
    ]

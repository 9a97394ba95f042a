import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import mes.kernel.keys
from mes.kernel.audit.triggers import master_table
from mes.kernel.schema import AtOnce
from orders.frozen import SETPOINTS_FROZEN, SETPOINTS_NOT_FROZEN


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0007_open_order_by_due"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce(
            [
                migrations.CreateModel(
                    name="HistoricalOperationSetpoint",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("position", models.PositiveSmallIntegerField()),
                        (
                            "tag",
                            models.SlugField(
                                help_text="Code of the tag at the station that it is written to.", max_length=60
                            ),
                        ),
                        ("value", models.CharField(max_length=60)),
                        (
                            "tolerance",
                            models.DecimalField(
                                blank=True,
                                decimal_places=4,
                                help_text="How far what is read back may differ; empty: not at all.",
                                max_digits=14,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                            ),
                        ),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        (
                            "history_type",
                            models.CharField(
                                choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                            ),
                        ),
                        (
                            "history_user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "operation",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.operation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical operation setpoint",
                        "verbose_name_plural": "historical operation setpoints",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="OperationSetpoint",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField()),
                        (
                            "tag",
                            models.SlugField(
                                help_text="Code of the tag at the station that it is written to.", max_length=60
                            ),
                        ),
                        ("value", models.CharField(max_length=60)),
                        (
                            "tolerance",
                            models.DecimalField(
                                blank=True,
                                decimal_places=4,
                                help_text="How far what is read back may differ; empty: not at all.",
                                max_digits=14,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(0)],
                            ),
                        ),
                        (
                            "operation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="setpoints",
                                to="orders.operation",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["position"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("operation", "tag"),
                                name="setpoint_once",
                                violation_error_message="The operation sets this tag already.",
                            ),
                            models.UniqueConstraint(
                                fields=("operation", "position"),
                                name="setpoint_position_once",
                                violation_error_message="Another setpoint of the operation has this position.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("tolerance__isnull", True), ("tolerance__gte", 0), _connector="OR"),
                                name="setpoint_tolerance_positive",
                                violation_error_message="A tolerance is 0 or more.",
                            ),
                        ],
                    },
                ),
            ]
        ),
        *master_table("orders_operationsetpoint"),
        migrations.RunSQL(SETPOINTS_FROZEN, SETPOINTS_NOT_FROZEN),
    ]

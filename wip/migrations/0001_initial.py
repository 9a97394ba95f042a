import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import mes.kernel.keys
from mes.kernel.audit.triggers import Audited, NeverDeleted, event_table, record_table
from mes.kernel.schema import AtOnce


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("audit", "0003_refused"),
        ("equipment", "0001_initial"),
        ("genealogy", "0001_initial"),
        ("orders", "0001_initial"),
        ("personnel", "__first__"),
    ]

    operations = [
        AtOnce(
            [
                migrations.CreateModel(
                    name="OperationExecution",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "site",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="equipment.site"
                            ),
                        ),
                        (
                            "work_order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="executions",
                                to="orders.workorder",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="executions",
                                to="genealogy.unit",
                            ),
                        ),
                        ("operation_code", models.CharField(max_length=12)),
                        ("attempt", models.PositiveSmallIntegerField(default=1)),
                        (
                            "station",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="executions",
                                to="equipment.station",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[("RUNNING", "Running"), ("COMPLETED", "Completed")], max_length=12
                            ),
                        ),
                        ("quantity", models.DecimalField(decimal_places=4, max_digits=14)),
                        ("quantity_good", models.DecimalField(decimal_places=4, default=0, max_digits=14)),
                        ("quantity_scrapped", models.DecimalField(decimal_places=4, default=0, max_digits=14)),
                        ("started_at", models.DateTimeField()),
                        (
                            "started_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "worked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("completed_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "completed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["work_order", "operation_code"], name="execution_of_order"),
                            models.Index(
                                condition=models.Q(("status", "RUNNING")),
                                fields=["station"],
                                name="execution_running_at",
                            ),
                            models.Index(fields=["station", "completed_at"], name="execution_ended_at"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("unit", "operation_code", "attempt"),
                                name="execution_attempt_once",
                                violation_error_message="Somebody else started this operation on this unit a moment ago.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "RUNNING")),
                                fields=("unit", "operation_code"),
                                name="execution_running_once",
                                violation_error_message="This operation is running on this unit already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "quantity__gte",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("quantity_good"), "+", models.F("quantity_scrapped")
                                        ),
                                    ),
                                    ("quantity_good__gte", 0),
                                    ("quantity_scrapped__gte", 0),
                                ),
                                name="execution_balance",
                                violation_error_message="Good and scrap together are more than was started.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("status", "COMPLETED"),
                                        ("completed_at__isnull", False),
                                        ("completed_by__isnull", False),
                                    ),
                                    models.Q(
                                        models.Q(("status", "COMPLETED"), _negated=True),
                                        models.Q(
                                            ("completed_at__isnull", False),
                                            ("completed_by__isnull", False),
                                            _negated=True,
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="execution_completed_by_whom",
                                violation_error_message="A completed operation says who completed it, and when.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalHold",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("number", models.CharField(db_index=True, max_length=20)),
                        (
                            "status",
                            models.CharField(
                                choices=[("OPEN", "Open"), ("RELEASED", "Released")], default="OPEN", max_length=12
                            ),
                        ),
                        (
                            "reason_code",
                            models.CharField(
                                choices=[
                                    ("QUALITY", "Quality doubt"),
                                    ("MATERIAL", "Material doubt"),
                                    ("PROCESS", "Process doubt"),
                                    ("CUSTOMER", "Customer's wish"),
                                    ("OTHER", "Other"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("reason", models.CharField(max_length=200)),
                        ("placed_at", models.DateTimeField()),
                        ("released_at", models.DateTimeField(blank=True, null=True)),
                        ("release_reason", models.CharField(blank=True, max_length=200)),
                        (
                            "site",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.site",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="genealogy.unit",
                            ),
                        ),
                        (
                            "work_order",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.workorder",
                            ),
                        ),
                        (
                            "placed_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "released_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
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
                    ],
                    options={
                        "verbose_name": "historical hold",
                        "verbose_name_plural": "historical holds",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="Hold",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "site",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="equipment.site"
                            ),
                        ),
                        ("number", models.CharField(max_length=20, unique=True)),
                        (
                            "unit",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="holds",
                                to="genealogy.unit",
                            ),
                        ),
                        (
                            "work_order",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="holds",
                                to="orders.workorder",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[("OPEN", "Open"), ("RELEASED", "Released")], default="OPEN", max_length=12
                            ),
                        ),
                        (
                            "reason_code",
                            models.CharField(
                                choices=[
                                    ("QUALITY", "Quality doubt"),
                                    ("MATERIAL", "Material doubt"),
                                    ("PROCESS", "Process doubt"),
                                    ("CUSTOMER", "Customer's wish"),
                                    ("OTHER", "Other"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("reason", models.CharField(max_length=200)),
                        ("placed_at", models.DateTimeField()),
                        (
                            "placed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("released_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "released_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("release_reason", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "ordering": ["-placed_at"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "OPEN")), fields=["unit"], name="hold_open_on_unit"
                            ),
                            models.Index(
                                condition=models.Q(("status", "OPEN")), fields=["work_order"], name="hold_open_on_order"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("unit__isnull", True), ("work_order__isnull", False)),
                                    models.Q(
                                        models.Q(("unit__isnull", True), _negated=True),
                                        models.Q(("work_order__isnull", False), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="hold_on_one_thing",
                                violation_error_message="A hold is on a unit or on an order.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("status", "RELEASED"),
                                        ("released_at__isnull", False),
                                        ("released_by__isnull", False),
                                        models.Q(("release_reason", ""), _negated=True),
                                    ),
                                    models.Q(
                                        models.Q(("status", "RELEASED"), _negated=True),
                                        models.Q(
                                            ("released_at__isnull", False),
                                            ("released_by__isnull", False),
                                            models.Q(("release_reason", ""), _negated=True),
                                            _negated=True,
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="hold_released_by_whom",
                                violation_error_message="A released hold says who released it, when, and why.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True),
                                name="hold_has_reason",
                                violation_error_message="A hold needs a reason.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LineClearance",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "sequence",
                            models.BigIntegerField(
                                db_default=models.Func(
                                    models.Value("event_sequence"),
                                    function="nextval",
                                    output_field=models.BigIntegerField(),
                                ),
                                editable=False,
                                unique=True,
                            ),
                        ),
                        (
                            "site",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="equipment.site"
                            ),
                        ),
                        (
                            "station",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="clearances",
                                to="equipment.station",
                            ),
                        ),
                        (
                            "work_order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="clearances",
                                to="orders.workorder",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="clearances",
                                to="genealogy.unit",
                            ),
                        ),
                        ("product_code", models.CharField(max_length=100)),
                        (
                            "items",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=120), size=None
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-sequence"],
                        "indexes": [models.Index(fields=["station", "-sequence"], name="clearance_at_station")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("items", []), _negated=True),
                                name="clearance_has_items",
                                violation_error_message="A clearance ticks at least one line of the station's checklist.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ExecutionEvent",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "sequence",
                            models.BigIntegerField(
                                db_default=models.Func(
                                    models.Value("event_sequence"),
                                    function="nextval",
                                    output_field=models.BigIntegerField(),
                                ),
                                editable=False,
                                unique=True,
                            ),
                        ),
                        (
                            "site",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="equipment.site"
                            ),
                        ),
                        (
                            "execution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="wip.operationexecution",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("STARTED", "started"),
                                    ("TAKEN_OVER", "taken over"),
                                    ("BOOKED", "booked"),
                                    ("COMPLETED", "completed"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("station_code", models.CharField(max_length=20)),
                        ("good", models.DecimalField(decimal_places=4, default=0, max_digits=14)),
                        ("scrap", models.DecimalField(decimal_places=4, default=0, max_digits=14)),
                        ("scrap_reason", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "ordering": ["sequence"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("good__gte", 0), ("scrap__gte", 0)),
                                name="event_quantities",
                                violation_error_message="Booked quantities are 0 or more.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("scrap", 0), models.Q(("scrap_reason", ""), _negated=True), _connector="OR"
                                ),
                                name="event_scrap_has_reason",
                                violation_error_message="Scrap needs a reason.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reading",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "site",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="equipment.site"
                            ),
                        ),
                        (
                            "execution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="readings",
                                to="wip.operationexecution",
                            ),
                        ),
                        ("step_code", models.CharField(max_length=24)),
                        ("sample", models.PositiveSmallIntegerField(default=1)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("TASK", "task"),
                                    ("CHECK", "check"),
                                    ("NUMBER", "number with limits"),
                                    ("TABLE", "table of numbers"),
                                    ("TEXT", "text"),
                                    ("LIST", "choice from a list"),
                                    ("PERSON", "person"),
                                    ("TIME", "date and time"),
                                    ("FILE", "photo or file"),
                                    ("SCAN", "scan of a component"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("value", models.CharField(max_length=500)),
                        ("name", models.CharField(blank=True, max_length=120)),
                        ("number", models.DecimalField(decimal_places=6, max_digits=18, null=True)),
                        ("quantity_unit", models.CharField(blank=True, max_length=12)),
                        ("lower", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                        ("upper", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                        ("scanned", models.CharField(blank=True, max_length=200)),
                        ("at", models.DateTimeField()),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("station_code", models.CharField(max_length=20)),
                        (
                            "corrects",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="corrected_by_reading",
                                to="wip.reading",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=200)),
                        (
                            "witnessed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("witnessed_at", models.DateTimeField(null=True)),
                        (
                            "signature",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="audit.signature",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(condition=models.Q(("kind", "FILE")), fields=["value"], name="reading_of_file")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("corrects__isnull", True)),
                                fields=("execution", "step_code", "sample"),
                                name="reading_once",
                                violation_error_message="This step is recorded already: correct it with a reason.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("corrects__isnull", True), models.Q(("reason", ""), _negated=True), _connector="OR"
                                ),
                                name="reading_correction_has_reason",
                                violation_error_message="A correction needs a reason.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("witnessed_by__isnull", False), ("witnessed_at__isnull", False)),
                                    models.Q(
                                        models.Q(("witnessed_by__isnull", False), _negated=True),
                                        models.Q(("witnessed_at__isnull", False), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="reading_witnessed_by_whom",
                                violation_error_message="A witnessed value says who witnessed it, and when.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("witnessed_by__isnull", True),
                                    models.Q(("witnessed_by", models.F("by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="reading_witness_is_another",
                                violation_error_message="Nobody witnesses their own value: a second person confirms it.",
                            ),
                        ],
                    },
                ),
            ]
        ),
        migrations.RunSQL("CREATE SEQUENCE hold_number", "DROP SEQUENCE hold_number"),
        Audited("wip_operationexecution"),
        NeverDeleted("wip_operationexecution"),
        *event_table("wip_executionevent"),
        *event_table("wip_reading"),
        *record_table("wip_hold"),
        *event_table("wip_lineclearance"),
    ]

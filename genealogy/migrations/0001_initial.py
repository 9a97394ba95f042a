import django.db.models.deletion
import django.db.models.expressions
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import genealogy.models
import mes.kernel.keys
from mes.kernel.audit.triggers import Audited, Fixed, NeverDeleted, event_table, record_table
from mes.kernel.schema import AtOnce

HOW_COUNTED = """
    CREATE FUNCTION refuse_other_counting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM genealogy_unit WHERE product_id = OLD.id) THEN
            RAISE EXCEPTION 'There are units of % already: how it is counted stays.', OLD.code
                USING ERRCODE = 'restrict_violation', HINT = 'Make another product.';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER how_counted BEFORE UPDATE OF tracking, quantity_unit ON orders_product FOR EACH ROW
        WHEN (OLD.tracking IS DISTINCT FROM NEW.tracking OR OLD.quantity_unit IS DISTINCT FROM NEW.quantity_unit)
        EXECUTE FUNCTION refuse_other_counting();
"""

HOW_COUNTED_NOT = "DROP TRIGGER how_counted ON orders_product; DROP FUNCTION refuse_other_counting();"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("equipment", "0001_initial"),
        ("orders", "0001_initial"),
        ("personnel", "__first__"),
    ]

    operations = [
        AtOnce(
            [
                migrations.CreateModel(
                    name="Activity",
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
                            "kind",
                            models.CharField(
                                choices=[
                                    ("RELEASE", "created by release"),
                                    ("RECEIVE", "received"),
                                    ("CONSUME", "built in"),
                                    ("FINISH", "finished"),
                                    ("SCRAP", "scrapped"),
                                    ("RELEASE_LOT", "released from quarantine"),
                                    ("REJECT", "rejected"),
                                    ("STAGE", "staged"),
                                    ("UNSTAGE", "taken back"),
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
                        ("execution", models.UUIDField(db_index=True, null=True)),
                        ("operation_code", models.CharField(blank=True, max_length=12)),
                        ("station_code", models.CharField(blank=True, max_length=20)),
                        ("reason", models.TextField(blank=True)),
                    ],
                    options={
                        "verbose_name_plural": "activities",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind__in", ["RELEASE_LOT", "REJECT"]), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="activity_verdict_has_reason",
                                violation_error_message="Releasing or rejecting a lot needs a reason.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Unit",
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
                        ("serial", models.CharField(max_length=60, unique=True)),
                        (
                            "product",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="units", to="orders.product"
                            ),
                        ),
                        (
                            "product_revision",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="units",
                                to="orders.productrevision",
                            ),
                        ),
                        (
                            "work_order",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="units",
                                to="orders.workorder",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("QUARANTINED", "In quarantine"),
                                    ("IN_PROCESS", "In process"),
                                    ("FINISHED", "Finished"),
                                    ("CONSUMED", "Built in"),
                                    ("SCRAPPED", "Scrapped"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("quantity", models.DecimalField(decimal_places=4, max_digits=14)),
                        ("quantity_consumed", models.DecimalField(decimal_places=4, default=0, max_digits=14)),
                        ("quantity_scrapped", models.DecimalField(decimal_places=4, default=0, max_digits=14)),
                        ("expires_date", models.DateField(blank=True, null=True)),
                        (
                            "station",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="staged",
                                to="equipment.station",
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["serial"],
                        "indexes": [
                            models.Index(fields=["work_order", "serial"], name="unit_of_order"),
                            models.Index(
                                condition=models.Q(("status", "IN_PROCESS")),
                                fields=["site", "serial"],
                                name="unit_in_process",
                            ),
                            models.Index(
                                condition=models.Q(("station__isnull", False), ("status", "FINISHED")),
                                fields=["station", "product"],
                                name="unit_staged",
                            ),
                            models.Index(
                                condition=models.Q(("status", "QUARANTINED")),
                                fields=["site", "serial"],
                                name="unit_in_quarantine",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("quantity__gt", 0)),
                                name="unit_quantity_positive",
                                violation_error_message="A unit's quantity is more than 0.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "quantity__gte",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("quantity_consumed"), "+", models.F("quantity_scrapped")
                                        ),
                                    ),
                                    ("quantity_consumed__gte", 0),
                                    ("quantity_scrapped__gte", 0),
                                ),
                                name="unit_balance",
                                violation_error_message="There is not enough left of this unit: it is used elsewhere already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "IN_PROCESS"), _negated=True),
                                    ("work_order__isnull", False),
                                    _connector="OR",
                                ),
                                name="unit_in_process_has_order",
                                violation_error_message="A unit in process belongs to an order.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "QUARANTINED"), _negated=True),
                                    ("work_order__isnull", True),
                                    _connector="OR",
                                ),
                                name="unit_in_quarantine_was_received",
                                violation_error_message="Only what was received is in quarantine; what is made here is put on hold.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("station__isnull", True), ("status__in", ["FINISHED", "CONSUMED"]), _connector="OR"
                                ),
                                name="unit_staged_when_usable",
                                violation_error_message="Only what is released and not scrapped is staged at a station.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Supplier",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("code", models.SlugField(max_length=20, unique=True)),
                        ("name", models.CharField(max_length=120)),
                        ("is_active", models.BooleanField(default=True)),
                    ],
                    options={
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalSupplier",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("code", models.SlugField(max_length=20)),
                        ("name", models.CharField(max_length=120)),
                        ("is_active", models.BooleanField(default=True)),
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
                        "verbose_name": "historical supplier",
                        "verbose_name_plural": "historical suppliers",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="SerialCounter",
                    fields=[
                        (
                            "product",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="orders.product",
                            ),
                        ),
                        ("last", models.PositiveBigIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="ActivityUnit",
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
                            "activity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="units",
                                to="genealogy.activity",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="activities",
                                to="genealogy.unit",
                            ),
                        ),
                        (
                            "direction",
                            models.CharField(choices=[("INPUT", "went in"), ("OUTPUT", "came out")], max_length=6),
                        ),
                        ("quantity", models.DecimalField(decimal_places=4, max_digits=14)),
                        ("step_code", models.CharField(blank=True, max_length=24)),
                        ("scanned", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("quantity__gt", 0)),
                                name="activity_unit_quantity_positive",
                                violation_error_message="A quantity in an activity is more than 0.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Delivery",
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
                            "unit",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="delivery",
                                to="genealogy.unit",
                            ),
                        ),
                        (
                            "supplier",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deliveries",
                                to="genealogy.supplier",
                            ),
                        ),
                        ("supplier_lot", models.CharField(blank=True, max_length=60, verbose_name="supplier's lot")),
                        (
                            "certificate_number",
                            models.CharField(blank=True, max_length=60, verbose_name="certificate number"),
                        ),
                        ("certificate", models.FileField(blank=True, upload_to=genealogy.models.certificate_path)),
                        ("label", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "verbose_name_plural": "deliveries",
                        "indexes": [models.Index(fields=["supplier", "supplier_lot"], name="delivery_of_supplier")],
                    },
                ),
            ]
        ),
        Audited("genealogy_unit"),
        NeverDeleted("genealogy_unit"),
        migrations.RunSQL(HOW_COUNTED, HOW_COUNTED_NOT),
        *event_table("genealogy_activity"),
        *event_table("genealogy_activityunit"),
        *record_table("genealogy_supplier"),
        Fixed("genealogy_supplier", "code"),
        *event_table("genealogy_delivery"),
    ]

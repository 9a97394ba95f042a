import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import mes.kernel.keys
import orders.models.products
from mes.kernel.audit.triggers import Fixed, event_table, master_table, record_table
from mes.kernel.schema import AtOnce
from orders.frozen import BEGINS_ANYHOW, BEGINS_AS_DRAFT, FROZEN, MORE_FROZEN, MORE_NOT_FROZEN, NOT_FROZEN


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("equipment", "0001_initial"),
        ("personnel", "0001_initial"),
        ("personnel", "__first__"),
    ]

    operations = [
        AtOnce(
            [
                migrations.CreateModel(
                    name="Product",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("code", models.CharField(max_length=100, unique=True)),
                        ("name", models.CharField(max_length=200)),
                        ("description", models.TextField(blank=True)),
                        ("is_active", models.BooleanField(default=True)),
                        ("quantity_unit", models.CharField(default="pcs", max_length=12)),
                        (
                            "tracking",
                            models.CharField(
                                choices=[("SERIAL", "each piece by serial number"), ("LOT", "together, by lot number")],
                                default="SERIAL",
                                max_length=8,
                            ),
                        ),
                        (
                            "serial_pattern",
                            models.CharField(
                                blank=True, max_length=40, validators=[orders.models.products.check_serial_pattern]
                            ),
                        ),
                        ("shelf_life_days", models.PositiveIntegerField(blank=True, null=True)),
                        ("is_quarantined", models.BooleanField(default=False, verbose_name="quarantined on receipt")),
                    ],
                    options={
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalInstruction",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("code", models.SlugField(max_length=40)),
                        ("name", models.CharField(max_length=120)),
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
                        "verbose_name": "historical instruction",
                        "verbose_name_plural": "historical instructions",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="Instruction",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("code", models.SlugField(max_length=40, unique=True)),
                        ("name", models.CharField(max_length=120)),
                    ],
                    options={
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalProduct",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("code", models.CharField(db_index=True, max_length=100)),
                        ("name", models.CharField(max_length=200)),
                        ("description", models.TextField(blank=True)),
                        ("is_active", models.BooleanField(default=True)),
                        ("quantity_unit", models.CharField(default="pcs", max_length=12)),
                        (
                            "tracking",
                            models.CharField(
                                choices=[("SERIAL", "each piece by serial number"), ("LOT", "together, by lot number")],
                                default="SERIAL",
                                max_length=8,
                            ),
                        ),
                        (
                            "serial_pattern",
                            models.CharField(
                                blank=True, max_length=40, validators=[orders.models.products.check_serial_pattern]
                            ),
                        ),
                        ("shelf_life_days", models.PositiveIntegerField(blank=True, null=True)),
                        ("is_quarantined", models.BooleanField(default=False, verbose_name="quarantined on receipt")),
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
                        "verbose_name": "historical product",
                        "verbose_name_plural": "historical products",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="PinnedPlan",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("digest", models.CharField(max_length=64, unique=True)),
                        ("content", models.JSONField()),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalProductRevision",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Draft"),
                                    ("APPROVED", "Approved"),
                                    ("RELEASED", "Released"),
                                    ("OBSOLETE", "Obsolete"),
                                ],
                                default="DRAFT",
                                editable=False,
                                max_length=12,
                            ),
                        ),
                        ("approved_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("released_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("effective_from", models.DateField(blank=True, null=True)),
                        ("effective_to", models.DateField(blank=True, null=True)),
                        ("code", models.CharField(max_length=20)),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                editable=False,
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
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.product",
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
                        "verbose_name": "historical product revision",
                        "verbose_name_plural": "historical product revisions",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalRouting",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("name", models.CharField(max_length=120)),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.product",
                            ),
                        ),
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
                        "verbose_name": "historical routing",
                        "verbose_name_plural": "historical routings",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="ProductRevision",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Draft"),
                                    ("APPROVED", "Approved"),
                                    ("RELEASED", "Released"),
                                    ("OBSOLETE", "Obsolete"),
                                ],
                                default="DRAFT",
                                editable=False,
                                max_length=12,
                            ),
                        ),
                        ("approved_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("released_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "released_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("effective_from", models.DateField(blank=True, null=True)),
                        ("effective_to", models.DateField(blank=True, null=True)),
                        (
                            "product",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="revisions",
                                to="orders.product",
                            ),
                        ),
                        ("code", models.CharField(max_length=20)),
                    ],
                    options={
                        "ordering": ["product__code", "code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("product", "code"),
                                name="product_revision_once",
                                violation_error_message="The product has a revision of this code already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["DRAFT", "APPROVED"]),
                                    models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="product_revision_released_by_whom",
                                violation_error_message="A released revision says who released it, and when.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "APPROVED"), _negated=True),
                                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="product_revision_approved_by_whom",
                                violation_error_message="An approved revision says who approved it, and when.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True),
                                    ("released_by__isnull", True),
                                    models.Q(("approved_by", models.F("released_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="product_revision_released_by_another",
                                violation_error_message="Who approved a draft does not release it: let another person do that.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("effective_from__isnull", True),
                                    ("effective_to__isnull", True),
                                    ("effective_from__lte", models.F("effective_to")),
                                    _connector="OR",
                                ),
                                name="product_revision_effective_in_order",
                                violation_error_message="The first day of effectivity is not after the last.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Routing",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="routings",
                                to="orders.product",
                            ),
                        ),
                        (
                            "site",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="equipment.site"
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("product", "site"),
                                name="routing_once",
                                violation_error_message="The product has a routing at this site already: make a new revision of it.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("product__isnull", True)),
                                fields=("site", "name"),
                                name="routing_library_once",
                                violation_error_message="The site has a library of this name already.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalInstructionRevision",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Draft"),
                                    ("APPROVED", "Approved"),
                                    ("RELEASED", "Released"),
                                    ("OBSOLETE", "Obsolete"),
                                ],
                                default="DRAFT",
                                editable=False,
                                max_length=12,
                            ),
                        ),
                        ("approved_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("released_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("effective_from", models.DateField(blank=True, null=True)),
                        ("effective_to", models.DateField(blank=True, null=True)),
                        ("number", models.PositiveIntegerField()),
                        ("body", models.TextField(blank=True)),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                editable=False,
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
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "instruction",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.instruction",
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
                        "verbose_name": "historical instruction revision",
                        "verbose_name_plural": "historical instruction revisions",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="InstructionRevision",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Draft"),
                                    ("APPROVED", "Approved"),
                                    ("RELEASED", "Released"),
                                    ("OBSOLETE", "Obsolete"),
                                ],
                                default="DRAFT",
                                editable=False,
                                max_length=12,
                            ),
                        ),
                        ("approved_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("released_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "released_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("effective_from", models.DateField(blank=True, null=True)),
                        ("effective_to", models.DateField(blank=True, null=True)),
                        (
                            "instruction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="revisions",
                                to="orders.instruction",
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("body", models.TextField(blank=True)),
                    ],
                    options={
                        "ordering": ["instruction__code", "number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("instruction", "number"),
                                name="instruction_revision_once",
                                violation_error_message="The instruction has a revision of this number already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["DRAFT", "APPROVED"]),
                                    models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="instruction_revision_released_by_whom",
                                violation_error_message="A released revision says who released it, and when.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "APPROVED"), _negated=True),
                                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="instruction_revision_approved_by_whom",
                                violation_error_message="An approved revision says who approved it, and when.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True),
                                    ("released_by__isnull", True),
                                    models.Q(("approved_by", models.F("released_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="instruction_revision_released_by_another",
                                violation_error_message="Who approved a draft does not release it: let another person do that.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("effective_from__isnull", True),
                                    ("effective_to__isnull", True),
                                    ("effective_from__lte", models.F("effective_to")),
                                    _connector="OR",
                                ),
                                name="instruction_revision_effective_in_order",
                                violation_error_message="The first day of effectivity is not after the last.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BomLine",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "product_revision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="bom_lines",
                                to="orders.productrevision",
                            ),
                        ),
                        ("operation_code", models.CharField(max_length=12)),
                        (
                            "component",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="used_in", to="orders.product"
                            ),
                        ),
                        (
                            "component_revision",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="orders.productrevision",
                            ),
                        ),
                        ("quantity", models.DecimalField(decimal_places=4, max_digits=14)),
                        (
                            "basis",
                            models.CharField(
                                choices=[
                                    ("PER_PIECE", "for each piece"),
                                    ("PER_RUN", "for each run of the operation, however many pieces"),
                                ],
                                default="PER_PIECE",
                                max_length=12,
                            ),
                        ),
                        (
                            "trace_level",
                            models.CharField(
                                blank=True,
                                choices=[("NONE", "not traced"), ("LOT", "by lot"), ("SERIAL", "by serial number")],
                                max_length=8,
                            ),
                        ),
                        ("reference_designators", models.CharField(blank=True, max_length=400)),
                    ],
                    options={
                        "ordering": ["operation_code", "component__code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("product_revision", "operation_code", "component"),
                                name="bom_line_once",
                                violation_error_message="The operation consumes this component already: change its quantity.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("quantity__gt", 0)),
                                name="bom_line_quantity_positive",
                                violation_error_message="A BOM line's quantity is more than 0.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalBomLine",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("operation_code", models.CharField(max_length=12)),
                        ("quantity", models.DecimalField(decimal_places=4, max_digits=14)),
                        (
                            "basis",
                            models.CharField(
                                choices=[
                                    ("PER_PIECE", "for each piece"),
                                    ("PER_RUN", "for each run of the operation, however many pieces"),
                                ],
                                default="PER_PIECE",
                                max_length=12,
                            ),
                        ),
                        (
                            "trace_level",
                            models.CharField(
                                blank=True,
                                choices=[("NONE", "not traced"), ("LOT", "by lot"), ("SERIAL", "by serial number")],
                                max_length=8,
                            ),
                        ),
                        ("reference_designators", models.CharField(blank=True, max_length=400)),
                        (
                            "product_revision",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.productrevision",
                            ),
                        ),
                        (
                            "component",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.product",
                            ),
                        ),
                        (
                            "component_revision",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.productrevision",
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
                        "verbose_name": "historical bom line",
                        "verbose_name_plural": "historical bom lines",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalRoutingRevision",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Draft"),
                                    ("APPROVED", "Approved"),
                                    ("RELEASED", "Released"),
                                    ("OBSOLETE", "Obsolete"),
                                ],
                                default="DRAFT",
                                editable=False,
                                max_length=12,
                            ),
                        ),
                        ("approved_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("released_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("effective_from", models.DateField(blank=True, null=True)),
                        ("effective_to", models.DateField(blank=True, null=True)),
                        ("number", models.PositiveIntegerField()),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                editable=False,
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
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "routing",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.routing",
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
                        "verbose_name": "historical routing revision",
                        "verbose_name_plural": "historical routing revisions",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="RoutingRevision",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Draft"),
                                    ("APPROVED", "Approved"),
                                    ("RELEASED", "Released"),
                                    ("OBSOLETE", "Obsolete"),
                                ],
                                default="DRAFT",
                                editable=False,
                                max_length=12,
                            ),
                        ),
                        ("approved_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("released_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "released_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("effective_from", models.DateField(blank=True, null=True)),
                        ("effective_to", models.DateField(blank=True, null=True)),
                        (
                            "routing",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="revisions",
                                to="orders.routing",
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                    ],
                    options={
                        "ordering": ["routing__name", "number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("routing", "number"),
                                name="routing_revision_once",
                                violation_error_message="The routing has a revision of this number already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["DRAFT", "APPROVED"]),
                                    models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="routing_revision_released_by_whom",
                                violation_error_message="A released revision says who released it, and when.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "APPROVED"), _negated=True),
                                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="routing_revision_approved_by_whom",
                                violation_error_message="An approved revision says who approved it, and when.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True),
                                    ("released_by__isnull", True),
                                    models.Q(("approved_by", models.F("released_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="routing_revision_released_by_another",
                                violation_error_message="Who approved a draft does not release it: let another person do that.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("effective_from__isnull", True),
                                    ("effective_to__isnull", True),
                                    ("effective_from__lte", models.F("effective_to")),
                                    _connector="OR",
                                ),
                                name="routing_revision_effective_in_order",
                                violation_error_message="The first day of effectivity is not after the last.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalInstructionFile",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("name", models.SlugField(max_length=60)),
                        (
                            "file",
                            models.TextField(
                                max_length=100,
                                validators=[
                                    django.core.validators.FileExtensionValidator(
                                        ["svg", "png", "jpg", "jpeg", "webp", "pdf", "mp4", "webm"]
                                    )
                                ],
                            ),
                        ),
                        ("caption", models.CharField(blank=True, max_length=120)),
                        (
                            "instruction_revision",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.instructionrevision",
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
                        "verbose_name": "historical instruction file",
                        "verbose_name_plural": "historical instruction files",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="InstructionConfirmation",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "instruction_revision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="confirmations",
                                to="orders.instructionrevision",
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
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("instruction_revision", "by"),
                                name="instruction_confirmed_once",
                                violation_error_message="You have confirmed this instruction already.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="InstructionFile",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "instruction_revision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="files",
                                to="orders.instructionrevision",
                            ),
                        ),
                        ("name", models.SlugField(max_length=60)),
                        (
                            "file",
                            models.FileField(
                                upload_to="instructions/",
                                validators=[
                                    django.core.validators.FileExtensionValidator(
                                        ["svg", "png", "jpg", "jpeg", "webp", "pdf", "mp4", "webm"]
                                    )
                                ],
                            ),
                        ),
                        ("caption", models.CharField(blank=True, max_length=120)),
                    ],
                    options={
                        "ordering": ["name"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("instruction_revision", "name"),
                                name="instruction_file_once",
                                violation_error_message="The instruction has a file of this name already.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BomSubstitute",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "bom_line",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="substitutes",
                                to="orders.bomline",
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="substitute_in",
                                to="orders.product",
                            ),
                        ),
                        ("factor", models.DecimalField(decimal_places=4, default=1, max_digits=14)),
                        ("valid_from", models.DateField(blank=True, null=True)),
                        ("valid_to", models.DateField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["product__code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("bom_line", "product"),
                                name="bom_substitute_once",
                                violation_error_message="This substitute is listed already: change its dates.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("factor__gt", 0)),
                                name="bom_substitute_factor_positive",
                                violation_error_message="A substitute's factor is more than 0.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_from__isnull", True),
                                    ("valid_to__isnull", True),
                                    ("valid_from__lte", models.F("valid_to")),
                                    _connector="OR",
                                ),
                                name="bom_substitute_valid_in_order",
                                violation_error_message="A substitute's first day is not after its last.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalBomSubstitute",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("factor", models.DecimalField(decimal_places=4, default=1, max_digits=14)),
                        ("valid_from", models.DateField(blank=True, null=True)),
                        ("valid_to", models.DateField(blank=True, null=True)),
                        (
                            "bom_line",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.bomline",
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.product",
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
                        "verbose_name": "historical bom substitute",
                        "verbose_name_plural": "historical bom substitutes",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalWorkOrder",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("erp_reference", models.CharField(db_index=True, max_length=40)),
                        ("quantity", models.DecimalField(decimal_places=4, max_digits=14)),
                        ("quantity_unit", models.CharField(max_length=12)),
                        ("due_at", models.DateTimeField()),
                        ("priority", models.PositiveSmallIntegerField(default=5)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Draft"),
                                    ("RELEASED", "Released"),
                                    ("RUNNING", "Running"),
                                    ("COMPLETED", "Completed"),
                                ],
                                default="DRAFT",
                                max_length=12,
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        ("released_at", models.DateTimeField(blank=True, null=True)),
                        ("completed_at", models.DateTimeField(blank=True, null=True)),
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
                            "product_revision",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.productrevision",
                            ),
                        ),
                        (
                            "routing_revision",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.routingrevision",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.pinnedplan",
                                to_field="digest",
                            ),
                        ),
                        (
                            "created_by",
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
                        (
                            "completed_by",
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
                        "verbose_name": "historical work order",
                        "verbose_name_plural": "historical work orders",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="Operation",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "routing_revision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="operations",
                                to="orders.routingrevision",
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                max_length=12,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[A-Z0-9]{1,12}$", "Write digits and capitals, such as 30."
                                    )
                                ],
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        (
                            "station_class",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="equipment.stationclass",
                            ),
                        ),
                        (
                            "setup_time_s",
                            models.PositiveIntegerField(
                                default=0, help_text="Planned setup of one run.", verbose_name="setup time, s"
                            ),
                        ),
                        (
                            "run_time_s",
                            models.PositiveIntegerField(
                                default=60, help_text="Planned run time of one piece.", verbose_name="run time, s"
                            ),
                        ),
                        (
                            "signature_meaning",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("PERFORMED", "I performed this"),
                                    ("VERIFIED", "I verified this"),
                                    ("REVIEWED", "I reviewed this"),
                                    ("APPROVED", "I approve this"),
                                    ("RELEASED", "I release this"),
                                ],
                                help_text="Completing asks for this signature.",
                                max_length=16,
                                verbose_name="signature",
                            ),
                        ),
                        (
                            "is_optional",
                            models.BooleanField(default=False, help_text="It may be skipped, with a reason."),
                        ),
                        ("alternate_group", models.CharField(blank=True, max_length=12)),
                        ("max_attempts", models.PositiveSmallIntegerField(default=0)),
                        ("needs_line_clearance", models.BooleanField(default=False)),
                        (
                            "instruction",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="operations",
                                to="orders.instruction",
                            ),
                        ),
                        (
                            "must_confirm_instruction",
                            models.BooleanField(
                                default=False,
                                help_text="Who does it has read the instruction's revision and confirmed that.",
                            ),
                        ),
                        (
                            "copied_from",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="copies",
                                to="orders.operation",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("routing_revision", "code"),
                                name="operation_code_once",
                                violation_error_message="The routing has an operation of this code already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("must_confirm_instruction", False), ("instruction__isnull", False), _connector="OR"
                                ),
                                name="operation_confirms_an_instruction",
                                violation_error_message="There is no instruction to confirm: choose one.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WorkOrder",
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
                        ("erp_reference", models.CharField(max_length=40, unique=True)),
                        (
                            "product_revision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="work_orders",
                                to="orders.productrevision",
                            ),
                        ),
                        ("quantity", models.DecimalField(decimal_places=4, max_digits=14)),
                        ("quantity_unit", models.CharField(max_length=12)),
                        ("due_at", models.DateTimeField()),
                        ("priority", models.PositiveSmallIntegerField(default=5)),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Draft"),
                                    ("RELEASED", "Released"),
                                    ("RUNNING", "Running"),
                                    ("COMPLETED", "Completed"),
                                ],
                                default="DRAFT",
                                max_length=12,
                            ),
                        ),
                        (
                            "routing_revision",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="work_orders",
                                to="orders.routingrevision",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="work_orders",
                                to="orders.pinnedplan",
                                to_field="digest",
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
                        "ordering": ["priority", "due_at", "erp_reference"],
                        "indexes": [
                            models.Index(fields=["site", "status", "priority", "due_at"], name="order_by_rank")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("quantity__gt", 0)),
                                name="order_quantity_positive",
                                violation_error_message="An order's quantity is more than 0.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("priority__gte", 1), ("priority__lte", 9)),
                                name="order_priority_range",
                                violation_error_message="A priority is 1 (first) to 9 (last).",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status", "DRAFT"),
                                    models.Q(
                                        ("plan__isnull", False),
                                        ("released_at__isnull", False),
                                        ("released_by__isnull", False),
                                        ("routing_revision__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="order_released_is_pinned",
                                violation_error_message="A released order has its routing revision, its plan, and who released it.",
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
                                name="order_completed_by_whom",
                                violation_error_message="A completed order says who completed it, and when.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalOperation",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        (
                            "code",
                            models.CharField(
                                max_length=12,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[A-Z0-9]{1,12}$", "Write digits and capitals, such as 30."
                                    )
                                ],
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        (
                            "setup_time_s",
                            models.PositiveIntegerField(
                                default=0, help_text="Planned setup of one run.", verbose_name="setup time, s"
                            ),
                        ),
                        (
                            "run_time_s",
                            models.PositiveIntegerField(
                                default=60, help_text="Planned run time of one piece.", verbose_name="run time, s"
                            ),
                        ),
                        (
                            "signature_meaning",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("PERFORMED", "I performed this"),
                                    ("VERIFIED", "I verified this"),
                                    ("REVIEWED", "I reviewed this"),
                                    ("APPROVED", "I approve this"),
                                    ("RELEASED", "I release this"),
                                ],
                                help_text="Completing asks for this signature.",
                                max_length=16,
                                verbose_name="signature",
                            ),
                        ),
                        (
                            "is_optional",
                            models.BooleanField(default=False, help_text="It may be skipped, with a reason."),
                        ),
                        ("alternate_group", models.CharField(blank=True, max_length=12)),
                        ("max_attempts", models.PositiveSmallIntegerField(default=0)),
                        ("needs_line_clearance", models.BooleanField(default=False)),
                        (
                            "must_confirm_instruction",
                            models.BooleanField(
                                default=False,
                                help_text="Who does it has read the instruction's revision and confirmed that.",
                            ),
                        ),
                        (
                            "routing_revision",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.routingrevision",
                            ),
                        ),
                        (
                            "station_class",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.stationclass",
                            ),
                        ),
                        (
                            "instruction",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.instruction",
                            ),
                        ),
                        (
                            "copied_from",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.operation",
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
                        "verbose_name": "historical operation",
                        "verbose_name_plural": "historical operations",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalOperationAsset",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("cycles_per_piece", models.PositiveIntegerField(default=1)),
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
                        (
                            "asset_class",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.assetclass",
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
                        "verbose_name": "historical operation asset",
                        "verbose_name_plural": "historical operation assets",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalOperationEdge",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        (
                            "transfer_quantity",
                            models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True),
                        ),
                        (
                            "minimum_time_s",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="minimum time, s"),
                        ),
                        (
                            "maximum_time_s",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="maximum time, s"),
                        ),
                        (
                            "routing_revision",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.routingrevision",
                            ),
                        ),
                        (
                            "before",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.operation",
                            ),
                        ),
                        (
                            "after",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.operation",
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
                        "verbose_name": "historical operation edge",
                        "verbose_name_plural": "historical operation edges",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalOperationQualification",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        (
                            "minimum_level",
                            models.PositiveSmallIntegerField(
                                default=1, validators=[django.core.validators.MinValueValidator(1)]
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
                        (
                            "qualification",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="personnel.qualification",
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
                        "verbose_name": "historical operation qualification",
                        "verbose_name_plural": "historical operation qualifications",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalStep",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("position", models.PositiveSmallIntegerField()),
                        (
                            "code",
                            models.CharField(
                                max_length=24,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[A-Z0-9_]{1,24}$", "Write capitals, digits and underscores, such as SEAM_GAP."
                                    )
                                ],
                            ),
                        ),
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
                        ("name", models.CharField(max_length=60)),
                        (
                            "instruction",
                            models.TextField(
                                blank=True, help_text="What to do, in one or two sentences to the person."
                            ),
                        ),
                        (
                            "picture",
                            models.TextField(
                                blank=True,
                                max_length=100,
                                validators=[
                                    django.core.validators.FileExtensionValidator(["svg", "png", "jpg", "jpeg", "webp"])
                                ],
                            ),
                        ),
                        ("is_required", models.BooleanField(default=True)),
                        (
                            "samples",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(50),
                                ],
                            ),
                        ),
                        ("quantity_unit", models.CharField(blank=True, max_length=12)),
                        ("lower", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                        ("target", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                        ("upper", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                        (
                            "decimals",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, validators=[django.core.validators.MaxValueValidator(4)]
                            ),
                        ),
                        (
                            "choices",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "condition_step",
                            models.CharField(
                                blank=True,
                                max_length=24,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[A-Z0-9_]{1,24}$", "Write capitals, digits and underscores, such as SEAM_GAP."
                                    )
                                ],
                            ),
                        ),
                        (
                            "condition_comparison",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("IS", "is"),
                                    ("IS_NOT", "is not"),
                                    ("ABOVE", "is above"),
                                    ("BELOW", "is below"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("condition_value", models.CharField(blank=True, max_length=60)),
                        ("needs_witness", models.BooleanField(default=False)),
                        (
                            "signature_meaning",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("PERFORMED", "I performed this"),
                                    ("VERIFIED", "I verified this"),
                                    ("REVIEWED", "I reviewed this"),
                                    ("APPROVED", "I approve this"),
                                    ("RELEASED", "I release this"),
                                ],
                                max_length=16,
                                verbose_name="signature",
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
                        (
                            "component",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="orders.product",
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
                        "verbose_name": "historical step",
                        "verbose_name_plural": "historical steps",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="OperationAsset",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "operation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="assets",
                                to="orders.operation",
                            ),
                        ),
                        (
                            "asset_class",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="equipment.assetclass"
                            ),
                        ),
                        ("cycles_per_piece", models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("operation", "asset_class"),
                                name="operation_asset_once",
                                violation_error_message="The operation asks for this class already.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OperationEdge",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "routing_revision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="edges",
                                to="orders.routingrevision",
                            ),
                        ),
                        (
                            "before",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="edges_out",
                                to="orders.operation",
                            ),
                        ),
                        (
                            "after",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="edges_in",
                                to="orders.operation",
                            ),
                        ),
                        (
                            "transfer_quantity",
                            models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True),
                        ),
                        (
                            "minimum_time_s",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="minimum time, s"),
                        ),
                        (
                            "maximum_time_s",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="maximum time, s"),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("before", "after"),
                                name="edge_once",
                                violation_error_message="This edge is there already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("before", models.F("after")), _negated=True),
                                name="edge_between_two",
                                violation_error_message="An operation can't wait for itself.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("transfer_quantity__isnull", True), ("transfer_quantity__gt", 0), _connector="OR"
                                ),
                                name="edge_transfer_positive",
                                violation_error_message="A transfer quantity is more than 0.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("minimum_time_s__isnull", True),
                                    ("maximum_time_s__isnull", True),
                                    ("minimum_time_s__lte", models.F("maximum_time_s")),
                                    _connector="OR",
                                ),
                                name="edge_times_in_order",
                                violation_error_message="The minimum time is not above the maximum.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OperationQualification",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "operation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="qualifications",
                                to="orders.operation",
                            ),
                        ),
                        (
                            "qualification",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="personnel.qualification",
                            ),
                        ),
                        (
                            "minimum_level",
                            models.PositiveSmallIntegerField(
                                default=1, validators=[django.core.validators.MinValueValidator(1)]
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("operation", "qualification"),
                                name="operation_qualification_once",
                                violation_error_message="The operation asks for this qualification already.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Step",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "operation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="orders.operation"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField()),
                        (
                            "code",
                            models.CharField(
                                max_length=24,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[A-Z0-9_]{1,24}$", "Write capitals, digits and underscores, such as SEAM_GAP."
                                    )
                                ],
                            ),
                        ),
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
                        ("name", models.CharField(max_length=60)),
                        (
                            "instruction",
                            models.TextField(
                                blank=True, help_text="What to do, in one or two sentences to the person."
                            ),
                        ),
                        (
                            "picture",
                            models.FileField(
                                blank=True,
                                upload_to="steps/",
                                validators=[
                                    django.core.validators.FileExtensionValidator(["svg", "png", "jpg", "jpeg", "webp"])
                                ],
                            ),
                        ),
                        ("is_required", models.BooleanField(default=True)),
                        (
                            "samples",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(50),
                                ],
                            ),
                        ),
                        ("quantity_unit", models.CharField(blank=True, max_length=12)),
                        ("lower", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                        ("target", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                        ("upper", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                        (
                            "component",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="orders.product",
                            ),
                        ),
                        (
                            "decimals",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, validators=[django.core.validators.MaxValueValidator(4)]
                            ),
                        ),
                        (
                            "choices",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                            ),
                        ),
                        (
                            "condition_step",
                            models.CharField(
                                blank=True,
                                max_length=24,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[A-Z0-9_]{1,24}$", "Write capitals, digits and underscores, such as SEAM_GAP."
                                    )
                                ],
                            ),
                        ),
                        (
                            "condition_comparison",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("IS", "is"),
                                    ("IS_NOT", "is not"),
                                    ("ABOVE", "is above"),
                                    ("BELOW", "is below"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("condition_value", models.CharField(blank=True, max_length=60)),
                        ("needs_witness", models.BooleanField(default=False)),
                        (
                            "signature_meaning",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("PERFORMED", "I performed this"),
                                    ("VERIFIED", "I verified this"),
                                    ("REVIEWED", "I reviewed this"),
                                    ("APPROVED", "I approve this"),
                                    ("RELEASED", "I release this"),
                                ],
                                max_length=16,
                                verbose_name="signature",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["position"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("operation", "code"),
                                name="step_code_once",
                                violation_error_message="The operation has a step of this code already.",
                            ),
                            models.UniqueConstraint(
                                fields=("operation", "position"),
                                name="step_position_once",
                                violation_error_message="Another step of the operation has this position.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("component__isnull", False), ("kind", "SCAN")),
                                    models.Q(
                                        models.Q(("component__isnull", False), _negated=True),
                                        models.Q(("kind", "SCAN"), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="step_scan_has_component",
                                violation_error_message="A scan step names its component, and no other step does.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind__in", ["NUMBER", "TABLE"]),
                                    models.Q(
                                        ("lower__isnull", True), ("target__isnull", True), ("upper__isnull", True)
                                    ),
                                    _connector="OR",
                                ),
                                name="step_limits_on_numbers",
                                violation_error_message="Only a step of numbers has limits.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "LIST"), models.Q(("choices", []), _negated=True)),
                                    models.Q(models.Q(("kind", "LIST"), _negated=True), ("choices", [])),
                                    _connector="OR",
                                ),
                                name="step_list_has_choices",
                                violation_error_message="A list step has choices, and no other step does.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("condition_step", ""), ("condition_comparison", "")),
                                    models.Q(
                                        models.Q(("condition_step", ""), _negated=True),
                                        models.Q(("condition_comparison", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="step_condition_whole",
                                violation_error_message="A condition names a step and how its answer compares.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("lower__isnull", True),
                                    ("upper__isnull", True),
                                    ("lower__lte", models.F("upper")),
                                    _connector="OR",
                                ),
                                name="step_limits_in_order",
                                violation_error_message="The lower limit is not above the upper one.",
                            ),
                        ],
                    },
                ),
            ]
        ),
        migrations.RunSQL(FROZEN, NOT_FROZEN),
        *record_table("orders_product"),
        Fixed("orders_product", "code"),
        *master_table("orders_productrevision"),
        *master_table("orders_bomline"),
        *record_table("orders_routing"),
        *master_table("orders_routingrevision"),
        *master_table("orders_operation"),
        *master_table("orders_operationedge"),
        *master_table("orders_operationqualification"),
        *master_table("orders_step"),
        *event_table("orders_pinnedplan"),
        *record_table("orders_workorder"),
        migrations.RunSQL(MORE_FROZEN, MORE_NOT_FROZEN),
        *record_table("orders_instruction"),
        *master_table("orders_instructionrevision"),
        *master_table("orders_instructionfile"),
        *event_table("orders_instructionconfirmation"),
        *master_table("orders_bomsubstitute"),
        *master_table("orders_operationasset"),
        migrations.RunSQL(BEGINS_AS_DRAFT, BEGINS_ANYHOW),
    ]

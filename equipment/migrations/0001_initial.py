import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import equipment.models.assets
import equipment.models.hierarchy
import mes.kernel.keys
from equipment.frozen import FROZEN, NOT_FROZEN
from mes.kernel.audit.triggers import Fixed, event_table, master_table, record_table
from mes.kernel.schema import AtOnce


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("personnel", "__first__"),
    ]

    operations = [
        AtOnce(
            [
                migrations.CreateModel(
                    name="AssetClass",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("code", models.SlugField(max_length=40, unique=True)),
                        ("name", models.CharField(max_length=80)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("TOOL", "Tool"), ("GAUGE", "Gauge"), ("FIXTURE", "Fixture")], max_length=8
                            ),
                        ),
                        ("calibration_interval_days", models.PositiveIntegerField(blank=True, null=True)),
                        ("life_cycles", models.PositiveIntegerField(blank=True, null=True)),
                        ("life_hours", models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True)),
                    ],
                    options={
                        "verbose_name_plural": "asset classes",
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="Enterprise",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("code", models.SlugField(max_length=20, unique=True)),
                        ("name", models.CharField(max_length=80)),
                    ],
                    options={
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalAssetClass",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("code", models.SlugField(max_length=40)),
                        ("name", models.CharField(max_length=80)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("TOOL", "Tool"), ("GAUGE", "Gauge"), ("FIXTURE", "Fixture")], max_length=8
                            ),
                        ),
                        ("calibration_interval_days", models.PositiveIntegerField(blank=True, null=True)),
                        ("life_cycles", models.PositiveIntegerField(blank=True, null=True)),
                        ("life_hours", models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True)),
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
                        "verbose_name": "historical asset class",
                        "verbose_name_plural": "historical asset classes",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalEnterprise",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("code", models.SlugField(max_length=20)),
                        ("name", models.CharField(max_length=80)),
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
                        "verbose_name": "historical enterprise",
                        "verbose_name_plural": "historical enterprises",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="StationClass",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("code", models.SlugField(max_length=20, unique=True)),
                        ("name", models.CharField(max_length=80)),
                    ],
                    options={
                        "verbose_name_plural": "station classes",
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalStationClass",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("code", models.SlugField(max_length=20)),
                        ("name", models.CharField(max_length=80)),
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
                        "verbose_name": "historical station class",
                        "verbose_name_plural": "historical station classes",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalSite",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("code", models.SlugField(max_length=20)),
                        ("name", models.CharField(max_length=80)),
                        (
                            "time_zone",
                            models.CharField(
                                default="UTC", max_length=40, validators=[equipment.models.hierarchy.check_time_zone]
                            ),
                        ),
                        (
                            "enterprise",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.enterprise",
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
                        "verbose_name": "historical site",
                        "verbose_name_plural": "historical sites",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="Site",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "enterprise",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sites",
                                to="equipment.enterprise",
                            ),
                        ),
                        ("code", models.SlugField(max_length=20, unique=True)),
                        ("name", models.CharField(max_length=80)),
                        (
                            "time_zone",
                            models.CharField(
                                default="UTC", max_length=40, validators=[equipment.models.hierarchy.check_time_zone]
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name"],
                    },
                ),
                migrations.CreateModel(
                    name="Area",
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="areas", to="equipment.site"
                            ),
                        ),
                        ("code", models.SlugField(max_length=20)),
                        ("name", models.CharField(max_length=80)),
                    ],
                    options={
                        "ordering": ["code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("site", "code"),
                                name="area_code_once",
                                violation_error_message="The site has an area of this code already.",
                            ),
                            models.UniqueConstraint(fields=("id", "site"), name="area_at_site"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Calendar",
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="calendars",
                                to="equipment.site",
                            ),
                        ),
                        ("code", models.SlugField(max_length=20)),
                        ("name", models.CharField(max_length=80)),
                    ],
                    options={
                        "ordering": ["code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("site", "code"),
                                name="calendar_code_once",
                                violation_error_message="The site has a calendar of this code already.",
                            ),
                            models.UniqueConstraint(fields=("id", "site"), name="calendar_at_site"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalArea",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("code", models.SlugField(max_length=20)),
                        ("name", models.CharField(max_length=80)),
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
                        "verbose_name": "historical area",
                        "verbose_name_plural": "historical areas",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalCalendar",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("code", models.SlugField(max_length=20)),
                        ("name", models.CharField(max_length=80)),
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
                        "verbose_name": "historical calendar",
                        "verbose_name_plural": "historical calendars",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalSiteAccess",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        (
                            "person",
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
                        "verbose_name": "historical site access",
                        "verbose_name_plural": "historical site access",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="SiteAccess",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="site_access",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "site",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="people", to="equipment.site"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "site access",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("person", "site"),
                                name="site_access_once",
                                violation_error_message="This person has access to this site already.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalReasonTree",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("SCRAP", "Scrap"),
                                    ("DOWNTIME", "Downtime"),
                                    ("HOLD", "Hold"),
                                    ("REWORK", "Rework"),
                                    ("OVERRIDE", "Override"),
                                    ("DEFECT", "Defect"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        (
                            "status",
                            models.CharField(
                                choices=[("DRAFT", "Draft"), ("RELEASED", "Released"), ("OBSOLETE", "Obsolete")],
                                default="DRAFT",
                                editable=False,
                                max_length=12,
                            ),
                        ),
                        ("released_at", models.DateTimeField(blank=True, editable=False, null=True)),
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
                            "area",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.area",
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
                        "verbose_name": "historical reason tree",
                        "verbose_name_plural": "historical reason trees",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="ReasonTree",
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reason_trees",
                                to="equipment.site",
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reason_trees",
                                to="equipment.area",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("SCRAP", "Scrap"),
                                    ("DOWNTIME", "Downtime"),
                                    ("HOLD", "Hold"),
                                    ("REWORK", "Rework"),
                                    ("OVERRIDE", "Override"),
                                    ("DEFECT", "Defect"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        (
                            "status",
                            models.CharField(
                                choices=[("DRAFT", "Draft"), ("RELEASED", "Released"), ("OBSOLETE", "Obsolete")],
                                default="DRAFT",
                                editable=False,
                                max_length=12,
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
                    ],
                    options={
                        "ordering": ["kind", "number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("site", "area", "kind", "number"),
                                name="reason_tree_once",
                                nulls_distinct=False,
                                violation_error_message="There is a tree of this number already.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status", "RELEASED")),
                                fields=("site", "area", "kind"),
                                name="reason_tree_one_released",
                                nulls_distinct=False,
                                violation_error_message="Another tree of these reasons was released a moment ago.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status", "DRAFT"),
                                    models.Q(("released_at__isnull", False), ("released_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="reason_tree_released_by_whom",
                                violation_error_message="A released tree says who released it, and when.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalShift",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("code", models.SlugField(max_length=12)),
                        ("name", models.CharField(max_length=40)),
                        (
                            "weekdays",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.PositiveSmallIntegerField(
                                    validators=[django.core.validators.MaxValueValidator(6)]
                                ),
                                size=7,
                            ),
                        ),
                        ("begins", models.TimeField()),
                        ("ends", models.TimeField()),
                        ("valid_from", models.DateField(blank=True, null=True)),
                        (
                            "valid_to",
                            models.DateField(blank=True, help_text="The last day on which it begins.", null=True),
                        ),
                        (
                            "calendar",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.calendar",
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
                        "verbose_name": "historical shift",
                        "verbose_name_plural": "historical shifts",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalWorkCenter",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("code", models.SlugField(max_length=20)),
                        ("name", models.CharField(max_length=80)),
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
                            "area",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.area",
                            ),
                        ),
                        (
                            "calendar",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.calendar",
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
                        "verbose_name": "historical work center",
                        "verbose_name_plural": "historical work centers",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="Shift",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "calendar",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="shifts",
                                to="equipment.calendar",
                            ),
                        ),
                        ("code", models.SlugField(max_length=12)),
                        ("name", models.CharField(max_length=40)),
                        (
                            "weekdays",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.PositiveSmallIntegerField(
                                    validators=[django.core.validators.MaxValueValidator(6)]
                                ),
                                size=7,
                            ),
                        ),
                        ("begins", models.TimeField()),
                        ("ends", models.TimeField()),
                        ("valid_from", models.DateField(blank=True, null=True)),
                        (
                            "valid_to",
                            models.DateField(blank=True, help_text="The last day on which it begins.", null=True),
                        ),
                    ],
                    options={
                        "ordering": ["begins", "code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("calendar", "code"),
                                name="shift_code_once",
                                violation_error_message="The calendar has a shift of this code already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("weekdays__contained_by", [0, 1, 2, 3, 4, 5, 6])),
                                name="shift_weekdays_known",
                                violation_error_message="Days of the week are 0 (Monday) to 6 (Sunday).",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_from__isnull", True),
                                    ("valid_to__isnull", True),
                                    ("valid_from__lte", models.F("valid_to")),
                                    _connector="OR",
                                ),
                                name="shift_valid_in_order",
                                violation_error_message="A shift's first day is not after its last.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WorkCenter",
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="work_centers",
                                to="equipment.site",
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="work_centers",
                                to="equipment.area",
                            ),
                        ),
                        (
                            "calendar",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="work_centers",
                                to="equipment.calendar",
                            ),
                        ),
                        ("code", models.SlugField(max_length=20)),
                        ("name", models.CharField(max_length=80)),
                    ],
                    options={
                        "ordering": ["code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("site", "code"),
                                name="work_center_code_once",
                                violation_error_message="The site has a work center of this code already.",
                            ),
                            models.UniqueConstraint(fields=("id", "site"), name="work_center_at_site"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reason",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "tree",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reasons",
                                to="equipment.reasontree",
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="children",
                                to="equipment.reason",
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                max_length=24,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[A-Z0-9][A-Z0-9_.-]{0,23}\\Z",
                                        "Write capitals and digits without spaces, such as DIM-OD.",
                                    )
                                ],
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                    ],
                    options={
                        "ordering": ["position", "code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("tree", "code"),
                                name="reason_code_once",
                                violation_error_message="The tree has a reason of this code already.",
                            ),
                            models.UniqueConstraint(
                                fields=("id", "tree"),
                                name="reason_of_tree",
                                violation_error_message="The heading belongs to another tree.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalShiftBreak",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("name", models.CharField(default="Break", max_length=40)),
                        ("begins", models.TimeField()),
                        ("ends", models.TimeField()),
                        (
                            "shift",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.shift",
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
                        "verbose_name": "historical shift break",
                        "verbose_name_plural": "historical shift breaks",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="ShiftBreak",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "shift",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="breaks", to="equipment.shift"
                            ),
                        ),
                        ("name", models.CharField(default="Break", max_length=40)),
                        ("begins", models.TimeField()),
                        ("ends", models.TimeField()),
                    ],
                    options={
                        "ordering": ["begins"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("begins", models.F("ends")), _negated=True),
                                name="shift_break_has_length",
                                violation_error_message="A break ends after it begins.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CalendarException",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "calendar",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="exceptions",
                                to="equipment.calendar",
                            ),
                        ),
                        (
                            "work_center",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="calendar_exceptions",
                                to="equipment.workcenter",
                            ),
                        ),
                        ("date", models.DateField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[("CLOSED", "Closed"), ("HOURS", "Other hours"), ("OVERTIME", "Overtime")],
                                max_length=8,
                            ),
                        ),
                        ("name", models.CharField(max_length=60)),
                        ("begins", models.TimeField(blank=True, null=True)),
                        ("ends", models.TimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["date", "begins"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        models.Q(("kind", "CLOSED"), ("begins__isnull", True), ("ends__isnull", True)),
                                        models.Q(
                                            models.Q(("kind", "CLOSED"), _negated=True),
                                            models.Q(("begins__isnull", True), ("ends__isnull", True), _negated=True),
                                        ),
                                        _connector="OR",
                                    ),
                                    models.Q(
                                        models.Q(("begins__isnull", True), ("ends__isnull", True)),
                                        models.Q(("begins__isnull", False), ("ends__isnull", False)),
                                        _connector="OR",
                                    ),
                                ),
                                name="calendar_exception_hours",
                                violation_error_message="Hours and overtime say from when to when; a closed day has no hours.",
                            ),
                            models.UniqueConstraint(
                                fields=("calendar", "work_center", "date", "kind", "begins"),
                                name="calendar_exception_once",
                                nulls_distinct=False,
                                violation_error_message="The calendar says this of the day already.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalCalendarException",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("date", models.DateField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[("CLOSED", "Closed"), ("HOURS", "Other hours"), ("OVERTIME", "Overtime")],
                                max_length=8,
                            ),
                        ),
                        ("name", models.CharField(max_length=60)),
                        ("begins", models.TimeField(blank=True, null=True)),
                        ("ends", models.TimeField(blank=True, null=True)),
                        (
                            "calendar",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.calendar",
                            ),
                        ),
                        (
                            "work_center",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.workcenter",
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
                        "verbose_name": "historical calendar exception",
                        "verbose_name_plural": "historical calendar exceptions",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalStation",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("code", models.SlugField(max_length=20)),
                        ("name", models.CharField(max_length=80)),
                        ("is_active", models.BooleanField(default=True)),
                        (
                            "idle_lock_s",
                            models.PositiveIntegerField(
                                default=600,
                                validators=[django.core.validators.MinValueValidator(30)],
                                verbose_name="idle lock, s",
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
                        (
                            "work_center",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.workcenter",
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
                        "verbose_name": "historical station",
                        "verbose_name_plural": "historical stations",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="Station",
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stations",
                                to="equipment.site",
                            ),
                        ),
                        (
                            "work_center",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stations",
                                to="equipment.workcenter",
                            ),
                        ),
                        (
                            "station_class",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stations",
                                to="equipment.stationclass",
                            ),
                        ),
                        ("code", models.SlugField(max_length=20)),
                        ("name", models.CharField(max_length=80)),
                        ("is_active", models.BooleanField(default=True)),
                        (
                            "idle_lock_s",
                            models.PositiveIntegerField(
                                default=600,
                                validators=[django.core.validators.MinValueValidator(30)],
                                verbose_name="idle lock, s",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["code"],
                        "constraints": [
                            models.UniqueConstraint(fields=("id", "site"), name="station_at_site"),
                            models.UniqueConstraint(
                                fields=("site", "code"),
                                name="station_code_once",
                                violation_error_message="The site has a station of this code already.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalReason",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        (
                            "code",
                            models.CharField(
                                max_length=24,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[A-Z0-9][A-Z0-9_.-]{0,23}\\Z",
                                        "Write capitals and digits without spaces, such as DIM-OD.",
                                    )
                                ],
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        (
                            "tree",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.reasontree",
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.reason",
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
                        "verbose_name": "historical reason",
                        "verbose_name_plural": "historical reasons",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="ClearanceItem",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=mes.kernel.keys.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "station",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="clearance_items",
                                to="equipment.station",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField()),
                        ("text", models.CharField(max_length=120)),
                        ("is_active", models.BooleanField(default=True)),
                    ],
                    options={
                        "ordering": ["position"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("station", "position"),
                                name="clearance_item_position_once",
                                violation_error_message="Another line of the checklist has this position.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HelpCall",
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
                            "station",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="help_calls",
                                to="equipment.station",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("SUPERVISOR", "Supervisor"),
                                    ("MATERIAL", "Material"),
                                    ("MAINTENANCE", "Maintenance"),
                                    ("QUALITY", "Quality"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200)),
                        (
                            "status",
                            models.CharField(
                                choices=[("OPEN", "Called"), ("TAKEN", "Taken"), ("DONE", "Done")],
                                default="OPEN",
                                max_length=8,
                            ),
                        ),
                        ("called_at", models.DateTimeField()),
                        (
                            "called_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("taken_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "taken_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("done_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "done_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("answer", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "ordering": ["-called_at"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status", "DONE"), _negated=True),
                                fields=("station", "kind"),
                                name="help_call_open_once",
                                violation_error_message="This help is called for already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("status", "DONE"), ("done_at__isnull", False), ("done_by__isnull", False)
                                    ),
                                    models.Q(
                                        models.Q(("status", "DONE"), _negated=True),
                                        models.Q(("done_at__isnull", False), ("done_by__isnull", False), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="help_call_done_by_whom",
                                violation_error_message="A call that is done says who did it, and when.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "TAKEN"), _negated=True),
                                    models.Q(("taken_at__isnull", False), ("taken_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="help_call_taken_by_whom",
                                violation_error_message="A call that is taken says who took it, and when.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalClearanceItem",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("position", models.PositiveSmallIntegerField()),
                        ("text", models.CharField(max_length=120)),
                        ("is_active", models.BooleanField(default=True)),
                        (
                            "station",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.station",
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
                        "verbose_name": "historical clearance item",
                        "verbose_name_plural": "historical clearance items",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalHelpCall",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("SUPERVISOR", "Supervisor"),
                                    ("MATERIAL", "Material"),
                                    ("MAINTENANCE", "Maintenance"),
                                    ("QUALITY", "Quality"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200)),
                        (
                            "status",
                            models.CharField(
                                choices=[("OPEN", "Called"), ("TAKEN", "Taken"), ("DONE", "Done")],
                                default="OPEN",
                                max_length=8,
                            ),
                        ),
                        ("called_at", models.DateTimeField()),
                        ("taken_at", models.DateTimeField(blank=True, null=True)),
                        ("done_at", models.DateTimeField(blank=True, null=True)),
                        ("answer", models.CharField(blank=True, max_length=200)),
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
                            "station",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.station",
                            ),
                        ),
                        (
                            "called_by",
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
                            "taken_by",
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
                            "done_by",
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
                        "verbose_name": "historical help call",
                        "verbose_name_plural": "historical help calls",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalPhysicalAsset",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("code", models.CharField(max_length=40)),
                        ("name", models.CharField(max_length=80)),
                        ("serial_number", models.CharField(blank=True, max_length=60)),
                        ("is_active", models.BooleanField(default=True)),
                        ("calibration_due_date", models.DateField(blank=True, editable=False, null=True)),
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
                        (
                            "station",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="equipment.station",
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
                        "verbose_name": "historical physical asset",
                        "verbose_name_plural": "historical physical assets",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="PhysicalAsset",
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="assets", to="equipment.site"
                            ),
                        ),
                        (
                            "asset_class",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="assets",
                                to="equipment.assetclass",
                            ),
                        ),
                        ("code", models.CharField(max_length=40)),
                        ("name", models.CharField(max_length=80)),
                        ("serial_number", models.CharField(blank=True, max_length=60)),
                        (
                            "station",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="assets",
                                to="equipment.station",
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True)),
                        ("calibration_due_date", models.DateField(blank=True, editable=False, null=True)),
                        ("cycles", models.PositiveBigIntegerField(default=0, editable=False)),
                        ("hours", models.DecimalField(decimal_places=4, default=0, editable=False, max_digits=12)),
                    ],
                    options={
                        "ordering": ["code"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("is_active", True)), fields=["station"], name="asset_at_station"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("site", "code"),
                                name="asset_code_once",
                                violation_error_message="The site has an asset of this code already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("hours__gte", 0)),
                                name="asset_hours_not_negative",
                                violation_error_message="Hours of use are 0 or more.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AssetUse",
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
                            "asset",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="uses",
                                to="equipment.physicalasset",
                            ),
                        ),
                        ("execution", models.UUIDField(db_index=True, null=True)),
                        ("at", models.DateTimeField()),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("cycles", models.BigIntegerField(default=0)),
                        ("hours", models.DecimalField(decimal_places=4, default=0, max_digits=12)),
                        ("reason", models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("cycles__gte", 0), ("execution__isnull", False), ("hours__gte", 0)),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="asset_use_of_execution_or_reason",
                                violation_error_message="Use that no operation made, or that is taken off, has a reason.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CalibrationRecord",
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
                            "asset",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="calibrations",
                                to="equipment.physicalasset",
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
                        (
                            "result",
                            models.CharField(
                                choices=[
                                    ("PASSED", "Passed as found"),
                                    ("ADJUSTED", "Passed after adjustment"),
                                    ("FAILED", "Failed: out of use"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("as_found", models.CharField(max_length=200)),
                        ("as_left", models.CharField(max_length=200)),
                        (
                            "standard",
                            models.CharField(
                                help_text="The reference it was compared with, and its certificate.", max_length=120
                            ),
                        ),
                        ("certificate_number", models.CharField(blank=True, max_length=60)),
                        (
                            "certificate",
                            models.FileField(
                                blank=True,
                                upload_to=equipment.models.assets.certificate_path,
                                validators=[
                                    django.core.validators.FileExtensionValidator(("pdf", "png", "jpg", "jpeg", "webp"))
                                ],
                            ),
                        ),
                        ("due_date", models.DateField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["-sequence"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("due_date__isnull", True), ("result", "FAILED")),
                                    models.Q(
                                        models.Q(("result", "FAILED"), _negated=True), ("due_date__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="calibration_due_unless_failed",
                                violation_error_message="A calibration says when the next one is due, unless it failed.",
                            )
                        ],
                    },
                ),
            ]
        ),
        # A station is at its work center's site.
        migrations.RunSQL(
            "ALTER TABLE equipment_station ADD CONSTRAINT station_at_site_of_work_center "
            "FOREIGN KEY (work_center_id, site_id) REFERENCES equipment_workcenter (id, site_id)",
            "ALTER TABLE equipment_station DROP CONSTRAINT station_at_site_of_work_center",
        ),
        *record_table("equipment_site"),
        *master_table("equipment_siteaccess"),
        *record_table("equipment_workcenter"),
        *record_table("equipment_stationclass"),
        *record_table("equipment_station"),
        # An area is at its work centers' and reason trees' site, a calendar at its work centers', an asset's station at its.
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {name} "
                f"FOREIGN KEY ({column}_id, site_id) REFERENCES {target} (id, site_id)",
                f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            )
            for table, name, column, target in [
                ("equipment_workcenter", "work_center_in_area_of_site", "area", "equipment_area"),
                ("equipment_workcenter", "work_center_calendar_of_site", "calendar", "equipment_calendar"),
                ("equipment_reasontree", "reason_tree_area_of_site", "area", "equipment_area"),
                ("equipment_physicalasset", "asset_at_station_of_site", "station", "equipment_station"),
                ("equipment_helpcall", "help_call_station_of_site", "station", "equipment_station"),
            ]
        ),
        migrations.RunSQL(FROZEN, NOT_FROZEN),
        *record_table("equipment_enterprise"),
        *record_table("equipment_area"),
        *record_table("equipment_clearanceitem"),
        *record_table("equipment_calendar"),
        *master_table("equipment_shift"),
        *master_table("equipment_shiftbreak"),
        *master_table("equipment_calendarexception"),
        *record_table("equipment_assetclass"),
        Fixed("equipment_assetclass", "code"),
        *record_table("equipment_physicalasset"),
        Fixed("equipment_physicalasset", "code"),
        *event_table("equipment_calibrationrecord"),
        *event_table("equipment_assetuse"),
        *master_table("equipment_reasontree"),
        *master_table("equipment_reason"),
        *record_table("equipment_helpcall"),
        migrations.RunSQL(
            "ALTER TABLE equipment_reason ADD CONSTRAINT reason_below_heading_of_tree "
            "FOREIGN KEY (parent_id, tree_id) REFERENCES equipment_reason (id, tree_id)",
            "ALTER TABLE equipment_reason DROP CONSTRAINT reason_below_heading_of_tree",
        ),
    ]

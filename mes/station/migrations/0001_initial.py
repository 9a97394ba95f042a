import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import mes.kernel.keys
from mes.kernel.audit.triggers import record_table
from mes.kernel.schema import AtOnce


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("equipment", "0001_initial"),
        ("personnel", "__first__"),
    ]

    operations = [
        AtOnce(
            [
                migrations.CreateModel(
                    name="HistoricalStationDevice",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("registered_at", models.DateTimeField()),
                        ("revoked_at", models.DateTimeField(blank=True, null=True)),
                        ("wrong_secrets", models.PositiveSmallIntegerField(default=0, editable=False)),
                        ("wrong_since", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("locked_until", models.DateTimeField(blank=True, editable=False, null=True)),
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
                            "registered_by",
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
                            "revoked_by",
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
                        "verbose_name": "historical station device",
                        "verbose_name_plural": "historical station devices",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="StationDevice",
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
                                related_name="devices",
                                to="equipment.station",
                            ),
                        ),
                        ("token_hash", models.CharField(max_length=64, unique=True)),
                        ("registered_at", models.DateTimeField()),
                        (
                            "registered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("revoked_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "revoked_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("wrong_secrets", models.PositiveSmallIntegerField(default=0, editable=False)),
                        ("wrong_since", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("locked_until", models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                                    models.Q(
                                        models.Q(("revoked_at__isnull", True), _negated=True),
                                        models.Q(("revoked_by__isnull", True), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="device_revoked_by_whom",
                                violation_error_message="A browser that is revoked says who did it, and when.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalStationLogon",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=mes.kernel.keys.uuid7, editable=False)),
                        ("logged_on_at", models.DateTimeField()),
                        ("logged_off_at", models.DateTimeField(blank=True, null=True)),
                        ("is_active", models.BooleanField(default=True)),
                        ("confirmed_at", models.DateTimeField(blank=True, null=True)),
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
                            "device",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="station.stationdevice",
                            ),
                        ),
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
                            "logged_off_by",
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
                        "verbose_name": "historical station logon",
                        "verbose_name_plural": "historical station logons",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="StationLogon",
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
                            "device",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="logons",
                                to="station.stationdevice",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("logged_on_at", models.DateTimeField()),
                        ("logged_off_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "logged_off_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True)),
                        ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_active", True)),
                                fields=("device",),
                                name="logon_one_active",
                                violation_error_message="Somebody else logged on here a moment ago.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("logged_off_at__isnull", True)),
                                fields=("device", "person"),
                                name="logon_person_once",
                                violation_error_message="This person is on here already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("is_active", False), ("logged_off_at__isnull", True), _connector="OR"
                                ),
                                name="logon_active_is_on",
                                violation_error_message="Who is logged off is not active.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("logged_off_at__isnull", True), ("logged_off_by__isnull", True)),
                                    models.Q(
                                        models.Q(("logged_off_at__isnull", True), _negated=True),
                                        models.Q(("logged_off_by__isnull", True), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="logon_off_by_whom",
                                violation_error_message="A log-off says who did it, and when.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LastAct",
                    fields=[
                        (
                            "logon",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="last_act",
                                serialize=False,
                                to="station.stationlogon",
                            ),
                        ),
                        ("at", models.DateTimeField()),
                    ],
                ),
            ]
        ),
        *record_table("station_stationdevice", secret=["token_hash"]),
        *record_table("station_stationlogon"),
        # Who was logged off before there was the field is not active.
        migrations.RunSQL(
            "UPDATE station_stationlogon SET is_active = false WHERE logged_off_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]

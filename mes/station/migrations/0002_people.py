import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("equipment", "0002_plant"),
        ("station", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
        migrations.RemoveConstraint(
            model_name="stationlogon",
            name="logon_one_active",
        ),
        migrations.AddField(
            model_name="historicalstationdevice",
            name="locked_until",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="historicalstationdevice",
            name="wrong_secrets",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="historicalstationdevice",
            name="wrong_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="historicalstationlogon",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="historicalstationlogon",
            name="is_active",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="stationdevice",
            name="locked_until",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="stationdevice",
            name="wrong_secrets",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="stationdevice",
            name="wrong_since",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="stationlogon",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="stationlogon",
            name="is_active",
            field=models.BooleanField(default=True),
        ),
        # Who was logged off before there was the field is not active.
        migrations.RunSQL(
            "UPDATE station_stationlogon SET is_active = false WHERE logged_off_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="stationlogon",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True)),
                fields=("device",),
                name="logon_one_active",
                violation_error_message="Somebody else logged on here a moment ago.",
            ),
        ),
        migrations.AddConstraint(
            model_name="stationlogon",
            constraint=models.UniqueConstraint(
                condition=models.Q(("logged_off_at__isnull", True)),
                fields=("device", "person"),
                name="logon_person_once",
                violation_error_message="This person is on here already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="stationlogon",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_active", False), ("logged_off_at__isnull", True), _connector="OR"),
                name="logon_active_is_on",
                violation_error_message="Who is logged off is not active.",
            ),
        ),
    ]

import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models

from mes.kernel.schema import AtOnce


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_refused"),
        ("equipment", "0006_observed_slots"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce(
            [
                migrations.AlterModelOptions(
                    name="machinecommand",
                    options={"ordering": ["-sequence"]},
                ),
                migrations.RemoveIndex(
                    model_name="machinecommand",
                    name="machine_command_open",
                ),
                migrations.AddField(
                    model_name="historicalmachinecommand",
                    name="cause",
                    field=models.UUIDField(null=True),
                ),
                migrations.AddField(
                    model_name="historicalmachinecommand",
                    name="operation_code",
                    field=models.CharField(blank=True, max_length=12),
                ),
                migrations.AddField(
                    model_name="historicalmachinecommand",
                    name="purpose",
                    field=models.CharField(
                        choices=[
                            ("HAND", "By hand"),
                            ("PREPARE", "To prepare it for work"),
                            ("WITHDRAW", "To withdraw its permission"),
                        ],
                        default="HAND",
                        max_length=8,
                    ),
                ),
                migrations.AddField(
                    model_name="historicalmachinecommand",
                    name="units",
                    field=django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                migrations.AddField(
                    model_name="historicalstation",
                    name="interlock",
                    field=models.CharField(
                        blank=True,
                        choices=[("PERMISSION", "Permission"), ("RECIPE", "Recipe, then permission")],
                        help_text="What is written to its machine before an operation starts; empty: nothing.",
                        max_length=10,
                    ),
                ),
                migrations.AddField(
                    model_name="historicalstation",
                    name="permission_tag",
                    field=models.SlugField(
                        blank=True,
                        help_text="Code of the tag at the station that lets its machine run, 1 or 0.",
                        max_length=60,
                    ),
                ),
                migrations.AddField(
                    model_name="machinecommand",
                    name="cause",
                    field=models.UUIDField(null=True),
                ),
                migrations.AddField(
                    model_name="machinecommand",
                    name="operation_code",
                    field=models.CharField(blank=True, max_length=12),
                ),
                migrations.AddField(
                    model_name="machinecommand",
                    name="purpose",
                    field=models.CharField(
                        choices=[
                            ("HAND", "By hand"),
                            ("PREPARE", "To prepare it for work"),
                            ("WITHDRAW", "To withdraw its permission"),
                        ],
                        default="HAND",
                        max_length=8,
                    ),
                ),
                migrations.AddField(
                    model_name="machinecommand",
                    name="sequence",
                    field=models.BigIntegerField(
                        db_default=models.Func(
                            models.Value("event_sequence"), function="nextval", output_field=models.BigIntegerField()
                        ),
                        editable=False,
                        unique=True,
                    ),
                ),
                migrations.AddField(
                    model_name="machinecommand",
                    name="units",
                    field=django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                migrations.AddField(
                    model_name="station",
                    name="interlock",
                    field=models.CharField(
                        blank=True,
                        choices=[("PERMISSION", "Permission"), ("RECIPE", "Recipe, then permission")],
                        help_text="What is written to its machine before an operation starts; empty: nothing.",
                        max_length=10,
                    ),
                ),
                migrations.AddField(
                    model_name="station",
                    name="permission_tag",
                    field=models.SlugField(
                        blank=True,
                        help_text="Code of the tag at the station that lets its machine run, 1 or 0.",
                        max_length=60,
                    ),
                ),
                migrations.AddIndex(
                    model_name="machinecommand",
                    index=models.Index(
                        condition=models.Q(("status__in", ("QUEUED", "WRITING"))),
                        fields=["connection", "sequence"],
                        name="machine_command_open",
                    ),
                ),
                migrations.AddIndex(
                    model_name="machinecommand",
                    index=models.Index(fields=["station", "-sequence"], name="machine_command_of_station"),
                ),
                migrations.AddConstraint(
                    model_name="machinecommand",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("purpose", "HAND"), ("station__isnull", False), _connector="OR"),
                        name="machine_command_of_interlock",
                        violation_error_message="What an interlock writes is for the machine of a station.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="station",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("interlock", ""), ("permission_tag", "")),
                            models.Q(
                                models.Q(("interlock", ""), _negated=True),
                                models.Q(("permission_tag", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="station_interlock_has_tag",
                        violation_error_message="An interlock names the tag that lets the machine run; without one, none.",
                    ),
                ),
            ]
        ),
    ]

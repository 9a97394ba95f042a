import django.db.models.deletion
from django.db import migrations, models

from equipment.partitions import APART, IN_LEASE
from mes.kernel.schema import AtOnce

_TAKEN_OVER = """INSERT INTO equipment_configurationversion (connection_id, number)
SELECT connection_id, wanted_version FROM equipment_connectionlease"""

_GIVEN_BACK = """UPDATE equipment_connectionlease lease SET wanted_version = number
FROM equipment_configurationversion configured WHERE configured.connection_id = lease.connection_id"""


class Migration(migrations.Migration):
    dependencies = [
        ("equipment", "0011_counter_source"),
    ]

    operations = [
        AtOnce(
            [
                migrations.CreateModel(
                    name="ConfigurationVersion",
                    fields=[
                        (
                            "connection",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="configuration_version",
                                serialize=False,
                                to="equipment.connection",
                            ),
                        ),
                        ("number", models.BigIntegerField(db_default=1, default=1)),
                    ],
                ),
                migrations.RunSQL(_TAKEN_OVER, _GIVEN_BACK),
                migrations.RunSQL(APART, IN_LEASE),
                migrations.RemoveField(model_name="connectionlease", name="wanted_version"),
                migrations.RemoveConstraint(model_name="tag", name="tag_code_once_at_station"),
                migrations.AddConstraint(
                    model_name="tag",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("station__isnull", False)),
                        fields=("station", "code"),
                        name="tag_code_once_at_station",
                        violation_error_message="The station has a tag of this code already.",
                    ),
                ),
                migrations.AddIndex(
                    model_name="quarantinedrow",
                    index=models.Index(fields=["connection", "-at"], name="quarantine_of_connection"),
                ),
            ]
        ),
    ]

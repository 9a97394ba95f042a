from django.db import migrations, models

from mes.kernel.schema import AtOnce


class Migration(migrations.Migration):
    dependencies = [
        ("wip", "0008_rework_proposals"),
    ]

    operations = [
        AtOnce(
            [
                migrations.AddField(
                    model_name="reading", name="machine_tag", field=models.CharField(blank=True, max_length=60)
                ),
                migrations.AddField(model_name="reading", name="machine_at", field=models.DateTimeField(null=True)),
                migrations.AddField(
                    model_name="reading", name="machine_quality", field=models.SmallIntegerField(null=True)
                ),
                migrations.AddConstraint(
                    model_name="reading",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("machine_at__isnull", True), ("machine_quality__isnull", True), ("machine_tag", "")
                            ),
                            models.Q(
                                models.Q(("machine_tag", ""), _negated=True),
                                ("machine_at__isnull", False),
                                ("machine_quality__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="reading_from_machine_whole",
                        violation_error_message="A machine's value says of which tag, when, and how good it was.",
                    ),
                ),
            ]
        ),
    ]

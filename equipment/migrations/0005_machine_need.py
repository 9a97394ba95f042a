from django.db import migrations, models

from mes.kernel.schema import AtOnce


def _field() -> "models.CharField[str, str]":
    return models.CharField(
        blank=True,
        choices=[("UP", "Not down"), ("READY", "Running, idle or in set-up")],
        help_text="For an operation to start; empty: nobody asks. Not known is no.",
        max_length=8,
        verbose_name="machine has to be",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("equipment", "0004_booking"),
    ]

    operations = [
        AtOnce(
            [
                migrations.AddField(model_name="historicalstation", name="machine_need", field=_field()),
                migrations.AddField(model_name="station", name="machine_need", field=_field()),
            ]
        ),
    ]

from django.db import migrations, models

from mes.kernel.schema import AtOnce


class Migration(migrations.Migration):
    dependencies = [
        ("equipment", "0005_machine_need"),
    ]

    operations = [
        AtOnce(
            [
                migrations.AddField(
                    model_name="observation", name="period_ms", field=models.PositiveIntegerField(null=True)
                ),
                migrations.AddField(
                    model_name="observation", name="missed_slots", field=models.PositiveIntegerField(default=0)
                ),
            ]
        ),
    ]

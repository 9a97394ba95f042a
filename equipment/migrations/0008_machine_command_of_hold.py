from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("equipment", "0007_interlock"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="machinecommand",
            index=models.Index(
                condition=models.Q(("cause__isnull", False)), fields=["cause"], name="machine_command_of_hold"
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("equipment", "0009_command_without_signature"),
    ]

    operations = [
        migrations.AddField(
            model_name="countertotal",
            name="source",
            field=models.TextField(default=""),
        ),
    ]

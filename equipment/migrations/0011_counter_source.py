from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("equipment", "0010_signed_writes"),
    ]

    operations = [
        migrations.AddField(
            model_name="countertotal",
            name="source",
            field=models.TextField(default=""),
        ),
    ]

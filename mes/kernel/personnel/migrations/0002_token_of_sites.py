import django.contrib.postgres.fields
from django.db import migrations, models

from mes.kernel.schema import AtOnce


def _sites() -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, default=list, size=None)


class Migration(migrations.Migration):
    dependencies = [
        ("personnel", "0001_initial"),
    ]

    operations = [
        AtOnce(
            [
                migrations.AddField(model_name="apitoken", name="sites", field=_sites()),
                migrations.AddField(model_name="historicalapitoken", name="sites", field=_sites()),
            ]
        ),
    ]

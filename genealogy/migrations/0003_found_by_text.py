from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("genealogy", "0002_return_to_supplier"), ("orders", "0002_found_by_text")]

    operations = [
        migrations.AddIndex(
            model_name="unit",
            index=GinIndex(OpClass(Upper("serial"), name="gin_trgm_ops"), name="unit_found_by_text"),
        ),
    ]

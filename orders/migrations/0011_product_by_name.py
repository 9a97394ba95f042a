from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models.functions import Upper

from mes.kernel.schema import AtOnce


class Migration(migrations.Migration):
    dependencies = [("orders", "0010_closed_order")]

    operations = [
        AtOnce(
            [
                migrations.AddIndex(
                    model_name="product",
                    index=GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="product_found_by_its_name"),
                ),
            ]
        ),
    ]

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations
from django.db.models.functions import Upper

from mes.kernel.schema import AtOnce


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [
        TrigramExtension(),
        AtOnce(
            [
                migrations.AddIndex(
                    model_name="product",
                    index=GinIndex(OpClass(Upper("code"), name="gin_trgm_ops"), name="product_found_by_text"),
                ),
                migrations.AddIndex(
                    model_name="workorder",
                    index=GinIndex(OpClass(Upper("erp_reference"), name="gin_trgm_ops"), name="order_found_by_text"),
                ),
            ]
        ),
    ]

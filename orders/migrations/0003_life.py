from django.db import migrations

from orders.frozen import BEGINS_ANYHOW, BEGINS_AS_DRAFT


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_master_data")]

    operations = [migrations.RunSQL(BEGINS_AS_DRAFT, BEGINS_ANYHOW)]

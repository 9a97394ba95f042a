from django.db import migrations, models

from mes.kernel.schema import AtOnce

RELEASED = models.DecimalField(decimal_places=4, default=0, editable=False, max_digits=14)


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_interlock")]

    operations = [
        AtOnce(
            [
                migrations.AddField("workorder", "quantity_released", RELEASED),
                migrations.AddField("historicalworkorder", "quantity_released", RELEASED),
            ]
        ),
        # What was released so far was released whole; states that are past keep 0, for nobody knew of parts.
        migrations.RunSQL(
            "UPDATE orders_workorder SET quantity_released = quantity WHERE released_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            "workorder",
            models.CheckConstraint(
                condition=models.Q(
                    ("quantity_released__gte", 0),
                    ("quantity_released__lte", models.F("quantity")),
                    models.Q(("status__in", ["DRAFT", "CANCELLED"]), ("quantity_released__gt", 0), _connector="OR"),
                ),
                name="order_released_quantity",
                violation_error_message="More of the order is released than there is, or less than was begun.",
            ),
        ),
    ]

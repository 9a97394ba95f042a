from django.db import migrations, models

from mes.kernel.schema import AtOnce

RULES = [
    ("PRIORITY", "Priority, then due date"),
    ("DUE", "Earliest due date"),
    ("SHORTEST", "Shortest time"),
    ("CRITICAL", "Critical ratio"),
    ("FAMILY", "Same setup first, then due date"),
    ("FIFO", "First in, first out"),
]
OF_A_CENTER = models.CharField(choices=RULES, default="PRIORITY", max_length=12)
OF_A_STATION = models.CharField(
    blank=True, choices=RULES, help_text="By what its queue is ranked; empty: as its work center's.", max_length=12
)


class Migration(migrations.Migration):
    dependencies = [
        ("equipment", "0013_call_by_interlock"),
    ]

    operations = [
        AtOnce(
            [
                migrations.AlterField(model_name=model, name="dispatch_rule", field=field)
                for model, field in (
                    ("historicalstation", OF_A_STATION),
                    ("historicalworkcenter", OF_A_CENTER),
                    ("station", OF_A_STATION),
                    ("workcenter", OF_A_CENTER),
                )
            ]
        ),
    ]

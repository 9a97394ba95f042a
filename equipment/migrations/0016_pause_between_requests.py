from django.core.validators import MaxValueValidator
from django.db import migrations, models

from mes.kernel.schema import AtOnce

PAUSE = models.PositiveIntegerField(
    db_default=0,
    default=0,
    help_text="For a device or gateway that needs one before each further request.",
    validators=[MaxValueValidator(10000)],
    verbose_name="pause between requests, ms",
)


class Migration(migrations.Migration):
    dependencies = [("equipment", "0015_machines_name_defects")]

    operations = [
        AtOnce(
            [
                migrations.AddField(model_name=model, name="pause_ms", field=PAUSE)
                for model in ("connection", "historicalconnection")
            ]
        )
    ]

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("equipment", "0016_pause_between_requests"),
    ]

    operations = [
        # A tag that was stored with its bounds the wrong way round could never be written to, and keeps no plant from
        # its upgrade: it is judged when somebody changes it.
        AddConstraintNotValid(
            model_name="tag",
            constraint=models.CheckConstraint(
                condition=models.Q(write_low__isnull=True)
                | models.Q(write_high__isnull=True)
                | models.Q(write_low__lte=models.F("write_high")),
                name="tag_write_bounds_in_order",
                violation_error_message="The lower bound of what may be written is above the upper one.",
            ),
        ),
    ]

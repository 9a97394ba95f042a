from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q

from mes.kernel.schema import AtOnce

MOST = models.PositiveIntegerField(
    default=0,
    help_text="Pieces that the machine makes in a minute at most. "
    "A counter that jumps further is not booked by itself. 0 for 6000.",
)


class Migration(migrations.Migration):
    dependencies = [
        ("equipment", "0018_refused_events"),
    ]

    operations = [
        AtOnce(
            [
                *(
                    migrations.AddField(model_name=model, name="most_per_minute", field=MOST)
                    for model in ("tag", "historicaltag")
                ),
                # What was stored before keeps no plant from its upgrade: it is judged when somebody changes the tag.
                AddConstraintNotValid(
                    model_name="tag",
                    constraint=models.CheckConstraint(
                        condition=Q(value_type__in=("INT16", "UINT16"), rollover__lte=2**16)
                        | Q(value_type__in=("INT32", "UINT32"), rollover__lte=2**32)
                        | ~Q(value_type__in=["INT16", "UINT16", "INT32", "UINT32"]),
                        name="tag_rollover_fits_type",
                        violation_error_message="It can't roll over beyond its type: 16 bits have 65536 values, "
                        "32 bits 4294967296.",
                    ),
                ),
                AddConstraintNotValid(
                    model_name="tag",
                    constraint=models.CheckConstraint(
                        condition=Q(rollover=0) | Q(reset_below__lt=F("rollover")),
                        name="tag_reset_below_rollover",
                        violation_error_message="The reset limit has to be below the number of values "
                        "at which the counter rolls over.",
                    ),
                ),
            ]
        ),
    ]

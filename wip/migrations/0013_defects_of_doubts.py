from django.db import migrations, models
from django.db.models import Q

from mes.kernel.constraints import both_or_neither
from mes.kernel.schema import AtOnce

NONE = Q(defect_code="")


class Migration(migrations.Migration):
    dependencies = [
        ("wip", "0012_defects"),
    ]

    operations = [
        AtOnce(
            [
                migrations.RemoveConstraint(model_name="hold", name="hold_defect_of_proposal"),
                migrations.AddConstraint(
                    model_name="hold",
                    constraint=models.CheckConstraint(
                        condition=both_or_neither(NONE, Q(defect_name=""))
                        & (NONE | Q(reason_code__in=("REWORK", "QUALITY"), unit__isnull=False)),
                        name="hold_defect_of_unit",
                        violation_error_message=(
                            "A defect is named of a unit whose rework is proposed or that quality doubts, by its code"
                            " and its name."
                        ),
                    ),
                ),
            ]
        ),
    ]

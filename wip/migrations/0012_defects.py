from django.db import migrations, models
from django.db.models import Q

from mes.kernel.constraints import both_or_neither
from mes.kernel.schema import AtOnce

NONE = Q(defect_code="")
IN_WORDS = both_or_neither(NONE, Q(defect_name=""))


class Migration(migrations.Migration):
    dependencies = [
        ("wip", "0011_ranks"),
    ]

    operations = [
        AtOnce(
            [
                *(
                    migrations.AddField(
                        model_name=model, name=name, field=models.CharField(blank=True, max_length=length)
                    )
                    for model in ("executionevent", "hold", "historicalhold", "rework", "historicalrework")
                    for name, length in (("defect_code", 24), ("defect_name", 80))
                ),
                migrations.AddIndex(
                    model_name="executionevent",
                    index=models.Index(fields=["site", "at"], condition=~NONE, name="event_of_defect"),
                ),
                migrations.AddIndex(
                    model_name="rework",
                    index=models.Index(fields=["site", "decided_at"], condition=~NONE, name="rework_of_defect"),
                ),
                migrations.AddConstraint(
                    model_name="executionevent",
                    constraint=models.CheckConstraint(
                        condition=IN_WORDS & (NONE | ~Q(scrap=0)),
                        name="event_defect_of_scrap",
                        violation_error_message="A defect is named of what is scrapped, by its code and its name.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="hold",
                    constraint=models.CheckConstraint(
                        condition=IN_WORDS & (NONE | Q(reason_code="REWORK")),
                        name="hold_defect_of_proposal",
                        violation_error_message=(
                            "A defect is named where a rework is proposed, by its code and its name."
                        ),
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rework",
                    constraint=models.CheckConstraint(
                        condition=IN_WORDS,
                        name="rework_defect_in_words",
                        violation_error_message="A defect is named by its code and its name.",
                    ),
                ),
            ]
        ),
    ]

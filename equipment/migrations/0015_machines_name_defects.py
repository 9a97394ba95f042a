from django.core.validators import RegexValidator
from django.db import migrations, models
from django.db.models import Q

from mes.kernel.schema import AtOnce

FIELDS = {
    "defect": models.CharField(
        blank=True,
        help_text="Code of the defect that is named with what it scraps or fails, if its event names none.",
        max_length=24,
        validators=[
            RegexValidator(r"^[A-Z0-9][A-Z0-9_.-]{0,23}\Z", "Write capitals and digits without spaces, such as DIM-OD.")
        ],
    ),
    "defect_codes": models.CharField(
        blank=True,
        help_text="What the machine says and the defect it means: 1=M-LEAK, 2=M-NOISE. Empty: it says the code.",
        max_length=500,
    ),
}


class Migration(migrations.Migration):
    dependencies = [
        ("equipment", "0014_first_in_first_out"),
    ]

    operations = [
        AtOnce(
            [
                *(
                    migrations.AddField(model_name=model, name=name, field=field)
                    for model in ("tag", "historicaltag")
                    for name, field in FIELDS.items()
                ),
                migrations.AddConstraint(
                    model_name="tag",
                    constraint=models.CheckConstraint(
                        condition=Q(defect="")
                        | Q(books="PART_SCRAPPED")
                        | Q(role="EVENT", books__in=("PART_DONE", "TEST_RESULT")),
                        name="tag_defect_of_scrap",
                        violation_error_message="A defect is named by what books scrap, or has a result that may fail.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="tag",
                    constraint=models.CheckConstraint(
                        condition=Q(defect_codes="") | Q(field="defect"),
                        name="tag_defect_codes_of_field",
                        violation_error_message="Codes of defects belong to the field “defect” of an event.",
                    ),
                ),
            ]
        ),
    ]

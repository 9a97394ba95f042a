from django.db import migrations, models

from mes.kernel.schema import AtOnce

_FIELDS = [
    (
        "tag",
        models.SlugField(blank=True, help_text="Code of the tag at the station that it is read from.", max_length=60),
    ),
    ("is_from_machine", models.BooleanField(default=False, help_text="Nobody enters it by hand.")),
]


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0005_order_by_rank"),
    ]

    operations = [
        AtOnce(
            [
                *(
                    migrations.AddField(model_name=model, name=name, field=field)
                    for model in ("historicalstep", "step")
                    for name, field in _FIELDS
                ),
                migrations.AddConstraint(
                    model_name="step",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("tag", ""),
                            models.Q(("kind__in", ["TABLE", "PERSON", "FILE"]), _negated=True),
                            _connector="OR",
                        ),
                        name="step_read_from_tag",
                        violation_error_message="A table, a person or a file is not read from a tag.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="step",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("is_from_machine", False),
                            models.Q(
                                ("needs_witness", False),
                                ("signature_meaning", ""),
                                models.Q(("tag", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="step_from_machine_has_tag",
                        violation_error_message="What only the machine says names its tag, and asks for no witness or signature.",
                    ),
                ),
            ]
        ),
    ]

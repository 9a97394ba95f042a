import django.db.models.deletion
from django.db import migrations, models

from mes.kernel.schema import AtOnce


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_refused"),
        ("equipment", "0009_command_without_signature"),
    ]

    operations = [
        AtOnce(
            [
                migrations.AddField(
                    model_name="historicalmachinecommand",
                    name="signature",
                    field=models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="audit.signature",
                    ),
                ),
                migrations.AddField(
                    model_name="historicaltag",
                    name="needs_signature",
                    field=models.BooleanField(default=False),
                ),
                migrations.AddField(
                    model_name="machinecommand",
                    name="signature",
                    field=models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="audit.signature",
                    ),
                ),
                migrations.AddField(
                    model_name="tag",
                    name="needs_signature",
                    field=models.BooleanField(default=False),
                ),
                migrations.AddConstraint(
                    model_name="machinecommand",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("purpose", "HAND"), ("signature__isnull", True), _connector="OR"),
                        name="machine_command_signed_by_hand",
                        violation_error_message="Only what is written by hand is signed.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="tag",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("needs_signature", False), ("is_writable", True), _connector="OR"),
                        name="tag_signed_is_writable",
                        violation_error_message="Only what may be written asks for a signature.",
                    ),
                ),
            ]
        ),
    ]

import django.core.validators
from django.db import migrations, models

import equipment.models.assets


class Migration(migrations.Migration):
    dependencies = [
        ("equipment", "0002_plant"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="historicalphysicalasset",
            name="cycles",
        ),
        migrations.RemoveField(
            model_name="historicalphysicalasset",
            name="hours",
        ),
        migrations.AlterField(
            model_name="calibrationrecord",
            name="certificate",
            field=models.FileField(
                blank=True,
                upload_to=equipment.models.assets.certificate_path,
                validators=[django.core.validators.FileExtensionValidator(("pdf", "png", "jpg", "jpeg", "webp"))],
            ),
        ),
        migrations.AlterField(
            model_name="historicalreason",
            name="code",
            field=models.CharField(
                max_length=24,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[A-Z0-9][A-Z0-9_.-]{0,23}\\Z", "Write capitals and digits without spaces, such as DIM-OD."
                    )
                ],
            ),
        ),
        migrations.AlterField(
            model_name="reason",
            name="code",
            field=models.CharField(
                max_length=24,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[A-Z0-9][A-Z0-9_.-]{0,23}\\Z", "Write capitals and digits without spaces, such as DIM-OD."
                    )
                ],
            ),
        ),
        migrations.AddConstraint(
            model_name="reason",
            constraint=models.UniqueConstraint(
                fields=("id", "tree"),
                name="reason_of_tree",
                violation_error_message="The heading belongs to another tree.",
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE equipment_reason ADD CONSTRAINT reason_below_heading_of_tree "
            "FOREIGN KEY (parent_id, tree_id) REFERENCES equipment_reason (id, tree_id)",
            "ALTER TABLE equipment_reason DROP CONSTRAINT reason_below_heading_of_tree",
        ),
    ]

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import mes.kernel.personnel.models
from mes.kernel.audit.triggers import Fixed


class Migration(migrations.Migration):
    dependencies = [
        ("personnel", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalpersonqualification",
            name="certificate",
            field=models.TextField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name="historicalpersonqualification",
            name="evidence",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="historicalpersonqualification",
            name="withdrawal_reason",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="historicalpersonqualification",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="historicalpersonqualification",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="personqualification",
            name="certificate",
            field=models.FileField(blank=True, upload_to=mes.kernel.personnel.models.certificate_path),
        ),
        migrations.AddField(
            model_name="personqualification",
            name="evidence",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="personqualification",
            name="withdrawal_reason",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="personqualification",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="personqualification",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="personqualification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                    models.Q(
                        models.Q(("withdrawn_at__isnull", True), _negated=True),
                        models.Q(("withdrawn_by__isnull", True), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="person_qualification_withdrawn_by_whom",
                violation_error_message="A withdrawal says who did it, and when.",
            ),
        ),
        migrations.AddConstraint(
            model_name="personqualification",
            constraint=models.CheckConstraint(
                condition=models.Q(("person", models.F("granted_by")), _negated=True),
                name="person_qualification_by_another",
                violation_error_message="Nobody grants their own qualifications.",
            ),
        ),
        Fixed("personnel_person", "username"),
    ]

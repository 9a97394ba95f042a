from django.db import migrations, models

from mes.kernel.audit.triggers import FUNCTIONS, AppendOnly


class Migration(migrations.Migration):
    """The ledger comes before every table that it watches."""

    initial = True
    dependencies = []

    operations = [
        # One order for everything that happens, across all event tables.
        migrations.RunSQL("CREATE SEQUENCE event_sequence AS bigint", "DROP SEQUENCE event_sequence"),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("sequence", models.BigAutoField(primary_key=True, serialize=False)),
                ("transaction_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("database_user", models.TextField()),
                ("person", models.TextField(blank=True)),
                ("station", models.TextField(blank=True)),
                ("request_id", models.TextField(blank=True)),
                ("reason", models.TextField(blank=True)),
                ("table_name", models.TextField()),
                ("record", models.TextField()),
                ("operation", models.CharField(max_length=6)),
                ("old", models.JSONField(null=True)),
                ("new", models.JSONField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["table_name", "record", "sequence"], name="audit_event_of_record")]
            },
        ),
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION audit_row(); DROP FUNCTION refuse_change();"),
        AppendOnly("audit_auditevent"),
    ]

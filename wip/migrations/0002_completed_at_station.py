from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wip", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="executionevent",
            index=models.Index(
                condition=models.Q(("kind", "COMPLETED")),
                fields=["site", "station_code", "sequence"],
                name="event_ended_at",
            ),
        ),
    ]

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from mes.kernel.schema import AtOnce

_HELP = "Who books what its machines did; empty: nothing is booked."


class Migration(migrations.Migration):
    dependencies = [
        ("equipment", "0003_machines"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce(
            [
                migrations.AddField(
                    model_name="connection",
                    name="account",
                    field=models.ForeignKey(
                        blank=True,
                        help_text=_HELP,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="historicalconnection",
                    name="account",
                    field=models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text=_HELP,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="historicaltag",
                    name="scrap_reason",
                    field=models.CharField(blank=True, max_length=60),
                ),
                migrations.AddField(
                    model_name="tag", name="scrap_reason", field=models.CharField(blank=True, max_length=60)
                ),
            ]
        ),
    ]

from django.db import migrations, models

from mes.kernel.schema import AtOnce


class Migration(migrations.Migration):
    dependencies = [("genealogy", "0001_initial")]

    operations = [
        AtOnce(
            [
                migrations.RemoveConstraint(
                    model_name="activity",
                    name="activity_verdict_has_reason",
                ),
                migrations.RemoveConstraint(
                    model_name="unit",
                    name="unit_balance",
                ),
                migrations.AddField(
                    model_name="unit",
                    name="quantity_returned",
                    field=models.DecimalField(decimal_places=4, default=0, max_digits=14),
                ),
                migrations.AlterField(
                    model_name="activity",
                    name="kind",
                    field=models.CharField(
                        choices=[
                            ("RELEASE", "created by release"),
                            ("RECEIVE", "received"),
                            ("CONSUME", "built in"),
                            ("FINISH", "finished"),
                            ("SCRAP", "scrapped"),
                            ("RELEASE_LOT", "released from quarantine"),
                            ("REJECT", "rejected"),
                            ("RETURN", "returned to the supplier"),
                            ("STAGE", "staged"),
                            ("UNSTAGE", "taken back"),
                        ],
                        max_length=12,
                    ),
                ),
                migrations.AlterField(
                    model_name="unit",
                    name="status",
                    field=models.CharField(
                        choices=[
                            ("QUARANTINED", "In quarantine"),
                            ("IN_PROCESS", "In process"),
                            ("FINISHED", "Finished"),
                            ("CONSUMED", "Built in"),
                            ("SCRAPPED", "Scrapped"),
                            ("RETURNED", "Returned"),
                        ],
                        max_length=12,
                    ),
                ),
                migrations.AddConstraint(
                    model_name="activity",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["RELEASE_LOT", "REJECT", "RETURN"]), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="activity_verdict_has_reason",
                        violation_error_message="Releasing, rejecting or returning a lot needs a reason.",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="unit",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "quantity__gte",
                                models.F("quantity_consumed")
                                + models.F("quantity_scrapped")
                                + models.F("quantity_returned"),
                            ),
                            ("quantity_consumed__gte", 0),
                            ("quantity_returned__gte", 0),
                            ("quantity_scrapped__gte", 0),
                        ),
                        name="unit_balance",
                        violation_error_message="There is not enough left of this unit: it is used elsewhere already.",
                    ),
                ),
            ]
        ),
    ]

"""What was read from machines: samples in a partition a day, the last of each series, their rollups.

Rows come from the collector by COPY and plain SQL (`equipment.collector`), never by these classes; they are here to be
read. Partitions are made and dropped by functions of the database, since the application may not alter tables.
"""

from django.db import models
from django.utils.translation import gettext_lazy as lazy

from equipment.models.connections import Connection
from equipment.models.tags import Series


class Sample(models.Model):
    """A value of a series at a time; value or text is empty where there was none. (series, at) is unique.

    quality: the quality byte of OPC Data Access (`equipment.drivers.base.Quality`).
    """

    pk = models.CompositePrimaryKey("series", "at")
    series = models.ForeignKey(Series, on_delete=models.DO_NOTHING, db_constraint=False, related_name="samples")
    at = models.DateTimeField()
    value = models.FloatField(null=True)
    text = models.CharField(max_length=250, null=True)  # noqa: DJ001 - a text that is empty is a value
    quality = models.SmallIntegerField()

    class Meta:
        managed = False
        db_table = "equipment_sample"


class LatestValue(models.Model):
    """The last sample of a series."""

    series = models.OneToOneField(Series, on_delete=models.CASCADE, primary_key=True, related_name="latest")
    at = models.DateTimeField()
    value = models.FloatField(null=True)
    text = models.CharField(max_length=250, null=True)  # noqa: DJ001 - as above
    quality = models.SmallIntegerField()

    def __str__(self) -> str:
        return f"{self.series_id}: {self.value if self.text is None else self.text}"


class Rollup(models.Model):
    """Samples of a series in a second or a minute (width_s), beginning at `at`.

    least, most, total and last: of good and uncertain numbers, count of which there are; samples: all that there are,
    good: those that are good. A series with at most one sample a second has no rollups of seconds.
    """

    pk = models.CompositePrimaryKey("series", "width_s", "at")
    series = models.ForeignKey(Series, on_delete=models.DO_NOTHING, db_constraint=False, related_name="rollups")
    width_s = models.SmallIntegerField()
    at = models.DateTimeField()
    least = models.FloatField(null=True)
    most = models.FloatField(null=True)
    total = models.FloatField(null=True)
    last = models.FloatField(null=True)
    count = models.IntegerField()
    samples = models.IntegerField()
    good = models.IntegerField()

    class Meta:
        managed = False
        db_table = "equipment_rollup"


class RollupDue(models.Model):
    """A minute of a series with samples that its rollups don't have yet."""

    pk = models.CompositePrimaryKey("series_id", "minute")
    series_id = models.IntegerField()
    minute = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.series_id} {self.minute}"


class QuarantinedRow(models.Model):
    """What the database refused to store, and why. Somebody looks at it; nothing waits for it."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="quarantine")
    at = models.DateTimeField()
    row = models.JSONField()
    error = models.CharField(max_length=300)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["connection", "-at"], name="quarantine_of_connection")]
        verbose_name_plural = lazy("quarantined rows")

    def __str__(self) -> str:
        return self.error


class Observation(models.Model):
    """A time during which a connection was watched and answered. Outside of them nothing is known.

    It begins with the first values. seen_until moves on with each flush; ended_at is set where the end was seen, with
    the reason. period_ms: between two slots of the schedule, empty where the machine tells of changes by itself;
    missed_slots: how many of them were left out, since the machine was slow or we were.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="observations")
    epoch = models.BigIntegerField()
    began_at = models.DateTimeField()
    seen_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    period_ms = models.PositiveIntegerField(null=True)
    missed_slots = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-began_at"]
        indexes = [models.Index(fields=["connection", "-began_at"], name="observation_of_connection")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.began_at}–{self.seen_until}"

"""Which browser is which station, and who is at it. The browser stays the station; people come and go."""

from django.db import models
from django.db.models import Q

from equipment.models import Site, Station
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import History, Record, person_field


class StationDevice(Record):
    """A browser registered as a station, which may have several. Its cookie holds a token whose hash is kept here."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="devices")
    token_hash = models.CharField(max_length=64, unique=True)
    registered_at = models.DateTimeField()
    registered_by = person_field()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = person_field(null=True, blank=True)

    history = History(excluded_fields=["token_hash"])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(Q(revoked_at__isnull=True), Q(revoked_by__isnull=True)),
                name="device_revoked_by_whom",
                violation_error_message="A browser that is revoked says who did it, and when.",
            ),
        ]

    def __str__(self) -> str:
        return f"device of {self.station}"


class StationLogon(Record):
    """A person at a browser of a station, from log-on by badge and PIN until log-off."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey(StationDevice, on_delete=models.PROTECT, related_name="logons")
    person = person_field()
    logged_on_at = models.DateTimeField()
    logged_off_at = models.DateTimeField(null=True, blank=True)
    logged_off_by = person_field(null=True, blank=True)

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device"],
                condition=Q(logged_off_at__isnull=True),
                name="logon_one_active",
                violation_error_message="Somebody else logged on here a moment ago.",
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(logged_off_at__isnull=True), Q(logged_off_by__isnull=True)),
                name="logon_off_by_whom",
                violation_error_message="A log-off says who did it, and when.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} at {self.device.station}"

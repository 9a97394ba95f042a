"""Which browser is which station, and who is at it. The browser stays the station; people come and go."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Site, Station
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import History, Record, person_field


class StationDevice(Record):
    """A browser registered as a station, which may have several. Its cookie holds a token whose hash is kept here.

    wrong_secrets: how many were entered here since wrong_since, by whomever; too many lock its log-on for a while.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="devices")
    token_hash = models.CharField(max_length=64, unique=True)
    registered_at = models.DateTimeField()
    registered_by = person_field()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = person_field(null=True, blank=True)
    wrong_secrets = models.PositiveSmallIntegerField(default=0, editable=False)
    wrong_since = models.DateTimeField(null=True, blank=True, editable=False)
    locked_until = models.DateTimeField(null=True, blank=True, editable=False)

    history = History(excluded_fields=["token_hash"])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(Q(revoked_at__isnull=True), Q(revoked_by__isnull=True)),
                name="device_revoked_by_whom",
                violation_error_message=_("A browser that is revoked says who did it, and when."),
            ),
        ]

    def __str__(self) -> str:
        return f"device of {self.station}"

    def is_locked(self, at: datetime) -> bool:
        """Whether log-on is locked there, after too many wrong secrets."""
        return self.locked_until is not None and self.locked_until > at


class StationLogon(Record):
    """A person at a browser of a station, from log-on by badge and PIN until log-off.

    Several may be on at one browser; what is done there is done by the active one. confirmed_at: when the PIN was
    given again last, to become active or after an idle time.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey(StationDevice, on_delete=models.PROTECT, related_name="logons")
    person = person_field()
    logged_on_at = models.DateTimeField()
    logged_off_at = models.DateTimeField(null=True, blank=True)
    logged_off_by = person_field(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device"],
                condition=Q(is_active=True),
                name="logon_one_active",
                violation_error_message=_("Somebody else logged on here a moment ago."),
            ),
            models.UniqueConstraint(
                fields=["device", "person"],
                condition=Q(logged_off_at__isnull=True),
                name="logon_person_once",
                violation_error_message=_("This person is on here already."),
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(logged_off_at__isnull=True),
                name="logon_active_is_on",
                violation_error_message=_("Who is logged off is not active."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(logged_off_at__isnull=True), Q(logged_off_by__isnull=True)),
                name="logon_off_by_whom",
                violation_error_message=_("A log-off says who did it, and when."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} at {self.device.station}"

    @property
    def last_at(self) -> datetime:
        """When the person last did something here. Comes with `last_act` selected."""
        act = getattr(self, "last_act", None)
        return max(at for at in (self.logged_on_at, self.confirmed_at, act and act.at) if at)


class LastAct(models.Model):
    """When the person of a log-on last did something there: from it on, the page's idle time is counted.

    No record, so not in the ledger: what was done is on record itself. Kept to a tenth of the idle time, so that
    looking at the next step writes nothing.
    """

    logon = models.OneToOneField(StationLogon, on_delete=models.PROTECT, primary_key=True, related_name="last_act")
    at = models.DateTimeField()

"""Help that a station calls for (andon)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.models.hierarchy import Site, Station
from equipment.status import CallKind, CallStatus
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import History, Record, person_field


class HelpCall(Record):
    """A call for help: called, taken by somebody, done. called_by: None where no person called: an
    interlock whose machine does not follow, or the booking of what a machine did.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="help_calls")
    kind = models.CharField(max_length=12, choices=CallKind)
    note = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=8, choices=CallStatus, default=CallStatus.OPEN)
    called_at = models.DateTimeField()
    called_by = person_field(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = person_field(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = person_field(null=True, blank=True)
    answer = models.CharField(max_length=200, blank=True)

    history = History()

    class Meta:
        ordering = ["-called_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "kind"],
                condition=~Q(status=CallStatus.DONE),
                name="help_call_open_once",
                violation_error_message=lazy("This help is called for already."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(status=CallStatus.DONE), Q(done_at__isnull=False, done_by__isnull=False)),
                name="help_call_done_by_whom",
                violation_error_message=lazy("A call that is done says who did it, and when."),
            ),
            models.CheckConstraint(
                condition=~Q(status=CallStatus.TAKEN) | Q(taken_at__isnull=False, taken_by__isnull=False),
                name="help_call_taken_by_whom",
                violation_error_message=lazy("A call that is taken says who took it, and when."),
            ),
        ]

    @property
    def caller(self) -> str:
        """Who called, in words."""
        if self.called_by is not None:
            return str(self.called_by)
        return _("the interlock") if self.kind == CallKind.MAINTENANCE else _("the booking of machines")

    def __str__(self) -> str:
        return _("{kind} at {station}").format(kind=self.get_kind_display(), station=self.station)

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Site, Station
from mes.kernel.records import Record, person_field
from wip.models.executions import OperationExecution


class LaborEnd(models.TextChoices):
    PAUSED = "PAUSED", _("paused")
    LEFT = "LEFT", _("left the job")
    HANDED_OVER = "HANDED_OVER", _("handed over")
    CORRECTED = "CORRECTED", _("entered later")
    FORGOTTEN = "FORGOTTEN", _("forgot to stop")


class LaborSpan(Record):
    """Somebody worked on a job from one moment to another (ISA-95: personnel actual). Totals derive from these rows.

    Several people can be on one job, one person on several: overlap is apportioned, never refused (wip.labor).
    ended_at None: still on it, or until the job ended. claimed_at: when the person says they stopped, having forgotten
    to; it counts once a supervisor has corrected the span. corrects: the span that this one replaces, with the reason.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    execution = models.ForeignKey(OperationExecution, on_delete=models.PROTECT, related_name="labor")
    person = person_field()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=12, choices=LaborEnd, blank=True)
    note = models.CharField(max_length=200, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="corrected_by_span")
    entered_at = models.DateTimeField()
    entered_by = person_field()

    class Meta:
        ordering = ["began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["execution", "person"],
                condition=Q(ended_at__isnull=True),
                name="labor_open_once",
                violation_error_message=_("You are on this job already."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")),
                name="labor_in_order",
                violation_error_message=_("Work ends after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(note=""),
                name="labor_correction_has_reason",
                violation_error_message=_("A correction needs a reason."),
            ),
            models.CheckConstraint(
                condition=Q(claimed_at__isnull=True)
                | Q(end=LaborEnd.FORGOTTEN, claimed_at__gte=F("began_at"), ended_at__isnull=False) & ~Q(note=""),
                name="labor_claim_is_of_forgotten",
                violation_error_message=_("Who forgot to stop says when it was, and why."),
            ),
        ]
        indexes = [
            models.Index(fields=["person", "began_at"], name="labor_of_person"),
            models.Index(fields=["site", "began_at"], name="labor_at_site"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.execution_id}"


class HandoverNote(Record):
    """What the next shift has to know, of a job or of a station. Read once somebody has taken it."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="handover_notes")
    execution = models.ForeignKey(
        OperationExecution, on_delete=models.PROTECT, null=True, related_name="handover_notes"
    )
    text = models.CharField(max_length=500)
    written_at = models.DateTimeField()
    written_by = person_field()
    taken_at = models.DateTimeField(null=True)
    taken_by = person_field(null=True)

    class Meta:
        ordering = ["-written_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""), name="handover_says_something", violation_error_message=_("Write a note.")
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True, taken_by__isnull=True)
                | Q(taken_at__isnull=False, taken_by__isnull=False),
                name="handover_taken_by_whom",
                violation_error_message=_("A note that was taken says who took it, and when."),
            ),
        ]
        indexes = [models.Index(fields=["station"], condition=Q(taken_at__isnull=True), name="handover_open_at")]

    def __str__(self) -> str:
        return self.text[:60]

"""What is to be written to a machine, by whom and why, and what came of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as lazy

from equipment.models.connections import Connection
from equipment.models.hierarchy import Site, Station
from equipment.status import CommandStatus, Purpose
from mes.kernel.audit.models import Signature
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import History, Record, person_field, sequence_field


class MachineCommand(Record):
    """Values to write to tags of one connection, all or none sent.

    lines: [{"tag": code, "value": …, "expected": …}], in the order of writing; expected: what must be there before,
    missing where it does not matter; "tolerance": how far what is read back may differ; "enables": it lets the machine
    run, which is taken away first, and given when all else was read back as asked. purpose: by hand, or of an
    interlock: for the operation of this code on these units (by key), which subject says as text ("U-17, 20").
    signature: that of asked_by, where a tag asks for one. cause: key of the hold for which a permission is withdrawn.
    deadline: never sent later. sequence: the order in which they are carried out, and in which the last one is the
    last.
    answer: [{"tag", "before", "after"}] as read back. detail: what went wrong, for a person.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="commands")
    station = models.ForeignKey(
        Station, on_delete=models.PROTECT, null=True, blank=True, related_name="machine_commands"
    )
    purpose = models.CharField(max_length=8, choices=Purpose, default=Purpose.HAND)
    units = ArrayField(models.UUIDField(), default=list)
    operation_code = models.CharField(max_length=12, blank=True)
    subject = models.CharField(max_length=80, blank=True)
    lines = models.JSONField()
    deadline_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=CommandStatus, default=CommandStatus.QUEUED)
    asked_at = models.DateTimeField()
    asked_by = person_field(null=True)
    reason = models.CharField(max_length=200, blank=True)
    signature = models.ForeignKey(
        Signature, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    answer = models.JSONField(null=True)
    detail = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)
    cause = models.UUIDField(null=True)
    sequence = sequence_field()

    history = History(excluded_fields=["sequence"])

    class Meta:
        ordering = ["-sequence"]
        constraints = [
            models.CheckConstraint(
                condition=both_or_neither(
                    Q(status__in=(CommandStatus.QUEUED, CommandStatus.WRITING)), Q(answered_at__isnull=True)
                ),
                name="machine_command_answered",
                violation_error_message=lazy("A command that is over says when."),
            ),
            models.CheckConstraint(
                condition=Q(purpose=Purpose.HAND) | Q(station__isnull=False),
                name="machine_command_of_interlock",
                violation_error_message=lazy("What an interlock writes is for the machine of a station."),
            ),
            models.CheckConstraint(
                condition=Q(purpose=Purpose.HAND) | Q(signature__isnull=True),
                name="machine_command_signed_by_hand",
                violation_error_message=lazy("Only what is written by hand is signed."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["connection", "sequence"],
                condition=Q(status__in=("QUEUED", "WRITING")),
                name="machine_command_open",
            ),
            models.Index(fields=["station", "-sequence"], name="machine_command_of_station"),
            models.Index(fields=["cause"], condition=Q(cause__isnull=False), name="machine_command_of_hold"),
        ]

    def __str__(self) -> str:
        return self.subject or str(self.pk)

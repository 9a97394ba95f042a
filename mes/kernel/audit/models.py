"""The ledger under every record, and signatures (21 CFR 11.50, 11.70)."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from mes.kernel.records import Record, person_field


class AuditEvent(models.Model):
    """One changed row of one record-bearing table, written by a database trigger, never by the application.

    person, station, request_id, reason come from the open door; an empty person means the change was made outside
    the application. Order is `sequence`, not the clock.
    """

    sequence = models.BigAutoField(primary_key=True)
    transaction_id = models.BigIntegerField()
    at = models.DateTimeField()
    database_user = models.TextField()
    person = models.TextField(blank=True)
    station = models.TextField(blank=True)
    request_id = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    table_name = models.TextField()
    record = models.TextField()
    operation = models.CharField(max_length=6)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["table_name", "record", "sequence"], name="audit_event_of_record")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.operation} {self.table_name}"

    @property
    def is_outside_the_application(self) -> bool:
        return not self.person


class RefusedAttempt(Record):
    """What one gate refused, once an attempt: the same request sent again with its key is the same attempt.

    Written by the door after the attempt is rolled back. gate: the path that MES_GATES lists it by; code: of the
    verdict; hook, subject: when in the work, on what; site_id: no foreign key, sites are of a floor above.
    """

    at = models.DateTimeField()
    by = person_field(null=True)
    station = models.CharField(max_length=20, blank=True)
    site_id = models.UUIDField(null=True)
    hook = models.CharField(max_length=16, blank=True)
    subject = models.TextField(blank=True)
    gate = models.CharField(max_length=120)
    code = models.CharField(max_length=60)
    what = models.TextField()
    evidence = models.JSONField(default=dict)
    request_id = models.TextField(blank=True)
    key = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["by", "key", "gate"],
                condition=~models.Q(key=""),
                name="refused_attempt_once",
                violation_error_message=_("This attempt is on record already."),
            ),
        ]
        indexes = [
            # Counted by gate over a time, without looking at the rows.
            models.Index(fields=["site_id", "at"], include=["gate"], name="refused_at_site"),
            models.Index(fields=["gate", "id"], name="refused_by_gate"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.subject}"


class Meaning(models.TextChoices):
    """What a signature says (21 CFR 11.50 a 3)."""

    PERFORMED = "PERFORMED", _("I performed this")
    VERIFIED = "VERIFIED", _("I verified this")
    REVIEWED = "REVIEWED", _("I reviewed this")
    APPROVED = "APPROVED", _("I approve this")
    RELEASED = "RELEASED", _("I release this")


class Signature(Record):
    """An electronic signature bound to exactly what was shown.

    record_table, record: what is signed. content: canonical, `shown` as it was on screen and the signer's `act`.
    shown_digest: SHA-256 of `shown`, which the signer saw beside it; digest: SHA-256 of the whole content.
    site_id: the key of the site that the record belongs to, None where it belongs to none. No foreign key: sites are
    of a floor above.
    """

    site_id = models.UUIDField(null=True)
    signed_by = person_field()
    signed_at = models.DateTimeField()
    meaning = models.CharField(max_length=16, choices=Meaning)
    record_table = models.CharField(max_length=63)
    record = models.UUIDField()
    content = models.JSONField()
    shown_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record_table", "record", "meaning", "digest", "signed_by"],
                name="signature_once",
                violation_error_message=_("You have signed this already."),
            ),
        ]
        indexes = [models.Index(fields=["record_table", "record"], name="signature_of_record")]

    def __str__(self) -> str:
        return f"{self.get_meaning_display()}, {self.signed_by}"

    @property
    def digest_groups(self) -> str:
        """The start of the digest of what was shown, in groups of four, as it stood there: people compare it."""
        return " ".join(self.shown_digest[i : i + 4] for i in range(0, 12, 4))

    def save(self, *args: Any, **kwargs: Any) -> None:
        kwargs["force_insert"] = True  # a signature is never changed, the trigger would refuse it too
        super().save(*args, **kwargs)

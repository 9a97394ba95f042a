from django.db import models

from mes.kernel.records import Record


class IdempotencyKey(Record):
    """A request that was carried out, by the key its sender gave it. Written by the door alone.

    scope: the acting person's key. asked: fingerprint of the request. answer: a reference to the answer.
    """

    scope = models.CharField(max_length=36)
    key = models.CharField(max_length=200)
    asked = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    claimed_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_key_once")]

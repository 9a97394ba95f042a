from typing import Any

from django.db.models import QuerySet

from mes.kernel.audit.models import AuditEvent, Signature

# Guards that are switched off, as "table.trigger"; with the trail intact there is none. Disabling a trigger and
# session_replication_role = replica are the known ways round the ledger.
SILENCED_TRIGGERS = """
    SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger
    WHERE NOT tgisinternal AND tgenabled NOT IN ('O', 'A') ORDER BY 1
"""


def ledger_of(table: str, record: Any) -> QuerySet[AuditEvent]:
    """What the ledger holds about one record, in order."""
    return AuditEvent.objects.filter(table_name=table, record=str(record)).order_by("sequence")


def signatures_of(table: str, record: Any) -> QuerySet[Signature]:
    """The signatures on one record, in order."""
    return Signature.objects.filter(record_table=table, record=record).select_related("signed_by").order_by("signed_at")

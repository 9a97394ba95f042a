from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from mes.kernel.audit.models import AuditEvent, RefusedAttempt, Signature

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


def find_refusals(sites: Collection[UUID], *, gate: str = "") -> QuerySet[RefusedAttempt]:
    """What gates refused at these sites, latest first."""
    found = RefusedAttempt.objects.filter(site_id__in=sites).select_related("by").order_by("-pk")
    return found.filter(gate=gate) if gate else found


# By the index alone: days back from the moment, 0 for the last 24 hours.
_REFUSED_BY_DAY = """
    SELECT gate, floor(extract(epoch FROM %(at)s - at) / 86400)::int AS days_ago, count(*)
    FROM audit_refusedattempt
    WHERE site_id = ANY(%(sites)s) AND at > %(since)s AND at <= %(at)s
    GROUP BY gate, days_ago
"""


def refused_by_day(sites: Collection[UUID], *, at: datetime, days: int = 30) -> dict[str, list[int]]:
    """How often each gate refused, by its path: for each of so many spans of 24 hours before `at`, latest first.

    One statement. A gate that never refused is not in it.
    """
    counts: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {"sites": list(sites), "at": at, "since": at - timedelta(days=days)}
        cursor.execute(_REFUSED_BY_DAY, asked)
        for gate, days_ago, count in cursor.fetchall():
            counts.setdefault(gate, [0] * days)[days_ago] = count
    return counts

"""Reads of deviation permits, and of what went another way than planned."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from mes.kernel.prepared import any_of, prepared
from wip.models import Permit, ProcessException
from wip.status import ExceptionKind

LATEST = 50


def exceptions_of(**among: Any) -> QuerySet[ProcessException]:
    """What went another way, latest first, with what is shown of it."""
    found = ProcessException.objects.select_related("work_order", "unit", "permit", "by", "approved_by", "site")
    return found.filter(**among).order_by("-sequence")


@prepared
def exceptions_listed(keys: Collection[UUID]) -> QuerySet[ProcessException]:
    """Those of these keys, latest first, with what is shown of them."""
    return exceptions_of(pk=any_of(keys))


def permits_of(sites: Collection[UUID], *, status: str = "") -> QuerySet[Permit]:
    """The permits of the sites, latest first, with what is shown of them; every status when it is empty."""
    found = Permit.objects.select_related("site", "product", "work_order", "unit", "granted_by", "closed_by")
    found = found.filter(site__in=sites).order_by("-granted_at", "-pk")
    return found.filter(status=status) if status else found


@prepared
def exceptions_on(unit: UUID) -> QuerySet[ProcessException]:
    """What went another way on a unit, the latest of it, last first."""
    return exceptions_of(unit=unit)[:LATEST]


def overridden_by_gate(sites: Collection[UUID], *, since: datetime) -> dict[str, int]:
    """How often each gate was overridden since then, by its path."""
    found = ProcessException.objects.filter(site__in=sites, kind=ExceptionKind.OVERRIDE, at__gte=since)
    return dict(found.order_by().values_list("gate").annotate(Count("pk")))

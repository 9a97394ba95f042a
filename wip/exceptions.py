"""Reads of deviation permits, and of what went another way than planned."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from wip.models import Permit, ProcessException


def exceptions_of(**among: Any) -> QuerySet[ProcessException]:
    """What went another way, latest first, with what is shown of it."""
    found = ProcessException.objects.select_related("work_order", "unit", "permit", "by", "approved_by", "site")
    return found.filter(**among).order_by("-sequence")


def permits_of(sites: Collection[UUID], *, status: str = "") -> QuerySet[Permit]:
    """The permits of the sites, latest first, with what is shown of them; every status when it is empty."""
    found = Permit.objects.select_related("site", "product", "work_order", "unit", "granted_by", "closed_by")
    found = found.filter(site__in=sites).order_by("-granted_at", "-pk")
    return found.filter(status=status) if status else found

"""Defects that were found: named where something is scrapped, sent back or held, counted by code."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, DecimalField, Exists, Max, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from equipment.models import WorkCenter
from genealogy.models import Unit
from genealogy.status import UnitStatus
from wip.models import ExecutionEvent, Hold, Rework
from wip.status import HoldStatus, ReworkStatus


@dataclass(frozen=True)
class FoundDefect:
    """How often a defect was found at a site. scrapped: how much with it, in quantity_unit; reworks: how many for it;
    held: how many units for it of which nobody has decided yet.

    name: as it was called, of several names one.
    """

    site: UUID
    code: str
    quantity_unit: str
    name: str
    scrapped: Decimal
    reworks: int
    held: int

    @property
    def total(self) -> Decimal:
        return self.scrapped + self.reworks + self.held


def found_defects(sites: Collection[UUID], *, since: datetime) -> list[FoundDefect]:
    """The defects that were found since then, the most frequent first. One statement.

    Not those of scrap that was taken back, nor of a rework that was cancelled, nor of a hold that was released: who
    decides then names the defect, or none.
    """
    amount = DecimalField(max_digits=20, decimal_places=4)
    scraps = ExecutionEvent.objects.filter(site__in=sites, at__gte=since, scrap__gt=0, reversed_by_event__isnull=True)
    of_scrap = (
        scraps.exclude(defect_code="")
        .order_by()
        .values_list("site", "defect_code", "execution__work_order__quantity_unit")
        .annotate(name=Max("defect_name"), scrapped=Sum("scrap", output_field=amount), reworks=Value(0), held=Value(0))
    )
    decided = Rework.objects.filter(site__in=sites, decided_at__gte=since).exclude(status=ReworkStatus.CANCELLED)
    of_reworks = (
        decided.exclude(defect_code="")
        .order_by()
        .values_list("site", "defect_code", "unit__work_order__quantity_unit")
        .annotate(name=Max("defect_name"), scrapped=Cast(Value(0), amount), reworks=Count("pk"), held=Value(0))
    )
    of_holds = (
        _undecided(sites, since)
        .order_by()
        .values_list("site", "defect_code", "unit__work_order__quantity_unit")
        .annotate(
            name=Max("defect_name"),
            scrapped=Cast(Value(0), amount),
            reworks=Value(0),
            held=Count("unit", distinct=True),
        )
    )
    found: dict[tuple[UUID, str, str], FoundDefect] = {}
    for *key, name, scrapped, reworks, held in of_scrap.union(of_reworks, of_holds, all=True):
        one = FoundDefect(*key, name, scrapped, reworks, held)
        before = found.get(tuple(key))
        found[tuple(key)] = one if before is None else _together(before, one)
    return sorted(found.values(), key=lambda one: (-one.total, one.code, one.quantity_unit))


def _together(one: FoundDefect, other: FoundDefect) -> FoundDefect:
    return replace(
        one,
        name=max(one.name, other.name),
        scrapped=one.scrapped + other.scrapped,
        reworks=one.reworks + other.reworks,
        held=one.held + other.held,
    )


def _undecided(sites: Collection[UUID], since: datetime) -> QuerySet[Hold]:
    """Open holds that name a defect: not those that were inherited, nor of a unit that was sent back or scrapped since,
    where the defect is named anew.
    """
    sent_back = Rework.objects.filter(unit=OuterRef("unit"), decided_at__gte=OuterRef("placed_at"))
    found = Hold.objects.filter(site__in=sites, placed_at__gte=since, status=HoldStatus.OPEN, origin__isnull=True)
    return found.exclude(defect_code="").exclude(unit__status=UnitStatus.SCRAPPED).exclude(Exists(sent_back))


def area_where(unit: Unit, operation_code: str = "") -> QuerySet[WorkCenter, UUID | None]:
    """The key of the area in which the unit was last worked on, at this operation if one is named.

    To be asked for within a statement.
    """
    of_it = Q(stations__executions__unit=unit)
    if operation_code:
        of_it &= Q(stations__executions__operation_code=operation_code)
    found = WorkCenter.objects.filter(of_it)
    return found.order_by("-stations__executions__started_at").values_list("area", flat=True)[:1]


def defect_in_words(one: ExecutionEvent | Rework | Hold) -> str:
    """The defect that a record names, in a sentence; empty where it names none."""
    return _("Defect {code} {name}.").format(code=one.defect_code, name=one.defect_name) if one.defect_code else ""

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Length

from equipment.models import (
    AssetUse,
    CalibrationRecord,
    HelpCall,
    PhysicalAsset,
    Reason,
    ReasonTree,
    Site,
    Station,
    Tag,
    WorkCenter,
)
from equipment.models.assets import DUE_SOON
from equipment.outline import Line
from equipment.status import CalibrationResult, CalibrationState, CallStatus, ReasonKind, TreeStatus
from mes.kernel.prepared import Question, any_of, at_once, prepared

M = TypeVar("M", bound=Model)
AreaKey = UUID | QuerySet[WorkCenter, UUID | None]  # of an area; or what finds it within the statement


def in_plant_order(prefix: str = "") -> list[Any]:
    """What orders stations: work center, then code, ST-20 before ST-110. prefix: the way to them, `station__`."""
    return [f"{prefix}work_center__code", Length(f"{prefix}code"), f"{prefix}code"]


def sites_of(person: Any) -> dict[UUID, Site]:
    """The sites the person may see, by key; asked once for a person object.

    Those of their SiteAccess; who comes by a token of some sites sees those alone. Nothing else decides about sites.
    """
    known = getattr(person, "_sites", None)
    if known is None:
        known = person._sites = _seen_by(person, _sites_of(person.pk))
    return known


def asked_with_sites(person: Any, question: Question[M]) -> list[M]:
    """What the question finds; the person's sites, which `sites_of` tells afterwards, are asked for in the same go."""
    found, sites = at_once(question, _sites_of.of(person.pk))
    person._sites = _seen_by(person, sites)
    return found


def _seen_by(person: Any, sites: Iterable[Site]) -> dict[UUID, Site]:
    token = getattr(person, "token", None)
    only = token.sites if token else ()
    return {site.pk: site for site in sites if not only or site.pk in only}


@prepared
def _sites_of(person: UUID) -> QuerySet[Site]:
    return Site.objects.filter(people__person=person)


def station_at(site: Site, code: str) -> Station | None:
    """The active station of this code at the site."""
    return Station.objects.select_related("site").filter(site=site, code__iexact=code, is_active=True).first()


def assets_of(sites: Collection[UUID]) -> QuerySet[PhysicalAsset]:
    """The assets of the sites, with what a list shows of them."""
    found = PhysicalAsset.objects.filter(site__in=sites).select_related("asset_class", "station__site", "site")
    return found.order_by("code")


@prepared
def assets_at(stations: Collection[UUID]) -> QuerySet[PhysicalAsset]:
    """The assets in use at these stations, with their classes, by code."""
    found = PhysicalAsset.objects.filter(station=any_of(stations), is_active=True)
    return found.select_related("asset_class").order_by("code")


@prepared
def lock_assets_at(station: UUID, classes: Collection[str]) -> QuerySet[PhysicalAsset]:
    """The assets in use at a station of these classes, locked in one order. An asset never changes its class."""
    here = PhysicalAsset.objects.filter(station=station, is_active=True, asset_class__code=any_of(classes))
    here = here.select_related("asset_class").order_by("pk")
    return here.select_for_update(of=("self",), no_key=True)


@prepared
def lock_assets_taken_by(*executions: UUID) -> QuerySet[PhysicalAsset]:
    """The assets that the executions took, locked in one order."""
    taken = AssetUse.objects.filter(execution__in=executions).values("asset")
    found = PhysicalAsset.objects.filter(pk__in=taken).select_related("asset_class").order_by("pk")
    return found.select_for_update(of=("self",), no_key=True)


def in_state(states: Collection[CalibrationState], sites: Collection[Site], at: datetime) -> Q:
    """The condition for assets whose calibration is in one of these states, by the date at each one's site."""
    return reduce(
        or_, (_in_state(state, site, site.local(at).date()) for state in states for site in sites), Q(pk=None)
    )


def _in_state(state: CalibrationState, site: Site, today: date) -> Q:
    soon = today + DUE_SOON
    calibrated = Q(site=site, asset_class__calibration_interval_days__isnull=False)
    return {
        CalibrationState.NOT_NEEDED: Q(site=site, asset_class__calibration_interval_days__isnull=True),
        CalibrationState.MISSING: calibrated & Q(calibration_due_date__isnull=True),
        CalibrationState.OVERDUE: calibrated & Q(calibration_due_date__lt=today),
        CalibrationState.DUE_SOON: calibrated & Q(calibration_due_date__range=(today, soon)),
        CalibrationState.IN_ORDER: calibrated & Q(calibration_due_date__gt=soon),
    }[state]


def due_this_month(sites: Collection[Site], at: datetime) -> Q:
    """The condition for assets whose calibration is due until the end of the month at their site, or was before."""
    found = (Q(site=site, calibration_due_date__lte=_end_of_month(site.local(at).date())) for site in sites)
    return reduce(or_, found, Q(pk=None))


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


# The condition for assets whose life is used up, by cycles or by hours.
WORN_OUT = Q(cycles__gte=F("asset_class__life_cycles")) | Q(hours__gte=F("asset_class__life_hours"))


def asset_by_code(code: str, sites: Collection[UUID]) -> PhysicalAsset | None:
    """The asset of this code at one of the sites."""
    return assets_of(sites).filter(code__iexact=code).first()


def last_good_calibration(asset: PhysicalAsset) -> CalibrationRecord | None:
    """The last calibration that found the asset good as it was: what was measured before it is beyond doubt."""
    return asset.calibrations.filter(result=CalibrationResult.PASSED).first()


def execution_keys(asset: PhysicalAsset, since: datetime | None = None) -> QuerySet[AssetUse, UUID | None]:
    """The keys of the operation executions that took the asset, to be looked for; since: a time, None for all."""
    uses = asset.uses.filter(execution__isnull=False)
    return (uses.filter(at__gt=since) if since else uses).values_list("execution", flat=True)


def assets_taken_by(executions: Collection[UUID]) -> dict[UUID, list[PhysicalAsset]]:
    """The assets that each of the executions took, by code."""
    found: dict[UUID, list[PhysicalAsset]] = {}
    for use in _uses_of(executions):
        assert use.execution is not None
        known = found.setdefault(use.execution, [])
        if use.asset not in known:
            known.append(use.asset)
    return found


@prepared
def _uses_of(executions: Collection[UUID]) -> QuerySet[AssetUse]:
    uses = AssetUse.objects.filter(execution=any_of(executions))
    return uses.select_related("asset__asset_class").order_by("asset__code")


def find_calls(sites: Collection[UUID], *, is_open: bool) -> QuerySet[HelpCall]:
    """Help calls: the open ones, longest first, or those done, latest first."""
    found = _calls().filter(site__in=sites)
    if is_open:
        return found.exclude(status=CallStatus.DONE).order_by("called_at")
    return found.filter(status=CallStatus.DONE).order_by("-done_at")


@prepared
def open_calls(sites: Collection[UUID]) -> QuerySet[HelpCall]:
    """The calls of the sites that are not done, longest first."""
    return _calls().filter(site=any_of(sites)).exclude(status=CallStatus.DONE).order_by("called_at")


def _calls() -> QuerySet[HelpCall]:
    return HelpCall.objects.select_related("site", "station", "called_by", "taken_by", "done_by")


def open_calls_at(station: Station) -> dict[str, HelpCall]:
    """The calls of a station that are not done, by kind."""
    return {call.kind: call for call in _open_calls_at(station.pk)}


@prepared
def _open_calls_at(station: UUID) -> QuerySet[HelpCall]:
    return HelpCall.objects.filter(station=station).exclude(status=CallStatus.DONE).select_related("taken_by")


@dataclass
class Branch:
    """A reason of a tree with what stands below it; only one without anything below can be chosen."""

    code: str
    name: str
    depth: int
    below: "list[Branch]" = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def leaves(self) -> "list[Branch]":
        """What can be chosen here and below, in the order of the tree."""
        return [leaf for branch in self.below for leaf in branch.leaves] if self.below else [self]


def lines_of(tree: ReasonTree) -> list[Line]:
    """The reasons of a tree as lines of an outline, headings before what stands below them."""
    return [Line(one.code, one.name, one.depth, heading) for one, heading in _walk(branches_of(tree.reasons.all()), "")]


def _walk(branches: Iterable[Branch], heading: str) -> Iterator[tuple[Branch, str]]:
    for branch in branches:
        yield branch, heading
        yield from _walk(branch.below, branch.code)


def branches_of(reasons: Iterable[Reason]) -> list[Branch]:
    """The tree that these reasons of one version make."""
    below: dict[UUID | None, list[Reason]] = {}
    for reason in reasons:
        below.setdefault(reason.parent_id, []).append(reason)

    def grow(parent: UUID | None, depth: int) -> list[Branch]:
        return [Branch(one.code, one.name, depth, grow(one.pk, depth + 1)) for one in below.get(parent, ())]

    return grow(None, 0)


def reasons_for(site: UUID, area: AreaKey | None, *kinds: ReasonKind) -> dict[str, list[Branch]]:
    """The released reasons by kind: the area's own, where it has none the site's. One query for all the kinds."""
    here = Q(tree__area=area) | Q(tree__area__isnull=True)
    rows = Reason.objects.filter(here, tree__site=site, tree__kind__in=kinds, tree__status=TreeStatus.RELEASED)
    found: dict[str, dict[UUID | None, list[Reason]]] = {kind: {} for kind in kinds}
    for reason in rows.select_related("tree"):
        found[reason.tree.kind].setdefault(reason.tree.area_id, []).append(reason)
    return {kind: branches_of(_nearest(own)) for kind, own in found.items()}


def _nearest(own: dict[UUID | None, list[Reason]]) -> list[Reason]:
    """Those of the one area that was asked for, else the site's."""
    of_area = next((reasons for area, reasons in own.items() if area is not None), None)
    return of_area or own.get(None) or []


def area_of(station: UUID) -> QuerySet[WorkCenter, UUID | None]:
    """The key of a station's area, to be asked for within a statement."""
    return WorkCenter.objects.filter(stations=station).values_list("area", flat=True)[:1]


def accounts_at(stations: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Whose account books what the machines at these stations do: pairs of station and person."""
    found = Tag.objects.filter(station__in=stations, connection__account__isnull=False)
    return set(found.order_by().values_list("station", "connection__account").distinct())

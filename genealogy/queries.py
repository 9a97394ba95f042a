from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from genealogy.models import Activity, ActivityUnit, Direction, Unit
from genealogy.status import ActivityKind, UnitStatus
from mes.kernel.prepared import any_of, prepared
from orders.plans import ComponentPlan, Plan, SubstitutePlan
from orders.queries import pinned_plan, plan_of


@dataclass(frozen=True)
class ComponentScan:
    """A component offered to a scan step: what was read, what it is (None: unknown), what is wanted.

    quantity: what is going to be consumed of it, in the component's quantity_unit.
    """

    step_code: str
    scanned: str
    unit: Unit | None
    wanted: ComponentPlan
    quantity: Decimal

    @property
    def substitute(self) -> SubstitutePlan | None:
        """The entry of the BOM by which the unit may replace the component, whether it is valid today or not."""
        return substitute_for(self.wanted, self.unit)


def substitute_for(wanted: ComponentPlan, unit: Unit | None) -> SubstitutePlan | None:
    """The entry that lists the unit's product as a substitute of the component."""
    return next((one for one in wanted.substitutes if unit and one.product_id == unit.product_id), None)


class TakesComponents(Protocol):
    components: Sequence[ComponentScan]


def plan_for(unit: Unit) -> Plan:
    """The plan that a unit of a released order follows now: that of its rework, else its order's.

    A redline stands on the unit: who waited for the unit's lock sees it, whatever was known of the order before.
    """
    assert unit.work_order is not None, "what was received has no plan"
    own = unit.rework_plan_id or unit.redline_plan_id
    return pinned_plan(own) if own else plan_of(unit.work_order)


def first_of_family(unit: Unit) -> str:
    """The serial of the first lot of a unit's family: its own, of a part that by which all parts are numbered."""
    return unit.serial.rpartition("-")[0] if unit.split_from_id else unit.serial


def unit_by_serial(serial: str, sites: Collection[UUID] | None = None) -> Unit | None:
    """The unit or lot of this serial, at one of the sites."""
    return next((unit for unit in _by_serial(serial) if sites is None or unit.site_id in sites), None)


@prepared
def _by_serial(serial: str) -> QuerySet[Unit]:
    return Unit.objects.select_related(
        "site",
        "product",
        "split_from",
        "container",
        "work_order__product_revision__product",
        "work_order__routing_revision__routing",
    ).filter(serial=serial)


def lock_units(serials: Sequence[str], *, site_id: UUID) -> dict[str, Unit]:
    """The site's units of these serials, locked in the order of their keys (the lock order for components)."""
    if not serials:
        return {}
    return {unit.serial: unit for unit in _lock_units(serials, site_id)}


@prepared
def _lock_units(serials: Collection[str], site: UUID) -> QuerySet[Unit]:
    locked = Unit.objects.select_for_update(of=("self",), no_key=True).filter(serial=any_of(serials), site=site)
    return locked.select_related("product").order_by("pk")


def components(subjects: Sequence[TakesComponents]) -> list[list[ComponentScan]]:
    """The components each subject is about to take."""
    return [list(subject.components) for subject in subjects]


def hosts(subjects: Sequence[TakesComponents]) -> list[dict[UUID, str]]:
    """Of each subject's components that are used up: the serial they were built into. No query when none is."""
    spent = {
        scan.unit.pk
        for subject in subjects
        for scan in subject.components
        if scan.unit is not None and scan.unit.status == UnitStatus.CONSUMED
    }
    found: dict[UUID, str] = {}
    if spent:
        rows = ActivityUnit.objects.filter(
            unit__in=spent,
            direction=Direction.INPUT,
            activity__kind=ActivityKind.CONSUME,
            activity__reversed_by_activity__isnull=True,
            activity__units__direction=Direction.OUTPUT,
        ).order_by("activity__sequence")
        found = dict(rows.values_list("unit_id", "activity__units__unit__serial"))
    return [found] * len(subjects)


# The unit, and the lots that it was a part of or that were merged into it, each until it was split off or merged.
_BUILT = """
WITH RECURSIVE came (unit_id, until) AS (
    SELECT %s::uuid, NULL::bigint
    UNION SELECT went.unit_id, happened.sequence
    FROM came
    JOIN genealogy_activityunit made ON made.unit_id = came.unit_id AND made.direction = 'OUTPUT'
    JOIN genealogy_activity happened ON happened.id = made.activity_id AND happened.kind IN ('SPLIT', 'MERGE')
        AND (came.until IS NULL OR happened.sequence < came.until)
    JOIN genealogy_activityunit went ON went.activity_id = happened.id AND went.direction = 'INPUT'
)
SELECT built.id FROM came
JOIN genealogy_activityunit host ON host.unit_id = came.unit_id AND host.direction = 'OUTPUT'
JOIN genealogy_activity built ON built.id = host.activity_id AND built.kind = 'CONSUME'
    AND (came.until IS NULL OR built.sequence < came.until)
"""


def as_built(unit: Unit | UUID) -> QuerySet[ActivityUnit]:
    """What is built into the unit, and was into the lots it came from while they were one, in order of its building."""
    return ever_built_in(unit).filter(activity__reversed_by_activity__isnull=True)


def ever_built_in(unit: Unit | UUID) -> QuerySet[ActivityUnit]:
    """The same, with what was taken out again."""
    return (
        ActivityUnit.objects.filter(
            activity__in=RawSQL(_BUILT, [unit.pk if isinstance(unit, Unit) else unit]),  # noqa: S611 - a constant, the key is a parameter
            direction=Direction.INPUT,
        )
        .select_related("unit__product", "activity__by")
        .order_by("activity__sequence", "id")
    )


def history_of(unit: Unit | UUID) -> QuerySet[Activity]:
    """Everything that was done to the unit, in order."""
    return Activity.objects.filter(units__unit=unit).select_related("by").order_by("sequence").distinct()

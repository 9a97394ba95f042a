"""Every gate of the plant: what it asks, where it applies, how often it refused."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Q
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from equipment.models import ClearanceItem
from mes.kernel import gates
from mes.kernel.audit.queries import refused_by_day
from mes.kernel.gates import Gate, Hook, Override
from orders.models import Operation, OperationAsset, OperationEdge, OperationQualification, Step, StepKind
from orders.status import RevisionStatus
from wip.exceptions import overridden_by_gate

_HOOKS = {
    Hook.START: _("start"),
    Hook.TAKE_OVER: _("take-over"),
    Hook.RECORD: _("record"),
    Hook.COMPLETE: _("complete"),
    Hook.SKIP: _("skip"),
}
_OVERRIDES = {Override.NEVER: _("Nobody"), Override.SUPERVISOR: _("Supervisor"), Override.PERMIT: _("By a permit")}

# What of the released routings asks for a gate; of one that is not here, every operation does.
_PLACES = {
    "wip.gates.predecessors_done": "operations_after_others",
    "wip.gates.line_cleared": "operations_with_clearance",
    "mes.kernel.personnel.gates.operator_qualified": "operations_with_qualification",
    "orders.gates.instruction_read": "operations_with_instruction",
    "equipment.gates.asset_at_station": "operations_with_assets",
    "equipment.gates.asset_calibrated": "operations_with_assets",
    "equipment.gates.asset_has_life": "operations_with_assets",
    "equipment.gates.taken_asset_still_fit": "operations_with_assets",
    "genealogy.gates.component_known": "steps_that_scan",
    "genealogy.gates.component_is_right_part": "steps_that_scan",
    "genealogy.gates.component_is_right_revision": "steps_that_scan",
    "genealogy.gates.component_released": "steps_that_scan",
    "genealogy.gates.component_not_expired": "steps_that_scan",
    "genealogy.gates.component_staged_here": "steps_that_scan",
    "genealogy.gates.component_available": "steps_that_scan",
    "wip.gates.component_not_on_hold": "steps_that_scan",
    "wip.gates.first_expiry_first": "steps_that_scan",
    "wip.gates.required_steps_recorded": "required_steps",
    "quality.gates.readings_within_limits": "steps_with_limits",
}
_WORDS = {
    "operations": _("operations: all"),
    "operations_after_others": _("operations that wait for others"),
    "operations_with_clearance": _("operations that ask for a line clearance"),
    "operations_with_qualification": _("operations that ask for a qualification"),
    "operations_with_instruction": _("operations with an instruction to confirm"),
    "operations_with_assets": _("operations that ask for a tool, gauge or fixture"),
    "steps_that_scan": _("steps that scan a component"),
    "required_steps": _("required steps"),
    "steps_with_limits": _("steps with limits"),
}
_COUNTED_FOR_S = 300  # released routings change seldom, and counting them all takes longer than the page may


@dataclass(frozen=True)
class GateLine:
    """A gate with its figures. days: refusals in each of 30 spans of 24 hours, latest first. stations: with a list."""

    gate: Gate
    place: str
    place_count: int
    stations: int | None
    days: tuple[int, ...]
    overridden: int = 0  # in the same 30 days

    @property
    def path(self) -> str:
        return self.gate.path

    @property
    def name(self) -> str:
        return self.gate.words

    @property
    def summary(self) -> str:
        return translation.gettext(self.gate.summary)

    @property
    def hooks(self) -> str:
        return capfirst(", ".join(str(_HOOKS[hook]) for hook in Hook if hook in self.gate.hooks))

    @property
    def override(self) -> str:
        return str(_OVERRIDES[self.gate.override])

    @property
    def place_words(self) -> str:
        return str(_WORDS[self.place])

    @property
    def last_24_h(self) -> int:
        return self.days[0]

    @property
    def last_7_days(self) -> int:
        return sum(self.days[:7])

    @property
    def last_30_days(self) -> int:
        return sum(self.days)

    @property
    def bars(self) -> list[tuple[int, float, float]]:
        """(x, y, height) of each day with refusals, oldest at the left, the highest 20 units high."""
        top = max(self.days)
        oldest_first = enumerate(reversed(self.days))
        return [
            (4 * n, round(22 - 20 * count / top, 1), round(20 * count / top, 1)) for n, count in oldest_first if count
        ]


def overview(sites: Collection[UUID], *, at: datetime, only: Sequence[Gate] | None = None) -> list[GateLine]:
    """The plant's gates in their order, or only these. Statements: two, and six more every five minutes."""
    refused, places = refused_by_day(sites, at=at), _places(sites)
    passed, never = overridden_by_gate(sites, since=at - timedelta(days=30)), [0] * 30
    return [
        GateLine(
            gate,
            place := _PLACES.get(gate.path, "operations"),
            places[place],
            places["stations_with_checklist"] if place == "operations_with_clearance" else None,
            tuple(refused.get(gate.path, never)),
            passed.get(gate.path, 0),
        )
        for gate in (gates.configured() if only is None else only)
    ]


def gate_of(path: str) -> Gate | None:
    """The plant's gate of this path."""
    return next((gate for gate in gates.configured() if gate.path == path), None)


def _places(sites: Collection[UUID]) -> dict[str, int]:
    """How many operations, steps and stations of the sites' released routings ask for each kind of gate."""
    key = "gate-places:" + ",".join(sorted(map(str, sites)))
    known = cache.get(key)
    if known is None:
        known = _count_places(sites)
        cache.set(key, known, _COUNTED_FOR_S)
    return known


def _count_places(sites: Collection[UUID]) -> dict[str, int]:
    released = {"routing_revision__status": RevisionStatus.RELEASED, "routing_revision__routing__site__in": sites}
    of_released = {f"operation__{name}": value for name, value in released.items()}
    operations = Operation.objects.filter(**released).aggregate(
        operations=Count("pk"),
        operations_with_clearance=Count("pk", filter=Q(needs_line_clearance=True)),
        operations_with_instruction=Count("pk", filter=Q(must_confirm_instruction=True)),
    )
    steps = Step.objects.filter(**of_released).aggregate(
        steps_that_scan=Count("pk", filter=Q(kind=StepKind.SCAN)),
        required_steps=Count("pk", filter=Q(is_required=True)),
        steps_with_limits=Count("pk", filter=Q(lower__isnull=False) | Q(upper__isnull=False)),
    )
    return {
        **operations,
        **steps,
        "operations_after_others": OperationEdge.objects.filter(**released).values("after").distinct().count(),
        "operations_with_qualification": _asking(OperationQualification, of_released),
        "operations_with_assets": _asking(OperationAsset, of_released),
        "stations_with_checklist": ClearanceItem.objects.filter(station__site__in=sites, is_active=True)
        .values("station")
        .distinct()
        .count(),
    }


def _asking(model, of_released: dict) -> int:
    return model.objects.filter(**of_released).values("operation").distinct().count()

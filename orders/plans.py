"""What a pinned routing and product revision ask for, as one frozen value without a database behind it.

A field with a default is left out of the canonical content where it has that default: a plan that was pinned before
there was such a field keeps its digest.
"""

from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

from mes.kernel.audit import canonical


@dataclass(frozen=True)
class SubstitutePlan:
    """What may replace a component from and to a day, both included; factor: how much of it replaces one."""

    product_id: UUID
    code: str
    name: str
    tracking: str
    factor: Decimal
    quantity_unit: str
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class ComponentPlan:
    """What a scan step takes, or what an operation uses untraced.

    quantity: per piece made (is_per_run: for a run of the operation), in the component's quantity_unit. revision: only
    this revision of it; "": any. trace_level: "" as it is tracked.
    """

    product_id: UUID
    code: str
    name: str
    tracking: str
    quantity: Decimal
    quantity_unit: str
    is_per_run: bool = False
    trace_level: str = ""
    revision: str = ""
    reference_designators: str = ""
    substitutes: tuple[SubstitutePlan, ...] = ()


@dataclass(frozen=True)
class ConditionPlan:
    """A step is asked only when the last answer of an earlier one compares so (orders.models.Comparison)."""

    step: str
    comparison: str
    value: str


@dataclass(frozen=True)
class EdgePlan:
    """What an operation waits for beyond that `before` is done; None: nothing of the kind."""

    before: str
    transfer_quantity: Decimal | None = None
    minimum_time_s: int | None = None
    maximum_time_s: int | None = None
    holds_when_late: bool = False


@dataclass(frozen=True)
class AssetPlan:
    """A class of tool, gauge or fixture that must be at the station."""

    class_code: str
    name: str
    kind: str
    cycles_per_piece: int = 1


@dataclass(frozen=True)
class SetpointPlan:
    """A value of the recipe: what is written to a tag at the station, and how far what is read back may differ."""

    tag: str
    value: str
    tolerance: Decimal | None = None


@dataclass(frozen=True)
class InstructionPlan:
    """The revision of an instruction that the order was released with."""

    revision_id: UUID
    code: str
    name: str
    number: int
    must_confirm: bool = False


@dataclass(frozen=True)
class StepPlan:
    """One step; limits in quantity_unit, None where open."""

    code: str
    position: int
    kind: str
    name: str
    instruction: str
    picture: str
    is_required: bool
    samples: int
    quantity_unit: str
    lower: Decimal | None
    target: Decimal | None
    upper: Decimal | None
    component: ComponentPlan | None
    decimals: int | None = None
    choices: tuple[str, ...] = ()
    condition: ConditionPlan | None = None
    needs_witness: bool = False
    signature_meaning: str = ""
    tag: str = ""
    is_from_machine: bool = False


@dataclass(frozen=True)
class OperationPlan:
    """One operation. qualifications: (code, name, minimum level). predecessors: codes of what is to be done first.

    edges: those of the predecessors that ask for more than being done. untraced: components used without a scan.
    setpoints: the recipe, in the order of writing.
    """

    code: str
    name: str
    station_class_id: UUID
    station_class: str
    run_time_s: int
    signature_meaning: str
    qualifications: tuple[tuple[str, str, int], ...]
    predecessors: tuple[str, ...]
    steps: tuple[StepPlan, ...]
    setup_time_s: int = 0
    is_optional: bool = False
    alternate_group: str = ""
    max_attempts: int = 0
    needs_line_clearance: bool = False
    instruction: InstructionPlan | None = None
    assets: tuple[AssetPlan, ...] = ()
    edges: tuple[EdgePlan, ...] = ()
    untraced: tuple[ComponentPlan, ...] = ()
    setup_family: str = ""
    batch_quantity: Decimal | None = None
    hold_after_failures: int = 0
    hold_below_yield: int | None = None
    setpoints: tuple[SetpointPlan, ...] = ()

    def step(self, code: str) -> StepPlan | None:
        return next((step for step in self.steps if step.code == code), None)

    def edge(self, before: str) -> EdgePlan:
        """What is asked between `before`, one of its predecessors, and this operation."""
        return next((edge for edge in self.edges if edge.before == before), EdgePlan(before))

    @property
    def lets_parts_in(self) -> bool:
        """Whether it may begin on a part of a lot, while an operation before it still runs."""
        return any(edge.transfer_quantity is not None for edge in self.edges)

    @property
    def required(self) -> Iterator[tuple[StepPlan, int]]:
        """Every (step, sample) that has to be recorded."""
        return ((step, sample) for step in self.steps if step.is_required for sample in range(1, step.samples + 1))


@dataclass(frozen=True)
class Plan:
    """The content an order pins at its release. operations: in an order that respects the graph."""

    product_code: str
    product_name: str
    product_revision: str
    routing: str
    routing_revision: int
    operations: tuple[OperationPlan, ...]

    def operation(self, code: str) -> OperationPlan | None:
        return self._by_code.get(code)

    @cached_property
    def _by_code(self) -> dict[str, OperationPlan]:
        return {operation.code: operation for operation in self.operations}

    @cached_property
    def last_operations(self) -> frozenset[str]:
        """Operations that nothing waits for: a unit is finished when they all are done."""
        waited_for = {code for operation in self.operations for code in operation.predecessors}
        return frozenset(operation.code for operation in self.operations) - waited_for

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical content."""
        return canonical.digest(self.content)

    @classmethod
    def of(cls, content: dict[str, Any]) -> "Plan":
        """The plan that canonical content describes: the inverse of `content`."""
        return _read(cls, content)

    @property
    def content(self) -> dict[str, Any]:
        return _content(self)


def _content(value: Any) -> Any:
    """A plan as plain values, without what has its default."""
    if is_dataclass(value) and not isinstance(value, type):
        given = ((field, getattr(value, field.name)) for field in fields(value))
        return {
            field.name: _content(each) for field, each in given if field.default is MISSING or each != field.default
        }
    return tuple(_content(each) for each in value) if isinstance(value, tuple) else value


def _read(shape: Any, content: Any) -> Any:
    """The value of a type out of what JSON made of it. Knows the types that plans are made of, and no others."""
    if is_dataclass(shape):
        types = get_type_hints(shape)
        return shape(**{name: _read(types[name], each) for name, each in content.items()})
    if isinstance(shape, UnionType):
        if content is None:
            return None
        (shape,) = (each for each in get_args(shape) if each is not type(None))
        return _read(shape, content)
    if get_origin(shape) is tuple:
        of = get_args(shape)
        if of[-1] is Ellipsis:
            return tuple(_read(of[0], each) for each in content)
        return tuple(_read(each_of, each) for each_of, each in zip(of, content, strict=True))
    if shape is date:
        return date.fromisoformat(content)
    return shape(content) if shape in (UUID, Decimal) else content

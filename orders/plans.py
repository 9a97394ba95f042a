"""What a pinned routing and product revision ask for, as one frozen value without a database behind it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from mes.kernel.audit import canonical


@dataclass(frozen=True)
class ComponentPlan:
    """What a scan step takes. quantity: per piece made, in the component's quantity_unit."""

    product_id: UUID
    code: str
    name: str
    tracking: str
    quantity: Decimal
    quantity_unit: str


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


@dataclass(frozen=True)
class OperationPlan:
    """One operation. qualifications: (code, name, minimum level). predecessors: codes of what is to be done first."""

    code: str
    name: str
    station_class_id: UUID
    station_class: str
    run_time_s: int
    signature_meaning: str
    qualifications: tuple[tuple[str, str, int], ...]
    predecessors: tuple[str, ...]
    steps: tuple[StepPlan, ...]

    def step(self, code: str) -> StepPlan | None:
        return next((step for step in self.steps if step.code == code), None)

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
        return cls(**content | {"operations": tuple(_operation(each) for each in content["operations"])})

    @property
    def content(self) -> dict[str, Any]:
        return asdict(self)


def _operation(content: dict[str, Any]) -> OperationPlan:
    qualifications = tuple((code, name, level) for code, name, level in content["qualifications"])
    return OperationPlan(
        **content
        | {
            "station_class_id": UUID(content["station_class_id"]),
            "qualifications": qualifications,
            "predecessors": tuple(content["predecessors"]),
            "steps": tuple(_step(each) for each in content["steps"]),
        }
    )


def _step(content: dict[str, Any]) -> StepPlan:
    component = content["component"]
    numbers = {name: _decimal(content[name]) for name in ("lower", "target", "upper")}
    if component is not None:
        known = {"product_id": UUID(component["product_id"]), "quantity": Decimal(component["quantity"])}
        component = ComponentPlan(**component | known)
    return StepPlan(**content | numbers | {"component": component})


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)

"""Planned times of operations, in seconds: setup once, run for each piece. Pure but for pinned plans."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from orders.plans import OperationPlan, Plan
from orders.queries import pinned_plan
from wip.ways import Way


class Effort(NamedTuple):
    """setup_s: whatever the quantity; run_s: for each piece."""

    setup_s: int
    run_s: int

    def for_quantity(self, quantity: Decimal) -> int:
        return self.setup_s + round(self.run_s * quantity)


def effort_of(operation: OperationPlan) -> Effort:
    return Effort(operation.setup_time_s, operation.run_time_s)


def effort_from(plan: Plan, code: str) -> Effort:
    """The work that is left when this operation comes next: its own and that of all that comes after it.

    Of alternates the shortest counts. What goes on beside it, on another branch, does not.
    """
    return _effort_from(plan.digest, code)


@lru_cache(maxsize=16384)
def _effort_from(digest: str, code: str) -> Effort:
    plan = pinned_plan(digest)
    after = Way(plan, {}).after(code)
    asked = [one for one in plan.operations if one.code in after]
    chosen = plan.operation(code)
    group = chosen.alternate_group if chosen else ""
    left = [one for one in asked if one.code == code or not one.alternate_group]
    groups = {one.alternate_group for one in asked} - {"", group}
    left += [min(_of_group(asked, name), key=lambda one: sum(effort_of(one))) for name in sorted(groups)]
    return Effort(sum(one.setup_time_s for one in left), sum(one.run_time_s for one in left))


def _of_group(operations: Iterable[OperationPlan], group: str) -> list[OperationPlan]:
    return [one for one in operations if one.alternate_group == group]

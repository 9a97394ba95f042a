"""Where a unit stands in its plan: what is done, what may begin, what comes next. Pure: no query but for pinned plans.

The one place that knows predecessors, overlap, alternates, skipped operations, rework and redlines. Gates, queues, the
order's grid and "why can't I?" all ask it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from orders.plans import OperationPlan, Plan
from orders.queries import pinned_plan
from wip.models import OperationExecution
from wip.status import ExecutionStatus


@dataclass(frozen=True)
class Way:
    """A unit's way through a plan. current: of each operation that was begun, the attempt that counts.

    attempts: how often each was begun; what was skipped or taken back is not counted.
    """

    plan: Plan
    current: Mapping[str, OperationExecution]
    attempts: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan, executions: Iterable[OperationExecution]) -> "Way":
        """From all executions on the unit; what no longer counts is left out of `current`."""
        known = list(executions)
        uncounted = (ExecutionStatus.SKIPPED, ExecutionStatus.CANCELLED)
        attempts = Counter(one.operation_code for one in known if one.status not in uncounted)
        return cls(plan, {one.operation_code: one for one in known if one.is_current}, attempts)

    def is_done(self, code: str) -> bool:
        """Completed or skipped in the attempt that counts."""
        return code in self.current and self.current[code].is_over

    def is_passed(self, code: str) -> bool:
        """Nothing more has to be done there: it is done, or this unit does not go through it."""
        return self.is_done(code) or code in self.off

    @cached_property
    def off(self) -> frozenset[str]:
        """What the unit does not go through.

        That is an alternate of what was begun, what only such alternates lead to, and what a redline put before an
        operation that was begun without it.
        """
        chosen = {o.alternate_group for o in self.plan.operations if o.alternate_group and o.code in self.current}
        off: set[str] = set()
        for operation in self.plan.operations:  # each after what it waits for
            if operation.code in self.current:
                continue
            led_to = operation.predecessors and off.issuperset(operation.predecessors)
            if operation.alternate_group in chosen or led_to or operation.code in self._overtaken:
                off.add(operation.code)
        return frozenset(off)

    @cached_property
    def _overtaken(self) -> frozenset[str]:
        """The operations that were not in the plan when something after them began."""
        found: set[str] = set()
        for code, execution in self.current.items():
            if execution.plan_id not in (None, self.plan.digest) and self.plan.operation(code) is not None:
                before = pinned_plan(execution.plan_id)
                found |= {each for each in self.before(code) if before.operation(each) is None}
        return frozenset(found)

    def before(self, code: str) -> set[str]:
        """All operations that come before one, by code."""
        found: set[str] = set()
        todo = [code]
        while todo:
            operation = self.plan.operation(todo.pop())
            new = set(operation.predecessors) - found if operation else set()
            found |= new
            todo += new
        return found

    def lacks(self, operation: OperationPlan) -> list[str]:
        """The predecessors that the operation still waits for, by code.

        One that runs is enough where the edge lets parts of a lot go on, once so much of it is good.
        """
        undone = (code for code in operation.predecessors if not self.is_passed(code))
        return [code for code in undone if not self._is_enough(operation, code)]

    def _is_enough(self, operation: OperationPlan, code: str) -> bool:
        transfer = operation.edge(code).transfer_quantity
        return transfer is not None and code in self.current and self.current[code].quantity_good >= transfer

    def upstream_good(self, operation: OperationPlan) -> Decimal | None:
        """How much the operations before it that still run have let go on; None: none of them runs."""
        return min((one.quantity_good for one in self.running_before(operation)), default=None)

    def running_before(self, operation: OperationPlan) -> list[OperationExecution]:
        """What still runs of the operations that it waits for."""
        begun = (self.current[code] for code in operation.predecessors if code in self.current)
        return [one for one in begun if one.is_running]

    @cached_property
    def openings(self) -> dict[str, bool]:
        """What comes next, by code: True: it may begin; False: what it waits for has begun."""
        found = {}
        for operation in self.plan.operations:
            if operation.code in self.current or operation.code in self.off:
                continue
            lacking = self.lacks(operation)
            if all(code in self.current for code in lacking):
                found[operation.code] = not lacking
        return found

    @cached_property
    def is_finished(self) -> bool:
        """Nothing of the plan is left to be done."""
        return all(self.is_passed(operation.code) for operation in self.plan.operations)

    def after(self, code: str) -> set[str]:
        """The operation and all that come after it, by code."""
        found = {code}
        for operation in self.plan.operations:
            if not found.isdisjoint(operation.predecessors):
                found.add(operation.code)
        return found

"""A job: one operation on one unit at a station by a person, as the gates and the verbs see it (ISA-95: job order)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from equipment.models import Station
from genealogy.models import Unit
from genealogy.queries import ComponentScan
from mes.kernel.gates import Verdict
from orders.models import WorkOrder
from orders.plans import AssetPlan, OperationPlan, Plan
from wip.entries import Entry
from wip.models import Batch, OperationExecution, Permit


@dataclass(frozen=True)
class Passed:
    """A gate's no that was overridden: by a person, or under a permit, of which `quantity` is used."""

    verdict: Verdict
    reason: str
    approved_by: Any = None
    permit: Permit | None = None
    quantity: Decimal = Decimal(0)


@dataclass
class Job:
    """The subject of the gates. order: the unit's. entries, components: what is about to be recorded and taken.

    good, scrap: what is about to be booked, when the job is about to be completed. executions: all on the unit, where
    the verb has loaded them. together: all jobs of the batch that it is, or is about to be, a part of; batch: that one.
    """

    unit: Unit
    order: WorkOrder
    plan: Plan
    operation: OperationPlan
    station: Station | None
    person: Any
    execution: OperationExecution | None = None
    entries: Sequence[Entry] = ()
    components: Sequence[ComponentScan] = field(default_factory=tuple)
    good: Decimal = Decimal(0)
    scrap: Decimal = Decimal(0)
    executions: Sequence[OperationExecution] | None = None
    together: "Sequence[Job]" = ()
    batch: Batch | None = None
    passed: Sequence["Passed"] = ()  # the gates that said no and were overridden
    is_passed: bool = True  # every value that is going to be recorded at its end is within its limits

    @property
    def site_id(self) -> UUID:
        return self.unit.site_id

    @property
    def running(self) -> OperationExecution:
        """The execution; only verbs that have locked one ask for it."""
        assert self.execution is not None
        return self.execution

    @property
    def execution_key(self) -> UUID | None:
        return self.execution.pk if self.execution else None

    @property
    def only_scraps(self) -> bool:
        """Whether the job is about to scrap, with nothing recorded and nothing good."""
        return self.scrap > 0 and self.good == 0 and not self.entries

    @property
    def station_code(self) -> str:
        return self.station.code if self.station else ""

    def date_of(self, moment: datetime) -> date:
        """The date at the job's site. Whoever brings a station has its site at hand, the unit's may cost a query."""
        return (self.station or self.unit).site.local(moment).date()

    @property
    def required_qualifications(self) -> Sequence[tuple[str, str, int]]:
        return self.operation.qualifications

    @property
    def required_assets(self) -> Sequence[AssetPlan]:
        return self.operation.assets

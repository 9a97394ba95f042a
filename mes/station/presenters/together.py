"""What waits at a station and could go together: by operation, with how much a run takes."""

from dataclasses import dataclass, field
from decimal import Decimal

from equipment.models import Station
from mes.kernel.personnel.models import Person
from orders.plans import OperationPlan
from wip.jobs import Job
from wip.queues import queue_at

MOST = 40  # looked at; beyond that one scans


@dataclass
class Group:
    """The units that are ready for one operation. room: what a batch takes; None: they are done one by one."""

    operation: OperationPlan
    jobs: list[Job] = field(default_factory=list)

    @property
    def room(self) -> Decimal | None:
        return self.operation.batch_quantity


def waiting_together(station: Station, person: Person) -> list[Group]:
    """What could be started here, by operation, by rank in each."""
    found: dict[tuple[str, str], Group] = {}
    for candidate in queue_at(station, person, ready=MOST, coming=0).ready:
        job = candidate.job
        key = (job.operation.code, job.operation.name)
        found.setdefault(key, Group(job.operation)).jobs.append(job)
    return list(found.values())

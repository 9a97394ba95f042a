"""Loaders of the facts that the gates about parts of lots, batches and containers read."""

from collections.abc import Sequence
from uuid import UUID

from genealogy.models import Unit
from genealogy.status import UnitStatus
from wip.facts import ways
from wip.jobs import Job
from wip.models import Batch
from wip.ways import Way


def ways_of_parts(subjects: Sequence[Job]) -> list[Way | None]:
    """Where each job's unit stands; None, and no query, where no edge lets a part of a lot go on."""
    asking = [job for job in subjects if job.operation.lets_parts_in]
    known = dict(zip(map(id, asking), ways(asking), strict=True))
    return [known.get(id(job)) for job in subjects]


def batches(subjects: Sequence[Job]) -> list[Batch | None]:
    """The batch that each job runs in; no query where none does, or the verb has brought it."""
    found = {job.batch.pk: job.batch for job in subjects if job.batch is not None}
    unknown = {job.execution.batch_id for job in subjects if job.execution and job.execution.batch_id} - found.keys()
    if unknown:
        found |= Batch.objects.select_related("station").in_bulk(unknown)
    return [found.get(job.execution.batch_id) if job.execution and job.execution.batch_id else None for job in subjects]


def left_behind(subjects: Sequence[Job]) -> list[list[Unit]]:
    """What is in the same container as each job's unit, and is not about to go with it in the batch.

    A query for the jobs of a batch, and none where no unit is in a container.
    """
    containers = {job.unit.container_id for job in subjects if job.together and job.unit.container_id}
    found: dict[UUID, list[Unit]] = {}
    if containers:
        inside = Unit.objects.filter(container__in=containers, status=UnitStatus.IN_PROCESS)
        for unit in inside.select_related("container").order_by("serial"):
            found.setdefault(unit.container_id, []).append(unit)
    return [
        [unit for unit in found.get(job.unit.container_id, ()) if unit.pk not in {one.unit.pk for one in job.together}]
        for job in subjects
    ]

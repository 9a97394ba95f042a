"""Loaders of the facts that the gates about parts of lots, batches and containers read."""

from collections.abc import Sequence

from wip.facts import ways
from wip.jobs import Job
from wip.ways import Way


def ways_of_parts(subjects: Sequence[Job]) -> list[Way | None]:
    """Where each job's unit stands; None, and no query, where no edge lets a part of a lot go on."""
    asking = [job for job in subjects if job.operation.lets_parts_in]
    known = dict(zip(map(id, asking), ways(asking), strict=True))
    return [known.get(id(job)) for job in subjects]

"""What simulated people leave as it is, and put into no machine: what a hold stops, as the gate asks it."""

from collections.abc import Sequence
from uuid import UUID

from wip.facts import open_holds
from wip.models import OperationExecution
from wip.queries import job_for, planned


def held_among(running: Sequence[OperationExecution]) -> set[UUID]:
    """Those that a hold stops: on the unit, its order or revision, an operation of it, the station or its tools.

    They come with unit, order and station.
    """
    jobs = []
    for one in running:
        one.unit.work_order = one.work_order
        jobs.append(job_for(one.unit, planned(one), station=one.station, person=None, execution=one))
    return {one.pk for one, facts in zip(running, open_holds(jobs), strict=True) if facts.here}

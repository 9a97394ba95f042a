"""The tools, gauges and fixtures of an operation: taken at its start, renewed where unfit, used up at its end.

An operation that asks for none costs no statement.
"""

from collections.abc import Sequence
from datetime import datetime

from equipment.actions import assets
from equipment.facts import TakenFacts, facts_about
from equipment.models import PhysicalAsset
from equipment.queries import lock_assets_at, lock_assets_taken_by
from mes.kernel.personnel.models import Person
from wip.jobs import Job
from wip.models import OperationExecution


def lock_here(job: Job) -> Sequence[PhysicalAsset]:
    """The assets at the station of the classes that the operation asks for, locked before the gates judge them.

    So none is carried away or fails its calibration between the verdict and the record. Assets come last in the lock
    order.
    """
    if not job.required_assets or job.station is None:
        return ()
    return lock_assets_at(job.station.pk, [needed.class_code for needed in job.required_assets])


def take(*, job: Job, locked: Sequence[PhysicalAsset], execution: OperationExecution, by: Person, at: datetime) -> None:
    """Note which assets the started execution has taken: of each class the one whose calibration is due first."""
    if locked:
        taken = facts_about(job, locked, at).taken()
        assets.take(assets=taken, execution=execution.pk, by=by, at=at)


def renew(*, job: Job, by: Person, at: datetime) -> None:
    """Lock what the running execution took, and take another in place of what was carried away because it is unfit.

    Before the gates judge: what stays unfit stops the job.
    """
    if not job.required_assets or job.only_scraps:
        return
    taken = facts_about(job, lock_assets_taken_by(job.running.pk), at)
    if TakenFacts(taken).unfit():
        known = TakenFacts(taken, facts_about(job, lock_here(job), at))
        others = [another for unfit in known.unfit() if (another := known.another(unfit)) is not None]
        assets.take(assets=others, execution=job.running.pk, by=by, at=at)


def use(*, job: Job, by: Person, at: datetime) -> None:
    """Add what the execution, now ended, used of the life of its assets: for each piece that was started."""
    if not job.required_assets:
        return
    execution = job.running
    cycles = {needed.class_code: needed.cycles_per_piece * execution.quantity for needed in job.required_assets}
    assets.use(execution=execution.pk, cycles=cycles, lasted=at - execution.started_at, by=by, at=at)

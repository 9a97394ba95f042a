"""Enforcing what the gates say."""

from collections.abc import Sequence

from mes.kernel.gates import Hook, Verdict, judge
from mes.kernel.refusals import Refusal
from wip.jobs import Job


class BlockedByGates(Refusal):
    """At least one gate says no; `blockers` carries every verdict, the code is the first one's."""


def check_gates(job: Job, hook: Hook) -> None:
    """Raise BlockedByGates when any gate of the hook stops the job."""
    (verdicts,) = judge([job], hook)
    if verdicts:
        raise blocked(verdicts)


def blocked(verdicts: Sequence[Verdict]) -> BlockedByGates:
    first = verdicts[0]
    return BlockedByGates(
        first.what, why=first.why, do=first.do, code=first.code, blockers=verdicts, evidence=dict(first.evidence)
    )

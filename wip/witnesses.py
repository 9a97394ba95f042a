"""The second person who confirms a value: not who records it, with the same rights and qualifications."""

from dataclasses import replace

from django.utils.translation import gettext as _

from equipment.policies import check_site_access
from mes.kernel.gates import Facts
from mes.kernel.personnel.gates import operator_qualified
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.queries import qualifications
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal
from wip.jobs import Job


class WitnessMissing(Refusal):
    """The value is witnessed by a second person, and came without one."""

    status = 422


class WitnessRefused(Refusal):
    """The person can't witness the value."""


def check_witnesses(job: Job) -> None:
    """Raise unless the job's entries are witnessed where their steps ask for it, and there only.

    Raises WitnessMissing, WitnessRefused, InvalidInput, RoleMissing, SiteNotYours. Without witnesses no query.
    """
    for entry in job.entries:
        if entry.step.needs_witness and entry.witness is None:
            raise WitnessMissing(
                _("{step} is witnessed by a second person.").format(step=entry.step.name),
                do=_("Let somebody else look at it, scan their badge and enter their PIN."),
            )
        if entry.witness is not None and not entry.step.needs_witness:
            raise InvalidInput(
                _("{step} asks for no witness.").format(step=entry.step.name), do=_("Leave the witness out.")
            )
    for witness in {entry.witness.pk: entry.witness for entry in job.entries if entry.witness is not None}.values():
        _check_can_witness(job, witness)


def _check_can_witness(job: Job, witness: Person) -> None:
    if witness.pk == job.person.pk:
        raise WitnessRefused(
            _("{witness} records it, and can't witness it as well.").format(witness=witness.full_name),
            do=_("Ask a second person to look at it."),
        )
    check_permission(witness, Permission.WORK)
    check_site_access(witness, job.site_id)
    (known,) = qualifications([replace(job, person=witness)])
    lacking = operator_qualified(Facts.of({qualifications: known}))
    if lacking is not None:
        raise WitnessRefused(
            lacking.what,
            why=_("Who witnesses a step can do it: the same qualifications are asked for."),
            do=_("Ask somebody who has them."),
            evidence=dict(lacking.evidence),
        )

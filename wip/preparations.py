"""Whether a machine is prepared for a job, and why not: what the gate says, and the station's page shows."""

from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from equipment.preparations import Preparation, Told
from equipment.status import CommandStatus
from wip.jobs import Job


class Lack(NamedTuple):
    """Why a machine is not prepared, in words; is_on_its_way: it has not answered yet."""

    why: str
    do: str
    is_on_its_way: bool = False


def lack_of(known: Preparation, job: Job) -> Lack | None:
    """What keeps the machine from being prepared for the job; None: nothing."""
    last, again = known.last, _("Press Prepare machine.")
    if last is None:
        return Lack(_("Nobody has prepared it yet."), again)
    if last.is_withdrawal:
        withdrawn = _("Its permission was withdrawn.") if last.is_for([job.unit.pk], job.operation.code) else ""
        return Lack(withdrawn or _("It was prepared for {subject} last.").format(subject=last.subject), again)
    if not last.is_for(units_of(job), job.operation.code):
        return Lack(_("It was prepared for {subject}.").format(subject=last.subject), again)
    return _unanswered(last, known) or _outdated(last, known, job)


def units_of(job: Job) -> list[UUID]:
    """The job's unit, and those that go with it in a batch."""
    return [one.unit.pk for one in job.together or [job]]


def _unanswered(last: Told, known: Preparation) -> Lack | None:
    """The machine did not say that it is as it was asked to be."""
    if last.is_on_its_way(known.now):
        return Lack(_("The machine has not answered yet."), _("Wait a moment."), is_on_its_way=True)
    if last.status in (CommandStatus.QUEUED, CommandStatus.EXPIRED):
        why = _("Nobody could tell it in time, so it was not told at all.")
        return Lack(why, _("Look at the machine's connection, then press Prepare machine again."))
    if last.status == CommandStatus.MISMATCHED:
        permission = _("It has no permission.") if last.is_known_to_be_off else _("It may still run.")
        why = _("The machine says otherwise: {detail}. {permission}").format(detail=last.detail, permission=permission)
        return Lack(why, _("Look at the machine, then press Prepare machine again."))
    if last.status == CommandStatus.REFUSED:
        why = _("The machine refused: {detail}").format(detail=last.detail)
        return Lack(why, _("Look at the machine, then press Prepare machine again."))
    return None


def _outdated(last: Told, known: Preparation, job: Job) -> Lack | None:
    """It was as asked, and that may not be so any more."""
    again = _("Press Prepare machine again.")
    if not known.has_recipe(job.operation.setpoints):
        return Lack(_("It was prepared with other values than the routing asks for now."), again)
    if last.by_hand:
        return Lack(_("{tags} was written by hand since.").format(tags=", ".join(last.by_hand)), again)
    if not last.is_watched_since(known.now):
        return Lack(_("The connection to the machine was lost since."), again)
    return None

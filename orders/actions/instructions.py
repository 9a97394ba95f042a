"""Reading instructions."""

from datetime import datetime

from django.utils.translation import gettext as _

from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import Refusal
from orders.models import InstructionConfirmation, InstructionRevision
from orders.status import READABLE


class InstructionNotInForce(Refusal):
    """Nobody works by this revision: it was never released."""


def confirm_instruction(*, revision: InstructionRevision, by: Person, at: datetime) -> InstructionConfirmation:
    """The person says that they have read this revision. Once is enough: said again it stays as it was first said.

    An obsolete one can be confirmed as well: orders released with it go on with it.
    """
    check_permission(by, Permission.WORK)
    if revision.status not in READABLE:
        raise InstructionNotInForce(
            _("{revision} is not released.").format(revision=revision), do=_("Read the one that the order asks for.")
        )
    InstructionConfirmation.objects.bulk_create(
        [InstructionConfirmation(instruction_revision=revision, by=by, at=at)], ignore_conflicts=True
    )
    return InstructionConfirmation.objects.get(instruction_revision=revision, by=by)

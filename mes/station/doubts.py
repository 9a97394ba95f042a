"""Events of machines that are not booked by themselves: the collector could not tell whether they are to be."""

from django.utils.translation import gettext as _

from equipment.collection.doubts import BEFORE, DOUBT, Doubt
from equipment.models import MachineEvent
from mes.kernel.refusals import Refusal


class MayBeAgain(Refusal):
    """The event may be the one before it, told once more."""


class ImplausibleStep(Refusal):
    """The counter jumped, and that may be no pieces at all."""


def check_doubt(event: MachineEvent) -> None:
    """Raise MayBeAgain or ImplausibleStep where a person has to say whether the event is to be booked."""
    doubt = event.content.get(DOUBT)
    if doubt == Doubt.AGAIN:
        raise MayBeAgain(
            _("This may be the event before it, told once more."),
            why=_("The machine was out of sight, then showed number {number} again, and nothing else tells.").format(
                number=event.content.get("shown")
            ),
            do=_("Book this again if it is another part; leave it if it is the same."),
        )
    if doubt == Doubt.STEP:
        raise ImplausibleStep(
            _("The counter jumped from {before} to {now}.").format(
                before=event.content.get(BEFORE), now=event.content.get("raw")
            ),
            why=_("No machine makes that at once, so nothing was counted; it goes on from there."),
            do=_("Book this again if {quantity} pieces were made; leave it if not.").format(quantity=event.quantity),
        )

"""Events of machines that are not booked by themselves: the collector could not tell whether they are to be."""

from django.utils.translation import gettext as _

from equipment.collection.doubts import BEFORE, DOUBT, Doubt
from equipment.models import MachineEvent
from mes.kernel.refusals import Refusal


class MayBeAgain(Refusal):
    """The event may be the one before it, told once more."""


class ImplausibleStep(Refusal):
    """The counter jumped, and that may be no pieces at all."""


def doubt_of(event: MachineEvent) -> Refusal | None:
    """Why a person has to say whether the event is to be booked; None where nobody has to."""
    content = event.content
    if content.get(DOUBT) == Doubt.AGAIN:
        return MayBeAgain(
            _("This may be the event before it, told once more."),
            why=_("The machine was out of sight, then showed number {number} again, and nothing else tells.").format(
                number=content.get("shown")
            ),
            do=_("Book it again, by itself, if it is another part; settle it if it is the same."),
        )
    if content.get(DOUBT) == Doubt.STEP:
        count = event.quantity
        judge = _("Book it again, by itself, if {quantity} pieces were made; settle it if not.").format(quantity=count)
        return ImplausibleStep(
            _("The counter jumped from {before} to {now}.").format(before=content.get(BEFORE), now=content.get("raw")),
            why=_("No machine makes that at once: it was not counted, and counting goes on from there."),
            do=judge if count else _("Book by hand what was made, if anything was, and settle this."),
        )
    return None


def check_doubt(event: MachineEvent) -> None:
    """Raise MayBeAgain or ImplausibleStep where a person has to say whether the event is to be booked."""
    if (doubt := doubt_of(event)) is not None:
        raise doubt

"""Reading an instruction at the station, and confirming that."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mes.station.forms import Act, checked
from mes.station.presenters.instructions import confirmed_at, instruction_of
from mes.station.views.answers import answer
from mes.station.views.pages import queue_page
from mes.station.views.presence import Presence, enter, logged_on
from orders.actions.instructions import confirm_instruction
from orders.models import InstructionRevision
from orders.status import READABLE


@require_safe
@logged_on
def instruction(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """The revision of an instruction, with the button that says it is read."""
    return instruction_page(request, presence, pk)


def lead_to(request: HttpRequest, presence: Presence, revision: UUID) -> HttpResponse:
    """Answer an act that waits for the instruction to be read with the instruction itself."""
    url = reverse("station:instruction", args=[revision])
    return answer(request, url, lambda: instruction_page(request, presence, revision))


def instruction_page(request: HttpRequest, presence: Presence, revision: UUID) -> HttpResponse:
    known = get_object_or_404(InstructionRevision, pk=revision, status__in=READABLE)
    context = presence.context(
        instruction=instruction_of(known.pk),
        confirmed_at=confirmed_at(known.pk, presence.who),
        pace=presence.pace(),
    )
    return render(request, "station/instruction.html", context)


@require_POST
@logged_on
def confirm(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """The active person has read it."""
    given = checked(Act(request.POST))
    known = get_object_or_404(InstructionRevision.objects.select_related("instruction"), pk=pk)
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            confirm_instruction(revision=known, by=presence.who, at=passage.at)
    url = reverse("station:queue")
    return answer(
        request, url, lambda: queue_page(request, presence), done=_("{instruction} confirmed").format(instruction=known)
    )

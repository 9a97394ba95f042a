"""Help: one touch calls it, and the station shows who comes."""

from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from equipment.actions import help_calls
from equipment.models import HelpCall
from equipment.status import CallKind
from mes.kernel.refusals import NotFound
from mes.station.forms import Act, CallForm, checked
from mes.station.presenters.calls import tiles_at
from mes.station.views.answers import answer
from mes.station.views.presence import Presence, at_station, enter, logged_on


@require_safe
@logged_on
def help_page(request: HttpRequest, presence: Presence) -> HttpResponse:
    """The kinds of help in four tiles, with the state of what was called."""
    return _page(request, presence)


@require_POST
@logged_on
def call(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Call for help of one kind."""
    given = checked(CallForm(request.POST))
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            what = {"kind": given["kind"], "note": given["note"]}
            help_calls.call(station=presence.station, by=presence.who, at=passage.at, **what)
    return _answer(request, presence, _("{help} called").format(help=CallKind(given["kind"]).label))


@require_POST
@logged_on
def finish(request: HttpRequest, presence: Presence, pk: UUID) -> HttpResponse:
    """End a call of this station: it came, or is not needed any more."""
    given = checked(Act(request.POST))
    found = HelpCall.objects.filter(pk=pk, station=presence.station).first()
    if found is None:
        raise NotFound(_("There is no such call at this station."), do=_("Look at the calls again."))
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            help_calls.finish(call=found, by=presence.who, at=passage.at)
    return _answer(request, presence, _("{help} done").format(help=found.get_kind_display()))


@require_safe
@partial(at_station, acts=False)
def state(request: HttpRequest, presence: Presence) -> HttpResponse:
    """The Help button alone, for a page that follows it by itself."""
    return render(request, "station/help_button.html", presence.context())


def _answer(request: HttpRequest, presence: Presence, done: str) -> HttpResponse:
    return answer(request, reverse("station:help"), lambda: _page(request, presence), done=done)


def _page(request: HttpRequest, presence: Presence) -> HttpResponse:
    tiles = tiles_at(presence.station, presence.who, presence.now)
    return render(request, "station/help.html", presence.context(tiles=tiles, pace=presence.pace()))

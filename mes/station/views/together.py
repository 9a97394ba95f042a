"""Several lots or units at once: started as a batch, split, merged."""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from genealogy.models import Unit
from mes.kernel.numbers import plain
from mes.kernel.refusals import InvalidInput
from mes.station.actions import batches
from mes.station.actions.operations import planned_operation
from mes.station.forms import TogetherForm, checked
from mes.station.policies import job_at, unit_at
from mes.station.presenters.instructions import to_read
from mes.station.presenters.preparing import is_all_that_lacks
from mes.station.presenters.together import waiting_together
from mes.station.views import machines
from mes.station.views.answers import Undoable, answer
from mes.station.views.instructions import lead_to
from mes.station.views.overridden import given_overrides, takes_overrides
from mes.station.views.presence import Presence, enter, logged_on
from mes.station.views.queue import job_page
from wip.actions import lots
from wip.queries import next_operation


@require_safe
@logged_on
def together(request: HttpRequest, presence: Presence) -> HttpResponse:
    """What waits here, to choose from."""
    return _page(request, presence)


@takes_overrides
@require_POST
@logged_on
def start_batch(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Start what was chosen as one batch."""
    given, units = checked(TogetherForm(request.POST)), _chosen(request, presence, at_least=1)
    operation = next_operation(units[0], list(units[0].executions.all()), presence.station)
    if operation is None:
        raise InvalidInput(
            _("Nothing is done on {unit} here.").format(unit=units[0]), do=_("Choose what waits at this station.")
        )
    unread = to_read(planned_operation(units[0], operation.code), presence.who)
    if unread is not None:
        return lead_to(request, presence, unread.revision_id)
    overrides = given_overrides(request, presence)
    lacks = not given["is_unprepared"] and not overrides
    if lacks and is_all_that_lacks(units, operation.code, presence.station, presence.who):
        return machines.lead_to(request, presence, units, operation.code)
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            here = {"station": presence.station, "by": presence.who, "at": passage.at, "overrides": overrides}
            batch = batches.start(units=units, operation_code=operation.code, **here)
            passage.remember(batch=batch.number, execution=batch.executions.get(unit=units[0]).pk)
    execution = job_at(presence.station, passage.answer["execution"])
    done = _("{batch} started").format(batch=passage.answer["batch"])
    undo = Undoable.of(passage, execution)
    return job_page(request, presence, execution, done=done, undo=undo)


@require_POST
@logged_on
def split(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Split a part off the lot that was chosen."""
    given, (lot, *more) = checked(TogetherForm(request.POST)), _chosen(request, presence, at_least=1)
    if more:
        raise InvalidInput(_("One lot is split at a time."), do=_("Choose one."))
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            asked = given["quantity"] or Decimal(0)
            made = lots.split(unit=lot, quantity=asked, reason=given["reason"], by=presence.who, at=passage.at)
            passage.remember(part=made.serial, quantity=plain(asked))
    quantity, part = passage.answer["quantity"], passage.answer["part"]
    done = _("{quantity} of {lot} are {part} now").format(quantity=quantity, lot=lot, part=part)
    return answer(request, reverse("station:together"), lambda: _page(request, presence), done=done)


@require_POST
@logged_on
def merge(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Merge the lots that were chosen into the first of them."""
    given, (into, *others) = checked(TogetherForm(request.POST)), _chosen(request, presence, at_least=2)
    with enter(request, presence, given) as passage:
        if not passage.replayed:
            lots.merge(into=into, others=others, reason=given["reason"], by=presence.who, at=passage.at)
    done = _("Merged into {lot}").format(lot=into)
    return answer(request, reverse("station:together"), lambda: _page(request, presence), done=done)


def _chosen(request: HttpRequest, presence: Presence, *, at_least: int) -> list[Unit]:
    serials = sorted(set(request.POST.getlist("unit")))[:200]
    if len(serials) < at_least:
        raise InvalidInput(
            _("Nothing is chosen.") if not serials else _("Only one lot is chosen."), do=_("Tap what goes together.")
        )
    return [unit_at(presence.station, serial[:60]) for serial in serials]


def _page(request: HttpRequest, presence: Presence) -> HttpResponse:
    groups = waiting_together(presence.station, presence.who)
    count = sum(len(group.jobs) for group in groups)
    return render(request, "station/together.html", presence.context(groups=groups, count=count, pace=presence.pace()))

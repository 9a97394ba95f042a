"""Help that stations call for: who needs somebody, since when, and who goes."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Avg, DurationField, ExpressionWrapper, F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from equipment.actions import help_calls
from equipment.forms import AnswerForm
from equipment.models import HelpCall
from equipment.queries import find_calls, sites_of
from equipment.topics import help_calls as help_at
from mes.kernel.desk import answer, cleaned, desk_door, office, refusal_of
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission

DONE_SHOWN = 30
PERIOD = timedelta(days=7)  # over which the mean response is taken


@never_cache
@require_safe
@office(Permission.VIEW_ORDERS)
def board(request: HttpRequest) -> HttpResponse:
    """Open calls, longest first, and those of late; the open ones alone to who asks for the live part."""
    sites, now = sites_of(request.user), timezone.now()
    context = {
        "calls": find_calls(sites, is_open=True),
        "topics": " ".join(help_at(site) for site in sites),
        "now": now,
        "why_not_answer": refusal_of(check_permission, request.user, Permission.ANSWER_HELP),
    }
    if request.GET.get("part") == "open":
        return render(request, "equipment/open_calls.html", context)
    response = ExpressionWrapper(F("taken_at") - F("called_at"), output_field=DurationField())
    done = find_calls(sites, is_open=False).annotate(response=response)
    lately = HelpCall.objects.filter(site__in=sites, called_at__gte=now - PERIOD, taken_at__isnull=False)
    context |= {"done": done[:DONE_SHOWN], "mean": lately.aggregate(mean=Avg(response))["mean"], "days": PERIOD.days}
    return render(request, "equipment/help_calls.html", context)


@require_safe
@office(Permission.VIEW_ORDERS)
def call_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One call, and the form that ends it."""
    call = _call(request, pk)
    why_not = refusal_of(check_permission, request.user, Permission.ANSWER_HELP)
    context = {
        "call": call,
        "form": AnswerForm(),
        "now": timezone.now(),
        "why_not_finish": None if call.called_by_id == request.user.pk else why_not,
    }
    return render(request, "equipment/help_call.html", context)


@require_POST
@office(Permission.ANSWER_HELP)
def take(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a call: the station sees who comes."""
    call = _call(request, pk)
    with desk_door(request) as passage:
        if not passage.replayed:
            help_calls.take(call=call, by=passage.person, at=passage.at)
            said = _("%(call)s is yours: the station sees that you come.") % {"call": call}
            passage.remember(said=said, to=reverse("help_calls"))
    return answer(request, passage)


@require_POST
@office(Permission.VIEW_ORDERS)
def finish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a call: whoever answers, or the person who called."""
    call, given = _call(request, pk), cleaned(AnswerForm(request.POST))
    with desk_door(request) as passage:
        if not passage.replayed:
            help_calls.finish(call=call, answer=given["answer"], by=passage.person, at=passage.at)
            said = _("%(call)s is done.") % {"call": call}
            passage.remember(said=said, to=reverse("help_calls"))
    return answer(request, passage)


def _call(request: HttpRequest, pk: UUID) -> HelpCall:
    found = HelpCall.objects.select_related("site", "station", "called_by", "taken_by", "done_by")
    call = found.filter(pk=pk, site__in=sites_of(request.user)).first()
    if call is None:
        raise Http404
    return call

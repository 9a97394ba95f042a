"""People's time of a day or a shift: what was very likely forgotten, hours by person, hours by order; corrections."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from equipment.models import Site, Station
from equipment.queries import sites_of
from mes.kernel.desk import answer, cleaned, desk_door, office, refusal_of, text_of
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound
from mes.people.forms import CorrectionForm, EntryForm
from mes.people.queries import execution_of, person_for, span_for
from mes.people.working_day import working_day
from mes.station.queries import last_log_offs
from orders.queries import order_by_reference
from wip.actions import corrections
from wip.timesheets import by_operation, by_person, entries, forgotten, ran_at, ran_for


@require_safe
@office(Permission.VIEW_PEOPLE)
def labor(request: HttpRequest) -> HttpResponse:
    """The time of a site's people on a day, or in one of its shifts."""
    sites, now = list(sites_of(request.user).values()), timezone.now()
    if not sites:
        raise NotFound(_("You have no site."), do=_("Ask an administrator for access to one."))
    site = next((one for one in sites if one.code == text_of(request, "site")), sites[0])
    day = working_day(site, _day(request, site, now), text_of(request, "shift"))
    text, is_by_order = text_of(request, "text"), text_of(request, "by") == "order"
    found = entries([site.pk], day.begin, day.end, now=now)
    context: dict[str, Any] = {
        "day": day,
        "sites": sites,
        "text": text,
        "is_by_order": is_by_order,
        "now": now,
        "forgotten": forgotten([site.pk], now=now, logged_off=last_log_offs),
        "correction_form": CorrectionForm(auto_id=False),
        "why_not_correct": refusal_of(check_permission, request.user, Permission.CORRECT_LABOR),
        "query": f"site={site.code}&by={'order' if is_by_order else 'person'}",
    }
    if is_by_order:
        ran = ran_at([one.pk for one in Station.objects.filter(site=site)], day.begin, day.end)
        totals = by_operation(found, ran, day.begin, day.end, now=now)
        context["operations"] = [one for one in totals if text.casefold() in one.order.erp_reference.casefold()]
    else:
        people = by_person(found)
        context["people"] = [one for one in people if text.casefold() in str(one.person).casefold()]
    return render(request, "people/labor.html", context)


@require_POST
@office(Permission.CORRECT_LABOR)
def correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Replace somebody's time by what it was, with the reason."""
    span, given = span_for(request.user, pk), cleaned(CorrectionForm(request.POST))
    if span is None:
        raise NotFound(_("There is no such time at your sites."), do=_("Load the page again."))
    began_at, ended_at = (_moment(span.site, given[name]) for name in ("began_at", "ended_at"))
    with desk_door(request, reason=given["reason"]) as passage:
        if not passage.replayed:
            corrections.correct(
                span=span,
                began_at=_same_minute(began_at, span.began_at),
                ended_at=_same_minute(ended_at, span.ended_at),
                reason=given["reason"],
                by=passage.person,
                at=passage.at,
            )
            said = _("The time of %(person)s is corrected.") % {"person": span.person}
            day = span.site.local(span.began_at).date()
            passage.remember(said=said, to=reverse("labor", query={"site": span.site.code, "day": str(day)}))
    return answer(request, passage)


@require_POST
@office(Permission.CORRECT_LABOR)
def enter(request: HttpRequest) -> HttpResponse:
    """Enter time that somebody did not clock, with the reason."""
    given = cleaned(EntryForm(request.POST))
    execution = execution_of(request.user, given["unit"], given["operation"])
    who = person_for(request.user, given["person"])
    if who is None:
        raise NotFound(_("There is no such person at your sites."), do=_("Check the user name."))
    began_at, ended_at = (_moment(execution.site, given[name]) for name in ("began_at", "ended_at"))
    with desk_door(request, reason=given["reason"]) as passage:
        if not passage.replayed:
            corrections.enter(
                execution=execution,
                person=who,
                began_at=began_at,
                ended_at=ended_at,
                reason=given["reason"],
                by=passage.person,
                at=passage.at,
            )
            said = _("The time of %(person)s is entered.") % {"person": who}
            day = execution.site.local(began_at).date()
            passage.remember(said=said, to=reverse("labor", query={"site": execution.site.code, "day": str(day)}))
    return answer(request, passage)


@require_safe
@office(Permission.VIEW_ORDERS)
def order_labor(request: HttpRequest, erp_reference: str) -> HttpResponse:
    """Labor and machine time by operation of an order: a part of its page, fetched when that is there."""
    order, now = order_by_reference(erp_reference, sites_of(request.user)), timezone.now()
    if order is None:
        raise NotFound(_("There is no such order at your sites."), do=_("Check its reference."))
    operations = []
    if order.released_at is not None:
        found = entries([order.site_id], order.released_at, now, now=now, order=order)
        operations = by_operation(found, ran_for(order), order.released_at, now, now=now)
    return render(request, "people/order_labor.html", {"operations": operations, "order": order})


def _day(request: HttpRequest, site: Site, now: datetime) -> date:
    try:
        return date.fromisoformat(text_of(request, "day"))
    except ValueError:
        return site.local(now).date()


def _moment(site: Site, wall: datetime) -> datetime:
    return wall.replace(tzinfo=site.zone)


def _same_minute(entered: datetime, was: datetime | None) -> datetime:
    """What was entered; where its minute is that of the moment so far, that moment: a form knows no seconds."""
    if was is not None and entered.replace(second=0) <= was < entered.replace(second=59, microsecond=999_999):
        return was
    return entered

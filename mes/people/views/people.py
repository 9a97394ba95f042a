"""One person: roles, sites, and qualifications with their evidence; granting and withdrawing them."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from equipment.queries import sites_of
from mes.kernel.attachments import attachment_response
from mes.kernel.desk import answer, cleaned, desk_door, office, refusal_of
from mes.kernel.personnel.actions import qualifications
from mes.kernel.personnel.models import Person, PersonQualification
from mes.kernel.personnel.policies import check_may_grant
from mes.kernel.personnel.roles import Permission, Role
from mes.people.forms import GrantForm, WithdrawForm
from mes.people.queries import held_by, person_for, today_at
from mes.people.standing import standing


@require_safe
@office(Permission.VIEW_PEOPLE)
def person(request: HttpRequest, username: str) -> HttpResponse:
    who = _seen(request, username)
    today = today_at(list(sites_of(request.user).values()), timezone.now())
    context = {
        "who": who,
        "roles": [Role(role).label for role in who.roles],
        "held": [(held, standing(held, today)) for held in who.held],  # type: ignore[attr-defined]
        "changes": _changes(who),
        "grant_form": GrantForm(auto_id="grant_%s"),
        "why_not_grant": refusal_of(check_may_grant, who, request.user),
        "may_edit": request.user.may(Permission.EDIT_PEOPLE),
        "today": today,
    }
    return render(request, "people/person.html", context)


@require_POST
@office(Permission.GRANT_QUALIFICATIONS)
def grant(request: HttpRequest, username: str) -> HttpResponse:
    who, given = _seen(request, username), cleaned(GrantForm(request.POST, request.FILES))
    with desk_door(request, reason=given["evidence"][:200]) as passage:
        if not passage.replayed:
            held = qualifications.grant(person=who, by=passage.person, at=passage.at, **given)
            said = _("%(person)s has %(held)s.") % {"person": who, "held": held}
            passage.remember(said=said, to=reverse("person", args=[username]))
    return answer(request, passage)


@require_POST
@office(Permission.GRANT_QUALIFICATIONS)
def withdraw(request: HttpRequest, username: str, code: str) -> HttpResponse:
    held, given = _held(request, username, code), cleaned(WithdrawForm(request.POST))
    with desk_door(request, reason=given["reason"]) as passage:
        if not passage.replayed:
            qualifications.withdraw(held=held, by=passage.person, at=passage.at, **given)
            said = _("%(qualification)s is withdrawn from %(person)s.") % {
                "qualification": held.qualification,
                "person": held.person,
            }
            passage.remember(said=said, to=reverse("person", args=[username]))
    return answer(request, passage)


@require_safe
@office(Permission.VIEW_PEOPLE)
def certificate(request: HttpRequest, username: str, code: str) -> HttpResponseBase:
    """The file that a qualification rests on, for those who may see the person."""
    held = _held(request, username, code)
    if not held.certificate:
        raise Http404
    return attachment_response(held.certificate, f"{username}-{code}")


def _seen(request: HttpRequest, username: str) -> Person:
    who = person_for(request.user, username)
    if who is None:
        raise Http404
    return who


def _held(request: HttpRequest, username: str, code: str) -> PersonQualification:
    held = held_by(_seen(request, username), code)
    if held is None:
        raise Http404
    return held


def _changes(who: Person) -> list[Any]:
    """Every state of the person's qualifications, latest first."""
    states = PersonQualification.history.filter(person=who).select_related("qualification", "history_user")
    return list(states.order_by("-history_date")[:50])

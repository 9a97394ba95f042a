"""People and their qualifications over REST."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.models import Site
from equipment.queries import sites_of
from mes.kernel.personnel.actions import qualifications
from mes.kernel.personnel.actions.people import enable, unlock
from mes.kernel.personnel.models import Person, PersonQualification
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, NotFound
from mes.kernel.rest.fields import NothingInput
from mes.kernel.rest.paging import PageQuery, page_of, paged
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.views import Endpoint
from mes.people.actions import people
from mes.people.queries import all_qualifications, held_by, people_of, person_for, qualification_of_code, today_at
from mes.people.serializers import (
    GrantAnswer,
    GrantInput,
    PeopleQuery,
    PersonAnswer,
    PersonInput,
    QualificationAnswer,
    ReasonInput,
)
from mes.people.standing import standing

PeoplePage = page_of(PersonAnswer, "PeoplePage")
QualificationsPage = page_of(QualificationAnswer, "QualificationsPage")


class People(Endpoint):
    permissions = {"GET": Permission.VIEW_PEOPLE, "POST": Permission.EDIT_PEOPLE}

    @reads(PeoplePage, name="list_people", summary="List people, newest first", query=PeopleQuery, missing=False)
    def get(self, request: Request) -> Response:
        asked = self.read_query(PeopleQuery)
        sites = sites_of(request.user)
        if "site" in asked:
            sites = {key: site for key, site in sites.items() if site.code == asked["site"]}
        found = people_of(sites)
        if asked["is_active"] is not None:
            found = found.filter(is_active=asked["is_active"])
        return Response(PeoplePage(paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))).data)

    @acts(PersonAnswer, name="create_person", summary="Make a person known", request=PersonInput, status=201)
    def post(self, request: Request) -> Response:
        asked = self.read(PersonInput)
        sites = [_your_site(request, code) for code in dict.fromkeys(asked.pop("sites"))]
        with self.door() as passage:
            if not passage.replayed:
                people.create(person=Person(**asked), sites=sites, by=passage.person)
        return Response(PersonAnswer(_seen(request, asked["username"])).data, status=201)


class DisablePerson(Endpoint):
    permissions = {"POST": Permission.EDIT_PEOPLE}

    @acts(PersonAnswer, name="disable_person", summary="Let a person do nothing any more", request=ReasonInput)
    def post(self, request: Request, username: str) -> Response:
        asked, person = self.read(ReasonInput), _seen(request, username)
        with self.door(reason=asked["reason"]) as passage:
            if not passage.replayed:
                people.disable(person=person, reason=asked["reason"], by=passage.person, at=passage.at)
        return Response(PersonAnswer(_seen(request, username)).data)


class EnablePerson(Endpoint):
    permissions = {"POST": Permission.EDIT_PEOPLE}

    @acts(PersonAnswer, name="enable_person", summary="Let a disabled person work again", request=ReasonInput)
    def post(self, request: Request, username: str) -> Response:
        asked, person = self.read(ReasonInput), _seen(request, username)
        with self.door(reason=asked["reason"]) as passage:
            if not passage.replayed:
                enable(person=person, reason=asked["reason"], by=passage.person)
        return Response(PersonAnswer(_seen(request, username)).data)


class UnlockPerson(Endpoint):
    permissions = {"POST": Permission.EDIT_PEOPLE}

    @acts(PersonAnswer, name="unlock_person", summary="Forget a person's wrong secrets", request=NothingInput)
    def post(self, request: Request, username: str) -> Response:
        self.read(NothingInput)
        person = _seen(request, username)
        with self.door(reason=f"{username} unlocked") as passage:
            if not passage.replayed:
                unlock(person=person, by=passage.person)
        return Response(PersonAnswer(_seen(request, username)).data)


class OnePerson(Endpoint):
    permissions = {"GET": Permission.VIEW_PEOPLE}

    @reads(PersonAnswer, name="get_person", summary="Look at a person")
    def get(self, request: Request, username: str) -> Response:
        return Response(PersonAnswer(_seen(request, username)).data)


class Qualifications(Endpoint):
    permissions = {"GET": Permission.VIEW_MASTER_DATA}

    @reads(
        QualificationsPage,
        name="list_qualifications",
        summary="List qualifications, newest first",
        query=PageQuery,
        missing=False,
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(PageQuery)
        found = all_qualifications()
        return Response(
            QualificationsPage(paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))).data
        )


class PersonQualifications(Endpoint):
    permissions = {"GET": Permission.VIEW_PEOPLE, "POST": Permission.GRANT_QUALIFICATIONS}

    @reads(GrantAnswer(many=True), name="list_qualifications_of_person", summary="List a person's qualifications")
    def get(self, request: Request, username: str) -> Response:
        return Response(_told(self, _seen(request, username).held))  # type: ignore[attr-defined]

    @acts(
        GrantAnswer,
        name="grant_qualification",
        summary="Grant a person a qualification, or renew it",
        request=GrantInput,
        status=201,
    )
    def post(self, request: Request, username: str) -> Response:
        person, asked = _seen(request, username), self.read(GrantInput)
        qualification = qualification_of_code(asked.pop("qualification"))
        if qualification is None:
            sentence = _("There is no such qualification.")
            raise InvalidInput(sentence, do=_("Check its code."), errors=[FieldError("qualification", sentence)])
        with self.door() as passage:
            if not passage.replayed:
                qualifications.grant(
                    person=person, qualification=qualification, by=passage.person, at=passage.at, **asked
                )
        return Response(_told(self, [_held(person, qualification.code)])[0], status=201)


class WithdrawQualification(Endpoint):
    permissions = {"POST": Permission.GRANT_QUALIFICATIONS}

    @acts(GrantAnswer, name="withdraw_qualification", summary="Withdraw a qualification", request=ReasonInput)
    def post(self, request: Request, username: str, code: str) -> Response:
        asked = self.read(ReasonInput)
        person = _seen(request, username)
        held = _held(person, code)
        with self.door(reason=asked["reason"]) as passage:
            if not passage.replayed:
                qualifications.withdraw(held=held, reason=asked["reason"], by=passage.person, at=passage.at)
        return Response(_told(self, [_held(person, code)])[0])


def _told(view: Endpoint, grants: Iterable[PersonQualification]) -> list[dict]:
    """Grants as the API tells them, with what they are worth today."""
    today = today_at(list(sites_of(view.request.user).values()), view.at)
    rows = list(grants)
    for grant in rows:
        grant.standing = standing(grant, today)  # type: ignore[attr-defined]
    return list(GrantAnswer(rows, many=True).data)


def _seen(request: Request, username: str) -> Person:
    person = person_for(request.user, username)
    if person is None:
        raise NotFound(
            _("There is nobody called {username} at your sites.").format(username=username[:20]),
            do=_("Check the user name."),
        )
    return person


def _your_site(request: Request, code: str) -> Site:
    for site in sites_of(request.user).values():
        if site.code == code:
            return site
    sentence = _("There is no site {code} of yours.").format(code=code)
    raise InvalidInput(sentence, do=_("Check its code."), errors=[FieldError("sites", sentence)])


def _held(person: Person, code: str) -> PersonQualification:
    held = held_by(person, code)
    if held is None:
        raise NotFound(
            _("{person} does not have {code}.").format(person=person, code=code[:20]),
            do=_("Check the code of the qualification."),
        )
    return held

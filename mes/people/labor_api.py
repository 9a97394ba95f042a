"""People's time over REST: what counts for whom, saying that one forgot to stop, and correcting it."""

from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.calendars.api import EARLIEST, LATEST
from equipment.queries import sites_of
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, NotFound, NotPermitted
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.views import Endpoint
from mes.people.queries import execution_of, person_for, span_for
from mes.people.serializers import (
    LaborAnswer,
    LaborClaimInput,
    LaborCorrectionInput,
    LaborEntryInput,
    LaborQuery,
    SpanAnswer,
)
from orders.queries import order_by_reference
from wip.actions import corrections
from wip.timesheets import by_operation, entries, ran_for

MOST = timedelta(days=31)  # in one answer


class Labor(Endpoint):
    permissions = {"GET": (Permission.VIEW_PEOPLE, Permission.WORK), "POST": Permission.CORRECT_LABOR}

    @reads(LaborAnswer, name="list_labor", summary="People's time, and what it counts for", query=LaborQuery)
    def get(self, request: Request) -> Response:
        asked = self.read_query(LaborQuery)
        begin, end = asked["from"], asked["to"]
        if not EARLIEST <= begin <= LATEST - MOST:
            sentence = _("It is from {first} to {last}.").format(first=EARLIEST.year, last=LATEST.year - 1)
            raise InvalidInput(sentence, do=_("Ask for another time."), errors=[FieldError("from", sentence)])
        if not begin < end <= begin + MOST:
            sentence = _("The time to look at is up to 31 days long.")
            raise InvalidInput(sentence, do=_("Ask for less at once."), errors=[FieldError("to", sentence)])
        sites = sites_of(request.user)
        person = order = None
        own = request.user.username
        if not request.user.may(Permission.VIEW_PEOPLE) and asked.setdefault("person", own) != own:
            raise NotPermitted(_("You see your own time only."), do=_("Leave the person out."))
        if "person" in asked and (person := person_for(request.user, asked["person"])) is None:
            raise NotFound(_("There is no such person at your sites."), do=_("Check the user name."))
        if "order" in asked and (order := order_by_reference(asked["order"], sites)) is None:
            raise NotFound(_("There is no such order at your sites."), do=_("Check its reference."))
        found = entries(sites, begin, end, now=self.at, order=order)
        if person is not None:
            found = [one for one in found if one.span.person_id == person.pk]
        operations = by_operation(found, ran_for(order), begin, end, now=self.at) if order is not None else []
        return Response(LaborAnswer({"spans": found, "operations": operations}).data)

    @acts(
        SpanAnswer,
        name="enter_labor",
        summary="Enter work that somebody did without clocking in",
        request=LaborEntryInput,
        status=201,
    )
    def post(self, request: Request) -> Response:
        asked = self.read(LaborEntryInput)
        execution = execution_of(request.user, asked.pop("unit"), asked.pop("operation"))
        person = person_for(request.user, asked.pop("person"))
        if person is None:
            raise NotFound(_("There is no such person at your sites."), do=_("Check the user name."))
        with self.door(reason=asked["reason"]) as passage:
            if passage.replayed:
                made = span_for(request.user, passage.answer["span"])
            else:
                made = corrections.enter(execution=execution, person=person, **asked, by=passage.person, at=passage.at)
                passage.remember(span=made.pk)
        return Response(SpanAnswer(made).data, status=201)


class ClaimLabor(Endpoint):
    permissions = {"POST": Permission.WORK}

    @acts(
        SpanAnswer,
        name="claim_labor",
        summary="Say that one forgot to stop, and when it was; a supervisor settles it by correcting the span",
        request=LaborClaimInput,
    )
    def post(self, request: Request, key: UUID) -> Response:
        asked, span = self.read(LaborClaimInput), span_for(request.user, key)
        if span is None:
            raise NotFound(_("There is no such span at your sites."), do=_("Check its key."))
        with self.door(reason=asked["reason"]) as passage:
            if not passage.replayed:
                corrections.claim(span=span, **asked, by=passage.person, at=passage.at)
        return Response(SpanAnswer(span_for(request.user, key)).data)


class CorrectLabor(Endpoint):
    permissions = {"POST": Permission.CORRECT_LABOR}

    @acts(
        SpanAnswer,
        name="correct_labor",
        summary="Replace somebody's span by what it should have been",
        request=LaborCorrectionInput,
        status=201,
    )
    def post(self, request: Request, key: UUID) -> Response:
        asked, span = self.read(LaborCorrectionInput), span_for(request.user, key)
        if span is None:
            raise NotFound(_("There is no such span at your sites."), do=_("Check its key."))
        with self.door(reason=asked["reason"]) as passage:
            if passage.replayed:
                made = span_for(request.user, passage.answer["span"])
            else:
                made = corrections.correct(span=span, **asked, by=passage.person, at=passage.at)
                passage.remember(span=made.pk)
        return Response(SpanAnswer(made).data, status=201)

"""Redlines of work orders over REST."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from mes.kernel.personnel.roles import Permission
from mes.kernel.rest.fields import Input, Text
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.shapes import shown
from mes.kernel.rest.views import Endpoint
from orders.actions import redlines as drafting
from orders.models import WorkOrder
from orders.policies import known_order
from orders.status import RevisionStatus
from wip.actions import redlines
from wip.redlines import known_redline, redlines_on


class RedlineInput(Input):
    """Why the order is changed."""

    reason = Text(max_length=200)


class RedlineAnswer(serializers.Serializer):
    """A redline. revision: the id of its routing revision, where it is read, signed and released.

    applied_at null: it is not in effect yet.
    """

    number = serializers.IntegerField(source="revision.number")
    revision = serializers.UUIDField(source="revision.pk")
    reason = serializers.CharField(source="revision.redline_reason")
    status = serializers.ChoiceField(RevisionStatus.choices, source="revision.status")
    approved_at = serializers.DateTimeField(source="revision.approved_at", allow_null=True)
    approved_by = serializers.CharField(source="revision.approved_by.username", allow_null=True, default=None)
    released_at = serializers.DateTimeField(source="revision.released_at", allow_null=True)
    released_by = serializers.CharField(source="revision.released_by.username", allow_null=True, default=None)
    applied_at = serializers.DateTimeField(allow_null=True)
    applied_by = serializers.CharField(source="applied_by.username", allow_null=True, default=None)


class RedlinesAnswer(serializers.Serializer):
    """All redlines of an order, the first first."""

    results = RedlineAnswer(many=True)


class OrderRedlines(Endpoint):
    permissions = {"GET": Permission.VIEW_ORDERS, "POST": Permission.DRAFT_MASTER_DATA}

    @reads(RedlinesAnswer, name="list_redlines", summary="List the redlines of a work order")
    def get(self, request: Request, erp_reference: str) -> Response:
        order = known_order(request.user, erp_reference)
        return Response(shown(RedlinesAnswer, {"results": redlines_on(order)}))

    @acts(
        RedlineAnswer,
        name="draft_redline",
        summary="Draft a redline: what the order is made by now, to be changed for it alone",
        request=RedlineInput,
        status=201,
    )
    def post(self, request: Request, erp_reference: str) -> Response:
        asked, order = self.read(RedlineInput), known_order(request.user, erp_reference)
        with self.door(reason=asked["reason"]) as passage:
            if not passage.replayed:
                made = drafting.draft(order=order, reason=asked["reason"], by=passage.person, at=passage.at)
                passage.remember(number=made.number)
        return Response(_shown(order, passage.answer["number"]), status=201)


class ApplyRedline(Endpoint):
    permissions = {"POST": Permission.RELEASE_MASTER_DATA}

    @acts(
        RedlineAnswer,
        name="apply_redline",
        summary="Put a released redline into effect: what starts from then on is done by it",
        request=None,
    )
    def post(self, request: Request, erp_reference: str, redline: int) -> Response:
        order = known_order(request.user, erp_reference)
        revision = known_redline(order, redline)
        with self.door(reason=revision.redline_reason) as passage:
            if not passage.replayed:
                redlines.apply(order=order, revision=revision, by=passage.person, at=passage.at)
                passage.remember(number=redline)
        return Response(_shown(order, redline))


def _shown(order: WorkOrder, number: int) -> Any:
    return shown(RedlineAnswer, next(one for one in redlines_on(order) if one.revision.number == number))

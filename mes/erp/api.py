"""Work orders over REST: the same use case as the CSV import."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.queries import sites_of
from mes.erp.actions.orders import ImportRefused, import_orders
from mes.erp.imports import table_of_items
from mes.erp.policies import Fate, Line
from mes.erp.serializers import (
    MAX_ORDERS,
    CancelInput,
    CloseInput,
    OrderReleaseInput,
    OutcomeAnswer,
    WorkOrderAnswer,
    WorkOrderInput,
    WorkOrdersQuery,
)
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput
from mes.kernel.rest.paging import page_of, paged
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.shapes import shown
from mes.kernel.rest.views import Endpoint
from orders.models import WorkOrder
from orders.policies import known_order
from orders.queries import find_orders
from wip.actions import closings, order_changes
from wip.actions import orders as floor_orders

WorkOrdersPage = page_of(WorkOrderAnswer, "WorkOrdersPage")

_OUTCOMES = {
    Fate.CREATE: "created",
    Fate.CHANGE: "changed",
    Fate.UNCHANGED: "unchanged",
    Fate.CANCEL: "cancelled",
}
_FIELDS = {"product_revision_id": "revision", "site_id": "site"}


def _one_or_many(shape: Any) -> PolymorphicProxySerializer:
    return PolymorphicProxySerializer(
        component_name=f"{shape.__name__}OneOrMany",
        serializers=[shape, shape(many=True)],
        resource_type_field_name=None,
        many=False,
    )


class OrdersRefused(InvalidInput):
    """At least one of the orders sent has a mistake; `errors` names index and field."""


class WorkOrders(Endpoint):
    permissions = {"GET": Permission.VIEW_ORDERS, "POST": Permission.IMPORT_ORDERS}

    @reads(
        WorkOrdersPage,
        name="list_work_orders",
        summary="List work orders, newest first",
        query=WorkOrdersQuery,
        missing=False,
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query(WorkOrdersQuery)
        found = find_orders(list(sites_of(request.user)), text=asked["text"], status=asked.get("status", ""))
        if "site" in asked:
            found = found.filter(site__code=asked["site"])
        if "product" in asked:
            found = found.filter(product_revision__product__code=asked["product"])
        found = _with_people(found)
        return Response(shown(WorkOrdersPage, paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))))

    @acts(
        _one_or_many(OutcomeAnswer),
        name="import_work_orders",
        summary="Create or change one work order or many, all of them or none",
        request=_one_or_many(WorkOrderInput),
        status=201,
        also={200: _one_or_many(OutcomeAnswer)},
    )
    def post(self, request: Request) -> Response:
        many = isinstance(request.data, list)
        body = WorkOrderInput(
            data=request.data, many=many, **({"max_length": MAX_ORDERS, "allow_empty": False} if many else {})
        )
        body.is_valid(raise_exception=True)
        items = body.validated_data if many else [body.validated_data]
        with self.door() as passage:
            if not passage.replayed:
                lines = _imported(items, many=many, by=passage.person, at=passage.at)
                passage.remember(outcomes=[_outcome(line) for line in lines])
        answers = _answers(passage.answer["outcomes"])
        created = any(answer["outcome"] == "created" for answer in answers)
        outcomes = OutcomeAnswer(answers, many=True).data
        return Response(outcomes if many else outcomes[0], status=201 if created else 200)


class OneWorkOrder(Endpoint):
    permissions = {"GET": Permission.VIEW_ORDERS}

    @reads(WorkOrderAnswer, name="get_work_order", summary="See a work order")
    def get(self, request: Request, erp_reference: str) -> Response:
        return Response(shown(WorkOrderAnswer, known_order(request.user, erp_reference)))


class ReleaseWorkOrder(Endpoint):
    permissions = {"POST": Permission.RELEASE_ORDERS}

    @acts(
        WorkOrderAnswer,
        name="release_work_order",
        summary="Release a work order, or a part of it: pin its revisions and create its units",
        request=OrderReleaseInput,
    )
    def post(self, request: Request, erp_reference: str) -> Response:
        asked = self.read(OrderReleaseInput)
        order = known_order(request.user, erp_reference)
        with self.door() as passage:
            if not passage.replayed:
                order = floor_orders.release(order=order, by=passage.person, at=passage.at, **asked)
                passage.remember(order=order.pk)
        return Response(shown(WorkOrderAnswer, order))


class CloseWorkOrder(Endpoint):
    permissions = {"POST": Permission.CLOSE_ORDERS}

    @acts(
        WorkOrderAnswer,
        name="close_work_order",
        summary="Close a completed work order: its record is reviewed, and stays as it is",
        request=CloseInput,
    )
    def post(self, request: Request, erp_reference: str) -> Response:
        asked = self.read(CloseInput)
        order = known_order(request.user, erp_reference)
        with self.door(reason=asked["reason"]) as passage:
            if not passage.replayed:
                closings.close(order=order, reason=asked["reason"], by=passage.person, at=passage.at)
                passage.remember(order=order.pk)
        return Response(shown(WorkOrderAnswer, known_order(request.user, erp_reference)))


class CancelWorkOrder(Endpoint):
    permissions = {"POST": Permission.IMPORT_ORDERS}

    @acts(
        WorkOrderAnswer,
        name="cancel_work_order",
        summary="Cancel a work order that nobody has begun, its units with it",
        request=CancelInput,
    )
    def post(self, request: Request, erp_reference: str) -> Response:
        asked = self.read(CancelInput)
        order = known_order(request.user, erp_reference)
        with self.door(reason=asked["reason"]) as passage:
            if not passage.replayed:
                order_changes.cancel(order=order, reason=asked["reason"], by=passage.person, at=passage.at)
                passage.remember(order=order.pk)
        return Response(shown(WorkOrderAnswer, known_order(request.user, erp_reference)))


def _with_people(found: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    """With what the answer says of an order, and no more: of six records that it names, a word each."""
    people = ("created_by", "released_by", "completed_by", "closed_by", "cancelled_by")
    words = ("site__code", "product_revision__code", "product_revision__product__code")
    own = [field.attname for field in WorkOrder._meta.concrete_fields]
    found = found.select_related("site", "product_revision__product", *people)
    return found.only(*own, *words, *(f"{person}__username" for person in people))


def _imported(items: Sequence[dict[str, Any]], *, many: bool, by: Person, at: Any) -> list[Line]:
    """Take the orders over. The use case names places by row and column; a program knows index and field."""
    try:
        return import_orders(table=table_of_items(items), by=by, at=at).lines
    except ImportRefused as refusal:
        errors = [
            FieldError(f"{error.row}.{error.column}" if many else error.column, error.what, error.do)
            for error in refusal.errors
        ]
        raise OrdersRefused(refusal.what, do=_("Mend what is named, and send all again."), errors=errors) from refusal


def _outcome(line: Line) -> list[Any]:
    changed = [_FIELDS.get(name, name) for name in line.changed]
    return [line.request.erp_reference, _OUTCOMES[line.fate], changed]


def _answers(outcomes: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """The remembered outcomes, with the orders as they are now; one statement."""
    references = [reference for reference, _, _ in outcomes]
    orders = {o.erp_reference: o for o in _with_people(WorkOrder.objects.filter(erp_reference__in=references))}
    return [
        {"outcome": outcome, "changed": changed, "work_order": orders[reference]}
        for reference, outcome, changed in outcomes
    ]

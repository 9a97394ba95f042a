"""A new draft revision as a copy of one that is there: how what is released gets changed."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Max

from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from orders.models import Operation, Product, ProductRevision, Routing, RoutingRevision


def copy_product_revision(*, revision: ProductRevision, by: Person, at: datetime) -> ProductRevision:
    """A draft with the BOM lines of the revision and the next free code; the code may still be changed."""
    check_permission(by, Permission.DRAFT_MASTER_DATA)
    product = Product.objects.select_for_update(of=("self",)).get(pk=revision.product_id)
    taken = set(product.revisions.values_list("code", flat=True))
    draft = ProductRevision.objects.create(product=product, code=next_code(revision.code, taken))
    for line in revision.bom_lines.all():
        _copy(line, product_revision=draft)
    return draft


def copy_routing_revision(*, revision: RoutingRevision, by: Person, at: datetime) -> RoutingRevision:
    """A draft with the operations, steps, qualifications and edges of the revision, and the next number."""
    check_permission(by, Permission.DRAFT_MASTER_DATA)
    routing = Routing.objects.select_for_update(of=("self",)).get(pk=revision.routing_id)
    last = routing.revisions.aggregate(last=Max("number"))["last"]
    draft = RoutingRevision.objects.create(routing=routing, number=last + 1)
    copies: dict[Any, Operation] = {}
    for operation in revision.operations.prefetch_related("steps", "qualifications"):
        copy = copies[operation.pk] = _copy(operation, routing_revision=draft)
        for part in (*operation.steps.all(), *operation.qualifications.all()):
            _copy(part, operation=copy)
    for edge in revision.edges.all():
        _copy(edge, routing_revision=draft, before=copies[edge.before_id], after=copies[edge.after_id])
    return draft


def next_code(code: str, taken: set[str]) -> str:
    """C after B, otherwise B-2, B-3: the first that is free."""
    if len(code) == 1 and "A" <= code < "Z" and chr(ord(code) + 1) not in taken:
        return chr(ord(code) + 1)
    number = 2
    while f"{code}-{number}" in taken:
        number += 1
    return f"{code}-{number}"


def _copy(row: Any, **changed: models.Model) -> Any:
    kept = {
        field.name: getattr(row, field.name)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in changed
    }
    return type(row)._default_manager.create(**kept, **changed)

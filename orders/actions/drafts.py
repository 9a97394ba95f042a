"""A new draft revision as a copy of one that is there: how what is released gets changed."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from equipment.policies import check_site_access
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, Refusal
from orders.models import (
    Instruction,
    InstructionRevision,
    Operation,
    Product,
    ProductRevision,
    Routing,
    RoutingRevision,
)
from orders.models.routings import operation_code
from orders.status import RevisionStatus


class NotAStandard(Refusal):
    """The operation is not one of a released library of standard operations at the site."""


def copy_product_revision(*, revision: ProductRevision, by: Person, at: datetime) -> ProductRevision:
    """A draft with the BOM lines and substitutes of the revision and the next free code, which may be changed."""
    check_permission(by, Permission.DRAFT_MASTER_DATA)
    product = Product.objects.select_for_update(of=("self",)).get(pk=revision.product_id)
    taken = set(product.revisions.values_list("code", flat=True))
    draft = ProductRevision.objects.create(product=product, code=next_code(revision.code, taken))
    for line in revision.bom_lines.prefetch_related("substitutes"):
        copy = _copy(line, product_revision=draft)
        for each in line.substitutes.all():
            _copy(each, bom_line=copy)
    return draft


def copy_routing_revision(*, revision: RoutingRevision, by: Person, at: datetime) -> RoutingRevision:
    """A draft with the operations, all that belongs to them, and edges of the revision, and the next number."""
    check_permission(by, Permission.DRAFT_MASTER_DATA)
    routing = Routing.objects.select_for_update(of=("self",)).get(pk=revision.routing_id)
    check_site_access(by, routing.site_id)
    number = _next_number(routing.revisions.filter(redline_of__isnull=True))
    draft = RoutingRevision.objects.create(routing=routing, number=number)
    copy_graph(revision, draft)
    return draft


def copy_graph(revision: RoutingRevision, draft: RoutingRevision) -> None:
    """Copy the operations, all that belongs to them, and edges of a revision into an empty draft."""
    operations = revision.operations.prefetch_related(*_OF_OPERATION)
    copies = {operation.pk: _copy_operation(operation, routing_revision=draft) for operation in operations}
    for edge in revision.edges.all():
        _copy(edge, routing_revision=draft, before=copies[edge.before_id], after=copies[edge.after_id])


def copy_instruction_revision(*, revision: InstructionRevision, by: Person, at: datetime) -> InstructionRevision:
    """A draft with the text and files of the revision, and the next number. The files themselves are shared."""
    check_permission(by, Permission.DRAFT_MASTER_DATA)
    instruction = Instruction.objects.select_for_update(of=("self",)).get(pk=revision.instruction_id)
    draft = InstructionRevision.objects.create(
        instruction=instruction, number=_next_number(instruction.revisions.all()), body=revision.body
    )
    for file in revision.files.all():
        _copy(file, instruction_revision=draft)
    return draft


def insert_standard_operation(
    *, draft: RoutingRevision, operation: Operation, code: str, by: Person, at: datetime
) -> Operation:
    """Copy an operation of a released library of the same site into a draft; it remembers where it came from.

    Raises NotAStandard, InvalidInput; the database refuses a code that is taken, and a draft that is frozen by now.
    """
    check_permission(by, Permission.DRAFT_MASTER_DATA)
    check_site_access(by, draft.routing.site_id)
    library = operation.routing_revision
    if not library.routing.is_library or library.status != RevisionStatus.RELEASED:
        raise NotAStandard(
            _("{operation} of {library} is no released standard operation.").format(
                operation=operation, library=library
            ),
            do=_("Choose one."),
        )
    if library.routing.site_id != draft.routing.site_id:
        raise NotAStandard(
            _("{library} belongs to another site.").format(library=library), do=_("Choose a library of the same site.")
        )
    try:
        operation_code(code)
    except ValidationError as error:
        sentence = str(error.message)
        raise InvalidInput(
            _("“{code}” is no code.").format(code=code[:12]), do=sentence, errors=[FieldError("code", sentence)]
        ) from error
    return _copy_operation(operation, routing_revision=draft, code=code, copied_from=operation)


_OF_OPERATION = ("steps", "qualifications", "assets", "setpoints")


def _copy_operation(operation: Operation, **changed: Any) -> Operation:
    copy: Operation = _copy(operation, **changed)
    for name in _OF_OPERATION:
        for part in getattr(operation, name).all():
            _copy(part, operation=copy)
    return copy


def _next_number(revisions: QuerySet[Any]) -> int:
    return int((revisions.aggregate(last=Max("number"))["last"] or 0) + 1)


def next_code(code: str, taken: set[str]) -> str:
    """C after B, otherwise B-2, B-3: the first that is free."""
    if len(code) == 1 and "A" <= code < "Z" and chr(ord(code) + 1) not in taken:
        return chr(ord(code) + 1)
    number = 2
    while f"{code}-{number}" in taken:
        number += 1
    return f"{code}-{number}"


def _copy(row: Any, **changed: Any) -> Any:
    kept = {
        field.name: getattr(row, field.name)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in changed
    }
    return type(row)._default_manager.create(**kept, **changed)

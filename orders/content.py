"""What a revision says, in words: what its signers see, what two revisions are compared by, what the history calls it.

Made from the fields of its rows, so that a field that is added later is signed, compared and shown without further ado.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.files.storage import default_storage
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mes.kernel.audit import canonical
from mes.kernel.numbers import plain
from orders.models import InstructionRevision, ProductRevision, RoutingRevision

AnyRevision = ProductRevision | RoutingRevision | InstructionRevision

# Not content: keys, the way to what a row belongs to, and the life of the revision itself.
_LIFE = {"id", "status", "approved_at", "approved_by", "released_at", "released_by"}
_NAME = {"code", "number"}  # of the revision itself: two of them always differ in it
_UP = {"product", "routing", "instruction", "product_revision", "routing_revision", "instruction_revision"}
_ROW_UP = {"product_revision", "routing_revision", "instruction_revision", "operation", "bom_line", "copied_from"}

NOUNS = {
    "revision": lazy("revision"),
    "BOM line": lazy("BOM line"),
    "substitute": lazy("substitute"),
    "operation": lazy("operation"),
    "step": lazy("step"),
    "qualification": lazy("qualification"),
    "tool": lazy("tool"),
    "setpoint": lazy("setpoint"),
    "edge": lazy("edge"),
    "file": lazy("file"),
}


@dataclass(frozen=True)
class Part:
    """One row of a revision. kind: one of NOUNS. within: the operation that it belongs to, by code, or empty.

    values: label -> words.
    """

    kind: str
    name: str
    within: str
    values: dict[str, str]

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.name


def parts_of(revision: AnyRevision) -> list[Part]:
    """Everything in a revision, in the order in which people read it, in the language of who asks.

    A constant number of queries.
    """
    if isinstance(revision, ProductRevision):
        return [_itself(revision), *_bill(revision)]
    if isinstance(revision, RoutingRevision):
        return [_itself(revision), *_graph(revision)]
    files = (_part("file", file.name, "", file) for file in revision.files.all())
    return [_itself(revision), *files]


def shown(revision: AnyRevision, parts: Sequence[Part] | None = None) -> dict[str, Any]:
    """What a person signs: the whole content."""
    rows = parts_of(revision) if parts is None else parts
    return {
        "revision": str(revision),
        "content": [{"kind": part.kind, "name": part.name, "values": part.values} for part in rows],
    }


def digest_of(revision: AnyRevision) -> str:
    """The digest that a signature of the revision has to bring: of its content as it is now."""
    return canonical.digest(shown(revision))


def _itself(revision: AnyRevision) -> Part:
    return Part("revision", "", "", _values(revision, _LIFE | _UP | _NAME))


def _bill(revision: ProductRevision) -> Iterator[Part]:
    lines = revision.bom_lines.select_related("component", "component_revision__product")
    for line in lines.prefetch_related("substitutes__product"):
        name = f"{line.operation_code} {line.component.code}"
        yield _part("BOM line", name, line.operation_code, line)
        for each in line.substitutes.all():
            yield _part("substitute", f"{name} / {each.product.code}", line.operation_code, each)


def _graph(revision: RoutingRevision) -> Iterator[Part]:
    operations = revision.operations.select_related("station_class", "instruction").prefetch_related(
        "steps__component", "qualifications__qualification", "assets__asset_class", "setpoints"
    )
    for operation in operations.order_by("code"):
        code = operation.code
        yield _part("operation", code, code, operation)
        for step in operation.steps.all():
            yield _part("step", f"{code} {step.code}", code, step)
        for asked in sorted(operation.qualifications.all(), key=lambda q: q.qualification.code):
            yield _part("qualification", f"{code} {asked.qualification.code}", code, asked)
        for needed in sorted(operation.assets.all(), key=lambda a: a.asset_class.code):
            yield _part("tool", f"{code} {needed.asset_class.code}", code, needed)
        for setpoint in operation.setpoints.all():
            yield _part("setpoint", f"{code} {setpoint.tag}", code, setpoint)
    edges = revision.edges.select_related("before", "after")
    for edge in sorted(edges, key=lambda edge: (edge.before.code, edge.after.code)):
        yield _part("edge", str(edge), "", edge)


def _part(kind: str, name: str, within: str, row: models.Model) -> Part:
    return Part(kind, name, within, _values(row, _ROW_UP | {"id"}))


def _values(row: models.Model, without: Iterable[str]) -> dict[str, str]:
    return {label(field): words(row, field) for field in row._meta.concrete_fields if field.name not in without}


def label(field: models.Field) -> str:
    """What people call a field."""
    return str(capfirst(field.verbose_name))


def words(row: models.Model, field: models.Field) -> str:
    """A field's value as people read it."""
    value = getattr(row, field.name)
    if value is None:
        return ""
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, FieldFile):
        return _file(value)
    return ", ".join(value) if isinstance(value, list) else str(value)


def _file(value: FieldFile) -> str:
    """A file by its name and what is in it, so that a signature covers the picture and not only its name."""
    if not value.name:
        return ""
    if not default_storage.exists(value.name):
        return _("{file} (missing)").format(file=value.name)
    with default_storage.open(value.name) as file:
        return f"{value.name.rpartition('/')[2]} ({hashlib.file_digest(file, 'sha256').hexdigest()[:16]})"

"""Bills of materials over all their levels: down into a product, and up to where it is used. One statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from orders.models import ProductRevision
from orders.status import RevisionStatus

LIMIT = 2000  # lines of one answer; what is left out is told


@dataclass(frozen=True)
class BomNode:
    """A line of a bill at some level (1: the revision's own), with what the component itself is made of below it.

    revision: the component's revision that is followed: the one asked for, else the one released last, else the newest
    draft; "" where it has none. In where-used: the revision that the line belongs to.
    """

    level: int
    product_id: UUID
    code: str
    name: str
    revision_id: UUID | None
    revision: str
    status: str
    operation_code: str
    quantity: Decimal
    quantity_unit: str
    basis: str
    trace_level: str
    reference_designators: str
    is_substitute: bool

    @property
    def status_word(self) -> str:
        """What a person calls the revision's status."""
        return str(RevisionStatus(self.status).label)

    @property
    def depth(self) -> int:
        """The level as far as it is indented."""
        return min(self.level, 8)


_SHOWN = """level, product_id, code, name, revision_id, revision, status, operation_code, quantity, quantity_unit,
    basis, trace_level, reference_designators, is_substitute"""

# The revision of a component that is followed.
_FOLLOWED = """LEFT JOIN LATERAL (
        SELECT id, code, status FROM orders_productrevision
        WHERE product_id = part.id AND (line.component_revision_id IS NULL OR id = line.component_revision_id)
          AND status <> 'OBSOLETE'
        ORDER BY status = 'RELEASED' DESC, released_at DESC NULLS LAST, id DESC LIMIT 1
    ) followed ON true"""

_LINE = """part.id, part.code, part.name, followed.id, coalesce(followed.code, ''), coalesce(followed.status, ''),
    line.operation_code, line.quantity, part.quantity_unit, line.basis, line.trace_level, line.reference_designators,
    false"""

_DOWN = f"""
WITH RECURSIVE tree(level, product_id, code, name, revision_id, revision, status, operation_code, quantity,
                    quantity_unit, basis, trace_level, reference_designators, is_substitute, above, place) AS (
    SELECT 1, {_LINE}, ARRAY[%(product)s::uuid], ARRAY[line.operation_code || ' ' || part.code]::text[]
    FROM orders_bomline line JOIN orders_product part ON part.id = line.component_id {_FOLLOWED}
    WHERE line.product_revision_id = %(revision)s
  UNION ALL
    SELECT tree.level + 1, {_LINE}, tree.above || tree.product_id,
           tree.place || (line.operation_code || ' ' || part.code)::text
    FROM tree JOIN orders_bomline line ON line.product_revision_id = tree.revision_id
    JOIN orders_product part ON part.id = line.component_id {_FOLLOWED}
    WHERE tree.product_id <> ALL(tree.above)
)
SELECT {_SHOWN} FROM tree ORDER BY place LIMIT %(limit)s
"""  # noqa: S608 - constants of this module

_UP = f"""
WITH RECURSIVE uses(of_product, revision_id, line_id, is_substitute) AS (
    SELECT component_id, product_revision_id, id, false FROM orders_bomline
  UNION ALL
    SELECT s.product_id, line.product_revision_id, line.id, true
    FROM orders_bomsubstitute s JOIN orders_bomline line ON line.id = s.bom_line_id
), tree(level, product_id, code, name, revision_id, revision, status, operation_code, quantity, quantity_unit, basis,
        trace_level, reference_designators, is_substitute, above, place) AS (
    SELECT 1, made.id, made.code, made.name, r.id, r.code, r.status, line.operation_code, line.quantity,
           part.quantity_unit, line.basis, line.trace_level, line.reference_designators, uses.is_substitute,
           ARRAY[%(product)s::uuid], ARRAY[made.code || ' ' || r.code || ' ' || line.operation_code]::text[]
    FROM uses JOIN orders_bomline line ON line.id = uses.line_id
    JOIN orders_productrevision r ON r.id = uses.revision_id AND r.status <> 'OBSOLETE'
    JOIN orders_product made ON made.id = r.product_id
    JOIN orders_product part ON part.id = line.component_id
    WHERE uses.of_product = %(product)s
  UNION ALL
    SELECT tree.level + 1, made.id, made.code, made.name, r.id, r.code, r.status, line.operation_code, line.quantity,
           part.quantity_unit, line.basis, line.trace_level, line.reference_designators, false,
           tree.above || tree.product_id,
           tree.place || (made.code || ' ' || r.code || ' ' || line.operation_code)::text
    FROM tree JOIN orders_bomline line ON line.component_id = tree.product_id
         AND (line.component_revision_id IS NULL OR line.component_revision_id = tree.revision_id)
    JOIN orders_productrevision r ON r.id = line.product_revision_id AND r.status <> 'OBSOLETE'
    JOIN orders_product made ON made.id = r.product_id
    JOIN orders_product part ON part.id = line.component_id
    WHERE tree.product_id <> ALL(tree.above)
)
SELECT {_SHOWN} FROM tree ORDER BY place LIMIT %(limit)s
"""  # noqa: S608 - constants of this module


def bom_tree(revision: ProductRevision, *, most: int = LIMIT) -> list[BomNode]:
    """All levels below a revision, each line followed by what is below it. At most so many lines; cycle-safe."""
    return _nodes(_DOWN, {"product": revision.product_id, "revision": revision.pk, "limit": most})


def where_used(product_id: UUID, *, most: int = LIMIT) -> list[BomNode]:
    """Every revision that takes the product, itself or as a substitute, and what takes that, over all levels.

    Obsolete revisions are left out. At most so many lines; cycle-safe.
    """
    return _nodes(_UP, {"product": product_id, "limit": most})


_WITHIN = """
WITH RECURSIVE within(product_id) AS (
    SELECT component_id FROM orders_bomline WHERE product_revision_id = %(revision)s
  UNION
    SELECT line.component_id FROM within
    JOIN orders_productrevision r ON r.product_id = within.product_id AND r.status <> 'OBSOLETE'
    JOIN orders_bomline line ON line.product_revision_id = r.id
)
SELECT made.code, part.code FROM within
JOIN orders_productrevision r ON r.product_id = within.product_id AND r.status <> 'OBSOLETE'
JOIN orders_bomline line ON line.product_revision_id = r.id
JOIN orders_product made ON made.id = r.product_id JOIN orders_product part ON part.id = line.component_id
WHERE EXISTS (SELECT 1 FROM within WHERE product_id = %(product)s) ORDER BY 1, 2
"""


def circle_through(revision: ProductRevision) -> list[str]:
    """The codes of a way from the product through its components back to itself; empty when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHIN, {"revision": revision.pk, "product": revision.product_id})
        below: dict[str, list[str]] = {}
        for made, part in cursor.fetchall():
            below.setdefault(made, []).append(part)
    if not below:
        return []
    start = revision.product.code
    ways = [[start, line.component.code] for line in revision.bom_lines.select_related("component")]
    seen = set()
    for way in ways:  # grows: the shortest way is found first
        if way[-1] == start:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, part] for part in below.get(way[-1], [])]
    return []


def _nodes(sql: str, parameters: dict[str, Any]) -> list[BomNode]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [BomNode(*row) for row in cursor.fetchall()]


def is_cut_short(nodes: Sequence[BomNode], *, most: int = LIMIT) -> bool:
    """Whether there may be more lines than were asked for."""
    return len(nodes) >= most

"""Where units went: what they were built into, split into and merged into, level by level."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from genealogy.models import Unit
from orders.models import ProductRevision

# Each unit with the sequence at which what is followed came into it: it goes on with what was done to the unit later,
# and parts that were split off before do not have it. Sequences only grow along a way, so that it ends. What was taken
# out again is not in it any more: an activity counts while more of the unit went in than came out.
_GONE_INTO = """
WITH RECURSIVE gone_into (unit_id, since) AS (
    SELECT unit_id, 0::bigint FROM unnest(%s::uuid[]) AS unit_id
    UNION
    SELECT next.unit_id, next.since FROM gone_into JOIN LATERAL (
        SELECT into_one.unit_id, min(into_one.sequence) AS since
        FROM (
            SELECT output.unit_id, activity.sequence
            FROM genealogy_activityunit input
            JOIN genealogy_activity activity ON activity.id = input.activity_id
            JOIN genealogy_activityunit output ON output.activity_id = input.activity_id
            WHERE input.unit_id = gone_into.unit_id AND input.direction = 'INPUT'
                AND output.direction = 'OUTPUT' AND output.unit_id <> input.unit_id
                AND activity.kind IN ('CONSUME', 'MERGE', 'SPLIT') AND activity.sequence > gone_into.since
            GROUP BY output.unit_id, activity.id
            HAVING sum(input.quantity) > coalesce((
                SELECT sum(back.quantity)
                FROM genealogy_activity removal
                JOIN genealogy_activityunit back ON back.activity_id = removal.id AND back.direction = 'OUTPUT'
                WHERE removal.reverses_id = activity.id AND removal.kind = 'REMOVE'
                    AND back.unit_id = gone_into.unit_id
            ), 0)
        ) AS into_one
        GROUP BY into_one.unit_id
    ) AS next ON true
)
SELECT DISTINCT unit_id FROM gone_into
"""


def gone_into(units: Collection[UUID]) -> set[UUID]:
    """The units that these went into, through however many levels; without themselves. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_GONE_INTO, [list(units)])
        return {row[0] for row in cursor.fetchall()} - set(units)


def went_into_others(units: QuerySet[Unit]) -> set[UUID]:
    """The other units that these, of an order or a revision, went into. One statement where nothing of them went on."""
    went = set(units.filter(quantity_consumed__gt=0).values_list("pk", flat=True))
    found = gone_into(went) if went else set()
    return found - set(units.filter(pk__in=found).values_list("pk", flat=True))


def of_revision(revision: ProductRevision, site: UUID) -> QuerySet[Unit]:
    """The units and lots at a site that are of a revision: what is made by it, and what was received as it."""
    return Unit.objects.filter(product_revision=revision, site=site)


def siblings_of(unit: Unit) -> set[UUID]:
    """The other units of the same lot: its parts and the lot they were split from, and what came of the same delivery.

    A supplier's lot is the same where its number and the supplier are.
    """
    same = Q(split_from=unit.split_from_id) | Q(pk=unit.split_from_id) if unit.split_from_id else Q(pk__in=[])
    delivery = getattr(unit, "delivery", None)
    if delivery is not None and delivery.supplier_lot:
        same |= Q(delivery__supplier=delivery.supplier_id, delivery__supplier_lot=delivery.supplier_lot)
    found = Unit.objects.filter(same, site=unit.site_id, product=unit.product_id)
    return set(found.exclude(pk=unit.pk).values_list("pk", flat=True))

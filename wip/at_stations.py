"""What stations work on now, and how far their orders are there: for boards that are read from afar."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection

# One row a station: what has run longest. good: of the order, at this operation, whoever made it and where.
_JOBS = """
SELECT DISTINCT ON (running.station_id) running.station_id, orders.erp_reference, running.operation_code,
    orders.quantity, orders.quantity_unit, made.good
FROM wip_operationexecution running JOIN orders_workorder orders ON orders.id = running.work_order_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(quantity_good), 0) AS good FROM wip_operationexecution
    WHERE work_order_id = orders.id AND operation_code = running.operation_code AND is_current) made
WHERE running.status = 'RUNNING' AND running.station_id = ANY(%s)
ORDER BY running.station_id, running.started_at, running.id"""


@dataclass(frozen=True)
class JobAt:
    """The order that a station works on, at which operation; good: of the order's quantity there."""

    order: str
    operation_code: str
    quantity: Decimal
    quantity_unit: str
    good: Decimal


def jobs_at(stations: Collection[UUID]) -> dict[UUID, JobAt]:
    """By station what it has worked on longest; one where nothing runs is missing."""
    with connection.cursor() as cursor:
        cursor.execute(_JOBS, [list(stations)])
        return {station: JobAt(*row) for station, *row in cursor.fetchall()}

"""The operator's verb on the machine of a station."""

from collections.abc import Sequence
from datetime import datetime

from equipment.models import MachineCommand, Station
from genealogy.models import Unit
from mes.kernel.personnel.models import Person
from mes.station.actions.operations import check_may_work, planned_operation
from wip.actions import preparations


def prepare(
    *, units: Sequence[Unit], operation_code: str, station: Station, by: Person, at: datetime
) -> MachineCommand:
    """Have the station's machine prepared for an operation on these units, one or those of a batch.

    The collector writes it; the gate of the start looks at what came of it. Raises what wip.actions.preparations does.
    """
    for unit in units:
        check_may_work(by=by, site_id=unit.site_id)
        operation = planned_operation(unit, operation_code)
    return preparations.prepare(units=units, operation=operation, station=station, by=by, at=at)

"""What waited longer between two operations than allowed: an exception on record, a hold where the routing says so."""

from datetime import datetime

from django.utils.translation import gettext as _

from genealogy.models import Unit
from genealogy.queries import plan_for
from genealogy.status import UnitStatus
from mes.kernel.personnel.models import Person
from wip.actions import exceptions, holds
from wip.facts import executions_on
from wip.models import ProcessException
from wip.queue_times import Wait, waits
from wip.status import ExceptionKind
from wip.ways import Way


def note_late(*, unit: Unit, at: datetime) -> int:
    """Note each wait of a locked unit that is over its maximum, once; returns how many. The unit comes with its order.

    In the name of who ended the operation before: nobody acts when time goes by.
    """
    if unit.status != UnitStatus.IN_PROCESS:
        return 0
    way = Way.of(plan_for(unit), executions_on({unit.pk}))
    open_codes = [o for o in way.plan.operations if o.code not in way.current and o.code not in way.off]
    late = [(o.code, one) for o in open_codes for one in waits(way, o) if one.latest is not None and one.latest < at]
    noted = ProcessException.objects.filter(kind=ExceptionKind.QUEUE_TIME, unit=unit)
    known = set(noted.values_list("execution", "operation_code"))
    new = [(code, one) for code, one in late if (one.before.pk, code) not in known]
    for code, wait in new:
        _note(unit, code, wait, at)
    return len(new)


def _note(unit: Unit, code: str, wait: Wait, at: datetime) -> None:
    assert wait.before.completed_by_id is not None
    by = Person.objects.get(pk=wait.before.completed_by_id)
    assert wait.latest is not None
    what = _("Operation {after} had to begin by {latest}, {minutes} min after operation {before}.").format(
        after=code,
        latest=f"{unit.site.local(wait.latest):%Y-%m-%d %H:%M}",
        minutes=f"{(wait.edge.maximum_time_s or 0) / 60:g}",
        before=wait.edge.before,
    )
    exceptions.note(
        kind=ExceptionKind.QUEUE_TIME,
        unit=unit,
        operation_code=code,
        what=what,
        execution=wait.before,
        station_code=wait.before.station.code,
        by=by,
        at=at,
    )
    if wait.edge.holds_when_late:
        holds.place_automatically(unit=unit, reason=what, by=by, at=at)

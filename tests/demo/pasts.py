"""What is on record of the demo's machines, beside what people did at them."""

from datetime import datetime, timedelta

from equipment.calendars.queries import timetable_of
from equipment.calendars.spans import shifts_between
from equipment.machine_queries import states_between, watched_between
from equipment.machine_times import NOT_KNOWN, Spell, spells
from equipment.models import Connection, Station
from mes.demo.machines.hands import does
from mes.demo.machines.plan import MACHINES, MachinePlan
from mes.demo.machines.spans import Span, apart, common, length, widened
from wip.models import OperationExecution
from wip.queries import planned

DAY, WORKED = timedelta(hours=24), timedelta(hours=5)
SECOND_S = 1.001  # a machine is looked at each second


def course_of(plan: MachinePlan, at: datetime) -> list[Spell]:
    """The states of a machine in the day before, as its page has them."""
    connection, station = Connection.objects.get(code=plan.code), Station.objects.get(code=plan.station)
    watched = watched_between([connection.pk], at - DAY, at)[connection.pk]
    return spells(states_between([station.pk], at - DAY, at)[station.pk], watched, at - DAY, at)


def ran(plan: MachinePlan, at: datetime) -> list[Span]:
    return [_span(spell) for spell in course_of(plan, at) if spell.state == "RUNNING"]


def jobs_ran(plan: MachinePlan, at: datetime) -> list[Span]:
    """When people had a job at the machine in that day, in a shift or in the five hours that were worked before now."""
    begin, end = (at - DAY).timestamp(), at.timestamp()
    found = OperationExecution.objects.filter(station__code=plan.station, started_at__lt=at).order_by("started_at")
    found = found.filter(status__in=["RUNNING", "COMPLETED"]).select_related("unit", "work_order")
    jobs = [
        (one.started_at.timestamp(), (one.completed_at or at).timestamp()) for one in found if does(plan, planned(one))
    ]
    center = Station.objects.select_related("work_center__site").get(code=plan.station).work_center
    timetable = timetable_of(center)
    assert timetable is not None
    shifts = shifts_between(timetable, at - DAY, at)
    hours = [(shift.begins_at.timestamp(), shift.ends_at.timestamp()) for shift in shifts]
    hours = widened(sorted([*hours, ((at - WORKED).timestamp(), end)]), 0)
    return common(common(widened(jobs, 0), hours), [(begin, end)])


def unknown(plan: MachinePlan, at: datetime) -> list[Span]:
    return [_span(spell) for spell in course_of(plan, at) if spell.state == NOT_KNOWN]


def machines_ran_while_jobs_ran(at: datetime) -> None:
    """To the second, and in no other second that is known; and nobody looks away for long."""
    for plan in MACHINES:
        gaps = unknown(plan, at)
        assert length(gaps) < 600, plan.code
        running, jobs = ran(plan, at), apart(jobs_ran(plan, at), gaps)
        for one in (*apart(running, jobs), *apart(jobs, running)):
            assert length([one]) <= SECOND_S, (plan.code, one)
        assert running, plan.code


def _span(spell: Spell) -> Span:
    return spell.begins_at.timestamp(), spell.ends_at.timestamp()

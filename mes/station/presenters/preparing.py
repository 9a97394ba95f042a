"""What is shown of a machine that is prepared for work: the recipe, what the machine says, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from equipment.interlocks import setpoints_at, tags_at
from equipment.models import Station, Tag
from equipment.preparations import Preparation, Told, preparations
from equipment.topics import machine_state
from genealogy.models import Unit
from mes.kernel.gates import Hook, Verdict, judge
from mes.kernel.numbers import plain
from mes.kernel.personnel.models import Person
from mes.station.actions.operations import planned_operation
from wip.actions.preparations import STILL_TO_RUN
from wip.jobs import Job
from wip.models import OperationExecution
from wip.preparations import Lack, lack_of
from wip.queries import job_for


@dataclass(frozen=True)
class Row:
    """A value that the machine is told. wanted, says: in words; is_right: None before it has answered."""

    code: str
    name: str
    wanted: str
    tolerance: str
    says: str
    is_right: bool | None


@dataclass(frozen=True)
class Preparing:
    """A station's machine, and what it is prepared for: one job, or those of a run together.

    lack: why it is not prepared; None: it is. blockers: what else is in the way. running: the work runs already.
    """

    jobs: Sequence[Job]
    rows: Sequence[Row]
    last: Told | None
    lack: Lack | None
    blockers: Sequence[Verdict]
    running: OperationExecution | None

    @property
    def job(self) -> Job:
        return self.jobs[0]

    @property
    def state(self) -> str:
        """prepared, waiting (for the machine's answer), failed, blocked, or open: nobody has asked for it."""
        if self.blockers:
            return "blocked"
        if self.lack is None:
            return "prepared"
        if self.lack.is_on_its_way:
            return "waiting"
        return "open" if self.last is None else "failed"

    @property
    def topics(self) -> str:
        assert self.job.station is not None
        return machine_state(self.job.site_id, self.job.station.pk)


def is_all_that_lacks(units: Sequence[Unit], code: str, station: Station, person: Person) -> bool:
    """Whether nothing stops the start but that the machine is not prepared. No query without an interlock."""
    if not station.interlock:
        return False
    verdicts = [one for verdicts in judge(_jobs(units, code, station, person), Hook.START) for one in verdicts]
    return bool(verdicts) and all(one.comes_with_start for one in verdicts)


def preparing(units: Sequence[Unit], code: str, station: Station, person: Person) -> Preparing:
    """What the page of a machine shows. The station has an interlock."""
    jobs = _jobs(units, code, station, person)
    (known,) = preparations(jobs[:1])
    assert known is not None, "the station has an interlock"
    job, last = jobs[0], known.last
    is_its = last is not None and not last.is_withdrawal and last.is_for([one.unit.pk for one in jobs], code)
    answer = {line["tag"]: line["after"] for line in (last.answer or ())} if last and is_its else {}
    if job.execution is not None:
        judged = judge(jobs, Hook.RECORD, STILL_TO_RUN)
    else:
        judged = [[one for one in said if not one.comes_with_start] for said in judge(jobs, Hook.START)]
    return Preparing(
        jobs=jobs,
        rows=_rows(known, job, answer),
        last=last if is_its else None,
        lack=lack_of(known, job),
        blockers=[verdict for verdicts in judged for verdict in verdicts],
        running=job.execution,
    )


def _jobs(units: Sequence[Unit], code: str, station: Station, person: Person) -> list[Job]:
    jobs = [_job(unit, code, station, person) for unit in units]
    for job in jobs if len(jobs) > 1 else ():
        job.together = jobs
    return jobs


def _job(unit: Unit, code: str, station: Station, person: Person) -> Job:
    known = list(unit.executions.select_related("worked_by", "station"))
    here = (one for one in known if one.is_running and one.station_id == station.pk and one.operation_code == code)
    more: dict[str, Any] = {"execution": next(here, None), "executions": known}
    return job_for(unit, planned_operation(unit, code), station=station, person=person, **more)


def _rows(known: Preparation, job: Job, answer: Mapping[str, Any]) -> list[Row]:
    tags = tags_at([known.station.pk]).get(known.station.pk, {})
    rows = []
    for one in setpoints_at(known.station, job.operation.setpoints):
        tag = tags.get(one.tag)
        unit = f" {tag.quantity_unit}" if tag is not None and tag.quantity_unit else ""
        said, tolerance = answer.get(one.tag), one.tolerance
        is_right = _is_right(one.value, said, float(tolerance or 0)) if one.tag in answer else None
        wanted, allowed = f"{one.value}{unit}", f"± {plain(tolerance)}{unit}" if tolerance else ""
        rows.append(Row(one.tag, _name(tag, one.tag), wanted, allowed, _said(said, unit), is_right))
    permission = known.station.permission_tag
    said = answer.get(permission)
    is_on = bool(said) if permission in answer else None
    word = "–" if is_on is None else _("given") if is_on else _("not given")
    return [*rows, Row(permission, _("Permission to run"), _("given"), "", word, is_on)]


def _name(tag: Tag | None, code: str) -> str:
    return tag.name if tag is not None and tag.name else code


def _said(value: Any, unit: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value) if isinstance(value, str) else f"{value:g}{unit}"


def _is_right(wanted: str, said: Any, tolerance: float) -> bool:
    if isinstance(said, str) or said is None:
        return bool(said == wanted)
    try:
        return abs(float(wanted) - float(said)) <= max(tolerance, 1e-6 * abs(float(said)))
    except ValueError:
        return bool(said) == (wanted.strip().lower() in ("yes", "true", "on"))

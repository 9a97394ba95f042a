"""Who is on a job: one query for any number of jobs."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import formats
from django.utils.translation import gettext as _

from equipment.models import Site, Station
from mes.kernel.door import moment
from mes.kernel.personnel.models import Person
from mes.kernel.prepared import any_of, prepared
from wip.models import HandoverNote, LaborSpan, OperationExecution
from wip.models.labor import LaborEnd
from wip.status import ExecutionStatus


@dataclass(frozen=True)
class Crew:
    """The people of one running job: who is on it now, and who was, in the order in which they came."""

    on: tuple[LaborSpan, ...] = ()
    before: tuple[LaborSpan, ...] = ()

    @property
    def last(self) -> LaborSpan | None:
        """What ended last."""
        return max(self.before, key=lambda span: span.ended_at, default=None)

    @property
    def is_paused(self) -> bool:
        """Nobody is on it, and somebody was. Of a job without any span nobody knows."""
        return not self.on and bool(self.before)

    @property
    def is_handed_over(self) -> bool:
        """It is paused, for whoever comes next."""
        last = self.last
        return self.is_paused and last is not None and last.end == LaborEnd.HANDED_OVER

    def own(self, person: Any) -> LaborSpan | None:
        """The span that runs for the person."""
        return next((span for span in self.on if span.person_id == person.pk), None)

    def knows(self, person: Any) -> bool:
        """Whether the person is on the job, or was."""
        return any(span.person_id == person.pk for span in (*self.on, *self.before))


def crews_of(executions: Iterable[OperationExecution]) -> dict[UUID, Crew]:
    """The crew of each execution, by key; they are running."""
    keys = [execution.pk for execution in executions]
    found: dict[UUID, list[LaborSpan]] = {key: [] for key in keys}
    for span in spans_of(keys) if keys else ():
        found[span.execution_id].append(span)
    return {key: crew_in(spans) for key, spans in found.items()}


def crew_in(spans: Collection[LaborSpan]) -> Crew:
    """The crew that these spans of one running execution make."""
    on = tuple(span for span in spans if span.ended_at is None)
    return Crew(on, tuple(span for span in spans if span.ended_at is not None))


def paused_in_words(crew: Crew, site: Site) -> str:
    """Who paused the job, when and why: "Paused by Amina Yusuf since 12:03: WAIT-MATERIAL No material"."""
    last = crew.last
    if last is None or last.ended_at is None:
        return ""
    said = {
        LaborEnd.HANDED_OVER: _("Handed over by {person} at {since}"),
        LaborEnd.LEFT: _("Left by {person} at {since}"),
    }.get(LaborEnd(last.end), _("Paused by {person} since {since}"))
    said = said.format(person=last.person, since=_moment(last.ended_at, site))
    return f"{said}: {last.note}" if last.note else said


def _moment(at: datetime, site: Site) -> str:
    """The time of day; with the date when it is another day than today."""
    local = site.local(at)
    is_today = local.date() == site.local(moment()).date()
    return f"{local:%H:%M}" if is_today else formats.date_format(local.replace(tzinfo=None), "j M, H:i")


def crew_of(execution: OperationExecution) -> Crew:
    return crews_of([execution])[execution.pk]


@prepared
def spans_of(executions: Collection[UUID]) -> QuerySet[LaborSpan]:
    """The spans in force on the executions, in the order in which they began."""
    found = LaborSpan.objects.filter(execution=any_of(executions), corrected_by_span__isnull=True)
    return found.select_related("person").order_by("began_at", "id")


def people_on(executions: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Who is on these executions now: pairs of execution and person."""
    return {(span.execution_id, span.person_id) for span in spans_of(executions) if span.ended_at is None}


def running_for(person: Person, station: Station) -> list[LaborSpan]:
    """The spans that run for the person at the station, by unit, so that two who lock several never wait in a ring."""
    found = LaborSpan.objects.filter(person=person, execution__station=station, ended_at__isnull=True)
    running = found.filter(execution__status=ExecutionStatus.RUNNING)
    return list(
        running.select_related("execution__work_order", "execution__unit").order_by("execution__unit", "execution")
    )


def untaken_notes(*, station: Station, execution: OperationExecution | None = None) -> list[HandoverNote]:
    """What was left for whoever goes on with the job, or for whoever comes to the station next; the first first."""
    return _notes_at(station.pk) if execution is None else _notes_on(station.pk, execution.pk)


@prepared
def _notes_at(station: UUID) -> QuerySet[HandoverNote]:
    return _untaken().filter(station=station, execution__isnull=True)


@prepared
def _notes_on(station: UUID, execution: UUID) -> QuerySet[HandoverNote]:
    return _untaken().filter(station=station, execution=execution)


def _untaken() -> QuerySet[HandoverNote]:
    return HandoverNote.objects.filter(taken_at__isnull=True).select_related("written_by").order_by("written_at")

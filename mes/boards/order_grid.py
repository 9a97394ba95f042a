"""An order's grid as it is drawn: units x operations, where normal work has no colour."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import dateformat
from django.utils.translation import gettext as _

from mes.kernel.prepared import prepared
from orders.models import WorkOrder
from orders.plans import Plan
from orders.queries import pinned_plan
from wip.defects import defect_in_words
from wip.models import ExecutionEvent, OperationExecution, ProcessException, Reading
from wip.overview import notable_readings, notable_readings_in, scraps, scraps_in
from wip.queries import Cell, Row, grid
from wip.status import ExceptionKind

NOTABLE = 12  # so many are shown to be reviewed

# What went another way, by its kind; any other is an E.
LETTERS = {
    ExceptionKind.SKIP: "K",
    ExceptionKind.REWORK: "R",
    ExceptionKind.QUEUE_TIME: "T",
    ExceptionKind.OVERRIDE: "O",
}


@dataclass(frozen=True)
class Face:
    """One cell: a mark by state or by tone and letter, and a duration or a word beside it. ran_for: until now."""

    state: str = ""
    tone: str = ""
    letter: str = ""
    word: str = ""
    ran_for: timedelta | None = None


@dataclass(frozen=True)
class Line:
    """One unit. exception: what is not normal about it, in words."""

    serial: str
    faces: list[Face]
    exception: str


@dataclass(frozen=True)
class Notable:
    """Something about an order that somebody should review."""

    tone: str
    letter: str
    serial: str
    text: str
    at: datetime
    when: str


@dataclass(frozen=True)
class Grid:
    plan: Plan
    lines: list[Line]


def draw(order: WorkOrder, *, page: int, per_page: int, now: datetime) -> Grid:
    """A page of the order's grid. Five statements, whatever its size."""
    plan, rows = grid(order, offset=(page - 1) * per_page, limit=per_page)
    keys = [cell.execution.pk for row in rows for cell in row.cells if cell.execution is not None]
    notable: dict[UUID, list[Reading]] = {}
    for reading in notable_readings_in(keys) if keys else ():
        notable.setdefault(reading.execution_id, []).append(reading)
    scrapped: dict[UUID, ExecutionEvent] = {event.execution_id: event for event in scraps_in(keys)} if keys else {}
    return Grid(plan, [_line(row, order, plan, notable, scrapped, now) for row in rows])


def notable_of(order: WorkOrder, plan: Plan, *, now: datetime) -> list[Notable]:
    """What was scrapped, corrected, out of limits or went another way in an order, latest first. Three statements."""
    found = [
        Notable(
            "alarm",
            "S",
            str(event.execution.unit),
            _("scrapped: {reason}").format(reason=_why(event)),
            event.at,
            "",
        )
        for event in _scraps_of(order.pk)
    ]
    for reading in _notable_readings_of(order.pk):
        letter = "C" if reading.is_within_limits else "L"
        said = _said(reading, plan) + (f": {reading.reason}" if reading.reason else "")
        found.append(Notable("caution", letter, str(reading.execution.unit), said, reading.at, ""))
    for one in _exceptions_of(order.pk):
        said = f"{one.what} {one.reason}".strip()
        found.append(Notable("caution", LETTERS.get(one.kind, "E"), str(one.unit), said, one.at, ""))
    latest = sorted(found, key=lambda one: one.at, reverse=True)[:NOTABLE]
    return [replace(one, when=_time(order, one.at, now)) for one in latest]


@prepared
def _scraps_of(order: UUID) -> QuerySet[ExecutionEvent]:
    return scraps(execution__work_order=order)[:NOTABLE]


@prepared
def _notable_readings_of(order: UUID) -> QuerySet[Reading]:
    return notable_readings(execution__work_order=order)[:NOTABLE]


@prepared
def _exceptions_of(order: UUID) -> QuerySet[ProcessException]:
    return ProcessException.objects.filter(work_order=order, unit__isnull=False).select_related("unit")[:NOTABLE]


def _line(row: Row, order: WorkOrder, plan: Plan, notable: Any, scrapped: Any, now: datetime) -> Line:
    faces, words = [], []
    for hold in row.holds:
        words.append(_("{hold} since {time}").format(hold=hold.number, time=_time(order, hold.placed_at, now)))
    if row.unit.replaces is not None:
        words.append(_("Replaces {unit}").format(unit=row.unit.replaces))
    if row.unit.rework_plan_id:
        words.append(_("In rework: {routing}").format(routing=pinned_plan(row.unit.rework_plan_id).routing))
    for cell in row.cells:
        key = cell.execution.pk if cell.execution else None
        faces.append(_face(cell, notable.get(key, ()), now))
        if event := scrapped.get(key):
            words.append(_("Scrapped {time}: {reason}").format(time=_time(order, event.at, now), reason=_why(event)))
        words += [_said(reading, plan) for reading in notable.get(key, ())]
    return Line(row.unit.serial, faces, "; ".join(words))


def _face(cell: Cell, notable: Sequence[Reading], now: datetime) -> Face:
    execution = cell.execution
    if cell.state == "skipped":
        return Face(tone="caution", letter="K", word=_("skipped"))
    if cell.state == "rework":
        return Face(tone="caution", letter="R", word=_("in rework"))
    if cell.state == "held":
        return Face(tone="held", letter="H", word=_("on hold"))
    if cell.state == "scrapped":
        return Face(tone="alarm", letter="S", word=_("scrapped"))
    if execution is None:
        return Face(state=cell.state, word=_("ready") if cell.state == "ready" else "")
    ran_for = (execution.completed_at or now) - execution.started_at
    again = f"{execution.attempt} · " if execution.attempt > 1 else ""
    if any(not reading.is_within_limits for reading in notable):
        return Face(tone="caution", letter="L", word=again, ran_for=ran_for)
    if again:
        return Face(tone="caution", letter="R", word=again, ran_for=ran_for)
    if notable:
        return Face(tone="caution", letter="C", ran_for=ran_for)
    return Face(state=cell.state, ran_for=ran_for)


def _why(event: ExecutionEvent) -> str:
    """Why it was scrapped, with the defect if one was named."""
    return f"{event.scrap_reason}. {defect_in_words(event)}" if event.defect_code else event.scrap_reason


def _said(reading: Reading, plan: Plan) -> str:
    execution: OperationExecution = reading.execution
    operation = plan.operation(execution.operation_code)
    step = operation.step(reading.step_code) if operation else None
    name = step.name if step else reading.step_code
    name += f" {reading.sample}" if step and step.samples > 1 else ""
    before = reading.corrects
    if before is not None and not reading.value:
        return _("{step} {before} taken back").format(step=name, before=before.value)
    if before is not None and not before.value and before.corrects is not None:
        before = before.corrects  # what was taken back before it was recorded again
    if before is not None:
        return _("{step} corrected, {before} → {value}").format(step=name, before=before.value, value=reading.value)
    return _("{step} {value} is out of limits").format(step=name, value=reading.value)


def _time(order: WorkOrder, moment: datetime, now: datetime) -> str:
    """The time of day, with the day when it is not today's."""
    local = order.site.local(moment)
    return f"{local:%H:%M}" if local.date() == order.site.local(now).date() else dateformat.format(local, "d M, H:i")

"""Readings of an execution as its record shows them: lines, and for each table its cells with their points."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mes.kernel.plot import Plot
from orders.models import StepKind
from orders.plans import OperationPlan
from wip.conditions import asked
from wip.models import Reading
from wip.plots import plot_of_readings


@dataclass(frozen=True)
class Line:
    """A reading with the name of its step. counts: the step is asked, given what is recorded."""

    name: str
    reading: Reading
    counts: bool


@dataclass
class Cell:
    """A sample of a table: its reading in force, and those it corrects, earliest first."""

    reading: Reading
    before: list[Reading] = field(default_factory=list)


@dataclass(frozen=True)
class Table:
    """All samples of a table. plot: of those in force; None where they are no numbers."""

    name: str
    cells: Sequence[Cell]
    plot: Plot | None
    counts: bool

    @property
    def first(self) -> Reading:
        """What says who recorded it when, with which limits."""
        return self.cells[0].before[0] if self.cells[0].before else self.cells[0].reading

    @property
    def corrections(self) -> list[Reading]:
        """The readings in force that correct another one."""
        return [cell.reading for cell in self.cells if cell.before]


def arranged(operation: OperationPlan, readings: Sequence[Reading]) -> tuple[list[Line], list[Table]]:
    """The readings in the order of the steps, the tables apart."""
    steps = {step.code: step for step in operation.steps}
    corrected = {reading.corrects_id for reading in readings}
    in_force = {(one.step_code, one.sample): one for one in readings if one.pk not in corrected and one.value}
    counting = asked(operation.steps, in_force)

    def name(reading: Reading) -> str:
        step = steps.get(reading.step_code)
        if step is None:
            return reading.step_code
        numbered = step.samples > 1 and step.kind != StepKind.TABLE
        return f"{step.name} {reading.sample}" if numbered else step.name

    def place(reading: Reading) -> tuple:
        step = steps.get(reading.step_code)
        return (step.position if step else 0, reading.sample, reading.at, reading.pk)

    lines: list[Line] = []
    cells: dict[str, dict[int, Cell]] = {}
    for reading in sorted(readings, key=place):
        if reading.kind != StepKind.TABLE:
            lines.append(Line(name(reading), reading, reading.step_code in counting))
            continue
        samples = cells.setdefault(reading.step_code, {})
        known = samples.get(reading.sample)
        samples[reading.sample] = Cell(reading, [*known.before, known.reading]) if known else Cell(reading)
    return lines, [_table(name(of[min(of)].reading), code in counting, list(of.values())) for code, of in cells.items()]


def _table(name: str, counts: bool, cells: list[Cell]) -> Table:
    return Table(name, cells, plot_of_readings([cell.reading for cell in cells]), counts)

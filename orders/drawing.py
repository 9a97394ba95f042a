"""A routing revision as a drawing: boxes in columns, so that each stands to the right of what it waits for."""

from dataclasses import dataclass
from uuid import UUID

from orders.models import Operation, OperationEdge, RoutingRevision

WIDTH, HEIGHT, COLUMN, ROW, MARGIN = 164, 52, 202, 80, 16


@dataclass(frozen=True)
class Box:
    """An operation at (x, y), in viewBox units. change: "new", "changed" or empty, against the revision before."""

    operation: Operation
    x: int
    y: int
    change: str = ""

    @property
    def detail(self) -> str:
        minutes, seconds = divmod(self.operation.run_time_s, 60)
        signed = " · signed" if self.operation.signature_meaning else ""
        return f"{self.operation.station_class.name} · {minutes}:{seconds:02}{signed}"

    @property
    def title(self) -> str:
        words = str(self.operation)
        return words if len(words) <= 23 else f"{words[:22]}…"

    @property
    def width(self) -> int:
        return WIDTH

    @property
    def height(self) -> int:
        return HEIGHT

    @property
    def text_x(self) -> int:
        return self.x + 10

    @property
    def title_y(self) -> int:
        return self.y + 22

    @property
    def detail_y(self) -> int:
        return self.y + 40

    @property
    def right(self) -> int:
        return self.x + WIDTH

    @property
    def above(self) -> int:
        return self.y - 6


@dataclass(frozen=True)
class Drawing:
    boxes: list[Box]
    links: list[str]
    width: int
    height: int

    @property
    def view_box(self) -> str:
        return f"-1 -{MARGIN} {self.width + 2} {self.height + MARGIN + 4}"

    @property
    def label(self) -> str:
        return "Operations " + ", ".join(box.operation.code for box in self.boxes)


def draw(revision: RoutingRevision, before: RoutingRevision | None = None) -> Drawing:
    """Draw a revision, also one with mistakes in it. before: the revision to mark changes against."""
    operations = list(revision.operations.select_related("station_class").order_by("code"))
    edges = list(revision.edges.all())
    columns = _columns(operations, edges)
    changes = _changes(revision, before) if before else {}
    depth = max((len(column) for column in columns), default=0)
    boxes: dict[UUID, Box] = {}
    for index, column in enumerate(columns):
        top = (depth - len(column)) * ROW // 2
        for row, operation in enumerate(column):
            boxes[operation.pk] = Box(operation, index * COLUMN, top + row * ROW, changes.get(operation.code, ""))
    links = [_link(boxes[e.before_id], boxes[e.after_id]) for e in edges if {e.before_id, e.after_id} <= boxes.keys()]
    width = max(len(columns) * COLUMN - (COLUMN - WIDTH), 5 * COLUMN)
    return Drawing(list(boxes.values()), links, width, max(depth, 1) * ROW - (ROW - HEIGHT))


def _columns(operations: list[Operation], edges: list[OperationEdge]) -> list[list[Operation]]:
    """Operations by the longest way to them. What waits in a circle comes last, in one column."""
    waits: dict[UUID, set[UUID]] = {operation.pk: set() for operation in operations}
    for edge in edges:
        if edge.after_id in waits and edge.before_id in waits:
            waits[edge.after_id].add(edge.before_id)
    placed: set[UUID] = set()
    columns = []
    left = list(operations)
    while left:
        column = [operation for operation in left if waits[operation.pk] <= placed] or left
        columns.append(column)
        placed |= {operation.pk for operation in column}
        left = [operation for operation in left if operation.pk not in placed]
    return columns


def _link(before: Box, after: Box) -> str:
    x1, y1, x2, y2 = before.right, before.y + HEIGHT // 2, after.x, after.y + HEIGHT // 2
    middle = (x1 + x2) / 2
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"


def _changes(revision: RoutingRevision, before: RoutingRevision) -> dict[str, str]:
    earlier, now = _contents(before), _contents(revision)
    return {code: "new" if code not in earlier else "changed" for code in now if now[code] != earlier.get(code)}


_OPERATION = ("name", "station_class_id", "run_time_s", "signature_meaning")
_STEP = (
    "position", "code", "kind", "name", "instruction", "picture", "is_required", "samples", "quantity_unit",
    "lower", "target", "upper", "component_id",
)  # fmt: skip


def _contents(revision: RoutingRevision) -> dict[str, tuple[object, ...]]:
    """What each operation says, by code."""
    return {
        operation.code: (
            *(getattr(operation, name) for name in _OPERATION),
            *(tuple(str(getattr(step, name)) for name in _STEP) for step in operation.steps.all()),
            *sorted((str(q.qualification_id), q.minimum_level) for q in operation.qualifications.all()),
        )
        for operation in revision.operations.prefetch_related("steps", "qualifications")
    }

"""A routing revision as a drawing: boxes in columns, so that each stands to the right of what it waits for."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from mes.kernel.numbers import plain
from orders.models import Operation, OperationEdge, RoutingRevision

WIDTH, HEIGHT, COLUMN, ROW, MARGIN = 164, 52, 232, 92, 16
LINE = 14


@dataclass(frozen=True)
class Box:
    """An operation at (x, y), in viewBox units. change: "added", "changed" or empty, against another revision."""

    operation: Operation
    x: int
    y: int
    change: str = ""

    @property
    def detail(self) -> str:
        minutes, seconds = divmod(self.operation.run_time_s, 60)
        signed = f" · {_('signed')}" if self.operation.signature_meaning else ""
        return f"{self.operation.station_class.name} · {minutes}:{seconds:02}{signed}"

    @property
    def choice(self) -> str:
        """That a unit need not go through it: one of several, or optional."""
        group, words = self.operation.alternate_group, []
        if group:
            words.append(_("one of {group}").format(group=group))
        if self.operation.is_optional:
            words.append(_("optional"))
        return " · ".join(words)

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
    def below(self) -> int:
        return self.y + HEIGHT + 13

    @property
    def above(self) -> int:
        return self.y - 6


@dataclass(frozen=True)
class Link:
    """An edge as a path; labels: what it asks for, a word and its height each, one below the other at x."""

    path: str
    labels: tuple[tuple[str, int], ...]
    x: int


@dataclass(frozen=True)
class Drawing:
    boxes: list[Box]
    links: list[Link]
    width: int
    height: int

    @property
    def view_box(self) -> str:
        return f"-1 -{MARGIN} {self.width + 2} {self.height + MARGIN + 18}"

    @property
    def label(self) -> str:
        return _("Operations {codes}").format(codes=", ".join(box.operation.code for box in self.boxes))


def draw(revision: RoutingRevision, changes: Mapping[str, str] | None = None) -> Drawing:
    """Draw a revision, also one with mistakes in it. changes: by operation code, what to mark it with."""
    changes = changes or {}
    operations = list(revision.operations.select_related("station_class").order_by("code"))
    edges = list(revision.edges.all())
    columns = _columns(operations, edges)
    depth = max((len(column) for column in columns), default=0)
    boxes: dict[UUID, Box] = {}
    for index, column in enumerate(columns):
        top = (depth - len(column)) * ROW // 2
        for row, operation in enumerate(column):
            boxes[operation.pk] = Box(operation, index * COLUMN, top + row * ROW, changes.get(operation.code, ""))
    links = [
        _link(boxes[e.before_id], boxes[e.after_id], e) for e in edges if {e.before_id, e.after_id} <= boxes.keys()
    ]
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


def _link(before: Box, after: Box, edge: OperationEdge) -> Link:
    x1, y1, x2, y2 = before.right, before.y + HEIGHT // 2, after.x, after.y + HEIGHT // 2
    middle = (x1 + x2) / 2
    words = _edge_words(edge)
    lowest = (y1 + y2) // 2 - 5
    labels = tuple((word, lowest - LINE * (len(words) - 1 - index)) for index, word in enumerate(words))
    return Link(f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}", labels, int(middle))


def _edge_words(edge: OperationEdge) -> list[str]:
    """What an edge asks for beyond that the one before is done, in words short enough to stand between two boxes."""
    found = []
    if edge.transfer_quantity is not None:
        found.append(_("from {quantity}").format(quantity=plain(edge.transfer_quantity)))
    if edge.minimum_time_s is not None:
        found.append(f"≥ {_duration(edge.minimum_time_s)}")
    if edge.maximum_time_s is not None:
        found.append(f"≤ {_duration(edge.maximum_time_s)}")
    return found


def _duration(seconds: int) -> str:
    if seconds % 3600 == 0 and seconds:
        return _("{hours} h").format(hours=seconds // 3600)
    if seconds % 60 == 0 and seconds:
        return _("{minutes} min").format(minutes=seconds // 60)
    return _("{seconds} s").format(seconds=seconds)

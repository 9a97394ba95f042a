"""The planner of requests against what must hold of every plan, and against all the plans that there are."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from equipment.drivers.base import Point, ValueType
from equipment.drivers.modbus.addresses import Table
from equipment.drivers.modbus.planner import Block, Hole, Item, Limits, blocks_of, items_of

behind = st.sampled_from(["", "", "@7", "@0"])
WIDTHS = {ValueType.UINT16: 1, ValueType.FLOAT32: 2, ValueType.INT64: 4}

limits = st.builds(Limits, largest_gap=st.integers(0, 6), largest_span=st.integers(1, 12))
registers = st.builds(
    Point,
    address=st.builds("{}:{}{}".format, st.sampled_from(["holding", "input"]), st.integers(0, 40), behind),
    value_type=st.sampled_from(list(WIDTHS)),
    together=st.sampled_from(["", "", "", "event", "recipe"]),
)
bits = st.builds(
    Point,
    address=st.builds("{}:{}".format, st.sampled_from(["coil", "discrete", "coil"]), st.integers(0, 300)),
    value_type=st.just(ValueType.BOOL),
)
holes = st.builds(
    lambda table, begin, size, device: Hole(table, begin, begin + size, device),
    st.sampled_from(list(Table)),
    st.integers(0, 40),
    st.integers(0, 3),
    st.sampled_from([None, 7]),
)
Cell = tuple[tuple[str, str], int, int]


def reach(point: Point) -> Cell:
    """Its table and device, where it begins and ends."""
    table, place = point.address.split(":")
    number, _, device = place.partition("@")
    return (table, device), int(number), int(number) + WIDTHS.get(point.value_type, 1)


def may_be_read(cells: list[Cell], limits: Limits, holes: set[Hole]) -> bool:
    """Whether one request may read these, register by register."""
    table, device = cells[0][0]
    if {cell[0] for cell in cells} != {(table, device)}:
        return False
    holes = {h for h in holes if h.device == (int(device) if device else None)}
    times = 16 if table in ("coil", "discrete") else 1
    begin, end = min(cell[1] for cell in cells), max(cell[2] for cell in cells)
    if end - begin > limits.largest_span * times:
        return False
    wanted = {n for _, since, until in cells for n in range(since, until)}
    in_vain = 0
    for n in range(begin, end):
        in_vain = 0 if n in wanted else in_vain + 1
        if in_vain > limits.largest_gap * times:
            return False
        if n not in wanted and any(h.table == table and h.begin <= n < h.end for h in holes):
            return False
    cuts = {h.begin for h in holes if h.table == table and h.begin == h.end}
    return not any(begin < cut <= max(cell[1] for cell in cells) for cut in cuts)


def partitions(items: list) -> Iterator[list[list]]:
    """All ways to put items into groups."""
    if not items:
        yield []
        return
    first, *rest = items
    for groups in partitions(rest):
        yield [[first], *groups]
        for n, group in enumerate(groups):
            yield [*groups[:n], [first, *group], *groups[n + 1 :]]


@given(st.lists(registers | bits, max_size=30), limits, st.sets(holes, max_size=5))
def test_every_point_is_in_one_block_or_refused_and_no_block_is_too_long(points, limits, holes):
    items, refused = items_of(points, limits)
    blocks = blocks_of(items, limits, holes)
    read = [position for block in blocks for position in block.positions]
    assert sorted([*read, *refused]) == list(range(len(points)))
    for block in blocks:
        assert block.count <= limits.span(block.table) <= (2000 if block.table.is_bits else 125)
        for position in block.positions:
            (table, device), begin, end = reach(points[position])
            assert (table, device) == (block.table, "" if block.device is None else str(block.device))
            assert block.begin <= begin < end <= block.end  # no value is torn


@given(st.lists(registers, max_size=20), limits)
def test_what_is_to_be_read_together_is_in_one_block_or_refused_as_a_whole(points, limits):
    items, refused = items_of(points, limits)
    blocks = blocks_of(items, limits)
    for name in {point.together for point in points} - {""}:
        members = {position for position, point in enumerate(points) if point.together == name}
        assert members <= set(refused) or any(members <= set(block.positions) for block in blocks)


@given(st.lists(registers, min_size=1, max_size=20), limits, st.sets(holes, max_size=5))
def test_no_block_reads_over_a_hole_or_too_many_in_vain(points, limits, holes):
    points = [Point(point.address, point.value_type) for point in points]
    items, _ = items_of(points, limits)
    for block in blocks_of(items, limits, holes):
        assert may_be_read([reach(points[position]) for position in block.positions], limits, holes)


@given(st.lists(registers | bits, min_size=1, max_size=6), limits, st.sets(holes, max_size=3))
def test_there_is_no_plan_of_fewer_requests(points, limits, holes):
    points = [Point(point.address, point.value_type) for point in points]
    items, refused = items_of(points, limits)
    cells = [reach(point) for position, point in enumerate(points) if position not in refused]
    fewest = min(len(p) for p in partitions(cells) if all(may_be_read(group, limits, holes) for group in p))
    assert len(blocks_of(items, limits, holes)) == fewest


def test_why_a_point_is_refused_can_be_read():
    points = [
        Point("holding:1", ValueType.UINT16, together="far"),
        Point("holding:200", ValueType.UINT16, together="far"),
        Point("input:1", ValueType.UINT16, together="split"),
        Point("holding:1", ValueType.UINT16, together="split"),
        Point("nowhere", ValueType.UINT16),
        Point("holding:1@7", ValueType.UINT16, together="apart"),
        Point("holding:1@8", ValueType.UINT16, together="apart"),
    ]
    items, refused = items_of(points, Limits())
    assert items == []
    assert refused[0] == refused[1] == "“far” is to be read together: 200 registers, and one request may read 125."
    assert "more than one table" in refused[2]
    assert "no Modbus address" in refused[4]
    assert refused[5] == "“apart” is to be read together, but lies in more than one device: no request reads two."
    _, refused = items_of([Point("holding:1", ValueType.FLOAT64)], Limits(largest_span=2))
    assert refused == {0: "It takes 4 registers, and one request may read 2."}


def test_what_two_halves_could_read_and_the_whole_could_not_is_a_hole_between_them():
    a, b, c = (Item(Table.HOLDING, n, n + 2, (n,)) for n in (0, 2, 9))
    assert Block((a, c)).hole_between_halves() == Hole(Table.HOLDING, 2, 9)
    assert Block((a, b)).hole_between_halves() == Hole(Table.HOLDING, 2, 2)
    assert blocks_of([a, b, c], Limits(), [Hole(Table.HOLDING, 2, 2)]) == [Block((a,)), Block((b, c))]
    overlapping = Item(Table.HOLDING, 1, 3, (5,))
    cut = Block((a, overlapping)).hole_between_halves()
    assert blocks_of([a, overlapping], Limits(), [cut]) == [Block((a,)), Block((overlapping,))]

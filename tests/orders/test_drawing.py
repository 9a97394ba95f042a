"""The drawn graph: what waits for something stands to the right of it; edges and choices say what they ask for."""

import pytest

from orders.actions import drafts
from orders.drawing import draw
from orders.models import OperationEdge

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(plant):
    with plant.door("hiroshi") as passage:
        return drafts.copy_routing_revision(revision=plant.routing, by=passage.person, at=passage.at)


def test_parallel_branches_stand_in_one_column_before_their_join(draft):
    at = {box.operation.code: (box.x, box.y) for box in draw(draft).boxes}
    assert at["10"][0] == at["20"][0] < at["30"][0] < at["40"][0]
    assert at["10"][1] < at["30"][1] < at["20"][1]


def test_an_edge_says_its_transfer_quantity_and_times_between_the_boxes(plant, draft):
    with plant.door("hiroshi"):
        edge = OperationEdge.objects.get(routing_revision=draft, after__code="40")
        edge.transfer_quantity, edge.minimum_time_s, edge.maximum_time_s = 5, 600, 7200
        edge.save()
    (link,) = [link for link in draw(draft).links if link.labels]
    assert [word for word, _ in link.labels] == ["from 5", "≥ 10 min", "≤ 2 h"]
    heights = [height for _, height in link.labels]
    assert heights == sorted(set(heights))


def test_alternates_and_options_are_told(plant, draft):
    with plant.door("hiroshi"):
        draft.operations.filter(code="20").update(alternate_group="DRIVE", is_optional=True)
    assert {box.operation.code: box.choice for box in draw(draft).boxes}["20"] == "one of DRIVE · optional"


def test_a_circle_is_drawn_all_the_same(plant, draft):
    with plant.door("hiroshi"):
        first, last = draft.operations.get(code="10"), draft.operations.get(code="40")
        OperationEdge.objects.create(routing_revision=draft, before=last, after=first)
    drawing = draw(draft, {"40": "changed"})
    assert len(drawing.boxes) == 4
    assert len(drawing.links) == 4
    assert {box.change for box in drawing.boxes} == {"", "changed"}

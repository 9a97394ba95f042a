"""Mistakes of a routing are named before it is approved; warnings are told beside them and stop nothing."""

import pytest

from orders.actions import drafts
from orders.models import Instruction, Operation, OperationEdge, Routing, RoutingRevision, Step
from orders.policies import NotReleasable, mistakes_of, warnings_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(plant) -> RoutingRevision:
    with plant.door("hiroshi") as passage:
        return drafts.copy_routing_revision(revision=plant.routing, by=passage.person, at=passage.at)


def add(plant, draft, code, *after, **more):
    """An operation after these, by code."""
    with plant.door("hiroshi"):
        made = Operation.objects.create(
            routing_revision=draft,
            code=code,
            name=code,
            station_class=plant.stations["10"].station_class,
            **more,
        )
        for before in after:
            edge(plant, draft, before, code)
    return made


def edge(plant, draft, before, after, **more):
    with plant.door("hiroshi"):
        return OperationEdge.objects.create(
            routing_revision=draft,
            before=draft.operations.get(code=before),
            after=draft.operations.get(code=after),
            **more,
        )


def change(plant, thing, **values):
    with plant.door("hiroshi"):
        for name, value in values.items():
            setattr(thing, name, value)
        thing.save()


def step(plant, draft, operation, **more):
    given = {"position": 90, "code": "ASK", "kind": "CHECK", "name": "Ask"} | more
    with plant.door("hiroshi"):
        return Step.objects.create(operation=draft.operations.get(code=operation), **given)


def said(revision):
    return [f"{mistake.where}: {mistake.what}" for mistake in mistakes_of(revision)]


def test_a_copy_of_a_released_routing_has_none(draft):
    assert said(draft) == []


def test_a_routing_without_operations(plant):
    with plant.door("hiroshi"):
        empty = RoutingRevision.objects.create(routing=plant.routing.routing, number=9)
    assert said(empty) == ["operations: The routing has no operation."]


def test_a_circle_names_its_operations(plant, draft):
    edge(plant, draft, "40", "10")
    assert any("in a circle" in one and "10" in one and "40" in one for one in said(draft))
    with pytest.raises(NotReleasable):
        plant.approve(draft)


def test_an_operation_that_nothing_reaches(plant, draft):
    add(plant, draft, "50")
    assert said(draft) == ["operation 50: No edge leads to it or from it: nothing reaches it."]


def test_branches_that_do_not_come_together(plant, draft):
    add(plant, draft, "50", "30")
    assert said(draft) == ["edges: Nothing follows 40, 50: the branches don't come together."]


def test_alternates_at_the_end_need_no_join(plant, draft):
    change(plant, draft.operations.get(code="40"), alternate_group="TEST")
    add(plant, draft, "50", "30", alternate_group="TEST")
    assert said(draft) == []


def test_an_alternate_without_another(plant, draft):
    change(plant, draft.operations.get(code="40"), alternate_group="TEST")
    assert said(draft) == ["group TEST: It has one operation only."]


def test_an_edge_between_alternates_of_one_group(plant, draft):
    change(plant, draft.operations.get(code="30"), alternate_group="TEST")
    change(plant, draft.operations.get(code="40"), alternate_group="TEST")
    assert any(one.startswith("edge 30 → 40: Both are alternates of the group TEST") for one in said(draft))


def test_an_operation_for_which_there_is_no_station(plant, draft):
    with plant.door("omar"):
        plant.stations["30"].is_active = False
        plant.stations["30"].save()
    assert said(draft) == ["operation 30: Northfield has no active station of the class Torque."]


def test_an_instruction_of_which_nothing_is_released(plant, draft):
    with plant.door("hiroshi"):
        seam = Instruction.objects.create(code="seam", name="Close the seam")
    change(plant, draft.operations.get(code="30"), instruction=seam)
    assert said(draft) == ["operation 30: No revision of the instruction seam Close the seam is released."]


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (("NOWHERE", "IS", "yes"), "which is no step here"),
        (("LATER", "IS", "yes"), "which does not come before it"),
        (("ASK", "IS", "yes"), "which does not come before it"),
        (("SCREWS", "IS", "LOT-1"), "can't be compared"),
        (("SEATED", "ABOVE", "1"), "never above or below"),
        (("SEATED", "IS", "no"), "SEATED never is “no”"),
        (("COLOUR", "IS", "blue"), "COLOUR never is “blue”"),
        (("COLOUR", "BELOW", "red"), "never above or below"),
        (("TORQUE", "ABOVE", "much"), "“much” is no number"),
        (("TORQUE", "IS", "NaN"), "“NaN” is no number"),
        (("TORQUE", "ABOVE", ""), "“” is no number"),
        (("TORQUE", "ABOVE", "1.25"), ""),
        (("SEATED", "IS", "yes"), ""),
        (("COLOUR", "IS_NOT", "red"), ""),
    ],
)
def test_a_condition_that_never_can_be_judged(plant, draft, condition, sentence):
    step(plant, draft, "30", position=80, code="COLOUR", kind="LIST", choices=["red", "green"])
    step(plant, draft, "30", position=99, code="LATER")
    asked, comparison, value = condition
    step(plant, draft, "30", condition_step=asked, condition_comparison=comparison, condition_value=value)
    found = said(draft)
    assert found == [] if not sentence else (len(found) == 1 and sentence in found[0])


def test_a_choice_that_is_offered_twice(plant, draft):
    step(plant, draft, "30", kind="LIST", choices=["red", "green", "red"])
    assert said(draft) == ["operation 30, step ASK: It offers red twice."]


def test_a_library_needs_no_edges(plant):
    with plant.door("hiroshi"):
        library = RoutingRevision.objects.create(
            routing=Routing.objects.create(site=plant.site, name="Standards"), number=1
        )
    for code in ("CLEAN", "DRY"):
        add(plant, library, code)
    assert said(library) == []


def test_warnings_are_told_and_stop_nothing(plant, draft):
    add(plant, draft, "50", "40")
    step(plant, draft, "30", kind="NUMBER")
    found = [f"{each.where}: {each.what}" for each in warnings_of(draft, on=plant.clock.date())]
    assert "operation 50: It has no step: nothing is recorded but its start and end." in found
    assert "operation 30, step ASK: It is a number without limits: any number is good." in found
    assert plant.approve(draft).status == "APPROVED"


def test_what_does_not_fit_the_released_bill_is_a_warning_by_name(plant, draft):
    with plant.door("hiroshi"):
        draft.operations.get(code="30").steps.get(code="SCREWS").delete()
    found = [f"{each.where}: {each.what}" for each in warnings_of(draft, on=plant.clock.date())]
    assert any(one.startswith("IP2 rev C: operation 30") and "No steps scan it" in one for one in found)


def test_a_rework_routing_is_of_a_product_and_takes_no_components(plant):
    with plant.door("hiroshi"):
        routing = Routing.objects.create(product=None, site=plant.site, name="Repairs", is_rework=True)
        rework = RoutingRevision.objects.create(routing=routing, number=1)
    add(plant, rework, "R1")
    step(plant, rework, "R1", kind="SCAN", component=plant.board)
    assert said(rework) == [
        "routing: It is a rework of no product.",
        "operation R1, step ASK: A rework routing takes no components.",
    ]


def test_codes_that_a_rework_shares_with_the_products_routing_are_warned_of(plant):
    with plant.door("hiroshi"):
        routing = Routing.objects.create(
            product=plant.pump.product, site=plant.site, name="Pump repair", is_rework=True
        )
        rework = RoutingRevision.objects.create(routing=routing, number=1)
    add(plant, rework, "30")
    assert said(rework) == []
    found = [f"{one.where}: {one.what}" for one in warnings_of(rework, on=plant.clock.date())]
    assert "operation 30: IP2 assembly, revision 7 has an operation of this code: no unit can go through both." in found
    assert not any("BOM line" in sentence for sentence in found)


def test_what_is_probably_not_meant_of_alternates_skips_and_times_is_warned_of(plant, draft):
    change(plant, draft.operations.get(code="10"), alternate_group="G", is_optional=True)
    add(plant, draft, "25", "20", alternate_group="G")
    edge(plant, draft, "25", "30", holds_when_late=True)
    found = [f"{one.where}: {one.what}" for one in warnings_of(draft, on=plant.clock.date())]
    assert "group G: Its alternates 10, 25 wait for different operations." in found
    assert "operation 10: It may be skipped, and it builds components in: who skips it leaves them out." in found
    assert "edge 25 → 30: It holds what is late, and has no maximum time: nothing is ever late." in found

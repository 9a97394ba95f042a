"""Bills of materials over their levels: trees down and up, their mistakes, and the days on which revisions hold."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.actions import drafts, revisions
from orders.bom import bom_tree, where_used
from orders.models import BomLine, BomSubstitute, Product, ProductRevision, RoutingRevision, Tracking
from orders.policies import NotReleasable, mistakes_of, plan_mistakes, warnings_of
from orders.product_mistakes import count_designators
from orders.queries import read_plan, released_revision, released_routing
from wip.actions.orders import NoReleasedRouting, RevisionNotReleased


def product(plant, code, **more):
    with plant.door("hiroshi"):
        return Product.objects.create(code=code, name=code.title(), **more)


def revision(plant, made, code, *components, release=True):
    """A revision of a product with one line for each component, at operation 10."""
    with plant.door("hiroshi"):
        draft = ProductRevision.objects.create(product=made, code=code)
        for component in components:
            BomLine.objects.create(product_revision=draft, operation_code="10", component=component, quantity=2)
    return plant.approve_and_release(draft) if release else draft


@pytest.fixture
def draft(plant) -> ProductRevision:
    with plant.door("hiroshi") as passage:
        return drafts.copy_product_revision(revision=plant.pump, by=passage.person, at=passage.at)


def line_of(draft, code) -> BomLine:
    return draft.bom_lines.get(component__code=code)


def change(plant, thing, **values):
    with plant.door("hiroshi"):
        for name, value in values.items():
            setattr(thing, name, value)
        thing.save()


def substitute(plant, line, other, **more):
    with plant.door("hiroshi"):
        return BomSubstitute.objects.create(bom_line=line, product=other, **more)


def said(draft):
    return [mistake.what for mistake in mistakes_of(draft)]


@pytest.mark.django_db
def test_the_tree_goes_down_and_where_used_goes_up_over_all_levels(plant):
    chip = product(plant, "CHIP")
    revision(plant, plant.board, "A", chip)
    down = [(node.level, node.code, node.revision, node.quantity) for node in bom_tree(plant.pump)]
    assert down == [(1, "PCB-7", "A", 1), (2, "CHIP", "", 2), (1, "M3X8", "", 6)]
    up = [(node.level, node.code, node.revision) for node in where_used(chip.pk)]
    assert up == [(1, "PCB-7", "A"), (2, "IP2", "C")]


@pytest.mark.django_db
def test_where_used_tells_substitutes_and_leaves_out_what_is_obsolete(plant, draft):
    other = product(plant, "PCB-8")
    substitute(plant, line_of(draft, "PCB-7"), other)
    assert [(node.revision, node.is_substitute) for node in where_used(other.pk)] == [("D", True)]
    plant.approve_and_release(draft)
    with plant.door("mei") as passage:
        revisions.retire(revision=draft, by=passage.person, at=passage.at)
    assert where_used(other.pk) == []


@pytest.mark.django_db
def test_trees_end_where_a_bill_goes_in_a_circle_and_approval_names_it(plant, draft):
    revision(plant, plant.board, "A", plant.pump.product, release=False)
    assert "It contains itself: IP2 → PCB-7 → IP2." in said(draft)
    assert max(node.level for node in bom_tree(plant.pump)) <= 3
    assert max(node.level for node in where_used(plant.board.pk)) <= 3
    with pytest.raises(NotReleasable):
        plant.approve(draft)


@pytest.mark.django_db
def test_a_bill_of_many_ways_to_the_same_part_is_judged_at_once(plant):
    """Each level takes two of the next, in twenty levels: a million ways, twenty products."""
    parts = [product(plant, f"P{number:02}") for number in range(40)]
    for level in range(19):
        for side in (0, 1):
            revision(plant, parts[2 * level + side], "A", *parts[2 * level + 2 : 2 * level + 4], release=False)
    assert said(parts[0].revisions.get()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "values", "sentence"),
    [
        ("M3X8", {"trace_level": "SERIAL"}, "M3X8 has lot numbers, no serial numbers."),
        ("PCB-7", {"trace_level": "LOT"}, "PCB-7 has serial numbers."),
        ("PCB-7", {"trace_level": "NONE"}, ""),
        ("PCB-7", {"basis": "PER_RUN"}, ""),
    ],
)
def test_a_trace_level_that_does_not_fit_the_component(plant, draft, code, values, sentence):
    change(plant, line_of(draft, code), **values)
    assert said(draft) == ([sentence] if sentence else [])


@pytest.mark.django_db
def test_a_component_revision_is_the_component_s_own_and_released(plant, draft):
    line = line_of(draft, "PCB-7")
    change(plant, line, component_revision=plant.pump)
    assert said(draft) == ["IP2 rev C is no revision of PCB-7."]
    own = revision(plant, plant.board, "A", release=False)
    change(plant, line, component_revision=own)
    assert said(draft) == ["PCB-7 rev A is draft."]
    plant.approve_and_release(own)
    line.refresh_from_db()
    assert said(ProductRevision.objects.get(pk=draft.pk)) == []


@pytest.mark.django_db
def test_substitutes_are_counted_like_what_they_replace(plant, draft):
    line = line_of(draft, "PCB-7")
    substitute(plant, line, plant.board)
    substitute(plant, line, plant.screws)
    substitute(plant, line, product(plant, "PCB-8"), factor=2)
    found = said(draft)
    assert found[0].startswith("The substitute M3X8 is counted together, by lot number")
    assert found[1:] == ["PCB-7 can't be its own substitute.", "2 of PCB-8 can't be scanned for one."]


@pytest.mark.django_db
def test_an_untraced_line_needs_no_scan_and_a_scan_of_it_is_named(plant, draft):
    change(plant, line_of(draft, "M3X8"), trace_level="NONE")
    found = [f"{m.where}: {m.what}" for m in plan_mistakes(read_plan(plant.routing, draft), draft)]
    assert len(found) == 1
    assert found[0].startswith("operation 30, step SCREWS: It scans a component that the BOM does not have, or")


@pytest.mark.django_db
def test_reference_designators_that_name_another_number_of_places_are_a_warning(plant, draft):
    change(plant, line_of(draft, "M3X8"), reference_designators="S1-S4, S6")
    found = [warning.what for warning in warnings_of(draft, on=plant.clock.date())]
    assert found == ["It names 5 places and takes 6."]
    assert plant.approve(draft).status == "APPROVED"


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("R1", 1), ("R1, R2", 2), ("R1 R2;R3", 3), ("R1-R4", 4), ("R1 - 4, C7", 5), ("C10–C12", 3), ("R9-R2", 1)],
)
def test_designators_are_counted(text, count):
    assert count_designators(text) == count


@given(st.text(max_size=40))
def test_whatever_stands_there_is_counted(text):
    assert count_designators(text) >= 0


@pytest.mark.django_db
def test_of_overlapping_revisions_the_newest_release_wins_and_days_are_kept(plant, draft):
    today = plant.clock.date()
    change(plant, draft, effective_from=today + timedelta(days=10))
    plant.approve_and_release(draft)
    made = plant.pump.product
    assert released_revision(made, on=today) == plant.pump
    assert released_revision(made, on=today + timedelta(days=10)) == draft
    assert released_revision(made, on=today + timedelta(days=10), code="C") == plant.pump
    with plant.door("mei", reason="ECO-7") as passage:
        who = {"reason": passage.reason, "by": passage.person, "at": passage.at}
        revisions.end_effectivity(revision=plant.pump, on=today + timedelta(days=9), **who)
    assert released_revision(made, on=today + timedelta(days=9)) == plant.pump
    assert released_revision(made, on=today + timedelta(days=10), code="C") is None


@pytest.mark.django_db
def test_an_order_is_not_released_with_a_revision_before_or_after_its_days(plant):
    with plant.door("mei", reason="ECO-7") as passage:
        who = {"reason": passage.reason, "by": passage.person, "at": passage.at}
        revisions.end_effectivity(revision=plant.pump, on=plant.clock.date(), **who)
    assert plant.released().plan_id
    plant.at(24 * 3600)
    with pytest.raises(RevisionNotReleased, match="not effective"):
        plant.released()


@pytest.mark.django_db
def test_the_day_is_that_of_the_site(plant):
    """At half past eleven in the evening in UTC it is tomorrow in Vienna."""
    plant.clock = plant.clock.replace(hour=23, minute=30)
    with plant.door("mei", reason="ECO-7") as passage:
        who = {"reason": passage.reason, "by": passage.person, "at": passage.at}
        revisions.end_effectivity(revision=plant.pump, on=plant.clock.date(), **who)
    with pytest.raises(RevisionNotReleased):
        plant.released()


@pytest.mark.django_db
def test_a_routing_outside_its_days_is_not_pinned(plant):
    with plant.door("mei", reason="ECO-7") as passage:
        who = {"reason": passage.reason, "by": passage.person, "at": passage.at}
        revisions.end_effectivity(revision=plant.routing, on=plant.clock.date(), **who)
    tomorrow = plant.clock.date() + timedelta(days=1)
    assert released_routing(plant.pump.product, plant.site, on=plant.clock.date()) == plant.routing
    assert released_routing(plant.pump.product, plant.site, on=tomorrow) is None
    plant.at(24 * 3600)
    with pytest.raises(NoReleasedRouting):
        plant.released()


@pytest.mark.django_db
def test_the_routing_released_last_is_pinned_whatever_its_number(plant):
    with plant.door("hiroshi") as passage:
        who = {"by": passage.person, "at": passage.at}
        eight, nine = (drafts.copy_routing_revision(revision=plant.routing, **who) for _ in range(2))
    plant.approve_and_release(nine)
    plant.approve_and_release(eight)
    pinned = released_routing(plant.pump.product, plant.site, on=plant.clock.date())
    assert isinstance(pinned, RoutingRevision)
    assert pinned.number == 8


@pytest.mark.django_db
def test_a_copy_of_a_bill_has_its_substitutes(plant, draft):
    substitute(plant, line_of(draft, "PCB-7"), product(plant, "PCB-8"), factor=Decimal(1))
    with plant.door("hiroshi") as passage:
        copy = drafts.copy_product_revision(revision=draft, by=passage.person, at=passage.at)
    assert [each.product.code for each in line_of(copy, "PCB-7").substitutes.all()] == ["PCB-8"]
    assert line_of(copy, "PCB-7").component.tracking == Tracking.SERIAL

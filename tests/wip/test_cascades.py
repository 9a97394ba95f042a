"""A hold is inherited by what the held unit or lot went into, and released with its origin."""

import pytest

from genealogy.actions import corrections
from genealogy.activities import At
from genealogy.forward import gone_into
from genealogy.models import Activity, Delivery, Supplier, Unit
from mes.kernel.refusals import InvalidInput
from orders.models import ProductRevision
from tests.flow import lot_flow
from tests.holds import build_in, lift, lift_for, place
from tests.wip.test_merge import merge
from tests.wip.test_split import split
from wip.actions import holds
from wip.impact import impact_of
from wip.models import Hold
from wip.policies import BlockedByGates

pytestmark = pytest.mark.django_db


def taken_lot(plant, count=2):
    """A lot of screws that went into so many pumps."""
    lot = plant.receive(plant.screws, "LOT-BAD", 100)
    pumps = list(plant.released(count).units.order_by("serial"))
    for pump in pumps:
        build_in(plant, lot, pump, 6)
    return plant.fresh(lot), pumps


def test_a_lot_on_hold_stops_every_unit_it_went_into(plant):
    lot, pumps = taken_lot(plant)
    hold = place(plant, unit=lot)
    heirs = list(hold.heirs.order_by("unit__serial"))
    assert [heir.unit for heir in heirs] == pumps
    assert {(heir.status, heir.reason, heir.placed_by) for heir in heirs} == {("OPEN", hold.reason, hold.placed_by)}
    assert Hold.history.filter(origin=hold).count() == 2
    for pump in pumps:
        with pytest.raises(BlockedByGates, match=r"H-\d+"):
            plant.start(pump, "10")
    lift(plant, hold)
    assert not Hold.objects.filter(status="OPEN").exists()
    for pump in pumps:
        plant.start(pump, "10")


def test_it_is_followed_through_all_levels_and_a_circle_ends(plant):
    board = plant.receive(plant.board, "PCB-1")
    first, second = plant.released(2).units.order_by("serial")
    build_in(plant, board, first)
    Unit.objects.filter(pk=first.pk).update(status="FINISHED")
    first.refresh_from_db()
    build_in(plant, first, second)
    assert gone_into([board.pk]) == {first.pk, second.pk}
    Unit.objects.filter(pk=second.pk).update(status="FINISHED")
    second.refresh_from_db()
    third = plant.unit()
    build_in(plant, second, third)
    Unit.objects.filter(pk=third.pk).update(status="FINISHED")
    third.refresh_from_db()
    build_in(plant, third, plant.fresh(board))  # what never happens
    assert gone_into([board.pk]) == {first.pk, second.pk, third.pk}


def test_a_part_that_was_split_off_before_the_held_lot_came_in_is_not_held(plant):
    flow = lot_flow(plant)
    first, other = flow.do(flow.lot(100), "10"), flow.do(flow.lot(50, "WO-OTHER"), "10")
    early = split(flow, first, 10)
    box = split(flow, first, 30)
    screws = plant.receive(plant.screws, "LOT-BAD", 100)
    build_in(plant, screws, box, 5)
    merge(flow, plant.fresh(first), plant.fresh(box))
    late = split(flow, plant.fresh(first), 20)
    assert gone_into([screws.pk]) == {box.pk, first.pk, late.pk}
    held = {heir.unit for heir in place(plant, unit=plant.fresh(screws)).heirs.all()}
    assert held == {first, late}
    assert not {early, other} & held
    assert gone_into([first.pk]) == {early.pk, box.pk, late.pk}  # the lot itself is in doubt, and all that left it


def test_what_was_taken_out_is_followed_again_only_where_it_goes_in_again(plant):
    board = plant.receive(plant.board, "PCB-1")
    pump = plant.unit()
    build_in(plant, board, pump)
    consumed = Activity.objects.get(kind="CONSUME")
    with plant.door() as passage:
        corrections.take_out(
            unit=plant.fresh(pump), consumed=consumed, where=At(), reason="Bent", by=passage.person, at=passage.at
        )
    assert gone_into([board.pk]) == set()
    build_in(plant, plant.fresh(board), plant.fresh(pump))
    assert gone_into([board.pk]) == {pump.pk}


def test_heirs_keep_a_hold_of_their_own(plant):
    lot, (first, second) = taken_lot(plant)
    own = place(plant, unit=first, kind="CUSTOMER")
    hold = place(plant, unit=lot)
    lift(plant, hold)
    with pytest.raises(BlockedByGates, match=own.number):
        plant.start(first, "10")
    plant.start(second, "10")


def test_heirs_are_released_one_by_one_while_the_origin_stays(plant):
    lot, (first, second) = taken_lot(plant)
    hold = place(plant, unit=lot)
    (freed,) = lift_for(plant, hold, first)
    assert (freed.unit, freed.release_signature is not None) == (first, True)
    plant.start(first, "10")
    with pytest.raises(BlockedByGates):
        plant.start(second, "10")
    lift(plant, hold)
    freed.refresh_from_db()
    assert freed.release_reason == "Looked at"  # not released once more
    plant.start(second, "10")


def test_a_unit_of_an_order_on_hold_is_released_once_however_often_it_is_said(plant):
    order = plant.released(2)
    first, _ = order.units.order_by("serial")
    hold = place(plant, kind="PROCESS", order=order)
    assert [one.unit for one in lift_for(plant, hold, first)] == [first]
    assert lift_for(plant, hold, first) == []
    plant.start(first, "10")


def made_and_built_in(plant):
    """An order of two units that are finished and one that is not, and the pumps of another order they went into."""
    made = plant.released(3)
    first, second, third = made.units.order_by("serial")
    for unit in (first, second):
        Unit.objects.filter(pk=unit.pk).update(status="FINISHED")
    hosts = list(plant.released(2).units.order_by("serial"))
    for unit, host in zip((first, second), hosts, strict=True):
        build_in(plant, plant.fresh(unit), host)
    return made, third, hosts


def test_an_order_on_hold_stops_its_units_and_what_they_went_into(plant):
    made, third, hosts = made_and_built_in(plant)
    hold = place(plant, order=made)
    assert [(one.unit, one.status, one.reason) for one in hold.heirs.order_by("unit__serial")] == [
        (host, "OPEN", hold.reason) for host in hosts
    ]
    for unit in (third, *hosts):
        with pytest.raises(BlockedByGates, match=r"H-\d+"):
            plant.start(unit, "10")
    lift(plant, hold)
    assert not Hold.objects.filter(status="OPEN").exists()
    for unit in (third, *hosts):
        plant.start(unit, "10")


def test_it_goes_on_from_what_an_order_made_through_all_levels(plant):
    made, _third, (host, other) = made_and_built_in(plant)
    Unit.objects.filter(pk=host.pk).update(status="FINISHED")
    top = plant.unit()
    build_in(plant, plant.fresh(host), top)
    assert {one.unit for one in place(plant, order=made).heirs.all()} == {host, other, top}


def test_a_unit_of_the_order_that_another_of_it_went_into_is_stopped_by_the_order(plant):
    made = plant.released(2)
    first, second = made.units.order_by("serial")
    Unit.objects.filter(pk=first.pk).update(status="FINISHED")
    build_in(plant, plant.fresh(first), second)
    hold = place(plant, order=made)
    assert not hold.heirs.exists()
    with pytest.raises(BlockedByGates, match=hold.number):
        plant.start(second, "10")


def test_what_inherits_an_orders_hold_keeps_one_of_its_own(plant):
    made, _third, (host, other) = made_and_built_in(plant)
    own = place(plant, unit=host, kind="CUSTOMER")
    lift(plant, place(plant, order=made))
    with pytest.raises(BlockedByGates, match=own.number):
        plant.start(host, "10")
    plant.start(other, "10")


def test_what_inherits_an_orders_hold_is_released_by_itself(plant):
    made, third, (host, other) = made_and_built_in(plant)
    hold = place(plant, order=made)
    (freed,) = lift_for(plant, hold, host)
    assert (freed.unit, freed.status, freed.origin) == (host, "RELEASED", hold)
    plant.start(host, "10")
    assert {one.unit for one in lift_for(plant, hold, third, other)} == {third, other}
    for unit in (third, other):
        plant.start(unit, "10")
    assert Hold.objects.get(pk=hold.pk).is_open
    with pytest.raises(InvalidInput, match="does not stop"):
        lift_for(plant, hold, plant.unit())


def test_of_an_order_a_unit_is_freed_and_what_it_went_into_is_not(plant):
    made, _third, (host, _other) = made_and_built_in(plant)
    hold = place(plant, order=made)
    lift_for(plant, hold, made.units.order_by("serial")[0])
    with pytest.raises(BlockedByGates):
        plant.start(host, "10")


def test_a_hold_on_an_operation_of_an_order_reaches_nothing_that_has_passed_it(plant):
    made, _third, hosts = made_and_built_in(plant)
    assert not place(plant, order=made, operation_code="10").heirs.exists()
    assert not place(plant, order=made, cascades=False).heirs.exists()
    plant.start(hosts[0], "10")


def test_the_effect_of_a_hold_on_an_order_is_known_before(plant):
    made, _third, hosts = made_and_built_in(plant)
    assert impact_of(made).units == hosts
    assert impact_of(hosts[0].work_order).units == []


def of_a_revision(plant):
    """A revision of screws, and the pumps that a lot of it went into."""
    revision = ProductRevision.objects.create(product=plant.screws, code="B")
    lot, pumps = taken_lot(plant)
    Unit.objects.filter(pk=lot.pk).update(product_revision=revision)
    return revision, pumps


def test_a_revision_on_hold_stops_what_its_units_went_into(plant):
    revision, held = of_a_revision(plant)
    assert impact_of(revision, site=plant.site.pk).units == sorted(held, key=str)
    assert impact_of(revision, site=plant.elsewhere.pk).units == []
    hold = place(plant, product_revision=revision, site=plant.site)
    assert {one.unit for one in hold.heirs.all()} == set(held)
    with pytest.raises(BlockedByGates, match=r"H-\d+"):
        plant.start(held[0], "10")
    assert not place(plant, product_revision=revision, site=plant.site, cascades=False).heirs.exists()
    lift(plant, hold)
    assert not Hold.objects.filter(unit__in=held, status="OPEN").exists()


def test_without_a_cascade_the_lot_alone_is_held(plant):
    lot, _ = taken_lot(plant)
    assert not place(plant, unit=lot, cascades=False).heirs.exists()


def test_what_is_gone_inherits_nothing(plant):
    lot, (first, second) = taken_lot(plant)
    Unit.objects.filter(pk=first.pk).update(status="SCRAPPED")
    assert [heir.unit for heir in place(plant, unit=lot).heirs.all()] == [second]


def test_siblings_of_the_same_delivery_are_held_on_request(plant):
    supplier = Supplier.objects.create(code="acme", name="Acme")
    one, other, foreign = (plant.receive(plant.screws, serial, 10) for serial in ("L-1", "L-2", "L-3"))
    for lot, number in ((one, "S-7"), (other, "S-7"), (foreign, "S-8")):
        Delivery.objects.create(site=plant.site, unit=lot, supplier=supplier, supplier_lot=number)
    pump = plant.unit()
    build_in(plant, other, pump)
    assert not place(plant, unit=Unit.objects.get(pk=one.pk), kind="OTHER").heirs.exists()
    hold = place(plant, unit=Unit.objects.get(pk=one.pk), with_siblings=True)
    assert {heir.unit for heir in hold.heirs.all()} == {other, pump}


def test_a_part_that_is_split_off_inherits(plant):
    lot = plant.receive(plant.screws, "LOT-1", 10)
    hold = place(plant, unit=lot)
    part = plant.receive(plant.screws, "LOT-1-A", 4)
    with plant.door():
        (heir,) = holds.pass_on(unit=lot, part=part)
    assert (heir.origin, heir.unit) == (hold, part)
    lift(plant, hold)
    heir.refresh_from_db()
    assert heir.status == "RELEASED"


def test_the_effect_is_known_before_the_hold_is_placed(plant):
    lot, (first, _) = taken_lot(plant, 3)[0], taken_lot_units(plant)[:2]
    Unit.objects.filter(pk=first.pk).update(status="SCRAPPED")
    found = impact_of(lot)
    assert (found.in_process, found.finished, found.consumed, found.gone) == (2, 0, 0, 1)


def taken_lot_units(plant):
    return list(Unit.objects.filter(work_order__isnull=False).order_by("serial"))

"""Placing and releasing holds."""

from datetime import timedelta

import pytest

from equipment.models import PhysicalAsset, SiteAccess
from genealogy.models import Unit
from mes.kernel.audit.actions.signatures import SignatureMissing, SignatureVoid
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from mes.kernel.transitions import IllegalTransition
from mes.station.actions.operations import Given
from orders.models import ProductRevision
from tests.equipment.assets import asking_for_a_wrench
from tests.holds import lift, lift_for, place, signed
from tests.plant import NOW
from wip.models import Hold
from wip.overview import Waiting, waiting_at
from wip.planning.bars import standing_of
from wip.policies import BlockedByGates, NotYoursToRelease
from wip.queries import grid, holds_on, open_holds_of
from wip.queues import queue_at

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("on", ["unit", "order"])
def test_a_hold_stops_start_record_and_complete_until_it_is_released(plant, on):
    unit = plant.unit()
    plant.start(unit, "10")
    hold = place(plant, **({"unit": unit} if on == "unit" else {"order": unit.work_order}))
    for act in (
        lambda: plant.start(unit, "20"),
        lambda: plant.report(unit, "10", Given("FIRMWARE", "1")),
        lambda: plant.report(unit, "10", *plant.entries("10"), complete=True),
    ):
        with pytest.raises(BlockedByGates, match=hold.number):
            act()
    released = lift(plant, hold)
    assert (released.released_by, released.release_reason) == (plant.people["mei"], "Checked")
    plant.start(unit, "20")


def test_several_can_be_open_and_each_has_to_be_released(plant):
    unit = plant.unit()
    first, second = place(plant, unit=unit), place(plant, unit=unit, kind="MATERIAL")
    lift(plant, first)
    with pytest.raises(BlockedByGates, match=second.number):
        plant.start(unit, "10")


def test_a_hold_is_released_once(plant):
    hold = place(plant, unit=plant.unit())
    lift(plant, hold)
    with pytest.raises(IllegalTransition):
        lift(plant, hold)


def test_an_operator_may_place_but_not_release(plant):
    hold = place(plant, "amina", unit=plant.unit())
    with pytest.raises(RoleMissing):
        lift(plant, hold, "amina")


@pytest.mark.parametrize("who", ["pavel", "ruth", "omar"])
def test_who_may_not_place_is_refused(plant, who):
    with pytest.raises(RoleMissing):
        place(plant, who, unit=plant.unit())


@pytest.mark.parametrize(("kind", "reason"), [("QUALITY", "  "), ("WHIM", "Because"), ("", "Because")])
def test_a_hold_has_a_kind_and_a_reason(plant, kind, reason):
    with pytest.raises(InvalidInput):
        place(plant, unit=plant.unit(), kind=kind, reason=reason)
    assert not Hold.objects.exists()


def test_releasing_needs_a_reason(plant):
    hold = place(plant, unit=plant.unit())
    with pytest.raises(InvalidInput, match="reason"):
        lift(plant, hold, reason=" ")


def test_a_doubt_about_quality_is_released_with_a_signature(plant):
    hold = place(plant, unit=plant.unit())
    with pytest.raises(SignatureMissing):
        lift(plant, hold, signing=None)
    other = signed(place(plant, unit=plant.unit()), plant.people["mei"])
    with pytest.raises(SignatureVoid):
        lift(plant, hold, signing=other)
    released = lift(plant, hold)
    assert released.release_signature.signed_by == plant.people["mei"]
    assert released.release_signature.content["act"] == {"reason": "Checked", "units": []}


def test_any_hold_is_released_with_a_signature(plant):
    hold = place(plant, unit=plant.unit(), kind="CUSTOMER")
    with pytest.raises(SignatureMissing):
        lift(plant, hold, "ines", signing=None)
    assert lift(plant, hold, "ines").release_signature.signed_by == plant.people["ines"]


def test_one_person_releases_a_hold_for_one_unit_after_the_other(plant):
    first, second = plant.released(2).units.order_by("serial")
    hold = place(plant, order=first.work_order)
    signed_for = [lift_for(plant, hold, unit)[0].release_signature for unit in (first, second)]
    assert signed_for[0] != signed_for[1]
    assert lift(plant, hold).release_signature


def test_a_doubt_about_quality_is_released_by_quality_or_by_its_owner(plant):
    hold = place(plant, unit=plant.unit())
    with pytest.raises(NotYoursToRelease):
        lift(plant, hold, "ines")
    owned = place(plant, unit=plant.unit(), owner=plant.people["ines"])
    lift(plant, owned, "ines")
    for_mei = place(plant, unit=plant.unit(), kind="CUSTOMER", owner=plant.people["mei"])
    with pytest.raises(NotYoursToRelease, match="Mei-Ling"):
        lift(plant, for_mei, "ines")


def test_a_hold_is_due_in_the_future(plant):
    with pytest.raises(InvalidInput, match="future"):
        place(plant, unit=plant.unit(), due_at=NOW - timedelta(days=1))
    assert place(plant, unit=plant.unit(), due_at=NOW + timedelta(days=1)).is_overdue(NOW + timedelta(days=2))


@pytest.mark.parametrize("on", ["unit", "order"])
def test_a_future_hold_stops_a_unit_when_it_gets_there(plant, on):
    unit = plant.unit()
    hold = place(plant, operation_code="30", **({"unit": unit} if on == "unit" else {"order": unit.work_order}))
    plant.do(unit, "10", "20")
    with pytest.raises(BlockedByGates, match=hold.number):
        plant.start(unit, "30")
    lift(plant, hold)
    plant.start(unit, "30")


def test_nothing_is_done_at_a_station_on_hold(plant):
    unit = plant.unit()
    hold = place(plant, station=plant.stations["10"])
    with pytest.raises(BlockedByGates, match="on the station"):
        plant.start(unit, "10")
    assert queue_at(plant.stations["10"], plant.operator).ready == []
    plant.start(unit, "20")
    lift(plant, hold)
    plant.start(unit, "10")


def test_a_tool_on_hold_stops_what_needs_it_while_it_is_at_the_station(plant):
    asking_for_a_wrench(plant)
    unit = plant.do(plant.unit(), "10", "20")
    wrench = PhysicalAsset.objects.get(station=plant.stations["30"])
    hold = place(plant, asset=wrench)
    with pytest.raises(BlockedByGates, match=hold.number) as refused:
        plant.start(unit, "30")
    assert wrench.code in refused.value.why
    lift(plant, hold)
    plant.start(unit, "30")


def test_a_revision_on_hold_is_built_into_nothing(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    board = Unit.objects.get(serial=plant.a_board())
    revision = ProductRevision.objects.create(product=plant.board, code="B")
    Unit.objects.filter(pk=board.pk).update(product_revision=revision)
    hold = place(plant, product_revision=revision, site=plant.site)
    with pytest.raises(BlockedByGates, match=board.serial) as refused:
        plant.report(unit, "10", Given("BOARD", board.serial))
    assert refused.value.blockers[0].evidence["hold"] == hold.number
    lift(plant, hold)
    plant.report(unit, "10", Given("BOARD", board.serial))


def test_a_revision_on_hold_is_made_no_further(plant):
    unit = plant.unit()
    order = unit.work_order
    hold = place(plant, product_revision=order.product_revision, site=plant.site)
    with pytest.raises(BlockedByGates, match=hold.number):
        plant.start(unit, "10")
    assert not queue_at(plant.stations["10"], plant.operator).ready
    assert open_holds_of(order) == list(holds_on(unit)) == [hold]
    assert waiting_at(order)["10"] == Waiting(held=1)
    _plan, (row,) = grid(order)
    assert (row.holds, row.cells[0].state) == ([hold], "held")
    assert standing_of([order]).is_held(order.pk, "10")
    lift(plant, hold)
    assert not standing_of([order]).is_held(order.pk, "10")
    plant.start(unit, "10")


def test_a_revision_held_elsewhere_is_made_here(plant):
    unit = plant.unit()
    SiteAccess.objects.create(person=plant.people["mei"], site=plant.elsewhere)
    place(plant, product_revision=unit.work_order.product_revision, site=plant.elsewhere)
    assert queue_at(plant.stations["10"], plant.operator).ready
    assert waiting_at(unit.work_order)["10"] == Waiting(ready=1)
    plant.start(unit, "10")


def test_a_revision_held_elsewhere_is_free_here(plant):
    board = Unit.objects.get(serial=plant.a_board())
    revision = ProductRevision.objects.create(product=plant.board, code="B")
    Unit.objects.filter(pk=board.pk).update(product_revision=revision)
    SiteAccess.objects.create(person=plant.people["mei"], site=plant.elsewhere)
    place(plant, product_revision=revision, site=plant.elsewhere)
    unit = plant.unit()
    plant.start(unit, "10")
    plant.report(unit, "10", Given("BOARD", board.serial))
    board.refresh_from_db()
    assert board.quantity_left == 0


def test_an_order_is_released_for_some_of_its_units(plant):
    first, second = plant.released(2).units.order_by("serial")
    hold = place(plant, order=first.work_order)
    (heir,) = lift_for(plant, hold, first)
    assert (heir.unit, heir.origin, heir.status) == (first, hold, "RELEASED")
    plant.start(first, "10")
    with pytest.raises(BlockedByGates, match=hold.number):
        plant.start(second, "10")
    waiting = queue_at(plant.stations["20"], plant.operator)
    assert [one.job.unit for one in waiting.ready] == [first]
    assert [one.job.unit for one in waiting.blocked] == [second]
    stranger = plant.unit()
    with pytest.raises(InvalidInput, match="does not stop"):
        lift_for(plant, hold, stranger)


def test_an_order_released_for_a_unit_stays_held_by_another_hold(plant):
    unit = plant.unit()
    first, second = place(plant, order=unit.work_order), place(plant, order=unit.work_order)
    lift_for(plant, first, unit)
    with pytest.raises(BlockedByGates, match=second.number):
        plant.start(unit, "10")
    assert queue_at(plant.stations["10"], plant.operator).ready == []

"""Line clearance: what it holds for, and what makes it void."""

import pytest

from equipment.models import ClearanceItem
from mes.kernel.audit.actions.signatures import SignatureRefused, SignatureVoid, Signing
from mes.kernel.audit.models import Signature
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from orders.models import Tracking
from tests.material import CHECKLIST, Line, checklist, line
from wip.clearances import cleared
from wip.models import LineClearance
from wip.policies import BlockedByGates, NoChecklist, NotOnFloor, StationOccupied

pytestmark = pytest.mark.django_db


@pytest.fixture
def valves(plant) -> Line:
    """Valves ask for a clearance; their station has a checklist."""
    checklist(plant)
    return line(plant, "VALVE", is_cleared=True)


def is_refused(start) -> str:
    with pytest.raises(BlockedByGates) as refusal:
        start()
    assert refusal.value.code == "LINE_NOT_CLEARED"
    return refusal.value.why


def test_work_begins_when_the_station_is_cleared_for_the_order(valves):
    first, second = valves.order("WO-1", 2)
    assert is_refused(lambda: valves.start(first)) == "Nobody has cleared it yet."
    valves.clear(first)
    valves.start(first)
    valves.start(second)  # of the same order


def test_it_says_what_was_ticked_and_is_signed(plant, valves):
    clearance = valves.clear(valves.order("WO-1")[0])
    signature = Signature.objects.get(record_table="wip_lineclearance", record=clearance.pk)
    assert clearance.items == CHECKLIST
    assert (signature.meaning, signature.signed_by, signature.site_id) == ("VERIFIED", plant.operator, plant.site.pk)
    assert signature.content["shown"] == {
        "station": "ST-20",
        "order": "WO-1",
        "product": "VALVE",
        "lot": "",
        "items": CHECKLIST,
    }


def test_it_is_for_one_order(valves):
    (first,), (other,) = valves.order("WO-1"), valves.order("WO-2")
    valves.clear(first)
    assert is_refused(lambda: valves.start(other)) == "It is cleared for WO-1."


def test_another_product_at_the_station_voids_it_even_one_that_needs_none(plant, valves):
    first, second = valves.order("WO-1", 2)
    valves.clear(first)
    valves.start(first)
    pump = plant.unit()
    plant.start(pump, "20")
    assert "was there since" in is_refused(lambda: valves.start(second))
    plant.report(pump, "20", *plant.entries("20"), complete=True)
    valves.complete(first)
    assert is_refused(lambda: valves.start(second)) == f"It was cleared for WO-1; {pump.work_order} was there since."
    valves.clear(second)
    valves.start(second)


def test_what_ended_after_it_voids_it_although_the_clock_was_put_back(plant, valves):
    (unit,) = valves.order("WO-1")
    valves.clear(unit)
    plant.at(-7200)
    pump = plant.do(plant.unit(), "20")
    assert pump.work_order.erp_reference in is_refused(lambda: valves.start(unit))


def test_what_ended_before_it_does_not_void_it_although_the_clock_was_put_back(plant, valves):
    (unit,) = valves.order("WO-1")
    plant.do(plant.unit(), "20")
    plant.at(-7200)
    valves.clear(unit)
    assert valves.start(unit).is_running


def test_another_order_of_the_same_product_voids_it(valves):
    (first, again), (other,) = valves.order("WO-1", 2), valves.order("WO-2")
    valves.clear(first)
    valves.start(first)
    valves.complete(first)
    valves.clear(other)
    valves.start(other)
    valves.complete(other)
    assert is_refused(lambda: valves.start(again)) == "It is cleared for WO-2."


def test_what_was_there_before_it_was_signed_does_not_void_it(plant, valves):
    (unit,) = valves.order("WO-1")
    plant.do(plant.unit(), "20")
    valves.clear(unit)
    assert valves.start(unit).is_running


def test_what_is_elsewhere_does_not_void_it(plant, valves):
    (unit,) = valves.order("WO-1")
    valves.clear(unit)
    plant.start(plant.unit(), "10")
    assert valves.start(unit).is_running


def test_while_something_else_is_there_the_station_is_not_clear(plant, valves):
    (unit,) = valves.order("WO-1")
    pump = plant.unit()
    plant.start(pump, "20", "tomasz")
    with pytest.raises(StationOccupied, match="Tomasz"):
        valves.clear(unit)
    plant.report(pump, "20", *plant.entries("20"), complete=True, who="tomasz")
    valves.clear(unit)


def test_of_what_is_counted_by_lot_it_is_for_one_lot(plant):
    checklist(plant)
    rings = line(plant, "RING", tracking=Tracking.LOT, is_cleared=True)
    (first,), (other,) = rings.order("WO-1", 50), rings.order("WO-2", 50)
    assert rings.clear(first).unit == first
    assert is_refused(lambda: rings.start(other)) == f"It is cleared for {first}."
    rings.start(first)


def test_every_line_is_ticked_and_no_other(valves):
    (unit,) = valves.order("WO-1")
    with pytest.raises(InvalidInput) as refusal:
        valves.clear(unit, ticked=(1, 3, 9))
    assert [(error.where, error.what) for error in refusal.value.errors] == [
        ("items.2", "Not ticked: No labels of the order before"),
        ("items", "There is no line 9."),
    ]
    assert not LineClearance.objects.exists()


def test_a_station_without_a_checklist_can_not_be_cleared(plant, valves):
    with plant.door("hiroshi"):
        ClearanceItem.objects.update(is_active=False)
    with pytest.raises(NoChecklist):
        valves.clear(valves.order("WO-1")[0], ticked=())


def test_what_was_received_is_nothing_to_clear_for(plant, valves):
    plant.a_board()
    with pytest.raises(NotOnFloor):
        valves.clear(plant.receive(plant.board, "PCB-9"))


@pytest.mark.parametrize(
    ("meaning", "digest", "refusal"), [("PERFORMED", "", SignatureRefused), ("VERIFIED", "0" * 64, SignatureVoid)]
)
def test_a_signature_that_does_not_fit_clears_nothing(plant, valves, meaning, digest, refusal):
    with pytest.raises(refusal):
        valves.clear(valves.order("WO-1")[0], signing=Signing(plant.operator, meaning, digest))
    assert not LineClearance.objects.exists()


def test_who_may_not_is_refused(valves):
    with pytest.raises(RoleMissing):
        valves.clear(valves.order("WO-1")[0], who="pavel")


def test_the_last_clearances_of_many_stations_cost_one_query(plant, valves, django_assert_num_queries):
    valves.clear(valves.order("WO-1")[0])
    valves.clear(valves.order("WO-2")[0])
    with django_assert_num_queries(1):
        known = cleared({station.pk for station in plant.stations.values()})
    assert [one.last.subject for one in known.values()] == ["WO-2"]

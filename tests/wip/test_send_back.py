"""Rework: doing an operation again, going back to an earlier one, and the way through a rework routing."""

from decimal import Decimal

import pytest

from genealogy.status import UnitStatus
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from mes.station.actions import batches
from mes.station.actions.operations import Completion
from orders.models import RoutingRevision, Tracking
from orders.status import OrderStatus
from tests.flow import lot_flow
from tests.motion import a_rework, rods
from wip.actions import lots
from wip.actions.reworks import send_back
from wip.models import ProcessException, Rework
from wip.policies import BlockedByGates, WorkedOnElsewhere
from wip.queries import why_not
from wip.rework_policies import CantGoBack, LoopsUsedUp, ReworkRoutingUnfit

pytestmark = pytest.mark.django_db


def through(line, quantity=1):
    """A unit that has come to its test."""
    return line.do(line.unit(quantity), "10", "20", "25", "31")


@pytest.mark.parametrize("tracking", [Tracking.SERIAL, Tracking.LOT])
def test_a_unit_goes_back_and_does_everything_from_there_anew(plant, tracking):
    line = rods(plant, tracking=tracking)
    unit = through(line, 1 if tracking == Tracking.SERIAL else 40)
    rework = line.send_back(unit, "40", "20", reason_code="BENT")
    assert (rework.number[:2], rework.status, rework.decided_by) == ("R-", "OPEN", plant.people["mei"])
    assert line.counting(unit) == {"10": 1}
    assert line.comes_next(unit) == {"20": True}
    assert {one.operation_code for one in rework.set_aside.all()} == {"20", "25", "31"}
    noted = ProcessException.objects.get(kind="REWORK")
    assert (noted.operation_code, noted.what, noted.reason) == ("40", f"{rework}: back from 40 to 20.", "Bent")
    line.do(unit, "20", "25", "32")
    assert line.counting(unit) == {"10": 1, "20": 2, "25": 2, "32": 1}
    rework.refresh_from_db()
    assert rework.status == "OPEN"
    unit = line.do(unit, "40")
    assert (unit.status, unit.work_order.status) == (UnitStatus.FINISHED, OrderStatus.COMPLETED)
    rework.refresh_from_db()
    assert (rework.status, rework.ended_by) == ("DONE", plant.operator)


def test_the_job_in_which_it_was_found_ends_and_did_not_pass(plant):
    line = rods(plant)
    unit = through(line)
    line.start(unit, "40")
    line.send_back(unit, "40", "31", who="ines")
    first = unit.executions.get(operation_code="40")
    assert (first.status, first.is_passed, first.is_current, first.quantity_good) == ("COMPLETED", False, False, 0)
    assert [event.kind for event in first.events.all()] == ["STARTED", "COMPLETED"]
    line.do(unit, "31")
    again = line.start(unit, "40")
    assert again.attempt == 2
    line.end(unit, "40")
    assert plant.fresh(unit).status == UnitStatus.FINISHED


def test_who_works_may_do_their_own_operation_again_and_nothing_else(plant):
    line = rods(plant)
    unit = through(line)
    line.start(unit, "40")
    with pytest.raises(RoleMissing):
        line.send_back(unit, "40", "31", who="amina")
    with pytest.raises(WorkedOnElsewhere, match="Amina Yusuf works on it"):
        line.send_back(unit, "40", "40", who="tomasz")
    line.send_back(unit, "40", "40", who="amina")
    assert line.comes_next(unit) == {"40": True}
    with pytest.raises(RoleMissing):
        line.send_back(unit, "31", "31", who="pavel")


def test_nothing_else_may_run_on_a_unit_that_is_sent_back(plant):
    unit = plant.do(plant.unit(), "10")
    plant.start(unit, "20")
    line = rods(plant)
    with pytest.raises(WorkedOnElsewhere, match="works on it at ST-20"):
        line.send_back(unit, "10", "10")


def test_a_way_back_leads_to_what_was_passed_and_comes_before(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20")
    for found, back, words in [
        ("20", "25", "25 does not come before 20"),
        ("25", "99", "has no operation 99"),
        ("40", "31", "31 Press is not begun"),
    ]:
        with pytest.raises(CantGoBack, match=words):
            line.send_back(unit, found, back)
    with pytest.raises(InvalidInput, match="needs a reason"):
        line.send_back(unit, "20", "10", reason=" ")
    done = line.do(unit, "25", "31", "40")
    with pytest.raises(CantGoBack, match="is finished already"):
        line.send_back(done, "40", "10")


def test_loops_are_capped_by_the_routing(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20")
    line.send_back(unit, "20", "10")
    line.do(unit, "10", "20")
    with pytest.raises(LoopsUsedUp, match="10 Cut was done 2 times"):
        line.send_back(unit, "20", "10")
    line.send_back(unit, "20", "20")  # has no cap
    assert line.comes_next(unit) == {"20": True}


def test_a_start_beyond_the_cap_is_stopped_by_its_gate(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10")
    line.send_back(unit, "10", "10")
    line.do(unit, "10")
    unit.executions.update(is_current=False)  # as undone by somebody, and not by a decision on rework
    (verdict,) = why_not(plant.fresh(unit), person=plant.operator)["10"]
    assert (verdict.code, verdict.evidence["attempts"], str(verdict.override)) == ("ATTEMPTS_USED_UP", 2, "permit")


def test_a_further_decision_ends_the_one_that_is_open(plant):
    line = rods(plant)
    unit = through(line)
    first = line.send_back(unit, "40", "31")
    line.do(unit, "31")
    second = line.send_back(unit, "40", "25")
    third = line.send_back(unit, "25", "20")
    assert [Rework.objects.get(pk=one.pk).status for one in (first, second, third)] == ["DONE", "CANCELLED", "OPEN"]


def test_a_unit_goes_through_a_rework_routing_and_comes_back(plant):
    line = rods(plant)
    unit = through(line)
    rework = line.send_back(unit, "40", "25", routing_revision=line.rework)
    assert line.comes_next(unit) == {"R1": True}
    with pytest.raises(BlockedByGates) as blocked:
        line.start(unit, "25")
    assert "REWORK_FIRST" in {verdict.code for verdict in blocked.value.blockers}
    with pytest.raises(CantGoBack, match="is in a rework routing"):
        line.send_back(unit, "R1", "R1")
    unit = line.do(unit, "R1")
    assert line.comes_next(unit) == {"R2": True}
    unit = line.do(unit, "R2")
    assert (unit.status, unit.rework_plan_id, unit.rework_revision_id) == (UnitStatus.IN_PROCESS, None, None)
    assert line.comes_next(unit) == {"25": True}
    assert line.do(unit, "25", "31", "40").status == UnitStatus.FINISHED
    rework.refresh_from_db()
    assert rework.status == "DONE"


def test_the_same_rework_routing_twice_is_its_second_attempt(plant):
    line = rods(plant)
    unit = through(line)
    line.send_back(unit, "40", "31", routing_revision=line.rework)
    line.do(unit, "R1", "R2", "31")
    line.send_back(unit, "40", "31", routing_revision=line.rework)
    assert line.comes_next(unit) == {"R1": True}
    assert line.start(unit, "R1").attempt == 2


def test_a_rework_routing_is_released_of_the_product_and_has_codes_of_its_own(plant):
    line = rods(plant)
    unit = through(line)
    with pytest.raises(ReworkRoutingUnfit, match="is no rework of ROD here"):
        line.send_back(unit, "40", "31", routing_revision=plant.routing)
    product = line.revision.product
    with plant.door("hiroshi"):
        draft = a_rework(plant, product, "R9", name="Draft repair")
        clash = a_rework(plant, product, "25", "40", name="Clashing repair")
    with pytest.raises(ReworkRoutingUnfit, match="is not in force"):
        line.send_back(unit, "40", "31", routing_revision=draft)
    plant.approve_and_release(clash)
    with pytest.raises(ReworkRoutingUnfit, match="both have 25, 40"):
        line.send_back(unit, "40", "31", routing_revision=RoutingRevision.objects.get(pk=clash.pk))


def test_a_cancelled_rework_leaves_everything_as_it_was(plant):
    line = rods(plant)
    unit = through(line)
    before = line.counting(unit)
    rework = line.send_back(unit, "40", "20", routing_revision=line.rework)
    cancelled = line.cancel(rework)
    assert cancelled.status == "CANCELLED"
    assert line.counting(unit) == before
    assert line.comes_next(unit) == {"40": True}
    assert plant.fresh(unit).rework_plan_id is None


def test_what_has_begun_by_a_rework_can_not_be_cancelled_but_its_routing_left(plant):
    line = rods(plant)
    unit = through(line)
    rework = line.send_back(unit, "40", "31")
    line.do(unit, "31")
    with pytest.raises(CantGoBack, match="Operation 31 has begun"):
        line.cancel(rework)
    with pytest.raises(RoleMissing):
        line.cancel(rework, who="amina")
    with pytest.raises(InvalidInput):
        line.cancel(rework, reason="")
    other = through(line)
    rework = line.send_back(other, "40", "31", routing_revision=line.rework)
    line.do(other, "R1")
    line.cancel(rework)
    assert line.comes_next(other) == {"31": True, "32": True}


def test_the_job_that_a_rework_ended_stays_ended_when_it_is_cancelled(plant):
    line = rods(plant)
    unit = through(line)
    line.start(unit, "40")
    line.cancel(line.send_back(unit, "40", "31"))
    assert line.comes_next(unit) == {"40": True}
    assert line.start(unit, "40").attempt == 2


def test_a_rework_of_what_is_scrapped_on_its_way_ends(plant):
    line = rods(plant)
    unit = through(line)
    rework = line.send_back(unit, "40", "31")
    line.start(unit, "31")
    line.end(unit, "31", Completion(scrap=1, scrap_reason="Broken"))
    rework.refresh_from_db()
    assert rework.status == "CANCELLED"


def test_what_did_not_pass_lets_nothing_begin_after_it(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20", "25")
    unit.executions.filter(operation_code="25").update(is_passed=False)
    with pytest.raises(BlockedByGates) as blocked:
        line.start(unit, "31")
    assert blocked.value.code == "PREVIOUS_NOT_PASSED"
    line.send_back(unit, "25", "25")
    line.do(unit, "25", "31")


def test_one_alternate_is_done_and_the_other_is_off(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20", "25")
    line.start(unit, "32")
    with pytest.raises(BlockedByGates) as blocked:
        line.start(unit, "31")
    assert (blocked.value.code, blocked.value.why) == ("NOT_ON_ITS_WAY", "32 Weld was chosen in its place.")
    line.end(unit, "32")
    line.send_back(unit, "32", "32")
    assert line.comes_next(unit) == {"31": True, "32": True}  # the choice is open again


def test_what_runs_in_a_batch_is_sent_back_after_it(plant):
    flow = lot_flow(plant, {("10", "20"): None}, batch={"10": 100})
    lot = flow.lot(40)
    with plant.door() as passage:
        batches.start(
            units=[plant.fresh(lot)],
            operation_code="10",
            station=plant.stations["10"],
            by=passage.person,
            at=passage.at,
        )
    with plant.door("mei") as passage, pytest.raises(CantGoBack, match="runs on it in a batch"):
        send_back(unit=plant.fresh(lot), found_in="10", return_to="10", reason="Bent", by=passage.person, at=passage.at)


def test_both_parts_of_a_lot_that_is_split_in_rework_come_to_its_end(plant):
    line = rods(plant, tracking=Tracking.LOT)
    lot = through(line, 40)
    line.send_back(lot, "40", "31")
    with plant.door() as passage:
        part = lots.split(unit=lot, quantity=Decimal(10), reason="Urgent", by=passage.person, at=passage.at)
    for each in (lot, part):
        line.do(each, "31", "40")
    assert set(Rework.objects.values_list("unit__serial", "status")) == {(lot.serial, "DONE"), (part.serial, "DONE")}

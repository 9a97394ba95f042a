"""Changing one order's steps and operations while it runs, by the verbs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput, NotPermitted
from mes.station.actions.operations import Completion, Given
from orders.actions import drafts
from orders.actions.redlines import NotOnTheFloor, RedlineWaiting
from orders.catalogue import revision_before
from orders.models import RoutingRevision, WorkOrder
from orders.policies import NotReleasable
from orders.status import OrderStatus
from tests.redlines import REASON, add_a_step, applied, drafted, insert_an_operation, redlined, remove
from wip.models import OpenOperation, OperationExecution, ProcessException
from wip.queries import execution_at, grid, planned
from wip.redlines import RedlineNotReleased, RedlineTakesAway, redlines_on

pytestmark = pytest.mark.django_db


def waiting(unit):
    return dict(OpenOperation.objects.filter(unit=unit).values_list("operation_code", "is_ready"))


def dried(plant, unit):
    plant.stations["25"] = plant.stations["20"]
    plant.start(unit, "25")
    plant.report(unit, "25", Given("DRY", "yes"), completion=Completion())


def test_an_operation_that_is_inserted_is_asked_of_what_has_not_come_so_far(plant):
    order = plant.released(3)
    before, at_it, past = order.units.order_by("serial")
    plant.do(at_it, "10", "20")
    plant.do(past, "10", "20")
    plant.start(past, "30")
    redlined(plant, order, insert_an_operation)
    assert waiting(before) == {"10": True, "20": True}
    assert waiting(at_it) == {"25": True}
    assert waiting(past) == {"40": False}
    plant.report(past, "30", *plant.entries("30"), completion=Completion())
    assert plant.do(past, "40").status == UnitStatus.FINISHED
    dried(plant, at_it)
    assert plant.do(at_it, "30", "40").status == UnitStatus.FINISHED
    plant.do(before, "10", "20")
    dried(plant, before)
    assert plant.do(before, "30", "40").work_order.status == OrderStatus.COMPLETED


def test_a_job_that_runs_ends_by_the_plan_it_began_by_and_the_next_has_the_step(plant):
    order = plant.released(2)
    first, second = order.units.order_by("serial")
    for unit in (first, second):
        plant.do(unit, "10", "20")
    plant.start(first, "30")
    redlined(plant, order, add_a_step)
    assert planned(execution_at(first, "30")).step("SEAL") is None
    plant.report(first, "30", *plant.entries("30"), completion=Completion())
    plant.start(second, "30")
    assert planned(execution_at(second, "30")).step("SEAL") is not None
    plant.report(second, "30", *plant.entries("30"), Given("SEAL", "yes"), completion=Completion())
    assert plant.do(second, "40").status == UnitStatus.FINISHED


def test_executions_that_say_no_plan_keep_what_the_order_had(plant):
    order = plant.released(1)
    unit = order.units.get()
    plant.start(unit, "10")
    OperationExecution.objects.update(plan=None)
    digest = order.plan_id
    redlined(plant, order, add_a_step)
    assert OperationExecution.objects.get().plan_id == digest


def test_it_is_on_record_with_reason_and_both_signers(plant):
    order = plant.released(1)
    redlined(plant, order, add_a_step)
    (redline,) = redlines_on(order)
    assert (redline.revision.number, redline.revision.redline_reason) == (1, REASON)
    assert (redline.applied_at, redline.applied_by) == (plant.clock, plant.people["mei"])
    noted = ProcessException.objects.get()
    assert (noted.kind, noted.work_order, noted.reason) == ("REDLINE", order, REASON)
    assert (noted.by, noted.approved_by) == (plant.people["mei"], plant.people["hiroshi"])
    order.refresh_from_db()
    assert order.routing_revision == redline.revision
    assert str(redline.revision) == f"{plant.routing.routing.name}, redline 1 of {order}"


def test_a_redline_is_compared_with_what_the_order_was_made_by_before(plant):
    order = plant.released(1)
    first = drafted(plant, order)
    assert revision_before(first) == plant.routing
    applied(plant, order, plant.approve_and_release(first))
    second = drafted(plant, order)
    assert (second.number, revision_before(first), revision_before(second)) == (2, plant.routing, first)


def test_no_other_order_is_made_by_it(plant):
    redlined(plant, plant.released(1), add_a_step)
    assert plant.released(1).routing_revision == plant.routing
    with plant.door("hiroshi") as passage:
        copy = drafts.copy_routing_revision(revision=plant.routing, by=passage.person, at=passage.at)
    assert (copy.number, copy.redline_of, revision_before(copy)) == (plant.routing.number + 1, None, plant.routing)
    with pytest.raises(RedlineNotReleased, match="no redline of"):
        applied(plant, plant.released(1), RoutingRevision.objects.get(redline_of__isnull=False))


def test_an_operation_that_a_unit_has_begun_is_not_taken_away(plant):
    order = plant.released(2)
    unit = order.units.order_by("serial").first()
    plant.do(unit, "10", "20")
    with pytest.raises(RedlineTakesAway) as caught:
        redlined(plant, order, remove("20"))
    (error,) = caught.value.errors
    assert (error.where, error.what) == ("operation 20", f"It has begun on {unit}.")
    order.refresh_from_db()
    assert order.routing_revision == plant.routing


def test_units_that_nothing_is_left_of_are_finished(plant):
    order = plant.released(2)
    first, second = order.units.order_by("serial")
    plant.do(first, "10", "20", "30")
    redlined(plant, order, remove("40"))
    assert plant.fresh(first).status == UnitStatus.FINISHED
    assert plant.do(second, "10", "20", "30").work_order.status == OrderStatus.COMPLETED


def test_the_order_ends_when_what_runs_was_not_the_last_when_it_began(plant):
    order = plant.released(1)
    unit = order.units.get()
    plant.do(unit, "10", "20")
    plant.start(unit, "30")
    redlined(plant, order, remove("40"))
    plant.report(unit, "30", *plant.entries("30"), completion=Completion())
    assert plant.fresh(unit).work_order.status == OrderStatus.COMPLETED


def test_units_made_afterwards_are_made_by_it(plant):
    order = plant.released(1)
    redlined(plant, order, insert_an_operation)
    plan, _ = grid(WorkOrder.objects.get(pk=order.pk))
    assert [one.code for one in plan.operations] == ["10", "20", "25", "30", "40"]


def test_two_have_to_sign_first(plant):
    order = plant.released(1)
    draft = drafted(plant, order)
    with pytest.raises(RedlineNotReleased, match="is draft"):
        applied(plant, order, draft)
    plant.approve(draft)
    with pytest.raises(RedlineNotReleased, match="is approved"):
        applied(plant, order, draft)
    with pytest.raises(NotPermitted):
        plant.release(draft, "hiroshi")


def test_it_takes_effect_once(plant):
    order = plant.released(1)
    redlined(plant, order, add_a_step)
    with pytest.raises(RedlineNotReleased, match="in effect already"):
        applied(plant, order, RoutingRevision.objects.get(redline_of=order))


def test_a_redline_that_does_not_fit_the_bill_is_not_approved(plant):
    order = plant.released(1)
    draft = drafted(plant, order)
    remove("10")(plant, draft)
    with pytest.raises(NotReleasable):
        plant.approve(draft)


@pytest.mark.parametrize("who", ["ines", "amina", "pavel"])
def test_an_engineer_drafts_and_quality_puts_into_effect(plant, who):
    order = plant.released(1)
    with pytest.raises(RoleMissing):
        drafted(plant, order, who=who)
    draft = plant.approve_and_release(drafted(plant, order))
    with pytest.raises(RoleMissing):
        applied(plant, order, draft, who=who)


def test_it_needs_a_reason(plant):
    with pytest.raises(InvalidInput, match="needs a reason"):
        drafted(plant, plant.released(1), reason=" ")


def test_only_an_order_on_the_floor_has_redlines(plant):
    with pytest.raises(NotOnTheFloor):
        drafted(plant, plant.order(1))
    order = plant.released(1)
    draft = plant.approve_and_release(drafted(plant, order))
    plant.do(order.units.get(), "10", "20", "30", "40")
    with pytest.raises(NotOnTheFloor):
        applied(plant, order, draft)


def test_one_redline_is_drafted_at_a_time(plant):
    order = plant.released(1)
    drafted(plant, order)
    with pytest.raises(RedlineWaiting):
        drafted(plant, order)


def test_the_statements_do_not_grow_with_the_units(plant):
    counts = []
    for quantity in (1, 2, 40):  # the first reads the plan of the released revisions
        order = plant.released(quantity)
        plant.do(order.units.order_by("serial").first(), "10")
        draft = drafted(plant, order)
        insert_an_operation(plant, draft)
        draft = plant.approve_and_release(draft)
        with CaptureQueriesContext(connection) as sent:
            applied(plant, order, draft)
        counts.append(len(sent))
        assert Unit.objects.filter(work_order=order, redline_plan__isnull=False).count() == quantity
    assert counts[1] == counts[2] <= 40

"""Closing an order: its record is reviewed, and stays as it is."""

from datetime import timedelta

import pytest

from mes.erp.actions.orders import ImportRefused
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from mes.kernel.transitions import IllegalTransition
from orders.models import WorkOrder
from orders.status import OrderStatus
from tests.api.conftest import api_as
from tests.erp.test_changes_on_the_floor import sent
from tests.holds import lift, place
from tests.undo import undo
from wip.actions import closings, corrections
from wip.actions.closings import NotReviewed
from wip.actions.corrections import RecordClosed
from wip.models import LaborSpan
from wip.queries import execution_at
from wip.undoing import SomethingFollowed

pytestmark = pytest.mark.django_db
WHY = "Record reviewed, two retorqued screws explained"


@pytest.fixture
def unit(plant):
    """The one pump of a completed order."""
    return plant.do(plant.unit(), "10", "20", "30", "40")


def closed(plant, order, who="mei", reason=WHY) -> WorkOrder:
    with plant.door(who) as passage:
        return closings.close(order=order, reason=reason, by=passage.person, at=passage.at)


@pytest.mark.parametrize("who", ["mei", "ines"])
def test_quality_or_a_supervisor_closes_it_with_the_reason(plant, unit, who):
    order = closed(plant, unit.work_order, who)
    kept = WorkOrder.objects.get(pk=order.pk)
    assert (kept.status, kept.closed_by, kept.closing_reason) == (OrderStatus.CLOSED, plant.people[who], WHY)
    assert kept.is_over
    assert kept.completed_at
    assert order.history.latest().status == OrderStatus.CLOSED
    with pytest.raises(IllegalTransition):
        closed(plant, order)


@pytest.mark.parametrize("who", ["amina", "hiroshi", "pavel", "ruth", "omar", "erp"])
def test_who_may_not_close_is_refused(plant, unit, who):
    with pytest.raises(RoleMissing):
        closed(plant, unit.work_order, who)


def test_it_needs_a_reason_and_a_completed_order(plant, unit):
    for reason in ("", " ", "x" * 201):
        with pytest.raises(InvalidInput):
            closed(plant, unit.work_order, reason=reason)
    for order in (plant.order(), plant.released()):
        with pytest.raises(IllegalTransition):
            closed(plant, order)


@pytest.mark.parametrize("on_order", [True, False])
def test_an_open_hold_is_decided_on_first(plant, unit, on_order):
    hold = place(plant, **({"order": unit.work_order} if on_order else {"unit": unit}))
    with pytest.raises(NotReviewed) as caught:
        closed(plant, unit.work_order)
    assert caught.value.evidence["hold"] == hold.number
    lift(plant, hold)
    assert closed(plant, unit.work_order).status == OrderStatus.CLOSED


def test_time_that_somebody_forgot_to_stop_is_settled_first(plant, unit):
    span = LaborSpan.objects.filter(execution=execution_at(unit, "40")).get()
    with plant.door(span.person.username) as passage:
        corrections.claim(span=span, ended_at=span.began_at, reason="Forgot", by=passage.person, at=passage.at)
    with pytest.raises(NotReviewed) as caught:
        closed(plant, unit.work_order)
    assert caught.value.evidence["span"] == str(span.pk)
    correct(plant, span)
    assert closed(plant, unit.work_order).status == OrderStatus.CLOSED


def correct(plant, span):
    with plant.door("ines") as passage:
        when = {"began_at": span.began_at, "ended_at": span.began_at}
        corrections.correct(span=span, reason="As said", **when, by=passage.person, at=passage.at)


def test_nothing_of_it_is_undone_or_corrected_any_more(plant, unit):
    span = LaborSpan.objects.filter(execution=execution_at(unit, "40")).get()
    order = closed(plant, unit.work_order)
    with pytest.raises(SomethingFollowed, match="closed"):
        undo(plant, unit, "40", who="ines", reason="Wrong part")
    with pytest.raises(RecordClosed):
        correct(plant, span)
    with pytest.raises(RecordClosed), plant.door(span.person.username) as passage:
        corrections.claim(span=span, ended_at=span.began_at, reason="Forgot", by=passage.person, at=passage.at)
    job = execution_at(unit, "40")
    helped = {"execution": job, "person": plant.people["tomasz"], "began_at": job.started_at, "reason": "Helped"}
    with pytest.raises(RecordClosed), plant.door("ines") as passage:
        corrections.enter(**helped, ended_at=job.started_at + timedelta(seconds=1), by=passage.person, at=passage.at)
    with pytest.raises(ImportRefused):
        sent(plant, order, quantity="2")
    assert WorkOrder.objects.get(pk=order.pk).status == OrderStatus.CLOSED


def test_a_recall_still_holds_its_units(plant, unit):
    order = closed(plant, unit.work_order)
    place(plant, unit=unit)
    assert WorkOrder.objects.get(pk=order.pk).status == OrderStatus.CLOSED


def test_it_is_closed_over_rest_once(plant, unit):
    mei, path = api_as(plant, "mei"), f"/work-orders/{unit.work_order.erp_reference}/close"
    assert mei.post(path, {}).status_code == 422
    first, again = (mei.post(path, {"reason": WHY}, idempotency_key="c-1") for _ in range(2))
    assert (first.status_code, first.json()["status"], first.json()["closed_by"]) == (200, "CLOSED", "mei")
    assert again.json() == first.json()
    assert mei.post(path, {"reason": WHY}).json()["code"] == "ILLEGAL_TRANSITION"
    assert api_as(plant, "amina").post(path, {"reason": WHY}).status_code == 403
    assert [one["status"] for one in mei.get("/work-orders?status=CLOSED").json()["results"]] == ["CLOSED"]

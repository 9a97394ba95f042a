"""What is built in: the right part, released, in date, where it is staged, and the first to expire first."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from genealogy.models import Unit
from genealogy.queries import as_built
from mes.station.actions.operations import Given
from orders.models import Product, ProductRevision, Tracking
from tests.genealogy.lots import quarantined, reject, release, send_back, stage, take_in, unstage
from tests.material import line
from tests.plant import NOW
from wip.actions import holds
from wip.policies import BlockedByGates

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
SOON, LATER = TODAY + timedelta(days=10), TODAY + timedelta(days=90)


@pytest.fixture
def fit(plant):
    """A line that takes six screws for a piece, with a started unit."""
    made = line(plant, "VALVE", part=plant.screws)
    made.unit = made.order("WO-1")[0]
    made.start(made.unit)
    return made


def refused(act) -> list[str]:
    with pytest.raises(BlockedByGates) as refusal:
        act()
    return [verdict.code for verdict in refusal.value.blockers]


def test_a_lot_in_quarantine_is_not_taken_until_it_is_released(plant, fit):
    lot = take_in(plant, quarantined(plant, plant.screws))
    assert refused(lambda: fit.take(fit.unit, "LOT-1")) == ["COMPONENT_QUARANTINED"]
    release(plant, lot)
    fit.take(fit.unit, "LOT-1")
    assert Unit.objects.get(serial="LOT-1").quantity_consumed == 6


def test_a_rejected_lot_is_not_taken(plant, fit):
    reject(plant, take_in(plant))
    assert refused(lambda: fit.take(fit.unit, "LOT-1")) == ["COMPONENT_SCRAPPED"]


def test_a_lot_that_was_sent_back_is_not_taken(plant, fit):
    send_back(plant, take_in(plant))
    assert refused(lambda: fit.take(fit.unit, "LOT-1")) == ["COMPONENT_RETURNED"]


def test_a_lot_is_taken_on_its_last_day_and_not_on_the_next(plant, fit):
    take_in(plant, expires=TODAY)
    other = fit.order("WO-2")[0]
    fit.start(other)
    fit.take(fit.unit, "LOT-1")
    plant.at(15 * 3600)  # 23:01 UTC is tomorrow in Vienna
    assert refused(lambda: fit.take(other, "LOT-1")) == ["COMPONENT_EXPIRED"]


def test_what_is_staged_elsewhere_is_not_taken_here(plant, fit):
    lot = stage(plant, take_in(plant), "30")
    assert refused(lambda: fit.take(fit.unit, "LOT-1")) == ["COMPONENT_STAGED_ELSEWHERE"]
    stage(plant, lot, "20")
    fit.take(fit.unit, "LOT-1")


def test_the_first_to_expire_is_taken_first(plant, fit):
    soon = stage(plant, take_in(plant, serial="SOON", expires=SOON), "20")
    for serial, expires in (("LATER", LATER), ("KEEPS", None)):
        stage(plant, take_in(plant, serial=serial, expires=expires), "20")
        assert refused(lambda serial=serial: fit.take(fit.unit, serial)) == ["EARLIER_LOT_STAGED"]
    unstage(plant, soon)
    stage(plant, soon, "20")
    fit.take(fit.unit, "SOON")


def test_a_lot_that_was_not_staged_does_not_pass_by_one_that_is(plant, fit):
    stage(plant, take_in(plant, serial="SOON", expires=SOON), "20")
    take_in(plant, serial="LATER", expires=LATER)
    assert refused(lambda: fit.take(fit.unit, "LATER")) == ["EARLIER_LOT_STAGED"]


@pytest.mark.parametrize("why", ["too little of it", "elsewhere", "on hold", "expired"])
def test_an_earlier_lot_that_could_not_be_taken_is_not_waited_for(plant, fit, why):
    soon = take_in(
        plant, serial="SOON", expires=TODAY if why == "expired" else SOON, quantity="5" if "little" in why else "9"
    )
    stage(plant, soon, "30" if why == "elsewhere" else "20")
    stage(plant, take_in(plant, serial="LATER", expires=LATER), "20")
    if why == "on hold":
        with plant.door("mei") as passage:
            holds.place(unit=soon, reason_code="QUALITY", reason="Doubt", by=passage.person, at=passage.at)
    if why == "expired":
        plant.at(24 * 3600)
    fit.take(fit.unit, "LATER")
    assert [link.unit.serial for link in as_built(fit.unit)] == ["LATER"]


def test_an_earlier_lot_whose_order_is_on_hold_is_not_waited_for(plant, fit):
    soon = stage(plant, take_in(plant, serial="SOON", expires=SOON), "20")
    stage(plant, take_in(plant, serial="LATER", expires=LATER), "20")
    order = fit.order("WO-2")[0].work_order
    with plant.door("mei") as passage:
        Unit.objects.filter(pk=soon.pk).update(work_order=order)  # as if it had been made here
        holds.place(order=order, reason_code="QUALITY", reason="Doubt", by=passage.person, at=passage.at)
    fit.take(fit.unit, "LATER")
    assert Unit.objects.get(serial="LATER").quantity_consumed > 0


def test_the_verdict_names_the_lot_and_a_supervisor_may_pass(plant, fit):
    stage(plant, take_in(plant, serial="SOON", expires=SOON), "20")
    stage(plant, take_in(plant, serial="LATER", expires=LATER), "20")
    with pytest.raises(BlockedByGates) as refusal:
        fit.take(fit.unit, "LATER")
    (verdict,) = refusal.value.blockers
    assert verdict.what == f"Take SOON first: it expires {SOON}."
    assert (verdict.override, verdict.evidence["first"]) == ("supervisor", "SOON")


def test_a_lot_that_is_used_up_is_waited_for_no_more(plant, fit):
    stage(plant, take_in(plant, serial="SOON", expires=SOON, quantity="6"), "20")
    stage(plant, take_in(plant, serial="LATER", expires=LATER), "20")
    other = fit.order("WO-2")[0]
    fit.start(other)
    fit.take(fit.unit, "SOON")
    fit.take(other, "LATER")
    assert [link.unit.serial for unit in (fit.unit, other) for link in as_built(unit)] == ["SOON", "LATER"]


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (TODAY, TODAY, None),
        (TODAY + timedelta(days=1), LATER, "SUBSTITUTE_NOT_VALID"),
        (date(2026, 1, 1), TODAY - timedelta(days=1), "SUBSTITUTE_NOT_VALID"),
    ],
)
def test_a_substitute_is_taken_while_it_is_valid_as_much_as_replaces_the_component(plant, first, last, code):
    with plant.door("hiroshi"):
        other = Product.objects.create(code="M3X6", name="Screw M3 × 6", tracking=Tracking.LOT)
    made = line(plant, "VALVE", part=plant.screws, substitute=(other, first, last))
    (unit,) = made.order("WO-1")
    made.start(unit)
    take_in(plant, other, serial="SUB")
    if code:
        assert refused(lambda: made.take(unit, "SUB")) == [code]
    else:
        made.take(unit, "SUB", quantity=Decimal(12))
        assert Unit.objects.get(serial="SUB").quantity_consumed == 12


def test_where_the_bom_asks_for_a_revision_another_one_is_refused(plant):
    with plant.door("hiroshi"):
        drafts = [ProductRevision.objects.create(product=plant.screws, code=code) for code in "AB"]
    revisions = [plant.approve_and_release(draft) for draft in drafts]
    made = line(plant, "VALVE", part=plant.screws, part_revision=revisions[1])
    (unit,) = made.order("WO-1")
    made.start(unit)
    for serial, revision in (("OLD", revisions[0]), ("NONE", None)):
        with_revision(plant, serial, revision)
        assert refused(lambda serial=serial: made.take(unit, serial)) == ["COMPONENT_WRONG_REVISION"]
    with_revision(plant, "NEW", revisions[1])
    made.take(unit, "NEW")


def test_an_earlier_lot_of_another_revision_than_the_bom_asks_for_is_not_waited_for(plant):
    with plant.door("hiroshi"):
        drafts = [ProductRevision.objects.create(product=plant.screws, code=code) for code in "AB"]
    old, new = (plant.approve_and_release(draft) for draft in drafts)
    made = line(plant, "VALVE", part=plant.screws, part_revision=new)
    (unit,) = made.order("WO-1")
    made.start(unit)
    for serial, revision, expires in (("OLD", old, SOON), ("NONE", None, SOON), ("NEW", new, LATER)):
        with_revision(plant, serial, revision, expires)
        stage(plant, Unit.objects.get(serial=serial), "20")
    made.take(unit, "NEW")
    assert Unit.objects.get(serial="NEW").quantity_consumed > 0


def with_revision(plant, serial, revision, expires=None) -> None:
    from genealogy.actions import units

    with plant.door("ines") as passage:
        units.receive(
            site=plant.site,
            product=plant.screws,
            serial=serial,
            quantity=Decimal(100),
            revision=revision,
            expires_date=expires,
            by=passage.person,
            at=passage.at,
        )


def test_a_component_that_asks_for_nothing_costs_no_query_more(plant, fit):
    """A lot in date at its station costs one, for the lots beside it; a plain one none."""
    take_in(plant, serial="PLAIN")
    stage(plant, take_in(plant, serial="SOON", expires=SOON), "20")
    other = fit.order("WO-2")[0]
    fit.start(other)
    fit.take(fit.unit, "PLAIN")  # the plan of released revisions is read once a process
    again = fit.order("WO-3")[0]
    fit.start(again)
    counts = []
    for unit, serial in ((other, "PLAIN"), (again, "SOON")):
        with CaptureQueriesContext(connection) as sent:
            plant.report(unit, "20", Given("PART", serial))
        counts.append(len(sent))
    assert counts[1] - counts[0] == 1

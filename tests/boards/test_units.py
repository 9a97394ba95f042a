"""The record of one unit."""

import re

import pytest

from genealogy.models import Unit
from mes.kernel.audit.canonical import digest
from mes.kernel.audit.models import Signature
from mes.station.actions.operations import Given
from tests.flow import lot_flow
from tests.plant import PASSWORD
from tests.undo import undo
from tests.wip.test_merge import merge
from tests.wip.test_split import split
from wip.actions import holds
from wip.actions.holds import release_content
from wip.models import Hold
from wip.queries import execution_at


@pytest.fixture
def finished(plant) -> Unit:
    """A unit with a corrected reading, built and signed."""
    unit = plant.do(plant.unit(), "10", "20")
    plant.start(unit, "30")
    plant.report(unit, "30", Given("SCREWS", plant.a_lot(6)), Given("TORQUE", "1.29", 1), Given("TORQUE", "1.20", 2))
    plant.report(unit, "30", Given("TORQUE", "1.21", 1, reason="Tool slipped"), Given("SEATED", "yes"), complete=True)
    return plant.do(unit, "40")


def test_the_record_tells_the_whole_story(plant, finished, ines) -> None:
    page = ines.get(f"/units/{finished}/")
    record = page.context["record"]
    assert [(w.operation.code, len(w.attempts), w.blockers) for w in record.work] == [
        (code, 1, []) for code in ("10", "20", "30", "40")
    ]
    torque = [
        (one.name, one.reading.value, one.reading.corrects is not None) for one in record.work[2].attempts[0].readings
    ]
    assert ("Torque 1", "1.29", False) in torque
    assert ("Torque 1", "1.21", True) in torque
    assert [part.unit.product.code for part in record.built_in] == ["PCB-7", "M3X8"]
    assert [a.kind for a in record.activities] == ["RELEASE", "CONSUME", "CONSUME", "FINISH"]
    text = page.content.decode()
    assert "Tool slipped" in text
    assert Signature.objects.get(meaning="PERFORMED").digest_groups in text
    assert "1.10 to 1.30 N·m" in text
    assert record.ledger is None


def test_a_component_says_what_it_was_built_into(plant, finished, ines) -> None:
    lot = Unit.objects.get(product=plant.screws)
    page = ines.get(f"/units/{lot}/")
    assert [part.unit for part in page.context["record"].used_in] == [finished]
    assert f"/units/{finished}/" in page.content.decode()


def test_what_is_open_says_what_stops_it(plant, ines) -> None:
    unit = plant.unit()
    with plant.door("mei") as passage:
        holds.place(order=unit.work_order, reason_code="QUALITY", reason="x", by=passage.person, at=passage.at)
    work = ines.get(f"/units/{unit}/").context["record"].work
    codes = {w.operation.code: [blocker.code for blocker in w.blockers] for w in work}
    assert "ON_HOLD" in " ".join(codes["10"])
    assert any("PREDECESSOR" in code for code in codes["30"])
    assert not any("QUALIFIED" in code for code in codes["30"])  # a matter of who asks, not of the unit


def test_who_may_view_the_ledger_sees_its_rows_of_the_unit(plant, finished, desk_of) -> None:
    page = desk_of("ruth").get(f"/units/{finished}/")
    ledger = page.context["record"].ledger
    assert [entry.event.operation for entry in ledger][-1] == "INSERT"
    assert ("status", "IN_PROCESS", "FINISHED") in [(c.column, c.old, c.new) for e in ledger for c in e.changes]
    assert ledger[0].who == "Amina Yusuf"


@pytest.mark.parametrize("codes", [("10",), ("10", "20", "30", "40")])
def test_the_record_costs_the_same_however_much_was_done(plant, ines, codes, django_assert_max_num_queries) -> None:
    unit = plant.do(plant.unit(), *codes)
    ines.get(f"/units/{unit}/")
    with django_assert_max_num_queries(23):
        ines.get(f"/units/{unit}/")


def test_a_unit_is_held_and_the_hold_released(plant, ines) -> None:
    unit = plant.unit()
    ines.post(f"/units/{unit}/hold/", reason_code="MATERIAL", reason="Scratched")
    hold = Hold.objects.get()
    assert "Scratched" in ines.get(f"/units/{unit}/").content.decode()
    assert ines.post(f"/holds/{hold}/release/", reason=" ").status_code == 422
    signed = {"password": PASSWORD, "digest": digest(release_content(hold))}
    answered = ines.post(f"/holds/{hold}/release/", reason="Polished", **signed)
    assert answered.url == f"/units/{unit}/"
    hold.refresh_from_db()
    assert (hold.status, hold.release_reason, hold.released_by) == ("RELEASED", "Polished", plant.people["ines"])
    assert ines.post(f"/holds/{hold}/release/", reason="Again").status_code == 409


def test_a_unit_of_another_site_is_not_there(plant, ines) -> None:
    serial = plant.a_board()
    Unit.objects.filter(serial=serial).update(site=plant.elsewhere)
    assert ines.get(f"/units/{serial}/").status_code == 404
    assert ines.post(f"/units/{serial}/hold/", reason_code="QUALITY", reason="x").status_code == 404
    assert ines.get("/units/%27%3B--/").status_code == 404


def test_what_was_taken_back_stands_struck_through_with_who_and_why(plant, ines) -> None:
    unit = plant.unit()
    plant.start(unit, "10")
    plant.report(unit, "10", *plant.entries("10"), complete=True)
    page = ines.get(f"/units/{unit}/")
    (path, at) = re.findall(
        r'action="(/units/[^"]+/undo/)".*?name="done_at" value="([^"]+)"', page.content.decode(), re.S
    )[0]
    content = {"execution": str(execution_at(unit, "10").pk), "done_at": at}
    assert ines.post(path, reason="", **content).status_code == 422
    assert ines.post(path, reason="Wrong board", **content).status_code == 302
    answer = ines.get(f"/units/{unit}/")
    text = answer.content.decode()
    assert "Taken out again" in text
    assert text.count("Wrong board") >= 4  # the end, the value, the component, the exception
    record = answer.context["record"]
    assert [one.reverses.kind for one in record.work[0].attempts[0].taken_back] == ["COMPLETED"]


def test_a_signature_of_what_was_taken_back_is_void(plant, finished, ines) -> None:
    undo(plant, finished, "40", who="ines", reason="Wrong bench")
    page = ines.get(f"/units/{finished}/")
    assert page.context["record"].void_signatures == {Signature.objects.get(meaning="PERFORMED").pk}
    assert "Signature void" in page.content.decode()


def test_who_may_not_take_an_act_back_is_not_offered_it(plant, desk_of) -> None:
    unit = plant.unit()
    plant.start(unit, "10")
    assert "Take back last act" not in desk_of("pavel").get(f"/units/{unit}/").content.decode()


def test_what_nobody_can_take_back_is_not_offered(plant, ines) -> None:
    """The last thing that happened to a lot that was merged away, and to the lot that took it, is the merge."""
    flow = lot_flow(plant)
    lot = flow.do(flow.lot(100), "10")
    assert "Take back last act" in ines.get(f"/units/{lot}/").content.decode()
    part = split(flow, lot, 40)
    merge(flow, plant.fresh(lot), plant.fresh(part))
    for unit in (lot, part):
        assert "Take back last act" not in ines.get(f"/units/{unit}/").content.decode()

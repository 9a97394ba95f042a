"""Scans, wherever they are made: each is carried out or refused in one sentence with what to do."""

import pytest

from genealogy.models import Unit
from mes.kernel.door import open_door
from tests.station.pages import StationPage, accepted, is_refused, text
from wip.actions import holds
from wip.models import OperationExecution, Reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(plant):
    page = StationPage(plant)
    page.log_on()
    return page


@pytest.fixture
def unit(plant):
    return plant.do(plant.unit(), "10", "20")


@pytest.fixture
def at_work(page, unit):
    """Scan with the job on screen, at its first step."""
    key = page.start(unit).split("/")[1]
    return lambda code, step="SCREWS", **more: page.scan(code, execution=key, step=step, sample=1, **more)


def test_a_unit_is_started_by_its_scan(page, unit):
    assert accepted(page.scan(unit.serial)) == f"{unit.serial} started"


def test_a_unit_that_runs_here_is_opened(page, unit):
    page.start(unit)
    assert accepted(page.scan(unit.serial)) == f"{unit.serial} opened"
    assert OperationExecution.objects.filter(operation_code="30").count() == 1


def test_the_same_scan_twice_starts_once(page, unit):
    key = "0198c0de-0000-7000-8000-000000000008"
    first, second = (page.scan(unit.serial, key=key) for _ in range(2))
    assert first["HX-Replace-Url"] == second["HX-Replace-Url"]


@pytest.mark.parametrize("code", ["X", "IP2-999999", "LOT-0", "'; DROP TABLE", "<script>", "ÄÖÜ", "%00", "🙂🙂🙂🙂"])
def test_an_unknown_code_is_refused_with_what_to_do(page, code):
    answer = page.scan(code)
    assert is_refused(answer, 404)
    assert "is not known at Northfield." in text(answer)
    assert "Scan the label again" in text(answer)
    assert "<script>" not in answer.content.decode()


@pytest.mark.parametrize("code", ["", "   ", "A" * 201])
def test_a_code_of_no_use_is_refused(page, code):
    assert is_refused(page.scan(code), 422)


def test_a_held_unit_is_refused_with_the_hold(page, plant, unit):
    with plant.door("mei") as passage:
        hold = holds.place(unit=unit, reason_code="QUALITY", reason="Scratch", by=passage.person, at=passage.at)
    answer = page.scan(unit.serial)
    assert is_refused(answer)
    assert f"On hold: {hold.number}, Scratch." in text(answer)


def test_a_finished_unit_is_refused(page, plant, unit):
    plant.do(unit, "30", "40")
    answer = page.scan(unit.serial)
    assert is_refused(answer)
    assert f"{unit.serial} is finished already." in text(answer)


def test_a_unit_whose_operation_here_is_done_is_refused(page, plant, unit):
    plant.do(unit, "30")
    assert "is done on" in text(page.scan(unit.serial))


def test_a_unit_that_waits_for_an_earlier_operation_is_refused(page, plant):
    answer = page.scan(plant.unit().serial)
    assert is_refused(answer)
    assert "is not done yet on" in text(answer)


def test_a_unit_of_another_site_is_unknown_here(page, plant, unit):
    with open_door(person=None):
        Unit.objects.filter(pk=unit.pk).update(site=plant.elsewhere)
    assert is_refused(page.scan(unit.serial), 404)


def test_a_received_part_is_refused_where_nothing_waits_for_it(page, plant):
    answer = page.scan(plant.a_board())
    assert is_refused(answer)
    assert "is Main board, received to be built in." in text(answer)


def test_a_component_is_built_in_by_its_scan(at_work, plant):
    lot = plant.a_lot(6)
    answer = at_work(lot)
    assert accepted(answer) == f"{lot} recorded"
    assert Reading.objects.get(step_code="SCREWS").scanned == lot


def test_the_same_scan_of_a_component_twice_builds_it_in_once(at_work, plant):
    key, lot = "0198c0de-0000-7000-8000-00000000000a", plant.a_lot(6)
    first, second = (at_work(lot, key=key) for _ in range(2))
    assert accepted(first) == accepted(second) == f"{lot} recorded"
    assert second["HX-Replace-Url"] == first["HX-Replace-Url"]
    assert Reading.objects.filter(step_code="SCREWS").count() == 1


def test_a_scan_that_comes_again_after_the_end_of_its_job_shows_the_queue(at_work, page, plant, unit):
    key, lot = "0198c0de-0000-7000-8000-00000000000b", plant.a_lot(6)
    work = at_work(lot, key=key)["HX-Replace-Url"].removeprefix("/station/")
    for given in plant.entries("30")[1:]:
        page.record(work, given.step_code, str(given.value), given.sample)
    assert page.post(f"{work}complete/").status_code == 200
    assert at_work(lot, key=key)["HX-Replace-Url"] == "/station/"


def test_a_key_used_for_another_scan_is_refused(at_work, plant):
    key = "0198c0de-0000-7000-8000-00000000000c"
    at_work(plant.a_lot(6), key=key)
    assert is_refused(at_work(plant.a_lot(6), key=key), 422)


def test_a_wrong_part_is_refused_and_names_the_right_one(at_work, plant):
    answer = at_work(plant.a_board())
    assert is_refused(answer)
    assert "is Main board, not Screw M3 × 8." in text(answer)
    assert "Put it back and scan Screw M3 × 8." in text(answer)


def test_an_unknown_component_is_refused(at_work):
    answer = at_work("LOT-99999")
    assert is_refused(answer)
    assert "is not a unit or lot of this site" in text(answer)


def test_a_held_component_is_refused(at_work, plant):
    lot = plant.a_lot(6)
    with plant.door("mei") as passage:
        held = Unit.objects.get(serial=lot)
        holds.place(unit=held, reason_code="MATERIAL", reason="Plating too thin", by=passage.person, at=passage.at)
    answer = at_work(lot)
    assert is_refused(answer)
    assert f"Do not use it: {lot} is on hold." in text(answer)


def test_a_lot_with_too_little_left_is_refused(at_work, plant):
    assert "are left, 6 pcs" in text(at_work(plant.a_lot(5))) or "6 are needed" in text(at_work(plant.a_lot(5)))


def test_the_component_of_a_later_step_is_taken_at_once(at_work, plant):
    lot = plant.a_lot(6)
    assert accepted(at_work(lot, step="TORQUE")) == f"{lot} recorded"


def test_a_code_that_nothing_is_known_by_is_the_text_that_a_step_waits_for(plant):
    unit = plant.unit()
    page = StationPage(plant, "10")
    page.log_on()
    key = page.start(unit).split("/")[1]
    other = plant.unit()
    assert accepted(page.scan(other.serial, execution=key, step="FIRMWARE", sample=1)) == f"{other.serial} started"
    answer = page.scan("(01)07612345678900", execution=key, step="FIRMWARE", sample=1)
    assert accepted(answer) == "(01)07612345678900 recorded"
    assert Reading.objects.get().value == "(01)07612345678900"


def test_a_serial_of_another_site_is_a_text_like_any_other(plant):
    page = StationPage(plant, "10")
    page.log_on()
    key, foreign = page.start(plant.unit()).split("/")[1], plant.unit()
    with open_door(person=None):
        Unit.objects.filter(pk=foreign.pk).update(site=plant.elsewhere)
    answer = page.scan(foreign.serial, execution=key, step="FIRMWARE", sample=1)
    assert accepted(answer) == f"{foreign.serial} recorded"


def test_the_units_own_label_opens_its_job_again(at_work, unit):
    assert accepted(at_work(unit.serial)) == f"{unit.serial} opened"


def test_a_badge_asks_for_the_pin_also_while_a_component_is_awaited(at_work):
    assert "Tomasz Nowak, enter your PIN." in text(at_work("B-0452"))


def test_with_nobody_on_a_unit_is_not_taken(plant, unit):
    page = StationPage(plant)
    assert is_refused(page.scan(unit.serial), 404)


def test_without_script_a_scan_leads_to_the_page(page, unit):
    assert page.scan(unit.serial, htmx=False).status_code == 302

"""The defect that was found: named where something is scrapped or sent back, of the tree in force there."""

from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from mes.station.actions.operations import Completion
from tests.defects import an_area_of, release_defects
from tests.flow import lot_flow
from tests.lots import lot_line
from tests.motion import rods
from tests.station.pages import StationPage, accepted, is_refused, text
from tests.undo import undo
from wip.models import ExecutionEvent, Hold, ProcessException, Rework

pytestmark = pytest.mark.django_db


def at_work(plant) -> tuple[StationPage, str, str]:
    page, unit = StationPage(plant, "10"), plant.unit()
    page.log_on()
    return page, page.start(unit), unit


def scrap(page, work, **given):
    return page.post(f"{work}complete/", good="0", scrap="1", scrap_reason="Leaks", **given)


def counted() -> dict[str, int]:
    """What was scrapped by defect, from the events alone."""
    found = ExecutionEvent.objects.exclude(defect_code="").order_by().values_list("defect_code")
    return {code: int(sum_) for code, sum_ in found.annotate(Sum("scrap"))}


def test_the_defect_of_what_is_scrapped_is_kept_in_its_words(plant):
    release_defects(plant)
    page, work, _unit = at_work(plant)
    shown = page.get(work).content.decode()
    assert '<option value="M-LEAK">M-LEAK Leak</option>' in shown
    assert 'value="MECH"' not in shown  # a heading is not chosen
    assert scrap(page, work, defect="M-LEAK").status_code == 200
    event = ExecutionEvent.objects.get(scrap=1)
    assert (event.defect_code, event.defect_name, event.scrap_reason) == ("M-LEAK", "Leak", "Leaks")


def test_no_defect_has_to_be_named(plant):
    release_defects(plant)
    page, work, _unit = at_work(plant)
    assert scrap(page, work, defect="").status_code == 200
    assert ExecutionEvent.objects.get(scrap=1).defect_code == ""


@pytest.mark.parametrize("code", ["MECH", "NOPE", "m-leak", "X" * 24])
def test_an_unknown_defect_is_refused_with_those_there_are(plant, code):
    release_defects(plant)
    page, work, _unit = at_work(plant)
    refused = scrap(page, work, defect=code)
    assert is_refused(refused, 422)
    assert f"{code} is none of the defects that are released here." in text(refused)
    assert "M-LEAK, M-NOISE, L-SCRATCH" in text(refused)
    assert not ExecutionEvent.objects.filter(scrap__gt=0).exists()


def test_where_no_tree_is_released_no_defect_is_offered_and_none_is_taken(plant):
    page, work, _unit = at_work(plant)
    assert 'name="defect"' not in page.get(work).content.decode()
    assert is_refused(scrap(page, work, defect="M-LEAK"), 422)
    assert scrap(page, work).status_code == 200


def test_an_area_has_defects_of_its_own(plant):
    area = an_area_of(plant, "10")
    release_defects(plant)
    release_defects(plant, "CHIP Chipped", area)
    page, work, _unit = at_work(plant)
    assert "CHIP Chipped" in page.get(work).content.decode()
    assert is_refused(scrap(page, work, defect="M-LEAK"), 422)
    assert scrap(page, work, defect="CHIP").status_code == 200
    assert counted() == {"CHIP": 1}


def test_a_part_of_a_lot_is_booked_with_its_defect_and_the_undo_takes_it_off_the_count(plant):
    release_defects(plant)
    line, page = lot_line(plant, quantity=50), StationPage(plant, "10")
    page.log_on()
    work = f"work/{line.execution().pk}/"
    assert 'id="book-defect"' in page.get(work).content.decode()
    given = {"good": "1", "scrap_reason": "Bent"}
    assert page.post(f"{work}book/", scrap="2", defect="M-NOISE", **given).status_code == 200
    assert page.post(f"{work}book/", scrap="3", defect="L-SCRATCH", **given).status_code == 200
    assert counted() == {"M-NOISE": 2, "L-SCRATCH": 3}
    undo(plant, line.unit(), "10")
    assert counted() == {"M-NOISE": 2, "L-SCRATCH": 0}
    assert ExecutionEvent.objects.get(kind="REVERSED").defect_name == "Scratch"


def test_a_scrapped_unit_whose_end_is_corrected_is_counted_no_more(plant):
    release_defects(plant)
    page, work, unit = at_work(plant)
    scrap(page, work, defect="M-LEAK")
    undo(plant, plant.fresh(unit), "10", who="ines", reason="Was tight")
    assert counted() == {"M-LEAK": 0}


def test_naming_a_defect_costs_one_statement_and_naming_none_costs_none(plant, line):
    release_defects(plant)

    def asked(defect: str) -> int:
        unit, back = plant.unit(), line.do(line.unit(), "10")
        plant.start(unit, "10")
        with CaptureQueriesContext(connection) as queries:
            plant.report(unit, "10", completion=Completion(scrap=Decimal(1), scrap_reason="Bad", defect=defect))
            line.send_back(back, "10", "10", defect=defect)
        return len(queries)

    asked("")  # what is kept for a while is kept now
    assert asked("M-LEAK") == asked("") + 2


def test_a_defect_without_scrap_is_refused(plant):
    release_defects(plant)
    line, page = lot_line(plant, quantity=50), StationPage(plant, "10")
    page.log_on()
    work = f"work/{line.execution().pk}/"
    refused = page.post(f"{work}book/", good="5", defect="M-LEAK")
    assert is_refused(refused, 422)
    assert "A defect is named, but nothing is scrapped." in text(refused)
    assert page.post(f"{work}book/", good="5", defect="").status_code == 200


def test_the_scrap_of_a_batch_has_its_defect_and_what_is_good_has_none(plant):
    release_defects(plant)
    flow = lot_flow(plant, {("10", "20"): None}, batch={"10": 100})
    lots = [flow.lot(40, "WO-A"), flow.lot(30, "WO-B")]
    page = StationPage(plant, "10")
    page.log_on()
    started = page.post("together/batch/", unit=[lot.serial for lot in lots])
    work = started["HX-Replace-Url"].removeprefix("/station/")
    assert 'id="batch-defect"' in page.get(work).content.decode()
    given = {"scrap_unit": [lot.serial for lot in lots], "scrap_reason": "Bent", "defect": "M-NOISE"}
    assert is_refused(page.post(f"{work}complete/", scrap_quantity=["", ""], **given), 422)
    done = page.post(f"{work}complete/", scrap_quantity=["2", ""], **given)
    assert done.status_code == 200, done.content.decode()
    found = ExecutionEvent.objects.filter(kind="COMPLETED").values_list("execution__unit__serial", "defect_code")
    assert dict(found) == {lots[0].serial: "M-NOISE", lots[1].serial: ""}


@pytest.fixture
def line(plant):
    return rods(plant)


@pytest.fixture
def unit(line):
    """At its test, at ST-40."""
    return line.do(line.unit(), "10", "20", "25", "31")


def at_test(plant, unit, who) -> tuple[StationPage, str]:
    page = StationPage(plant, "40")
    page.log_on(who)
    return page, page.start(unit, "40")


def test_a_unit_goes_back_for_a_defect(plant, unit):
    release_defects(plant)
    page, work = at_test(plant, unit, "ines")
    assert "M-LEAK Leak" in text(page.get(f"{work}rework/"))
    assert is_refused(page.post(f"{work}rework/", return_to="31", reason="Drips", defect="NOPE"), 422)
    sent = page.post(f"{work}rework/", return_to="31", reason="Drips", defect="M-LEAK")
    rework = Rework.objects.get()
    assert accepted(sent) == f"{unit} goes back, {rework}"
    assert (rework.defect_code, rework.defect_name) == ("M-LEAK", "Leak")
    assert ProcessException.objects.get(kind="REWORK").what.endswith("Defect M-LEAK Leak.")


def test_a_unit_goes_back_for_a_defect_of_the_area_where_it_was_found(plant, line, unit):
    release_defects(plant, "CHIP Chipped", an_area_of(plant, "40"))
    page, work = at_test(plant, unit, "ines")
    page.post(f"{work}rework/", return_to="31", reason="Drips", defect="CHIP")
    assert Rework.objects.get().defect_code == "CHIP"


def test_a_proposal_and_a_doubt_about_quality_name_the_defect_and_other_holds_none(plant, unit):
    release_defects(plant)
    page, work = at_test(plant, unit, "amina")
    refused = page.post(f"{work}hold/", reason_code="PROCESS", reason="Drips", defect="M-LEAK")
    assert is_refused(refused, 422)
    assert "a unit whose rework is proposed, or that quality doubts" in text(refused)
    assert is_refused(page.post(f"{work}hold/", reason_code="QUALITY", reason="Drips", defect="NOPE"), 422)
    assert is_refused(page.post(f"{work}hold/", reason_code="REWORK", reason="Drips", defect="NOPE"), 422)
    page.post(f"{work}hold/", reason_code="REWORK", reason="Drips", defect="M-LEAK")
    page.post(f"{work}hold/", reason_code="QUALITY", reason="Drips", defect="M-LEAK")
    assert [(hold.defect_code, hold.defect_name) for hold in Hold.objects.all()] == 2 * [("M-LEAK", "Leak")]

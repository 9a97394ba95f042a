"""The work page of a lot: its parts and its end are booked by good and scrap."""

import re
from decimal import Decimal

import pytest

from tests.lots import LotLine, lot_line
from tests.station.pages import StationPage, accepted, is_refused, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(plant) -> LotLine:
    """Fifty clips, in work at ST-10."""
    return lot_line(plant, quantity=50)


@pytest.fixture
def work(line) -> str:
    """The path of the work page."""
    return f"work/{line.execution().pk}/"


@pytest.fixture
def page(plant, work) -> StationPage:
    """Its one step is recorded."""
    page = StationPage(plant, "10")
    page.log_on()
    page.record(work, "LOOK", "yes")
    return page


def test_the_dialog_asks_for_good_and_scrap_with_a_pad_for_both(page, work):
    answer = page.get(f"{work}?open=complete")
    shown, html = text(answer), answer.content.decode()
    assert "WO-CLIPS · booked 0 of 50" in shown
    dialog = html.split('<dialog class="dialog" id="complete"')[1].split("</dialog>")[0]
    assert dialog.split(">")[0].endswith(" open")
    assert re.search(r'name="good" data-size="key"[^>]* value="50" required', dialog)
    assert re.search(r'name="scrap" data-size="key"[^>]* value="0" required', dialog)
    assert dialog.count("data-insert=") == 11
    assert "Complete CL-0001 Good and scrap together make up the 50 that are open." in text(answer)


def test_a_lot_ends_with_its_good_and_its_scrap(page, work, line):
    answer = page.post(f"{work}complete/", good="46,5", scrap="3.5", scrap_reason="Bent")
    assert accepted(answer) == "CL-0001 completed"
    ended = line.execution()
    assert (ended.quantity_good, ended.quantity_scrapped) == (Decimal("46.5"), Decimal("3.5"))
    assert line.unit().quantity_left == Decimal("46.5")


@pytest.mark.parametrize(
    ("good", "scrap", "reason"),
    [
        ("50", "1", "Bent"),
        ("40", "5", "Bent"),
        ("45", "5", ""),
        ("-1", "51", "Bent"),
        ("", "x", "Bent"),
        ("1e2", "0", ""),
    ],
)
def test_what_does_not_add_up_or_has_no_reason_is_refused(page, work, line, good, scrap, reason):
    assert is_refused(page.post(f"{work}complete/", good=good, scrap=scrap, scrap_reason=reason), 422)
    assert line.execution().is_running


def test_all_of_a_lot_is_scrapped_from_its_own_dialog(page, work):
    answer = page.get(work)
    assert "All 50 that are open are scrapped." in text(answer)
    done = page.post(f"{work}complete/", good="0", scrap="50", scrap_reason="Wrong steel")
    assert accepted(done) == "CL-0001 scrapped"


def test_a_part_is_booked_and_the_page_shows_the_running_total(page, work, line):
    answer = page.post(f"{work}book/", good="12", scrap="2", scrap_reason="Bent")
    assert accepted(answer) == "12 good and 2 scrap booked on CL-0001"
    assert answer["HX-Replace-Url"].endswith(f"/{work}")
    assert "WO-CLIPS · booked 14 of 50" in text(answer)
    assert "Booked 14 of 50 so far: 12 good, 2 scrap. The operation goes on." in text(answer)
    assert "Good 12 Scrap 2 Open 36" in text(answer)
    assert "All 36 that are open are scrapped." in text(answer)
    assert line.execution().is_running


def test_an_empty_field_of_a_part_is_none(page, work, line):
    assert (
        accepted(page.post(f"{work}book/", good="", scrap="0,5", scrap_reason="Bent")) == "0.5 scrap booked on CL-0001"
    )
    assert line.execution().quantity_open == Decimal("49.5")


def test_a_repeated_press_books_once_and_says_the_same(page, work, line):
    key = "6a8f4b1e-54f4-4d0b-9d4e-0c1a7a2f3b11"
    answers = [page.post(f"{work}book/", key=key, good="12") for _ in range(2)]
    assert {accepted(answer) for answer in answers} == {"12 good booked on CL-0001"}
    assert line.execution().quantity_good == 12


def test_a_part_is_booked_without_script(page, work, line):
    assert (
        '<dialog class="dialog" id="book" aria-labelledby="book-title" open>'
        in page.get(f"{work}?open=book").content.decode()
    )
    done = page.post(f"{work}book/", htmx=False, good="12")
    assert (done.status_code, done["Location"]) == (302, f"/station/{work}")
    assert "12 good booked on CL-0001" in text(page.get(work))


@pytest.mark.parametrize(
    ("good", "scrap", "reason"),
    [("", "", ""), ("0", "0", ""), ("51", "", ""), ("-1", "", ""), ("1", "2", ""), ("", "50", "Bent"), ("x", "", "")],
)
def test_a_part_that_can_not_be_booked_is_refused(page, work, line, good, scrap, reason):
    assert is_refused(page.post(f"{work}book/", good=good, scrap=scrap, scrap_reason=reason), 422)
    assert line.execution().quantity_open == 50


def test_what_is_booked_is_left_out_of_the_end(page, work, line):
    page.post(f"{work}book/", good="12")
    assert re.search(r'id="complete-good"[^>]* value="38"', page.get(work).content.decode())
    assert accepted(page.post(f"{work}complete/", good="38", scrap="0")) == "CL-0001 completed"
    assert line.execution().quantity_good == 50


def test_a_lot_with_good_pieces_is_not_called_scrapped(page, work, line):
    page.post(f"{work}book/", good="12")
    assert accepted(page.post(f"{work}complete/", good="0", scrap="38", scrap_reason="Bent")) == "CL-0001 completed"
    assert line.unit().quantity_left == 12


def test_when_all_is_booked_there_is_nothing_to_book_or_scrap_but_an_end(page, work, line):
    html = page.post(f"{work}book/", good="50").content.decode()
    assert 'id="book"' not in html
    assert 'id="scrap"' not in html
    assert 'data-opens="#book"' not in html
    assert 'data-opens="#scrap"' not in html
    assert accepted(page.post(f"{work}complete/", good="0", scrap="0")) == "CL-0001 completed"


def test_a_unit_of_one_piece_has_no_part_to_book(plant):
    unit, page = plant.unit(), StationPage(plant, "10")
    page.log_on()
    work = page.start(unit)
    assert 'data-opens="#book"' not in page.get(work).content.decode()
    assert is_refused(page.post(f"{work}book/", good="1"))

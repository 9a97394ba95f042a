"""The work page of a lot: its end is booked by good and scrap."""

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
    assert "WO-CLIPS · 50 open" in shown
    dialog = html.split('<dialog class="dialog" id="complete"')[1].split("</dialog>")[0]
    assert dialog.split(">")[0].endswith(" open")
    assert 'name="good" data-size="key" inputmode="none" autocomplete="off" value="50"' in dialog
    assert 'name="scrap" data-size="key" inputmode="none" autocomplete="off" value="0"' in dialog
    assert dialog.count("data-insert=") == 11
    assert "Complete CL-0001 Good and scrap together make up what was started." in text(answer)


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

"""The five places at the bottom of every station page, and what stands behind More."""

import re

import pytest

from tests.lots import lot_line
from tests.station.pages import StationPage
from tests.station.test_undo_page import keys

pytestmark = pytest.mark.django_db


def places(answer) -> list[str]:
    """What stands at each place, in words; empty: nothing."""
    (footer,) = re.findall(r"</main>\s*<footer>(.*?)</footer>", answer.content.decode(), re.S)
    parts = re.split(r"<(?:a|form|button|span aria-hidden=\"true\")(?=[ >])(?![^<]*</form>)", _flat(footer))[1:]
    return [" ".join(re.sub(r"<[^>]+>|^[^>]*>", " ", part).split()) for part in parts]


def _flat(footer: str) -> str:
    """Each place as one element: a button in a form of its own is the form."""
    return re.sub(r"<form.*?<button", "<button", footer, flags=re.S)


@pytest.fixture
def page(plant):
    page = StationPage(plant, "20")
    page.log_on()
    return page


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("", ["Change person F1", "Help F2", "Material F3", "Log off F4", "Start IP2-000001 F8"]),
        ("material/", ["Back F1", "Help F2", "", "", ""]),
        ("tools/", ["Back F1", "Help F2", "", "", ""]),
        ("together/", ["Back F1", "Help F2", "", "", ""]),
        ("help/", ["Back F1", "Help F2", "", "", ""]),
        ("shift/", ["Back F1", "Help F2", "", "", "Leave a note F8"]),
        ("log-on/", ["Back F1", "Help F2", "My shift F3", "", ""]),
    ],
)
def test_every_page_has_the_same_five_places_and_each_key_once(plant, page, path, shown):
    plant.unit()
    answer = page.get(path)
    assert places(answer) == shown
    found = keys(answer)
    assert len(found) == len(set(found))
    assert "F10" in found


def test_a_job_has_defect_pause_and_complete(plant, page):
    work = page.start(plant.unit())
    assert places(page.get(work)) == ["Back F1", "Help F2", "Defect F3", "Pause F4", "Complete 1 entry left F8"]
    page.post(f"{work}pause/")
    assert places(page.get(work)) == ["Back F1", "Help F2", "Defect F3", "", "Resume F8"]
    assert places(page.get(f"{work}rework/")) == ["Not now F1", "Help F2", "", "", "Send back F8"]


def test_of_a_lot_a_part_is_booked_from_more_and_from_the_card(plant):
    line = lot_line(plant, quantity=50)
    page = StationPage(plant, "10")
    page.log_on()
    shown = page.get(f"work/{line.execution().pk}/").content.decode()
    assert shown.count('data-opens="#book"') == 1  # in More
    page.record(f"work/{line.execution().pk}/", "LOOK", "yes")
    assert page.get(f"work/{line.execution().pk}/").content.decode().count('data-opens="#book"') == 2


def test_without_script_more_is_open_on_the_page_itself(page):
    assert '<dialog class="dialog" id="more"' in page.get().content.decode()
    assert re.search(r'<dialog class="dialog" id="more"[^>]* open>', page.get("?open=more").content.decode())


def test_a_locked_page_and_one_that_nobody_is_at_have_nothing_behind_more(plant):
    page = StationPage(plant, "20")
    assert 'id="more"' not in page.get("log-on/").content.decode()

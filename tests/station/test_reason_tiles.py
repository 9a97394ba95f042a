"""Why something is scrapped or held: chosen from the released tree, kept in its words."""

import pytest

from equipment.actions import reasons
from tests.lots import lot_line
from tests.station.pages import StationPage, is_refused, text
from wip.models import ExecutionEvent, Hold

pytestmark = pytest.mark.django_db

SCRAP = "DIM Dimension\n  DIM-OD Outer diameter\nSURF Scratched"


def released(plant, kind: str, written: str) -> None:
    with plant.door("hiroshi") as passage:
        who = {"by": passage.person, "at": passage.at}
        tree = reasons.draft(site=plant.site, area=None, kind=kind, **who)
        reasons.write(tree=tree, text=written, **who)
    with plant.door("mei") as passage:
        reasons.release(tree=tree, by=passage.person, at=passage.at)


def at_work(plant) -> tuple[StationPage, str]:
    page, unit = StationPage(plant, "10"), plant.unit()
    page.log_on()
    return page, page.start(unit)


def scrap(page, work, **given):
    return page.post(f"{work}complete/", good="0", scrap="1", **given)


def test_scrap_is_given_a_reason_of_the_tree_with_a_remark(plant):
    released(plant, "SCRAP", SCRAP)
    page, work = at_work(plant)
    shown = page.get(work).content.decode()
    assert 'name="scrap_code" value="DIM-OD" required' in shown
    assert 'value="DIM"' not in shown  # a heading is not chosen
    assert scrap(page, work, scrap_code="DIM-OD", scrap_reason=" 0.2 below ").status_code == 200
    assert ExecutionEvent.objects.get(scrap=1).scrap_reason == "DIM-OD Outer diameter: 0.2 below"


@pytest.mark.parametrize("code", ["", "DIM", "NOPE"])
def test_without_a_reason_of_the_tree_nothing_is_scrapped(plant, code):
    released(plant, "SCRAP", SCRAP)
    page, work = at_work(plant)
    assert is_refused(scrap(page, work, scrap_code=code, scrap_reason="Bent"), 422)
    assert not ExecutionEvent.objects.filter(scrap__gt=0).exists()


def test_where_no_tree_is_released_a_text_says_why(plant):
    page, work = at_work(plant)
    assert "scrap_code" not in page.get(work).content.decode()
    assert scrap(page, work, scrap_reason="Dropped").status_code == 200
    assert ExecutionEvent.objects.get(scrap=1).scrap_reason == "Dropped"


def test_a_hold_is_given_a_reason_of_its_tree(plant):
    released(plant, "HOLD", "LEAK Leaks\nNOISE Noise")
    page, work = at_work(plant)
    assert is_refused(page.post(f"{work}hold/", reason_code="QUALITY", reason="x"), 422)
    page.post(f"{work}hold/", reason_code="QUALITY", hold_code="NOISE")
    assert Hold.objects.get().reason == "NOISE Noise"


def test_without_a_tree_a_hold_still_needs_its_text(plant):
    page, work = at_work(plant)
    assert is_refused(page.post(f"{work}hold/", reason_code="QUALITY", reason=" "), 422)


def test_a_part_of_a_lot_is_booked_with_its_reason_and_good_ones_need_none(plant):
    released(plant, "SCRAP", SCRAP)
    line, page = lot_line(plant, quantity=50), StationPage(plant, "10")
    page.log_on()
    work = f"work/{line.execution().pk}/"
    assert "Scratched" in text(page.get(f"{work}?open=book"))
    assert page.post(f"{work}book/", good="12").status_code == 200
    assert page.post(f"{work}book/", good="1", scrap="2", scrap_code="SURF").status_code == 200
    assert ExecutionEvent.objects.get(scrap=2).scrap_reason == "SURF Scratched"
    assert is_refused(page.post(f"{work}book/", good="1", scrap="2", scrap_reason="Bent"), 422)

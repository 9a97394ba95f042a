"""What the office sees of defects: beside the scrap and the rework, and how often each was found."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from genealogy.models import Unit
from mes.kernel.constraints import RuleOfTheRecord
from mes.station.actions.operations import Completion, Given
from tests.defects import an_area_of, release_defects
from tests.holds import lift, place
from tests.lots import lot_line
from tests.motion import rods
from tests.station.pages import text
from tests.undo import undo
from wip.actions import holds, reworks
from wip.defects import found_defects
from wip.models import ExecutionEvent, Hold, Rework

pytestmark = pytest.mark.django_db


def scrapped(plant, defect: str) -> Unit:
    """A unit that was scrapped for it."""
    unit = plant.unit()
    plant.start(unit, "10")
    plant.report(unit, "10", completion=Completion(scrap=Decimal(1), scrap_reason="Bad", defect=defect))
    return plant.fresh(unit)


@pytest.fixture
def today(plant):
    """The plant's people do what they do now, and have a tree of defects."""
    release_defects(plant)
    plant.clock = timezone.now() - timedelta(hours=2)


def listed(desk) -> list[tuple]:
    lines = desk.get("/reasons/").context["defects"]
    return [(one.code, one.name, one.scrapped, one.reworks, one.held, one.width, one.share) for one in lines]


def test_the_page_of_reasons_lists_what_was_found_the_most_frequent_first(plant, ines, today):
    scrapped(plant, "L-SCRATCH")
    for _ in range(2):
        scrapped(plant, "M-NOISE")
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20", "25", "31")
    line.send_back(unit, "40", "31", defect="M-NOISE")
    assert listed(ines) == [
        ("M-NOISE", "Noise", "2 pcs", 1, 0, 120, 75),
        ("L-SCRATCH", "Scratch", "1 pcs", 0, 0, 40, 100),
    ]
    assert "Defects found in the last 30 days" in text(ines.get("/reasons/"))


def test_what_was_taken_back_cancelled_or_long_ago_is_not_listed(plant, ines, today):
    scrapped(plant, "L-SCRATCH")
    plant.clock = timezone.now() - timedelta(days=31)
    scrapped(plant, "M-NOISE")
    plant.clock = timezone.now() - timedelta(hours=1)
    undo(plant, scrapped(plant, "M-LEAK"), "10", who="ines", reason="Was tight")
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20", "25", "31")
    rework = line.send_back(unit, "40", "31", defect="M-NOISE")
    with plant.door("mei") as passage:
        reworks.cancel(rework=rework, reason="Looked again", by=passage.person, at=passage.at)
    assert [one[0] for one in listed(ines)] == ["L-SCRATCH"]


def test_what_is_held_for_a_defect_is_listed_until_somebody_decides(plant, ines, today):
    line = rods(plant)
    lot, unit = (line.do(line.unit(), "10", "20", "25", "31") for _ in range(2))
    for one in (lot, unit, unit):
        place(plant, unit=one, defect="M-LEAK")
    place(plant, unit=unit)
    assert listed(ines) == [("M-LEAK", "Leak", "", 0, 2, 120, 100)]
    assert "Held, not decided" in text(ines.get("/reasons/"))
    assert '<option value="M-LEAK" selected>M-LEAK Leak</option>' in ines.get(f"/units/{unit}/").content.decode()
    line.send_back(unit, "40", "31", defect="M-LEAK")
    assert [one[2:5] for one in listed(ines)] == [("", 1, 1)]
    lift(plant, Hold.objects.get(unit=lot))
    assert [one[2:5] for one in listed(ines)] == [("", 1, 0)]


def test_what_inherits_a_hold_is_no_further_defect(plant, ines, today):
    hold = place(plant, unit=plant.unit(), defect="M-LEAK")
    with plant.door("mei"):
        holds.inherit(hold, [plant.unit()])
    assert [one[:5] for one in listed(ines)] == [("M-LEAK", "Leak", "", 0, 1)]


def test_lots_count_by_quantity_and_a_plant_without_defects_shows_no_list(plant, ines, today):
    assert "Defects found" not in text(ines.get("/reasons/"))
    line = lot_line(plant, quantity=50)
    line.complete(Completion(scrap=Decimal("2.5"), scrap_reason="Bent", defect="M-LEAK"), Given("LOOK", "yes"))
    assert [one[:4] for one in listed(ines)] == [("M-LEAK", "Leak", "2.5 pcs", 0)]


def test_who_does_not_see_the_site_sees_nothing_of_it(plant, today):
    scrapped(plant, "M-LEAK")
    since = timezone.now() - timedelta(days=1)
    assert [one.code for one in found_defects([plant.site.pk], since=since)] == ["M-LEAK"]
    assert found_defects([], since=since) == []


def test_a_defect_that_is_called_otherwise_by_now_is_one(plant, today):
    scrapped(plant, "M-LEAK")
    release_defects(plant, "M-LEAK Leaks at a seam")
    scrapped(plant, "M-LEAK")
    (one,) = found_defects([plant.site.pk], since=timezone.now() - timedelta(days=1))
    assert (one.code, one.scrapped) == ("M-LEAK", 2)


def test_the_record_of_a_unit_and_its_order_show_the_defect_beside_the_scrap(plant, ines):
    release_defects(plant)
    unit = scrapped(plant, "M-LEAK")
    assert "1 scrap, Bad · Defect M-LEAK Leak." in text(ines.get(f"/units/{unit}/"))
    assert "scrapped: Bad. Defect M-LEAK Leak." in text(ines.get(f"/orders/{unit.work_order}/"))
    undo(plant, unit, "10", who="ines", reason="Was tight")
    assert "Defect M-LEAK" not in text(ines.get(f"/units/{unit}/"))


def test_the_office_sends_back_for_a_defect_that_was_proposed(plant, ines, desk_of):
    release_defects(plant)
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20", "25", "31")
    with plant.door("amina") as passage:
        proposed = {"reason_code": "REWORK", "reason": "Drips", "defect": "M-LEAK"}
        hold = holds.place(unit=unit, by=passage.person, at=passage.at, **proposed)
    assert "Defect found M-LEAK Leak" in text(ines.get(f"/holds/{hold}/"))
    assert '<option value="M-LEAK" selected>M-LEAK Leak</option>' in ines.get(f"/units/{unit}/").content.decode()
    back = {"found_in": "31", "return_to": "31", "reason": "Drips"}
    refused = ines.post(f"/units/{unit}/rework/", **back, defect="NOPE")
    assert refused.status_code == 422
    assert "NOPE is none of the defects" in text(refused)
    ines.post(f"/units/{unit}/rework/", **back, defect="M-LEAK")
    assert Rework.objects.get().defect_name == "Leak"
    assert "Defect M-LEAK Leak." in text(ines.get(f"/units/{unit}/"))


def test_the_office_is_offered_the_defects_of_the_area_where_the_unit_was(plant, ines):
    release_defects(plant, "CHIP Chipped", an_area_of(plant, "30"))
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20", "25", "31")
    assert "CHIP Chipped" in text(ines.get(f"/units/{unit}/"))
    ines.post(f"/units/{unit}/rework/", found_in="31", return_to="31", reason="Drips", defect="CHIP")
    assert Rework.objects.get().defect_code == "CHIP"


def test_the_office_is_offered_none_where_no_tree_is_released(plant, ines):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20", "25", "31")
    assert 'name="defect"' not in ines.get(f"/units/{unit}/").content.decode()
    assert ines.post(f"/units/{unit}/rework/", found_in="31", return_to="31", reason="Drips").status_code == 302


@pytest.mark.parametrize(
    "wrong", [{"defect_code": "M-LEAK"}, {"defect_name": "Leak"}, {"defect_code": "M-LEAK", "defect_name": "Leak"}]
)
def test_the_database_takes_no_defect_without_its_name_and_none_without_scrap(plant, wrong):
    plant.start(plant.unit(), "10")
    event = ExecutionEvent.objects.get()
    again = {field.attname: getattr(event, field.attname) for field in ExecutionEvent._meta.fields}
    del again["id"], again["sequence"]
    with pytest.raises(RuleOfTheRecord, match="A defect is named of what is scrapped"), plant.door("amina"):
        ExecutionEvent.objects.create(**again | wrong)

"""A machine names the defect of what it scraps or fails: by its tag, or by what it says with the event."""

from datetime import timedelta

import pytest
from django.utils import timezone

from equipment.status import BookingResult, Books
from mes.station.actions import machine_events
from mes.station.tasks import book_machine_events
from tests.defects import release_defects
from tests.holds import lift
from tests.lots import lot_line
from tests.machine_floor import bookings, counter, field_of, handshake, happens, press
from tests.motion import rods
from wip.defects import found_defects
from wip.models import ExecutionEvent, Hold, Rework

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(plant, monkeypatch):
    """The task asks the clock: here it is the plant's, which is not long ago. The site has a tree of defects."""
    release_defects(plant)
    plant.clock = timezone.now() - timedelta(hours=2)
    monkeypatch.setattr("mes.station.tasks.timezone.now", lambda: plant.at(0))


def booked(event):
    """What came of the event, when the task has run."""
    book_machine_events()
    return bookings(event)[-1]


def again(plant, event):
    with plant.door("ines") as passage:
        machine_events.book_again(event=event, by=passage.person, at=passage.at)
    return bookings(event)[-1]


def scrapping(plant, code: str = "10", defect: str = "M-LEAK", **field):
    """An event of scrap at the station, whose field says the defect."""
    tag = handshake(press(plant), plant.stations[code], Books.PART_SCRAPPED)
    tag.scrap_reason, tag.defect = "Bent", defect
    with plant.door("hiroshi"):
        tag.save()
    field_of(tag, "defect", "FOUND", **field)
    return tag


def leak_tester(plant, code: str = "20", **field):
    """A test result at the station, whose field says the defect."""
    tag = handshake(press(plant), plant.stations[code], Books.TEST_RESULT)
    field_of(tag, "defect", "FOUND", **field)
    return tag


def counted(plant) -> list[tuple]:
    found = found_defects([plant.site.pk], since=timezone.now() - timedelta(days=1))
    return [(one.code, one.scrapped, one.reworks, one.held) for one in found]


def test_a_counter_of_scrap_names_the_defect_of_its_tag_and_it_is_counted(plant):
    lot_line(plant, quantity=50)
    tag = counter(press(plant), plant.stations["10"], Books.PART_SCRAPPED, scrap_reason="Bent", defect="M-NOISE")
    assert booked(happens(plant, tag, quantity=2)).result == BookingResult.BOOKED
    event = ExecutionEvent.objects.latest("sequence")
    assert (event.scrap_reason, event.defect_code, event.defect_name) == ("Bent", "M-NOISE", "Noise")
    assert counted(plant) == [("M-NOISE", 2, 0, 0)]


def test_a_unit_is_scrapped_with_the_defect_that_the_machine_says(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    tag = scrapping(plant, defect="", value_type="TEXT", length=12)
    assert booked(happens(plant, tag, defect="L-SCRATCH   ")).result == BookingResult.BOOKED
    assert plant.fresh(unit).status == "SCRAPPED"
    assert ExecutionEvent.objects.latest("sequence").defect_code == "L-SCRATCH"


@pytest.mark.parametrize(("said", "code"), [(1, "M-NOISE"), (2.0, "L-SCRATCH"), (0, "M-LEAK"), (9, "M-LEAK")])
def test_a_number_means_what_is_written_at_its_tag_and_one_that_names_none_leaves_the_events_own(plant, said, code):
    lot_line(plant, quantity=50)
    tag = scrapping(plant, defect_codes="1=M-NOISE, 2=L-SCRATCH, 9=")
    assert booked(happens(plant, tag, defect=said)).sentence == ""
    assert ExecutionEvent.objects.latest("sequence").defect_code == code


def test_a_number_that_nobody_has_written_down_is_refused_and_booked_when_somebody_has(plant):
    line = lot_line(plant, quantity=50)
    tag = scrapping(plant, defect_codes="1=M-NOISE")
    event = happens(plant, tag, defect=7)
    refused = booked(event)
    assert refused.result == BookingResult.REFUSED
    assert refused.sentence == (
        "FOUND said 7, and no defect is known for that."
        " Enter the defect at the tag, as in 7=CODE, then book this again."
    )
    assert line.execution().quantity_scrapped == 0
    with plant.door("hiroshi"):
        tag.fields.update(defect_codes="1=M-NOISE, 7=L-SCRATCH")
    assert again(plant, event).result == BookingResult.BOOKED
    assert counted(plant) == [("L-SCRATCH", 1, 0, 0)]


@pytest.mark.parametrize(
    ("defect", "content"), [("M-GONE", {}), ("", {"defect": "M-GONE"})], ids=["of the tag", "said by the machine"]
)
def test_a_code_that_is_none_of_the_sites_is_refused_and_booked_when_it_is_one(plant, defect, content):
    line = lot_line(plant, quantity=50)
    event = happens(plant, scrapping(plant, defect=defect, value_type="TEXT", length=12), **content)
    refused = booked(event)
    assert refused.result == BookingResult.REFUSED
    assert refused.sentence.startswith("M-GONE is none of the defects that are released here. Name one of M-LEAK,")
    assert line.execution().quantity_scrapped == 0
    release_defects(plant, "M-GONE Gone")
    assert again(plant, event).result == BookingResult.BOOKED
    assert counted(plant) == [("M-GONE", 1, 0, 0)]


def test_a_defect_that_is_not_good_is_refused(plant):
    lot_line(plant, quantity=50)
    outcome = booked(happens(plant, scrapping(plant), defect=1, qualities={"defect": 68}))
    assert outcome.result == BookingResult.REFUSED
    assert outcome.sentence.startswith("The defect is not taken: FOUND said 1")


def test_a_failed_result_holds_the_unit_for_the_defect_and_it_is_counted_until_somebody_decides(plant):
    line = rods(plant)
    unit = line.do(line.unit(), "10", "20", "25", "31")
    plant.start(unit, "40")
    tag = leak_tester(plant, "40", defect_codes="3=M-LEAK")
    for _ in range(2):  # tried again
        assert booked(happens(plant, tag, result=0, defect=3, serial=unit.serial)).result == BookingResult.BOOKED
    hold = Hold.objects.first()
    assert (hold.unit, hold.reason_code, hold.defect_code, hold.defect_name) == (unit, "QUALITY", "M-LEAK", "Leak")
    assert counted(plant) == [("M-LEAK", 0, 0, 1)]
    line.send_back(unit, "40", "31", defect="M-LEAK")
    assert Rework.objects.get().defect_code == "M-LEAK"
    assert counted(plant) == [("M-LEAK", 0, 1, 0)]


def test_a_defect_of_a_hold_that_was_released_is_counted_no_more(plant):
    unit = plant.unit()
    plant.start(unit, "20")
    booked(happens(plant, leak_tester(plant, defect_codes="3=M-LEAK"), result=0, defect=3))
    assert counted(plant) == [("M-LEAK", 0, 0, 1)]
    lift(plant, Hold.objects.get(), reason="Tight")
    assert counted(plant) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"defect": 7}, "FOUND said 7, and no defect is known for that."),
        ({"defect": 3}, "M-GONE is none of the defects that are released here."),
        ({"defect": 3, "qualities": {"defect": 68}}, "The defect is not taken: FOUND said 3"),
    ],
)
def test_a_failed_result_holds_all_the_same_where_its_defect_is_none_and_says_so(plant, content, words):
    unit = plant.unit()
    plant.start(unit, "20")
    assert booked(happens(plant, leak_tester(plant, defect_codes="3=M-GONE"), result=0, **content)).sentence == ""
    hold = Hold.objects.get()
    assert (hold.unit, hold.defect_code) == (unit, "")
    assert hold.reason.startswith(f"Failed at ST-20, says EVENT-TEST_RESULT. {words}")


def test_a_good_result_names_no_defect_whatever_the_last_one_left_in_the_register(plant):
    plant.start(plant.unit(), "20")
    outcome = booked(happens(plant, leak_tester(plant, defect_codes="3=M-LEAK"), result=1, defect=7))
    assert (outcome.result, outcome.sentence) == (BookingResult.BOOKED, "")
    assert not Hold.objects.exists()
    assert counted(plant) == []

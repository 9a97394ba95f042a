"""What machines did and what came of it over REST: listed, booked again, settled."""

import pytest
from django.test import Client

from equipment.models import EventDue
from mes.station.tasks import book_machine_events
from tests.api.conftest import api_as
from tests.lots import lot_line
from tests.machine_floor import bookings, counter, happens, press

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(plant, monkeypatch):
    monkeypatch.setattr("mes.station.tasks.timezone.now", lambda: plant.at(0))


@pytest.fixture
def tag(plant):
    return counter(press(plant), plant.stations["10"])


@pytest.fixture
def ines(plant):
    return api_as(plant, "ines")


def numbers(answer) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["results"]]


def test_events_are_listed_with_what_came_of_them_and_found_by_it(plant, tag, ines):
    refused, settled, waits = (happens(plant, tag) for _ in range(3))
    EventDue.objects.filter(event=waits).delete()
    book_machine_events()
    EventDue.objects.create(event=waits)
    body = {"events": [settled.pk], "settlement": "OTHER", "remark": "Warming up"}
    assert ines.post("/machine-events/settle", body).status_code == 200
    assert numbers(ines.get("/machine-events")) == [waits.pk, settled.pk, refused.pk]
    outcomes = ("REFUSED", "SETTLED", "DUE", "BOOKED")
    found = {name: numbers(ines.get(f"/machine-events?outcome={name}")) for name in outcomes}
    assert found == {"REFUSED": [refused.pk], "SETTLED": [settled.pk], "DUE": [waits.pk], "BOOKED": []}
    (one,) = ines.get("/machine-events?outcome=REFUSED&station=ST-10&connection=PRESS&site=NF").json()["results"]
    assert (one["tag"], one["number"], one["quantity"], one["is_due"]) == ("COUNT-PART_DONE", 1, 1, False)
    assert one["outcome"]["sentence"].startswith("Nothing runs at ST-10.")
    assert numbers(ines.get("/machine-events?station=ST-20")) == []
    assert numbers(ines.get("/machine-events?since=2030-01-01T00:00:00Z")) == []


def test_the_list_is_paged(plant, tag, ines):
    events = [happens(plant, tag).pk for _ in range(5)]
    first = ines.get("/machine-events?limit=3").json()
    rest = Client().get(first["next"], headers={"authorization": f"Bearer {ines.token}"})
    assert [one["id"] for one in first["results"]] + numbers(rest) == events[::-1]


@pytest.mark.parametrize("query", ["outcome=ODD", "cursor=x", f"cursor={2**63}", "since=x", "nonsense=1"])
def test_an_odd_question_is_refused(ines, query):
    assert ines.get(f"/machine-events?{query}").status_code == 422


def test_a_machine_and_its_connection_tell_how_many_wait(plant, tag, ines):
    happens(plant, tag), happens(plant, tag)
    book_machine_events()
    assert ines.get("/machines/NF/ST-10").json()["events_refused"] == 2
    told = api_as(plant, "hiroshi").get("/connections/NF/PRESS").json()
    assert (told["events_refused"], told["why_not_booked"]) == (2, "")


def test_events_are_settled_once_for_a_repeated_request(plant, tag, ines):
    events = [happens(plant, tag) for _ in range(2)]
    book_machine_events()
    body = {"events": [event.pk for event in events], "settlement": "BY_HAND"}
    first, again = (ines.post("/machine-events/settle", body, idempotency_key="s-1") for _ in range(2))
    assert first.status_code == 200, first.content
    assert first.json() == again.json()
    assert [one["settlement"] for one in first.json()["results"]] == ["BY_HAND", "BY_HAND"]
    assert [len(bookings(event)) for event in events] == [2, 2]
    late = ines.post(f"/machine-events/{events[0].pk}/book", {})
    assert (late.status_code, late.json()["code"]) == (409, "EVENT_SETTLED")


def test_several_are_booked_again_in_a_moment(plant, tag, ines):
    events = [happens(plant, tag, each) for each in (1, 2)]
    book_machine_events()
    line = lot_line(plant, quantity=50)
    answer = ines.post("/machine-events/book", {"events": [event.pk for event in events]})
    assert (answer.status_code, answer.json()) == (200, {"events": [event.pk for event in events]})
    book_machine_events()
    assert line.execution().quantity_good == 3


def test_what_was_booked_by_hand_has_to_be_known(plant, tag, ines):
    event = happens(plant, tag, 2)
    book_machine_events()
    line = lot_line(plant, quantity=50)
    line.book(2, 0)
    answer = ines.post(f"/machine-events/{event.pk}/book", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "BOOKED_BY_HAND")
    by_hand = answer.json()["evidence"]["by_hand"]
    assert ines.post(f"/machine-events/{event.pk}/book", {"by_hand": by_hand}).json()["result"] == "BOOKED"
    assert line.execution().quantity_good == 4


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"events": [], "settlement": "BY_HAND"}, 422),
        ({"events": [2**63], "settlement": "BY_HAND"}, 422),
        ({"events": [0], "settlement": "BY_HAND"}, 404),
        ({"events": ["x"], "settlement": "BY_HAND"}, 422),
        ({"events": [1]}, 422),
    ],
    ids=str,
)
def test_what_names_no_event_is_refused(plant, ines, body, status):
    assert ines.post("/machine-events/settle", body).status_code == status


def test_only_who_may_correct_settles(plant, tag):
    event = happens(plant, tag)
    book_machine_events()
    body = {"events": [event.pk], "settlement": "BY_HAND"}
    assert api_as(plant, "amina").post("/machine-events/settle", body).status_code == 403

"""What machines reported and nobody booked is seen where people look, and dealt with from there, several at once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from equipment.models import EventDue, RefusedEvent
from mes.kernel.door import open_door
from mes.kernel.refusals import Refusal
from mes.station.actions import machine_events
from mes.station.tasks import book_machine_events
from tests.lots import lot_line
from tests.machine_floor import bookings, counter, happens, press
from tests.station.pages import StationPage, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def tag(plant):
    return counter(press(plant), plant.stations["10"])


def refused(plant, tag, what="Nothing runs.", *, at=None, quantity=1):
    event = happens(plant, tag, quantity, at=at or timezone.now() - timedelta(minutes=5))
    with open_door(person=None):
        machine_events.refuse(event=event, refusal=Refusal(what), by=None, at=timezone.now())
    return event


def look(client, plant, who, path, **query):
    client.force_login(plant.people[who])
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer


def send(client, plant, name, who="ines", *, key="", **content):
    client.force_login(plant.people[who])
    given = {"idempotency_key": key or str(uuid4()), "station": plant.stations["10"].pk} | content
    return client.post(reverse(f"station:{name}"), given)


LIST = "/machines/NF/ST-10/refused/"


def test_a_supervisor_sees_on_the_start_page_at_which_machines_events_wait(client, plant, tag):
    for _ in range(3):
        refused(plant, tag)
    found = look(client, plant, "ines", "/")
    panel = next(one for one in found.context["panels"] if one.title == "Machine events not booked")
    (line,) = panel.lines
    assert (panel.count, line.word, line.to) == (3, "ST-10 Board", LIST)
    assert line.text == "3 events wait for a supervisor"
    assert not found.context["is_calm"]


def test_the_list_of_machines_counts_them_at_their_machine(client, plant, tag):
    refused(plant, tag), refused(plant, tag)
    shown = look(client, plant, "amina", "/machines/")
    assert "2 events not booked" in text(shown)
    assert f'href="{LIST}"' in shown.content.decode()


def test_the_operator_at_the_station_is_told_what_was_not_booked(plant, tag):
    station = StationPage(plant, "10")
    station.log_on()
    assert '<p id="refused" class="notice" hidden>' in station.get().content.decode()
    refused(plant, tag, "Nothing runs at ST-10. Start the operation.")
    said = "A part that the machine reported was not booked: Nothing runs at ST-10. Start the operation."
    assert f"{said} Tell a supervisor, who books it again or settles it." in text(station.get())
    refused(plant, tag, "More is open than this.")
    assert "2 parts that the machine reported were not booked. The last: More is open than" in text(station.get())


def test_the_oldest_come_first_with_what_was_booked_by_hand_since(client, plant, tag):
    line = lot_line(plant, quantity=50)
    first = refused(plant, tag, at=line.execution().started_at - timedelta(minutes=9))
    second = refused(plant, tag, at=timezone.now())
    line.book(4, 0)
    found = look(client, plant, "ines", LIST)
    assert [event.pk for event in found.context["events"]] == [first.pk, second.pk]
    assert [event.by_hand.total for event in found.context["events"]] == [4, 0]
    assert "Booked by hand since the oldest: 4 good on CL-0001 10" in text(found)


def test_those_refused_for_one_reason_are_settled_together(client, plant, tag):
    same = [refused(plant, tag, "The account is disabled.") for _ in range(60)]
    other = refused(plant, tag, "Nothing runs.")
    found = look(client, plant, "ines", LIST)
    (because,) = found.context["reasons"]
    assert (because.sentence, because.count, found.context["page"].paginator.num_pages) == (
        "The account is disabled.",
        60,
        2,
    )
    shown = look(client, plant, "ines", LIST, because=because.booking)
    assert shown.context["count"] == 60
    given = {
        "scope": "all",
        "because": because.booking,
        "until": shown.context["until"],
        "settlement": "NO_PRODUCTION",
    }
    later, key = refused(plant, tag, "The account is disabled."), str(uuid4())
    for _ in range(2):  # pressed twice
        answer = send(client, plant, "settle_events", key=key, **given)
        assert (answer.status_code, answer.url) == (302, LIST)
    assert set(RefusedEvent.objects.values_list("event", flat=True)) == {other.pk, later.pk}
    assert {bookings(event)[-1].settlement for event in same} == {"NO_PRODUCTION"}


def test_the_ticked_ones_are_booked_again_in_their_order(client, plant, tag):
    first, second, third = (refused(plant, tag, quantity=each) for each in (1, 2, 3))
    lot_line(plant, quantity=50)
    answer = send(client, plant, "book_events_again", scope="ticked", event=[third.pk, first.pk], by_hand="0")
    assert answer.status_code == 302
    assert set(EventDue.objects.values_list("event", flat=True)) == {first.pk, third.pk}
    book_machine_events()
    assert list(RefusedEvent.objects.values_list("event", flat=True)) == [second.pk]


def test_of_one_alone_it_is_told_at_once_what_came_of_it(client, plant, tag):
    event = refused(plant, tag)
    answer = send(client, plant, "book_events_again", scope="ticked", event=event.pk)
    assert answer.status_code == 409
    assert "Nothing runs at ST-10." in answer.content.decode()


def test_one_event_is_looked_at_alone_and_ticked(client, plant, tag):
    event, _other = refused(plant, tag), refused(plant, tag)
    found = look(client, plant, "ines", LIST, event=event.pk)
    assert found.context["events"] == [event]
    assert f'value="{event.pk}" aria-label="COUNT-PART_DONE 1" checked' in found.content.decode()
    for odd in ("x", "9" * 30, "-1", "\0"):
        assert len(look(client, plant, "ines", LIST, event=odd, because=odd).context["events"]) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": "ticked"},
        {"scope": "ticked", "event": "9" * 40},
        {"scope": "all", "until": "9" * 40},
        {"scope": "all", "because": "x"},
        {"scope": "odd"},
        {"scope": "all", "station": "x"},
        {"scope": "all", "until": "0"},
        {"scope": "all", "until": "99", "by_hand": "x"},
    ],
    ids=str,
)
def test_what_means_no_event_is_refused(client, plant, tag, wrong):
    refused(plant, tag)
    for name in ("book_events_again", "settle_events"):
        answer = send(client, plant, name, settlement="BY_HAND", **wrong)
        assert answer.status_code == 422, answer.content.decode()
    assert RefusedEvent.objects.count() == 1


def test_who_may_not_correct_sees_them_and_settles_nothing(client, plant, tag):
    event = refused(plant, tag)
    shown = text(look(client, plant, "amina", LIST))
    assert "A supervisor books them again or settles them." in shown
    assert "Choose one" not in shown
    answer = send(client, plant, "settle_events", who="amina", scope="ticked", event=event.pk, settlement="BY_HAND")
    assert answer.status_code == 403


def test_a_machine_without_any_says_so_and_an_unknown_one_is_not_there(client, plant, tag):
    assert "Nothing waits" in text(look(client, plant, "ines", LIST))
    client.force_login(plant.people["ines"])
    assert client.get("/machines/NF/ST-99/refused/").status_code == 404


def test_what_was_settled_says_by_whom_and_as_what_among_the_last_events(client, plant, tag):
    event = refused(plant, tag)
    send(client, plant, "settle_events", scope="ticked", event=event.pk, settlement="OTHER", remark="Only warming up")
    shown = text(look(client, plant, "ines", "/machines/NF/ST-10/", part="acts"))
    assert "Settled Another reason. Only warming up Ines Carvalho" in shown

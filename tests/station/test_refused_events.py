"""Events of machines that were refused wait for somebody, however old they are: booked again or settled, once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from equipment.actions import help_calls
from equipment.models import EventDue, HelpCall, RefusedEvent
from equipment.status import BookingResult, Settlement
from mes.kernel.audit.models import AuditEvent
from mes.kernel.door import open_door
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from mes.station.actions import machine_events, refused_events
from mes.station.tasks import book_machine_events, call_for_refused_events
from tests.lots import lot_line
from tests.machine_floor import bookings, counter, handshake, happens, press

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(plant, monkeypatch):
    """The tasks ask the clock: here it is the plant's, moved on by the test."""
    moved = {"by": timedelta()}
    monkeypatch.setattr("mes.station.tasks.timezone.now", lambda: plant.at(0) + moved["by"])
    return moved


@pytest.fixture
def tag(plant, clock):
    return counter(press(plant), plant.stations["10"])


def refused(plant, tag, quantity=1, **more):
    """An event that was refused, since nothing runs."""
    event = happens(plant, tag, quantity, **more)
    book_machine_events()
    assert bookings(event)[-1].result == BookingResult.REFUSED
    return event


def settle(plant, *events, settlement=Settlement.BY_HAND, remark="", who="ines"):
    with plant.door(who) as passage:
        return refused_events.settle(
            events=events, settlement=settlement, remark=remark, by=passage.person, at=passage.at
        )


def again(plant, *events, by_hand=0):
    with plant.door("ines") as passage:
        return refused_events.book_many_again(events=events, by=passage.person, at=passage.at, by_hand=Decimal(by_hand))


def again_alone(plant, event, by_hand=0):
    with plant.door("ines") as passage:
        machine_events.book_again(event=event, by=passage.person, at=passage.at, by_hand=Decimal(by_hand))


def waiting() -> list[int]:
    return list(RefusedEvent.objects.order_by("event_id").values_list("event", flat=True))


def test_what_was_refused_waits_until_it_is_booked(plant, tag):
    event = refused(plant, tag, 3)
    first = RefusedEvent.objects.get()
    assert (first.event, first.station, first.booking) == (event, plant.stations["10"], bookings(event)[0])
    line = lot_line(plant, quantity=50)
    again_alone(plant, event)
    assert (waiting(), line.execution().quantity_good) == ([], 3)


def test_one_that_is_refused_twice_waits_since_the_first_time_with_what_was_said_last(plant, tag):
    event = refused(plant, tag)
    since = RefusedEvent.objects.get().since
    with open_door(person=None, at=plant.at()):
        machine_events.refuse(event=event, refusal=InvalidInput("Something else."), by=None, at=plant.at())
    one = RefusedEvent.objects.get()
    assert (one.since, one.booking.sentence) == (since, "Something else.")


def test_it_is_found_after_any_number_of_newer_ones(plant, tag, client):
    event = refused(plant, tag)
    lot_line(plant, quantity=5000)
    for _ in range(210):
        happens(plant, tag)
    book_machine_events()
    client.force_login(plant.people["ines"])
    shown = client.get("/machines/NF/ST-10/?part=acts")
    assert shown.context["refused"] == [event]


def test_a_supervisor_settles_an_event_and_it_is_not_booked_again(plant, tag):
    event = refused(plant, tag)
    (booking,) = settle(plant, event, remark="Counted at the scale")
    assert (booking.result, booking.settlement, booking.by.username) == ("SETTLED", "BY_HAND", "ines")
    assert waiting() == []
    with pytest.raises(machine_events.EventSettled, match="Ines Carvalho has settled this event") as raised:
        again_alone(plant, event)
    assert raised.value.why == "Booked by hand. Counted at the scale"
    with pytest.raises(machine_events.EventSettled):
        settle(plant, event)
    row = AuditEvent.objects.filter(table_name="equipment_eventbooking").latest("sequence")
    assert (row.new["settlement"], row.person) == ("BY_HAND", str(plant.people["ines"].pk))


def test_many_are_settled_at_once_and_what_is_done_already_stays_as_it_is(plant, tag):
    events = [refused(plant, tag) for _ in range(4)]
    settle(plant, events[0], remark="Known")
    settled = settle(plant, *events, settlement=Settlement.NO_PRODUCTION)
    assert [one.event for one in settled] == events[1:]
    assert [bookings(event)[-1].settlement for event in events] == ["BY_HAND", *["NO_PRODUCTION"] * 3]


@pytest.mark.parametrize(("settlement", "remark"), [("OTHER", " "), ("NONSENSE", "x"), ("BY_HAND", "x" * 201)], ids=str)
def test_it_is_settled_with_a_reason(plant, tag, settlement, remark):
    event = refused(plant, tag)
    with pytest.raises(InvalidInput):
        settle(plant, event, settlement=settlement, remark=remark)
    assert waiting() == [event.pk]


def test_only_who_may_correct_settles_and_books_again(plant, tag):
    event = refused(plant, tag)
    with pytest.raises(RoleMissing):
        settle(plant, event, who="amina")
    with pytest.raises(RoleMissing), plant.door("amina") as passage:
        refused_events.book_many_again(events=[event], by=passage.person, at=passage.at)


def test_an_event_that_is_due_is_neither_settled_nor_booked_again(plant, tag):
    event = happens(plant, tag)
    with pytest.raises(machine_events.StillDue):
        settle(plant, event)
    with pytest.raises(machine_events.StillDue):
        again(plant, event)


def test_what_a_person_has_to_judge_by_itself_is_not_booked_among_many(plant, tag):
    jump = refused(plant, tag, 20, before=5_000, raw=5_020, doubt="STEP")
    plain = refused(plant, tag, 2)
    line = lot_line(plant, quantity=50)
    assert again(plant, jump, plain) == [jump, plain]
    book_machine_events()
    assert [bookings(event)[-1].result for event in (jump, plain)] == [BookingResult.REFUSED, BookingResult.BOOKED]
    assert line.execution().quantity_good == 2
    again_alone(plant, jump)
    assert line.execution().quantity_good == 22


def test_many_are_booked_again_in_their_order_in_the_name_of_who_asked(plant, tag):
    events = [refused(plant, tag, quantity) for quantity in (1, 2, 3)]
    line = lot_line(plant, quantity=50)
    assert again(plant, *reversed(events)) == events
    assert (waiting(), EventDue.objects.count()) == ([], 3)
    with pytest.raises(machine_events.StillDue):
        again(plant, *events)
    book_machine_events()
    assert line.execution().quantity_good == 6
    assert [bookings(event)[-1].by.username for event in events] == ["ines"] * 3
    goods = line.execution().events.filter(kind="BOOKED").order_by("sequence")
    assert [(one.good, one.by.username) for one in goods] == [(1, "erp"), (2, "erp"), (3, "erp")]


def test_one_that_is_refused_once_more_waits_again(plant, tag):
    fits, too_many = refused(plant, tag, 2), refused(plant, tag, 9)
    lot_line(plant, quantity=5)
    again(plant, fits, too_many)
    book_machine_events()
    assert waiting() == [too_many.pk]
    assert [one.result for one in bookings(too_many)] == ["REFUSED", "REFUSED"]


def test_what_was_booked_by_hand_since_has_to_be_known_to_book_again(plant, tag):
    line = lot_line(plant, quantity=50)
    event = refused(plant, tag, 3, at=line.execution().started_at - timedelta(minutes=5))
    line.book(3, 1)
    with pytest.raises(machine_events.BookedByHand, match="3 good, 1 scrap on CL-0001 10") as raised:
        again_alone(plant, event)
    assert raised.value.evidence["by_hand"] == "4.0000"
    with pytest.raises(machine_events.BookedByHand):
        again(plant, event, by_hand=3)
    again_alone(plant, event, by_hand=4)
    assert line.execution().quantity_good == 6


def test_what_the_machine_counted_itself_is_not_by_hand_and_a_named_unit_can_not_double(plant, tag):
    line = lot_line(plant, quantity=50)
    early = line.execution().started_at - timedelta(minutes=5)
    event = refused(plant, tag, 3, at=early)
    happens(plant, tag, 7)
    book_machine_events()
    again(plant, event)
    book_machine_events()
    assert line.execution().quantity_good == 10
    named = happens(plant, handshake(tag.connection, plant.stations["10"], "PART_DONE"), at=early, serial="IP2-9")
    book_machine_events()
    line.book(1, 0)
    assert again(plant, named) == [named]


def calls() -> list[HelpCall]:
    return list(HelpCall.objects.filter(kind="SUPERVISOR").order_by("called_at"))


def test_a_supervisor_is_called_once_for_several_events(plant, tag, clock):
    refused(plant, tag)
    assert call_for_refused_events() == 0
    refused(plant, tag), refused(plant, tag)
    assert (call_for_refused_events(), call_for_refused_events()) == (1, 0)
    (call,) = calls()
    assert call.note.startswith("3 events of the machine were not booked, since ")
    assert "Nothing runs at ST-10." in call.note
    assert (call.called_by, call.caller) == (None, "the booking of machines")


def test_a_supervisor_is_called_for_one_event_that_nobody_looks_at(plant, tag, clock):
    refused(plant, tag)
    clock["by"] = timedelta(minutes=4)
    assert call_for_refused_events() == 0
    clock["by"] = timedelta(minutes=6)
    assert call_for_refused_events() == 1
    assert calls()[0].note.startswith("1 event of the machine was not booked, since ")


def test_after_a_call_is_done_only_what_is_refused_anew_calls_again(plant, tag, clock):
    for _ in range(3):
        refused(plant, tag)
    call_for_refused_events()
    with plant.door("ines") as passage:
        help_calls.finish(call=calls()[0], by=passage.person, at=passage.at)
    clock["by"] = timedelta(hours=1)
    assert call_for_refused_events() == 0
    for _ in range(3):
        refused(plant, tag)
    assert call_for_refused_events() == 1
    assert calls()[-1].note.startswith("3 events")


def test_what_is_settled_calls_nobody(plant, tag, clock):
    settle(plant, *[refused(plant, tag) for _ in range(3)])
    clock["by"] = timedelta(hours=1)
    assert call_for_refused_events() == 0

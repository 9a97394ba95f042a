"""Two workers book what machines did, and one of them dies: each event counts once."""

import pytest

from equipment.models import EventBooking, EventDue, HelpCall, RefusedEvent
from mes.station.actions import machine_events, refused_events
from mes.station.tasks import book_machine_events, call_for_refused_events
from tests.lots import lot_line
from tests.machine_floor import bookings, counter, happens, press
from tests.races.runners import at_once, refused
from wip.models import ExecutionEvent


def test_two_workers_book_each_event_once_and_in_order(committed_plant):
    plant = committed_plant
    line, tag = lot_line(plant, quantity=50), counter(press(plant), plant.stations["10"])
    events = [happens(plant, tag, quantity=each) for each in range(1, 9)]
    answers = at_once(*[book_machine_events] * 4)
    assert not refused(answers), answers
    book_machine_events()
    assert [len(bookings(event)) for event in events] == [1] * 8
    goods = ExecutionEvent.objects.filter(kind="BOOKED").order_by("sequence").values_list("good", flat=True)
    assert list(goods) == list(range(1, 9))
    assert line.execution().quantity_good == 36


def test_a_worker_that_dies_before_the_commit_leaves_the_event_to_the_next(committed_plant, monkeypatch):
    plant = committed_plant
    line, tag = lot_line(plant, quantity=50), counter(press(plant), plant.stations["10"])
    event = happens(plant, tag, quantity=4)
    book = machine_events.book

    class Killed(BaseException):
        pass

    def die_after(**given):
        book(**given)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(machine_events, "book", die_after)
        with pytest.raises(Killed):
            book_machine_events()
    assert (EventDue.objects.count(), EventBooking.objects.count(), line.execution().quantity_good) == (1, 0, 0)
    assert book_machine_events() == 1
    assert ([one.result for one in bookings(event)], line.execution().quantity_good) == (["BOOKED"], 4)


def test_two_supervisors_book_one_event_again(committed_plant):
    plant = committed_plant
    tag = counter(press(plant), plant.stations["10"])
    event = happens(plant, tag, quantity=4)
    book_machine_events()
    assert bookings(event)[0].result == "REFUSED"
    line = lot_line(plant, quantity=50)

    def again():
        with plant.door("ines") as passage:
            machine_events.book_again(event=event, by=passage.person, at=passage.at)

    answers = at_once(again, again)
    assert [type(answer) for answer in refused(answers)] == [machine_events.EventBooked]
    assert line.execution().quantity_good == 4


def test_one_settles_an_event_that_another_books_again(committed_plant):
    plant = committed_plant
    tag = counter(press(plant), plant.stations["10"])
    event = happens(plant, tag, quantity=4)
    book_machine_events()
    line = lot_line(plant, quantity=50)

    def again():
        with plant.door("ines") as passage:
            machine_events.book_again(event=event, by=passage.person, at=passage.at)

    def many():
        with plant.door("ines") as passage:
            refused_events.book_many_again(events=[event], by=passage.person, at=passage.at)

    def settle():
        with plant.door("ines") as passage:
            refused_events.settle(events=[event], settlement="BY_HAND", by=passage.person, at=passage.at)

    answers = at_once(again, settle, many, settle)
    known = (machine_events.EventBooked, machine_events.EventSettled, machine_events.StillDue)
    assert all(isinstance(answer, known) for answer in refused(answers)), answers
    assert len(refused(answers)) == 3
    book_machine_events()
    ended = [one.result for one in bookings(event)[1:]]
    assert ended in (["BOOKED"], ["SETTLED"])
    assert line.execution().quantity_good == (4 if ended == ["BOOKED"] else 0)
    assert not RefusedEvent.objects.exists()
    assert not EventDue.objects.exists()


def test_who_look_at_once_call_one_supervisor(committed_plant):
    plant = committed_plant
    tag = counter(press(plant), plant.stations["10"])
    for _ in range(3):
        happens(plant, tag)
    book_machine_events()
    answers = at_once(*[call_for_refused_events] * 4)
    assert not refused(answers), answers
    assert HelpCall.objects.filter(kind="SUPERVISOR").count() == 1

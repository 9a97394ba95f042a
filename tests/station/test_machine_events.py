"""What machines did comes on record by the verbs of the screen: booked once, or refused with a sentence."""

from datetime import timedelta

import pytest
from django.db import connection as database

from equipment.models import EventDue
from equipment.status import BookingResult, Books
from mes.kernel.audit.models import AuditEvent
from mes.kernel.personnel.policies import RoleMissing
from mes.station.actions import machine_events
from mes.station.actions.given import Given
from mes.station.tasks import book_machine_events
from tests.lots import lot_line
from tests.machine_floor import bookings, counter, field_of, handshake, happens, press
from wip.models import ExecutionEvent, Hold, OperationExecution, Reading
from wip.queries import execution_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(plant, monkeypatch):
    """The task asks the clock: here it is the plant's."""
    monkeypatch.setattr("mes.station.tasks.timezone.now", lambda: plant.at(0))


def booked(event):
    """What came of the event, when the task has run."""
    book_machine_events()
    assert not EventDue.objects.filter(event=event).exists()
    return bookings(event)[-1]


def test_a_counter_books_good_pieces_on_the_lot_that_runs(plant):
    line = lot_line(plant, quantity=50)
    event = happens(plant, counter(press(plant), plant.stations["10"]), quantity=7, raw=7)
    outcome = booked(event)
    assert (outcome.result, outcome.execution) == (BookingResult.BOOKED, line.execution().pk)
    assert (line.execution().quantity_good, line.execution().worked_by) == (7, plant.operator)
    written = ExecutionEvent.objects.latest("sequence")
    assert (written.kind, written.good, written.by.username, written.at) == ("BOOKED", 7, "erp", event.at)


def test_the_ledger_names_connection_tag_and_number(plant):
    line = lot_line(plant, quantity=50)
    event = happens(plant, counter(press(plant), plant.stations["10"]), quantity=7)
    booked(event)
    row = AuditEvent.objects.filter(table_name="wip_executionevent").latest("sequence")
    assert (row.reason, row.station) == ("PRESS COUNT-PART_DONE 1", "ST-10")
    assert line.execution().quantity_good == 7


def test_a_counter_books_scrap_with_its_reason(plant):
    line = lot_line(plant, quantity=50)
    tag = counter(press(plant), plant.stations["10"], Books.PART_SCRAPPED, scrap_reason="Bent")
    assert booked(happens(plant, tag, quantity=2)).result == BookingResult.BOOKED
    assert line.execution().quantity_scrapped == 2
    assert ExecutionEvent.objects.latest("sequence").scrap_reason == "Bent"


def test_scrap_without_a_reason_is_refused(plant):
    lot_line(plant, quantity=50)
    outcome = booked(happens(plant, counter(press(plant), plant.stations["10"], Books.PART_SCRAPPED)))
    assert (outcome.result, "reason" in outcome.sentence) == (BookingResult.REFUSED, True)


def test_each_event_is_booked_once_and_in_order(plant):
    line, tag = lot_line(plant, quantity=50), counter(press(plant), plant.stations["10"])
    events = [happens(plant, tag, quantity=each) for each in (1, 2, 3)]
    assert book_machine_events() == 3
    assert book_machine_events() == 0
    assert line.execution().quantity_good == 6
    assert [len(bookings(event)) for event in events] == [1, 1, 1]
    goods = ExecutionEvent.objects.filter(kind="BOOKED").order_by("sequence").values_list("good", flat=True)
    assert list(goods) == [1, 2, 3]


def test_more_than_is_open_is_refused_and_those_after_it_go_on(plant):
    line, tag = lot_line(plant, quantity=5), counter(press(plant), plant.stations["10"])
    more, fits = happens(plant, tag, quantity=6), happens(plant, tag, quantity=5)
    assert book_machine_events() == 2
    assert [bookings(each)[0].result for each in (more, fits)] == [BookingResult.REFUSED, BookingResult.BOOKED]
    assert line.execution().quantity_open == 0


def test_nothing_counted_is_noted(plant):
    lot_line(plant, quantity=5)
    outcome = booked(happens(plant, counter(press(plant), plant.stations["10"]), quantity=0))
    assert (outcome.result, outcome.execution) == (BookingResult.NOTED, None)


def test_where_nothing_runs_the_sentence_says_what_to_do(plant):
    outcome = booked(happens(plant, counter(press(plant), plant.stations["10"])))
    assert outcome.result == BookingResult.REFUSED
    assert outcome.sentence.startswith("Nothing runs at ST-10. Start the operation")


def test_without_an_account_nothing_is_booked(plant):
    lot_line(plant, quantity=50)
    outcome = booked(happens(plant, counter(press(plant, account=""), plant.stations["10"])))
    assert "Nobody is named" in outcome.sentence


def test_what_came_before_the_job_is_refused_and_booked_by_who_has_looked_at_it(plant):
    line, tag = lot_line(plant, quantity=50), counter(press(plant), plant.stations["10"])
    event = happens(plant, tag, quantity=3, at=line.execution().started_at - timedelta(minutes=5))
    assert "before 10 on CL-0001 began" in booked(event).sentence
    with plant.door("ines") as passage:
        machine_events.book_again(event=event, by=passage.person, at=passage.at)
    assert [one.result for one in bookings(event)] == [BookingResult.REFUSED, BookingResult.BOOKED]
    assert (line.execution().quantity_good, bookings(event)[1].by.username) == (3, "ines")


def test_a_booked_event_is_not_booked_again(plant):
    lot_line(plant, quantity=50)
    event = happens(plant, counter(press(plant), plant.stations["10"]))
    booked(event)
    with pytest.raises(machine_events.EventBooked), plant.door("ines") as passage:
        machine_events.book_again(event=event, by=passage.person, at=passage.at)


def test_an_event_that_is_due_is_waited_for(plant):
    event = happens(plant, counter(press(plant), plant.stations["10"]))
    with pytest.raises(machine_events.StillDue), plant.door("ines") as passage:
        machine_events.book_again(event=event, by=passage.person, at=passage.at)


def test_an_operator_does_not_book_again(plant):
    event = happens(plant, counter(press(plant), plant.stations["10"]))
    booked(event)
    with pytest.raises(RoleMissing), plant.door("amina") as passage:
        machine_events.book_again(event=event, by=passage.person, at=passage.at)


def test_a_machine_starts_the_unit_that_it_read(plant):
    unit, _ = plant.unit(), plant.unit()
    event = happens(plant, handshake(press(plant), plant.stations["20"], Books.PART_STARTED), serial=unit.serial + "  ")
    assert booked(event).execution == execution_at(unit, "20").pk
    assert execution_at(unit, "20").started_at == event.at


def test_a_machine_that_names_none_starts_the_only_one(plant):
    unit = plant.unit()
    tag = handshake(press(plant), plant.stations["20"], Books.PART_STARTED)
    assert booked(happens(plant, tag)).execution == execution_at(unit, "20").pk
    assert booked(happens(plant, tag)).sentence.startswith("Nothing waits at ST-20.")


def test_of_several_a_machine_that_names_none_starts_none(plant):
    plant.released(2)
    outcome = booked(happens(plant, handshake(press(plant), plant.stations["20"], Books.PART_STARTED)))
    assert outcome.sentence.startswith("More than one unit waits at ST-20.")
    assert not OperationExecution.objects.exists()


def test_an_unknown_serial_is_refused(plant):
    outcome = booked(happens(plant, handshake(press(plant), plant.stations["20"], Books.PART_DONE), serial="IP2-9"))
    assert outcome.sentence.startswith("No unit IP2-9 is known")


def test_a_part_that_is_done_completes_its_unit_with_the_values_it_brought(plant):
    unit = plant.unit()
    plant.start(unit, "20")
    tag = handshake(press(plant), plant.stations["20"], Books.PART_DONE)
    field_of(tag, "serial", "SERIAL", value_type="TEXT", length=20)
    outcome = booked(happens(plant, tag, serial=unit.serial, step__DRIVE=1))
    assert outcome.result == BookingResult.BOOKED
    assert execution_at(unit, "20").status == "COMPLETED"
    assert Reading.objects.get(step_code="DRIVE").by.username == "erp"


def test_a_part_with_steps_left_is_not_done(plant):
    unit = plant.unit()
    plant.start(unit, "20")
    outcome = booked(happens(plant, handshake(press(plant), plant.stations["20"], Books.PART_DONE), serial=unit.serial))
    assert (outcome.result, outcome.sentence.startswith("1 entry left")) == (BookingResult.REFUSED, True)
    assert execution_at(unit, "20").is_running


def test_a_torque_is_scaled_and_is_the_next_of_its_step(plant):
    unit = plant.do(plant.unit(), "10", "20")
    plant.start(unit, "30")
    tag = handshake(press(plant), plant.stations["30"], Books.TEST_RESULT)
    field_of(tag, "step:TORQUE", "TORQUE", scale=0.01)
    for raw in (121, 119):
        assert booked(happens(plant, tag, step__TORQUE=raw)).sentence == ""
    readings = Reading.objects.filter(step_code="TORQUE").order_by("sample")
    assert [(one.sample, one.value) for one in readings] == [(1, "1.21"), (2, "1.19")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"step__TORQUE": 900}, "TORQUE said 900"),
        ({"step__TORQUE": 121, "qualities": {"step:TORQUE": 64}}, "TORQUE said 121"),
    ],
    ids=["out of the range", "uncertain"],
)
def test_a_torque_that_is_not_good_is_no_reading_and_a_failed_one_holds_all_the_same(plant, content, words):
    unit = plant.do(plant.unit(), "10", "20")
    plant.start(unit, "30")
    tag = handshake(press(plant), plant.stations["30"], Books.TEST_RESULT)
    field_of(tag, "step:TORQUE", "TORQUE", scale=0.01, low=0, high=5)
    refused = booked(happens(plant, tag, **content))
    assert refused.result == BookingResult.REFUSED
    assert words in refused.sentence
    held = booked(happens(plant, tag, result=0, **content))
    assert held.result == BookingResult.BOOKED
    assert Hold.objects.get().unit == unit
    assert not Reading.objects.filter(step_code="TORQUE").exists()


def test_a_machine_fills_what_a_person_left_open(plant):
    unit = plant.do(plant.unit(), "10", "20")
    plant.start(unit, "30")
    plant.report(unit, "30", Given("TORQUE", "1.20", 2))
    tag = handshake(press(plant), plant.stations["30"], Books.TEST_RESULT)
    field_of(tag, "step:TORQUE", "TORQUE", scale=0.01)
    assert booked(happens(plant, tag, step__TORQUE=121)).sentence == ""
    assert Reading.objects.get(step_code="TORQUE", sample=1).value == "1.21"


def test_a_good_result_answers_the_only_check(plant):
    unit = plant.unit()
    plant.start(unit, "20")
    booked(happens(plant, handshake(press(plant), plant.stations["20"], Books.TEST_RESULT), result=1))
    assert Reading.objects.get(step_code="DRIVE").value == "yes"


@pytest.mark.parametrize("result", [0, 1])
def test_a_result_that_is_not_good_neither_passes_nor_fails(plant, result):
    unit = plant.unit()
    plant.start(unit, "20")
    tag = handshake(press(plant), plant.stations["20"], Books.TEST_RESULT)
    field_of(tag, "result", "RESULT")
    outcome = booked(happens(plant, tag, result=result, qualities={"result": 68}))
    assert outcome.result == BookingResult.REFUSED
    assert outcome.sentence.startswith("The result is not taken: RESULT said")
    assert not Reading.objects.exists()
    assert not Hold.objects.exists()


def test_a_result_means_what_its_tag_says(plant):
    unit = plant.unit()
    plant.start(unit, "20")
    tag = handshake(press(plant), plant.stations["20"], Books.TEST_RESULT)
    field_of(tag, "result", "RESULT", scale=-1, offset=1)  # a machine that says 0 for passed
    booked(happens(plant, tag, result=0))
    assert Reading.objects.get(step_code="DRIVE").value == "yes"


def test_a_serial_that_is_not_good_names_no_unit(plant):
    unit = plant.unit()
    plant.start(unit, "20")
    tag = handshake(press(plant), plant.stations["20"], Books.PART_DONE)
    field_of(tag, "serial", "SERIAL", value_type="TEXT", length=20)
    outcome = booked(happens(plant, tag, serial=unit.serial, step__DRIVE=1, qualities={"serial": 68}))
    assert outcome.sentence.startswith(f"The serial is not taken: SERIAL said {unit.serial}")
    assert execution_at(unit, "20").is_running


@pytest.mark.parametrize(
    ("quantity", "quality", "words"),
    [
        (-3, 192, "QUANTITY said -3"),
        (2.7, 192, "QUANTITY said 2.7"),
        ("12", 192, "QUANTITY said 12"),
        (5, 68, "QUANTITY said 5"),
        (60, 192, "QUANTITY said 60"),
        (2**31, 192, "QUANTITY said 2147483648"),
    ],
    ids=["negative", "broken", "a text", "uncertain", "out of the range", "more than there can be"],
)
def test_a_quantity_that_is_no_good_whole_number_books_nothing(plant, quantity, quality, words):
    line, tag = lot_line(plant, quantity=50), handshake(press(plant), plant.stations["10"], Books.PART_DONE)
    high = 50 if quantity == 60 else None
    field_of(tag, "quantity", "QUANTITY", value_type="FLOAT32", high=high)
    outcome = booked(happens(plant, tag, brings={"quantity": quantity, "qualities": {"quantity": quality}}))
    assert outcome.result == BookingResult.REFUSED
    assert words in outcome.sentence
    assert line.execution().quantity_good == 0


def test_a_quantity_is_scaled_and_booked_again_when_its_range_is_right(plant):
    line, tag = lot_line(plant, quantity=50), handshake(press(plant), plant.stations["10"], Books.PART_DONE)
    dozens = field_of(tag, "quantity", "DOZENS", scale=12, high=20)
    event = happens(plant, tag, brings={"quantity": 2})
    assert "DOZENS said 2" in booked(event).sentence
    dozens.high = 50
    with plant.door("hiroshi"):
        dozens.save()
    with plant.door("ines") as passage:
        machine_events.book_again(event=event, by=passage.person, at=passage.at)
    assert line.execution().quantity_good == 24


def test_a_failed_result_holds_the_unit_and_checks_nothing(plant):
    unit = plant.unit()
    plant.start(unit, "20")
    outcome = booked(happens(plant, handshake(press(plant), plant.stations["20"], Books.TEST_RESULT), result=0))
    assert outcome.result == BookingResult.BOOKED
    hold = Hold.objects.get()
    assert (hold.unit, hold.reason) == (unit, "Failed at ST-20, says EVENT-TEST_RESULT")
    assert not Reading.objects.exists()


def test_what_nobody_foresaw_is_refused_and_does_not_stop_the_others(plant, monkeypatch):
    line, tag = lot_line(plant, quantity=50), counter(press(plant), plant.stations["10"])
    odd = counter(tag.connection, plant.stations["10"], Books.PART_SCRAPPED, scrap_reason="Bent")
    monkeypatch.setitem(machine_events._BOOK, Books.PART_SCRAPPED, lambda *_: 1 / 0)
    broken, good = happens(plant, odd), happens(plant, tag)
    assert book_machine_events() == 2
    assert bookings(broken)[0].sentence.startswith("It could not be booked.")
    assert bookings(good)[0].result == BookingResult.BOOKED
    assert line.execution().quantity_good == 1


def test_what_takes_too_long_each_time_is_refused_and_does_not_stop_the_others(plant, monkeypatch):
    line, tag = lot_line(plant, quantity=50), counter(press(plant), plant.stations["10"])
    odd = counter(tag.connection, plant.stations["10"], Books.PART_SCRAPPED, scrap_reason="Bent")
    tries = []

    def take_too_long(event, *_):
        tries.append(event)
        with database.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 20")
            cursor.execute("SELECT pg_sleep(10)")

    monkeypatch.setitem(machine_events._BOOK, Books.PART_SCRAPPED, take_too_long)
    slow, good = happens(plant, odd), happens(plant, tag)
    assert book_machine_events() == 2
    assert tries == [slow, slow]
    assert bookings(slow)[0].sentence.startswith("It could not be booked in time.")
    assert bookings(good)[0].result == BookingResult.BOOKED
    assert line.execution().quantity_good == 1


def test_what_a_counter_jumped_by_waits_for_a_person_who_books_it(plant):
    line, tag = lot_line(plant, quantity=50), counter(press(plant), plant.stations["10"])
    event = happens(plant, tag, quantity=20, before=5_000, raw=5_020, doubt="STEP")
    outcome = booked(event)
    assert outcome.result == BookingResult.REFUSED
    assert outcome.sentence.startswith("The counter jumped from 5000 to 5020.")
    assert "if 20 pieces were made" in outcome.sentence
    assert line.execution().quantity_good == 0
    with plant.door("ines") as passage:
        machine_events.book_again(event=event, by=passage.person, at=passage.at)
    assert line.execution().quantity_good == 20


def test_a_jump_by_more_than_can_be_booked_says_so(plant):
    event = happens(plant, counter(press(plant), plant.stations["10"]), quantity=0, before=1, raw=2**40, doubt="STEP")
    assert "Book by hand what was made" in booked(event).sentence


def test_what_may_be_the_event_before_waits_for_a_person_who_books_it(plant):
    line, tag = lot_line(plant, quantity=50), handshake(press(plant), plant.stations["10"], Books.PART_DONE)
    event = happens(plant, tag, shown=1, doubt="AGAIN")
    outcome = booked(event)
    assert outcome.result == BookingResult.REFUSED
    assert outcome.sentence.startswith("This may be the event before it, told once more.")
    assert "number 1 again" in outcome.sentence
    assert line.execution().quantity_good == 0
    with plant.door("ines") as passage:
        machine_events.book_again(event=event, by=passage.person, at=passage.at)
    assert line.execution().quantity_good == 1

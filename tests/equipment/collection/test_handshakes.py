"""Events of machines by handshake: each once, acknowledged when it is on record, whoever dies in between."""

import time

import pytest

from equipment.drivers.simulator.modbus_server import WRITES
from equipment.models import Connection, CounterTotal, EventDue, MachineEvent, Tag
from mes.kernel.door import open_door
from tests.equipment.collection.floor import Floor, connection_to, lease, point, put, samples_of, tag_of, until


class Press:
    """A machine that raises a number with each part, and goes on only when it is acknowledged."""

    def __init__(self, floor: Floor, plant) -> None:
        self.floor, self.machine, station = floor, floor.machine(), plant.stations["20"]
        self.connection: Connection = connection_to(self.machine, station)
        self.part: Tag = tag_of(
            self.connection,
            "part",
            "holding:100",
            station=station,
            role="EVENT",
            books="PART_DONE",
            acknowledge_address="holding:120",
        )
        self.serial = self._field("serial", "serial", "holding:101", value_type="TEXT", length=12)
        self.force = self._field("force", "step:FORCE", "holding:107", value_type="FLOAT32")
        self.acknowledged: Tag = tag_of(self.connection, "acknowledged", "holding:120")
        for tag, value in ((self.part, 0), (self.serial, ""), (self.force, 0.0), (self.acknowledged, 0)):
            put(self.machine, tag, value)

    def _field(self, code: str, field: str, address: str, **more) -> Tag:
        return tag_of(self.connection, code, address, event=self.part, field=field, **more)

    def make(self, number: int) -> None:
        put(self.machine, self.serial, f"SN-{number}")
        put(self.machine, self.force, number + 0.5)
        put(self.machine, self.part, number)

    def hears(self, number: int) -> None:
        until(lambda: self.machine.memory.tables["holding"].get(120) == number, f"the acknowledgement of {number}")


@pytest.fixture
def press(floor: Floor, committed_plant) -> Press:
    return Press(floor, committed_plant)


def events() -> list[tuple[int, str, float]]:
    return [
        (event.number, event.content["serial"], event.content["step:FORCE"])
        for event in MachineEvent.objects.order_by("number")
    ]


def test_each_part_is_an_event_with_what_belongs_to_it(floor, press):
    floor.collector()
    for number in range(1, 6):
        press.make(number)
        press.hears(number)
    assert events() == [(number, f"SN-{number}", number + 0.5) for number in range(1, 6)]
    assert EventDue.objects.count() == 5


def test_a_quantity_is_what_its_tag_says_and_none_where_it_is_no_number_of_pieces(floor, press):
    quantity = press._field("quantity", "quantity", "holding:109", value_type="INT16", scale=12, high=100)
    floor.collector()
    for number, raw in enumerate((2, -3, 0, 9), 1):
        put(press.machine, quantity, raw)
        press.make(number)
        press.hears(number)
    stored = MachineEvent.objects.order_by("number").values_list("quantity", "content__quantity")
    assert list(stored) == [(24, 2), (0, -3), (0, 0), (0, 9)]


def test_it_is_acknowledged_only_when_it_is_on_record(floor, press):
    way = floor.cut()
    floor.collector(url=way.url)
    until(lambda: samples_of(press.acknowledged), "it watches")
    floor.do(way.cut())
    press.make(1)
    time.sleep(0.5)
    assert press.machine.memory.tables["holding"][120] == 0
    floor.do(way.mend())
    press.hears(1)
    assert len(events()) == 1


def test_an_event_that_was_stored_and_not_acknowledged_is_acknowledged_by_the_next_collector(floor, press):
    first = floor.process()
    press.make(1)
    press.hears(1)
    first.kill()
    put(press.machine, press.acknowledged, 0)  # as if the kill had come between commit and acknowledgement
    floor.collector()
    press.hears(1)
    press.make(2)
    press.hears(2)
    assert [number for number, *_ in events()] == [1, 2]


def test_a_machine_that_was_off_and_shows_the_same_part_is_told_once_more(floor, press):
    floor.collector()
    press.make(1)
    press.hears(1)
    floor.do(press.machine.unplug())
    put(press.machine, press.acknowledged, 0)  # what it was told is gone with its memory
    floor.do(press.machine.plug_in())
    press.hears(1)
    assert len(events()) == 1


@pytest.mark.parametrize("is_deaf", [False, True])
def test_an_acknowledgement_that_is_answered_as_another_write_is_told_again_only_where_it_is_not_there(
    floor, press, is_deaf
):
    floor.collector()
    until(lambda: samples_of(press.acknowledged), "it watches")
    faults = press.machine.faults
    faults.echoes_value, faults.deaf_to_writes = True, is_deaf
    press.make(1)
    if is_deaf:
        until(lambda: "could not be acknowledged" in lease(press.connection).detail, "it is said")
        faults.deaf_to_writes = False
    press.hears(1)
    until(lambda: not lease(press.connection).detail, "it is said no more")
    press.make(2)
    press.hears(2)
    assert [number for number, *_ in events()] == [1, 2]
    asked = [number for function, number, _ in press.machine.traffic.requests if function in WRITES]
    assert (len(asked) > 2) == is_deaf
    assert lease(press.connection).connects == 1


def test_a_machine_that_begins_anew_at_one_is_not_taken_for_the_one_before(floor, press):
    first = floor.collector()
    press.make(1)
    press.hears(1)
    put(press.machine, press.part, 0)
    put(press.machine, press.acknowledged, 0)
    until(lambda: CounterTotal.objects.get(tag=press.part).raw == 0, "it is seen")
    floor.stop(first)
    floor.collector()
    press.make(1)
    press.hears(1)
    press.make(2)
    press.hears(2)
    assert [(number, serial) for number, serial, _ in events()] == [(1, "SN-1"), (2, "SN-1"), (3, "SN-2")]


def restarts(press: Press, number: int, serial: str, *, keeps: bool = False) -> None:
    """Off and on while the collector waits for its next try: it never sees the 0 that the machine begins with."""
    forgotten = [] if keeps else [point(press.acknowledged)]
    shows = [(point(press.serial), serial), (point(press.part), number)]
    press.floor.do(press.machine.restart(point(press.part), *forgotten, shows=shows))


def test_a_machine_that_restarts_inside_the_pause_has_its_next_part_stored_though_the_number_is_the_same(floor, press):
    floor.collector()
    press.make(1)
    press.hears(1)
    for life in range(2, 5):
        restarts(press, 1, f"SN-{life}")
        press.hears(1)
    assert [(number, serial) for number, serial, _ in events()] == [(each, f"SN-{each}") for each in range(1, 5)]
    assert not MachineEvent.objects.filter(content__has_key="doubt").exists()


def test_a_machine_that_restarts_between_two_collectors_has_its_next_part_stored(floor, press):
    first = floor.process()
    press.make(1)
    press.hears(1)
    first.kill()
    restarts(press, 1, "SN-2")
    floor.collector()
    press.hears(1)
    assert [serial for _, serial, _ in events()] == ["SN-1", "SN-2"]


def test_a_machine_behind_a_gateway_is_looked_at_anew_after_it_was_out_of_sight(floor, press):
    """The link to the gateway stands all the time."""
    floor.collector()
    press.make(1)
    press.hears(1)
    press.machine.faults.exception = 0x0B
    until(lambda: samples_of(press.serial)[-1][3] < 64, "it is out of sight")
    for tag, value in ((press.acknowledged, 0), (press.serial, "SN-2")):
        put(press.machine, tag, value)
    press.machine.faults.exception = 0
    press.hears(1)
    assert [serial for _, serial, _ in events()] == ["SN-1", "SN-2"]
    assert lease(press.connection).connects == 1


def test_a_machine_that_remembers_the_acknowledgement_is_not_asked_again_whatever_it_prepares(floor, press):
    floor.collector()
    press.make(1)
    press.hears(1)
    floor.do(press.machine.unplug())
    put(press.machine, press.force, 9.5)  # of the part that is in the machine by now
    put(press.machine, press.serial, "")
    floor.do(press.machine.plug_in())
    until(lambda: lease(press.connection).connects == 2 and lease(press.connection).state == "GOOD", "it is back")
    press.make(2)
    press.hears(2)
    assert [serial for _, serial, _ in events()] == ["SN-1", "SN-2"]


def test_a_serial_beside_a_number_that_the_machine_has_as_acknowledged_is_a_persons_to_settle(floor, press):
    floor.collector()
    press.make(1)
    press.hears(1)
    restarts(press, 1, "SN-2", keeps=True)
    until(lambda: len(events()) == 2, "it is stored")
    assert [event.content.get("doubt") for event in MachineEvent.objects.order_by("number")] == [None, "AGAIN"]


@pytest.fixture
def dumb(floor: Floor, press: Press) -> Press:
    """It tells nothing but the number."""
    with open_door(person=None):
        Tag.objects.filter(event=press.part).update(is_active=False)
    return press


def test_a_part_that_can_not_be_told_from_the_one_before_is_stored_once_and_a_persons_to_settle(floor, dumb):
    floor.collector()
    put(dumb.machine, dumb.part, 1)
    dumb.hears(1)
    floor.do(dumb.machine.restart(point(dumb.acknowledged)))  # whether a part was made meanwhile nobody can tell
    dumb.hears(1)
    floor.do(dumb.machine.restart())
    until(lambda: lease(dumb.connection).connects == 3 and lease(dumb.connection).state == "GOOD", "it is back")
    put(dumb.machine, dumb.part, 2)
    dumb.hears(2)
    doubts = [event.content.get("doubt") for event in MachineEvent.objects.order_by("number")]
    assert doubts == [None, "AGAIN", None]


def test_an_acknowledgement_that_was_lost_on_its_way_is_told_again_and_nothing_is_asked(floor, dumb):
    way = floor.cut()
    floor.collector(url=way.url)
    until(lambda: samples_of(dumb.acknowledged), "it watches")
    dumb.machine.faults.mute_to_writes = True
    put(dumb.machine, dumb.part, 1)
    until(lambda: lease(dumb.connection).connects >= 2, "the link ends with the write")
    dumb.machine.faults.mute_to_writes = False
    dumb.hears(1)
    put(dumb.machine, dumb.part, 2)
    dumb.hears(2)
    assert [event.content for event in MachineEvent.objects.order_by("number")] == [{"shown": 1}, {"shown": 2}]

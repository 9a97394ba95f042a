"""Counters and handshakes whose tags are edited: another register is another count, and nothing is made up."""

import time
from functools import partial

import pytest

from equipment.models import Connection, CounterTotal, MachineEvent, Tag
from mes.kernel.door import open_door
from tests.equipment.collection.floor import Floor, connection_to, lease, made, put, samples_of, tag_of, until


def change(record: Connection | Tag, **given: object) -> None:
    with open_door(person=None):
        for name, value in given.items():
            setattr(record, name, value)
        record.save()


def shown(tag: Tag) -> int:
    return CounterTotal.objects.get(tag=tag).raw


@pytest.fixture
def counted(floor: Floor, good: Tag, machine) -> Tag:
    """Two parts are on record, and nobody watches for now."""
    put(machine, good, 10)
    collector = floor.collector()
    until(lambda: samples_of(good), "a first value")
    put(machine, good, 12)
    until(lambda: made(good) == 2, "two parts")
    floor.stop(collector)
    return good


def another_address(tag: Tag, floor: Floor) -> None:
    change(tag, address="holding:30")
    put(floor._machines[0], tag, 5_000)


def another_type(tag: Tag, floor: Floor) -> None:
    change(tag, value_type="UINT32", rollover=2**32)
    put(floor._machines[0], tag, 786_435)


def another_order(tag: Tag, floor: Floor) -> None:
    change(tag, byte_order="BADC")  # what were 12 pieces are 3,072


def another_rollover(tag: Tag, floor: Floor) -> None:
    change(tag, value_type="INT16", rollover=0)
    put(floor._machines[0], tag, 500)


def another_connection(tag: Tag, floor: Floor) -> None:
    machine = floor.machine()
    change(tag, connection=connection_to(machine, tag.station, code="PLC-2"))
    put(machine, tag, 5_000)


def another_device(tag: Tag, floor: Floor) -> None:
    change(tag.connection, device_id=2)
    put(floor._machines[0], tag, 5_000)


def another_machine(tag: Tag, floor: Floor) -> None:
    machine = floor.machine()
    change(tag.connection, address=machine.address)
    put(machine, tag, 5_000)


EDITS = [
    another_address,
    another_type,
    another_order,
    another_rollover,
    another_connection,
    another_device,
    another_machine,
]


@pytest.mark.parametrize("edit", EDITS)
def test_what_another_register_shows_first_counts_nothing(floor, counted, edit):
    edit(counted, floor)
    collector = floor.collector()
    until(lambda: shown(counted) != 12, "it is read")
    floor.stop(collector)  # what was read is written
    assert made(counted) == 2, "nobody made what was there before"
    machine = floor._machines[-1]
    put(machine, counted, 7 + shown(counted))
    floor.collector()
    until(lambda: made(counted) == 9, "seven more parts")
    assert sorted(MachineEvent.objects.values_list("number", flat=True)) == [1, 2]
    assert CounterTotal.objects.get(tag=counted).total == 9


def test_an_edit_while_it_counts_makes_nothing_up(floor, counted, machine):
    floor.collector()
    machine.memory.tables["holding"][30] = 5_000
    for raw in range(13, 40):
        put(machine, counted, raw)
        if raw == 26:
            change(Tag.objects.get(pk=counted.pk), address="holding:30")
    until(lambda: shown(counted) == 5_000, "the other register is read")
    assert made(counted) <= 29
    machine.memory.tables["holding"][30] = 5_001
    before = made(counted)
    until(lambda: made(counted) == before + 1, "one more")


def test_what_says_nothing_about_its_register_leaves_a_counter_as_it_is(floor, counted, machine):
    change(counted, name="Good parts", max_silence_s=5)
    put(machine, counted, 20)
    floor.collector()
    until(lambda: made(counted) == 10, "what was made while nobody watched")


def test_the_same_number_at_another_address_is_another_event(floor, machine, connection, committed_plant):
    part = tag_of(
        connection,
        "part",
        "holding:100",
        station=committed_plant.stations["20"],
        role="EVENT",
        books="PART_DONE",
        acknowledge_address="holding:120",
    )
    heard = partial(machine.memory.tables["holding"].get, 120)
    put(machine, part, 5)
    machine.memory.tables["holding"][120] = 0
    collector = floor.collector()
    until(lambda: heard() == 5, "it is acknowledged")
    floor.stop(collector)
    change(part, address="holding:130")
    put(machine, part, 5)
    machine.memory.tables["holding"][120] = 0
    collector = floor.collector()
    until(lambda: heard() == 5, "it is acknowledged")
    floor.stop(collector)
    assert made(part) == 2
    moved = floor.machine()  # the same machine, elsewhere in the network
    change(connection, address=moved.address)
    put(moved, part, 5)
    moved.memory.tables["holding"][120] = 5
    floor.collector()
    until(lambda: lease(connection).state == "GOOD", "it is watched")
    time.sleep(0.5)
    put(moved, part, 6)
    until(lambda: moved.memory.tables["holding"][120] == 6, "it is acknowledged")
    assert made(part) == 3, "a machine that moved shows what is stored"

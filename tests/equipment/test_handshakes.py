"""A handshake against a machine that knows what it did: it restarts, links and acknowledgements are lost, collectors
change. Each part is stored once; where nobody can tell, a person is asked.
"""

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipment.collection.batches import Batch
from equipment.collection.configuration import WatchedTag
from equipment.collection.database import as_json
from equipment.collection.doubts import DOUBT
from equipment.collection.handshakes import Handshake, _is_alike
from equipment.drivers.base import Point, Quality, Value, ValueType

GOOD, NUMBER = int(Quality.GOOD), Point("holding:1", ValueType.UINT16)


def watched(code: str, **more: object) -> WatchedTag:
    given = {
        "key": code,
        "code": code,
        "series": 0,
        "station": "S",
        "point": NUMBER,
        "acknowledge": None,
        "scale": 1.0,
        "offset": 0.0,
        "low": None,
        "high": None,
        "report": "CHANGE",
        "deadband": 0.0,
        "max_silence_s": 0,
        "role": "VALUE",
        "books": "NOTHING",
        "rollover": 0,
        "reset_below": 0,
        "most_per_minute": 0,
        "event": None,
        "field": "",
        "latest": None,
        "counter": (None, 0, 0),
        "source": "",
    }
    return WatchedTag(**given | more)  # type: ignore[arg-type]


PART = watched("part", role="EVENT", books="PART_DONE", acknowledge=NUMBER)


@dataclass
class Machine:
    """It raises a number with each part, waits until that is acknowledged, and loses its memory when it is off."""

    names_parts: bool
    number: int = 0
    heard: int = 0
    made: int = 0
    shows: str = ""

    def make(self) -> None:
        if self.number == self.heard:
            self.made += 1
            self.number += 1
            self.shows = f"SN-{self.made}" if self.names_parts else ""

    def restart(self) -> None:
        """Whoever names no parts is switched off only between two: of one that it lost then nobody would know."""
        if self.names_parts or self.number == self.heard:
            self.number, self.heard, self.shows = 0, 0, ""


@dataclass
class Floor:
    """A collector's handshake with the machine, over a link. stored: content by the event's number."""

    machine: Machine
    stored: dict[int, dict] = field(default_factory=dict)
    batch: Batch = field(default_factory=lambda: Batch("", 0))
    counter: tuple[int | None, int, int] = (None, 0, 0)
    is_linked: bool = True

    def __post_init__(self) -> None:
        self.claim()

    def claim(self) -> None:
        """By a collector that knows what is on record."""
        self.batch = Batch("", 0)
        last = self.stored.get(self.counter[2])
        serial = [watched("serial", event="part", field="serial")] if self.machine.names_parts else []
        self.handshake = Handshake(replace(PART, counter=self.counter, last_event=last), [PART, *serial])

    def poll(self) -> None:
        if not self.is_linked:
            return
        samples: list[tuple[int, int, Value | None, int]] = [(0, 0, self.machine.number, GOOD)]
        if self.machine.names_parts:
            samples.append((1, 0, self.machine.shows, GOOD))
        self.handshake.take("", samples, 0, self.machine.number, GOOD, self.batch)
        if self.handshake.wants_look:
            self.handshake.seen(self.machine.heard)

    def commit(self) -> None:
        events, counters = self.batch.events, self.batch.counters
        self.batch = Batch("", 0)
        for event in events:
            assert event.number not in self.stored
            self.stored[event.number] = json.loads(as_json(event.content))
        if counters:
            self.counter = counters["part"][:3]
        if events:
            self.handshake.is_stored(events[-1].number)

    def tell(self, *, is_there: bool = True, is_answered: bool = True) -> None:
        """is_there: the machine has it; is_answered: and says so. Else the link ends, nobody knows which it was."""
        if not (self.is_linked and self.handshake.is_waiting):
            return
        number = self.handshake.begin_telling()
        assert len(self.stored) == self.handshake._number, "nothing is acknowledged that is not on record"
        if is_there:
            self.machine.heard = number
        self.handshake.end_telling(number, is_told=is_there and is_answered)
        if not (is_there and is_answered):
            self.lose()

    def lose(self) -> None:
        self.is_linked = False
        self.handshake.lose()

    def settle(self) -> None:
        """Everything goes well for a while."""
        self.is_linked = True
        for _time in range(4):
            self.poll()
            self.commit()
            self.tell()


ACTS = {
    "make": lambda floor: floor.machine.make(),
    "poll": Floor.poll,
    "commit": Floor.commit,
    "tell": Floor.tell,
    "lose the acknowledgement": lambda floor: floor.tell(is_there=False),
    "lose its answer": lambda floor: floor.tell(is_answered=False),
    "lose": Floor.lose,
    "link": lambda floor: setattr(floor, "is_linked", True),
    "restart": lambda floor: (floor.lose(), floor.machine.restart()),
    "kill": lambda floor: (floor.lose(), floor.claim()),
    "settle": Floor.settle,
}
walks = st.lists(st.sampled_from([*ACTS, "make", "poll", "poll", "commit", "tell", "link", "restart"]), max_size=80)


def lived(machine: Machine, walk: list[str]) -> Floor:
    floor = Floor(machine)
    for act in walk:
        ACTS[act](floor)
    floor.settle()
    return floor


@given(walks)
def test_each_part_that_names_itself_is_stored_once_whatever_happens(walk):
    machine = Machine(names_parts=True)
    floor = lived(machine, walk)
    serials = [content["serial"] for content in floor.stored.values()]
    assert len(set(serials)) == len(serials), "nothing is doubled"
    assert not any(DOUBT in content for content in floor.stored.values()), "nobody is asked"
    assert machine.heard == machine.number, "the machine goes on"
    assert not machine.shows or serials[-1] == machine.shows


@given(walks)
def test_no_part_is_acknowledged_that_is_not_stored(walk):
    floor = Floor(Machine(names_parts=True))
    for act in walk:
        machine, before = floor.machine, floor.machine.made
        ACTS[act](floor)
        if machine.made > before and before and machine.number > 1:  # it was told that the one before is safe
            assert f"SN-{before}" in [content["serial"] for content in floor.stored.values()]


@given(walks)
def test_of_parts_without_a_name_none_is_lost_none_doubled_and_a_person_is_asked_of_the_rest(walk):
    machine = Machine(names_parts=False)
    floor = lived(machine, walk)
    asked = sum(DOUBT in content for content in floor.stored.values())
    assert len(floor.stored) - asked <= machine.made <= len(floor.stored)
    assert machine.heard == machine.number, "the machine goes on"


def judged(before: dict, now: dict, *, heard: bool, register: int | None) -> str:
    """What becomes of number 1 shown again. heard: the machine said that it has our acknowledgement."""
    fields = [watched(name, event="part", field=name) for name in now]
    handshake, batch = Handshake(PART, [PART, *fields]), Batch("", 0)

    def take(content: dict) -> None:
        samples = [(0, 0, 1, GOOD), *((place, 0, value, GOOD) for place, value in enumerate(content.values(), 1))]
        handshake.take("", samples, 0, 1, GOOD, batch)

    take(before)
    handshake.is_stored(1)
    handshake.end_telling(handshake.begin_telling(), is_told=heard)
    handshake.lose()
    take(now)
    assert handshake.wants_look
    assert len(batch.events) == 1
    handshake.seen(register)
    take(now)
    if len(batch.events) == 1:
        return "same"
    return "asked" if DOUBT in batch.events[1].content else "new"


S1, S2, NONE = {"serial": "A", "force": 2.5}, {"serial": "B", "force": 2.5}, {"serial": "", "force": 0.0}


@pytest.mark.parametrize(
    ("before", "now", "heard", "register", "becomes"),
    [
        (S1, S1, True, 1, "same"),
        (S1, S1 | {"force": 9.0}, True, 1, "same"),  # what it prepares
        (S1, NONE, True, 1, "same"),
        (S1, S2, True, 1, "asked"),
        (S1, S1, True, 0, "same"),
        (S1, S1, True, None, "same"),
        (S1, S2, True, 0, "new"),
        (S1, S2, False, 0, "new"),
        (S1, S2, True, None, "new"),
        (S1, S1 | {"force": 9.0}, True, 0, "asked"),  # the same part once more
        (S1, NONE, True, 0, "asked"),
        (S1, NONE, False, 0, "asked"),
        ({"force": 2.5}, {"force": 3.5}, True, 0, "new"),
        ({"force": 2.5}, {"force": 2.5}, True, 0, "asked"),
        ({"force": 2.5}, {"force": 2.5}, False, 0, "same"),
        ({"force": 2.5}, {"force": 0.0}, True, 0, "asked"),
        ({}, {}, True, 1, "same"),
        ({}, {}, True, 0, "asked"),
        ({}, {}, True, None, "asked"),
        ({}, {}, False, 0, "same"),
    ],
)
def test_the_same_number_again_is_judged_by_what_came_with_it_and_by_what_the_machine_remembers(
    before, now, heard, register, becomes
):
    assert judged(before, now, heard=heard, register=register) == becomes


def as_recorded(text: str) -> int | float:
    """As jsonb writes a number: a large one with all its digits."""
    return int(Decimal(text)) if Decimal(text) == int(Decimal(text)) else float(text)


@given(st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 2**64 - 1), st.text(max_size=12)))
def test_what_came_with_an_event_is_alike_when_it_comes_back_from_the_record(value):
    assert judged({"step:X": value}, {"step:X": value}, heard=False, register=0) == "same"
    assert _is_alike(value, json.loads(as_json(value), parse_float=as_recorded))

"""The score tells a record that is right from one that is not, though only by a second, one value or one piece."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from django.utils import timezone

from equipment.models import Connection, CounterTotal, Observation, Station, Tag
from mes.demo.machines import piles
from mes.demo.machines.hands import loads
from mes.demo.machines.plan import MACHINES
from mes.demo.machines.program import Load
from mes.demo.machines.scores import Score
from mes.demo.machines.scoring import scores_of
from mes.demo.machines.strips import recorded_strip
from mes.demo.machines.truth import LATE, LOADED, STATE, UNLOADED, VALUE, Fact
from mes.demo.operators import Operators
from mes.kernel.door import open_door
from tests.machines import showed, was
from wip.models import OperationExecution

LATHE, FURNACE = "LATHE-110", "FURNACE-140"
IDLE, RUNNING, DOWN = 4, 6, 9  # as words of PackML
STATES = [(0.0, "IDLE"), (10.3, "RUNNING"), (30.3, "IDLE"), (50.3, "DOWN")]
LOADS = [(0.0, 0), (10.3, 500), (14.3, 700), (18.3, 600), (30.3, 0)]


class Lathe:
    """What a lathe truly did in two minutes, and what a collector that looks each second has of it: the same, until a
    test changes that. All in seconds.
    """

    def __init__(self) -> None:
        self.begin = float(int(time.time())) - 130
        facts = [Fact(self.begin + s, LATHE, STATE, 0, {"state": state}) for s, state in STATES]
        facts += [Fact(self.begin + s, LATHE, VALUE, 0, {"load": load}) for s, load in LOADS]
        self.facts = sorted(facts, key=lambda fact: fact.at)
        self.states: list[tuple[str, float, float | None]] = [
            *(("IDLE", -5, 11), ("RUNNING", 11, 31), ("IDLE", 31, 51), ("DOWN", 51, None)),
        ]
        self.words = {s: IDLE if s < 11 or 31 <= s < 51 else RUNNING if s < 51 else DOWN for s in range(-5, 121)}
        self.loads: dict[float, float] = {-5: 0, 11: 500, 15: 700, 19: 600, 31: 0}
        self.seen_until, self.left_out = 120.0, 0

    def at(self, second: float) -> datetime:
        return datetime.fromtimestamp(self.begin + second, UTC)

    def store(self) -> None:
        connection, station = Connection.objects.get(code=LATHE), Station.objects.get(code="ST-110")
        tags = {tag.code: tag for tag in connection.tags.all()}
        seen = {"began_at": self.at(-5), "seen_until": self.at(self.seen_until), "missed_slots": self.left_out}
        with open_door(person=None):
            Observation.objects.create(connection=connection, epoch=1, period_ms=1000, **seen)
            for state, begin, end in self.states:
                was(station, state, self.at(begin), None if end is None else self.at(end))
            showed(tags["word"], *((self.at(s), word, 192) for s, word in self.words.items()))
            if self.loads:
                showed(tags["load"], *((self.at(s), load, 192) for s, load in sorted(self.loads.items())))

    def score(self) -> Score:
        self.store()
        (found,) = scores_of({LATHE: self.facts}, at=time.time())
        return found


@pytest.fixture
def lathe(loaded) -> Lathe:
    return Lathe()


def invent_a_state(lathe: Lathe) -> str:
    lathe.states[1:2] = [("RUNNING", 11, 20), ("DOWN", 20, 22), ("RUNNING", 22, 31)]
    return "is DOWN on record, and it was not"


def lose_a_state(lathe: Lathe) -> str:
    del lathe.states[1]
    return "was RUNNING, and not known is on record"


def keep_a_state_for_too_long(lathe: Lathe) -> str:
    lathe.states[:2] = [("IDLE", -5, 13), ("RUNNING", 13, 31)]
    return "was RUNNING, and IDLE is on record"


def tell_a_state_too_early(lathe: Lathe) -> str:
    lathe.states[:2] = [("IDLE", -5, 8), ("RUNNING", 8, 31)]
    return "is RUNNING on record, and it was not"


def know_a_state_when_nobody_looked(lathe: Lathe) -> str:
    lathe.seen_until = 60.0
    lathe.words = {s: word for s, word in lathe.words.items() if s <= 60}
    lathe.states[3:] = [("DOWN", 51, 60), ("DOWN", 80, 90)]
    return "is DOWN on record, and it was not"


def swap_two_samples(lathe: Lathe) -> str:
    lathe.loads |= {11: 700, 15: 500}
    return "load 500.0 is on record"


def invent_a_sample(lathe: Lathe) -> str:
    lathe.loads |= {17: 555}
    return "load 555.0 is on record, and it showed 700"


def lose_a_sample(lathe: Lathe) -> str:
    del lathe.loads[15]
    return "load was 700, and 500.0 is on record"


def lose_all_samples(lathe: Lathe) -> str:
    lathe.loads.clear()
    return "load was 500, and nothing is on record"


def store_a_sample_too_early(lathe: Lathe) -> str:
    del lathe.loads[11]
    lathe.loads[8] = 500
    return "load 500.0 is on record, and it showed 0"


DAMAGES = (
    *(invent_a_state, lose_a_state, keep_a_state_for_too_long, tell_a_state_too_early, know_a_state_when_nobody_looked),
    *(swap_two_samples, invent_a_sample, lose_a_sample, lose_all_samples, store_a_sample_too_early),
)


def test_a_record_that_is_the_truth_is_right_in_all_of_its_seconds(lathe) -> None:
    found = lathe.score()
    assert found.is_right, list(found.differences())
    assert found.states.compared >= 110, "three seconds are not certain at each of three changes"
    assert found.samples.compared == 4 + 5, "samples of the load, and values that were certainly looked at"


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.replace("_", " "))
def test_the_score_finds_one_wrong_state_or_sample(lathe, damage: Callable[[Lathe], str]) -> None:
    sentence = damage(lathe)
    found = lathe.score()
    assert not found.is_right
    assert any(sentence in one for one in found.differences()), list(found.differences())
    assert found.states.is_right == ("state" not in damage.__name__)
    assert found.samples.is_right == ("sample" not in damage.__name__)


def test_what_is_on_record_of_before_the_machine_told_anything_is_not_judged(lathe) -> None:
    """As of the day before the demo was loaded: a collector saw it until half a minute before it was switched on."""
    connection, station = Connection.objects.get(code=LATHE), Station.objects.get(code="ST-110")
    with open_door(person=None):
        seen = {"began_at": lathe.at(-100), "seen_until": lathe.at(-30), "ended_at": lathe.at(-30)}
        Observation.objects.create(connection=connection, epoch=0, period_ms=1000, **seen)
        was(station, "RUNNING", lathe.at(-100), lathe.at(-30))
        for code, value in (("word", RUNNING), ("load", 888)):
            tag = Tag.objects.get(connection=connection, code=code)
            showed(tag, (lathe.at(-100), value, 192), (lathe.at(-60), value, 192), (lathe.at(-30), None, 28))
    found = lathe.score()
    assert found.is_right, list(found.differences())
    assert (found.states.compared >= 110, found.samples.compared) == (True, 4 + 5)
    since, until = lathe.begin - 100, lathe.begin + 120
    shown = recorded_strip(station, since, until, lathe.begin, until)
    assert [band.shape for band in shown.bands][:2] == ["unknown", "idle"], "beside the truth that begins later"


@pytest.mark.parametrize("left_out", [0, 6])
def test_what_a_late_collector_missed_is_right_as_far_as_it_says_that_it_was_late(lathe, left_out: int) -> None:
    """It looked at 10 and at 17 s, and not in between; then the lathe was running, and its load was the second."""
    lathe.words = {s: word for s, word in lathe.words.items() if not 10 < s < 17}
    lathe.states[:2] = [("IDLE", -5, 17), ("RUNNING", 17, 31)]
    lathe.loads = {-5: 0, 17: 700, 19: 600, 31: 0}
    lathe.left_out = left_out
    found = lathe.score()
    assert found.is_right == bool(left_out), list(found.differences())
    assert found.states.compared > 100, "the looks that are on record are as certain as before"


@pytest.mark.parametrize("is_told", [False, True])
def test_what_a_machine_showed_late_by_its_own_word_may_be_on_record_late(lathe, is_told: bool) -> None:
    lathe.states[:2] = [("IDLE", -5, 14), ("RUNNING", 14, 31)]
    if is_told:
        lathe.facts.append(Fact(lathe.begin + 10.2, LATHE, LATE, 0, {"until": lathe.begin + 13.2}))
    assert lathe.score().states.is_right == is_told


# --- a machine that tells of changes itself: its states begin when they were heard

HEARD = [("IDLE", -5, 10.6), ("RUNNING", 10.6, 13.7), ("IDLE", 13.7, 20.9), ("RUNNING", 20.9, None)]


@pytest.mark.parametrize(
    ("heard", "sentence"),
    [
        (HEARD, ""),
        ([("IDLE", -5, 20.9), HEARD[3]], "was RUNNING, which is not on record"),
        ([("IDLE", -5, 10.2), ("RUNNING", 10.2, 13.7), *HEARD[2:]], "is RUNNING on record, and it was not"),
        ([*HEARD[:3], ("RUNNING", 20.9, 25), ("IDLE", 25, 27), ("RUNNING", 27, None)], "is IDLE on record"),
        ([*HEARD[:2], ("IDLE", 13.7, 28), ("RUNNING", 28, None)], "was RUNNING, and IDLE is on record"),
    ],
    ids=["right", "one is lost", "one is too early", "one is invented", "one is too late"],
)
def test_states_that_were_told_are_the_same_sequence(loaded, heard, sentence: str) -> None:
    begin = float(int(time.time())) - 130
    told = [(0.0, "IDLE"), (10.3, "RUNNING"), (13.3, "IDLE"), (20.5, "RUNNING")]
    furnace, station = Connection.objects.get(code=FURNACE), Station.objects.get(code="ST-140")

    def at(second: float) -> datetime:
        return datetime.fromtimestamp(begin + second, UTC)

    with open_door(person=None):
        Observation.objects.create(connection=furnace, epoch=1, began_at=at(-5), seen_until=at(120))
        for state, since, until in heard:
            was(station, state, at(since), None if until is None else at(until))
        numbers = [(at(s), 3 if state == "RUNNING" else 2, 192) for s, state in [(-5.0, "IDLE"), *told[1:]]]
        showed(Tag.objects.get(connection=furnace, code="state"), *numbers)
    facts = [Fact(begin + s, FURNACE, STATE, 0, {"state": state}) for s, state in told]
    (found,) = scores_of({FURNACE: facts}, at=time.time())
    assert found.states.is_right == (not sentence), found.states.differences
    assert any(sentence in one for one in found.states.differences) or not sentence, found.states.differences


# --- genealogy of the furnace


def a_batch() -> list[OperationExecution]:
    """A batch of two at the furnace that has gone through it."""
    done = OperationExecution.objects.filter(station__code="ST-140", status="COMPLETED", batch__isnull=False)
    first = done.order_by("-started_at").first()
    assert first is not None
    return list(done.filter(batch=first.batch_id).select_related("unit", "work_order").order_by("unit__serial"))


def score_of_the_furnace(first: OperationExecution, *members: str) -> Score:
    """As if it had been charged with these a minute ago."""
    at = time.time() - 60
    load = Load(str(first.pk), first.unit.serial, first.operation_code, members=members)
    facts = [Fact(at, FURNACE, LOADED, 0, load.as_values, load.job), Fact(at + 9, FURNACE, UNLOADED, job=load.job)]
    furnace = Connection.objects.get(code=FURNACE)
    now = datetime.fromtimestamp(at + 60, UTC)
    with open_door(person=None):
        Observation.objects.create(
            connection=furnace, epoch=1, began_at=datetime.fromtimestamp(at - 9, UTC), seen_until=now
        )
    (found,) = scores_of({FURNACE: facts}, at=time.time())
    return found


def test_a_batch_is_right_when_it_has_what_people_put_into_the_furnace(loaded) -> None:
    batch = a_batch()
    found = score_of_the_furnace(batch[0], *(one.unit.serial for one in batch))
    assert found.genealogy.is_right, found.genealogy
    assert found.genealogy.compared == len(batch) == 2


def test_a_piece_that_the_record_lost_from_a_batch_is_wrong(loaded) -> None:
    batch = a_batch()
    lost = batch[1].unit.serial
    OperationExecution.objects.filter(pk=batch[1].pk).update(batch=None)
    found = score_of_the_furnace(batch[0], batch[0].unit.serial, lost)
    assert found.genealogy.differences == [
        f"{lost} was in the machine, and is not in the batch with {batch[0].unit.serial}"
    ]


def test_a_piece_that_the_record_added_to_a_batch_is_wrong(loaded) -> None:
    batch = a_batch()
    found = score_of_the_furnace(batch[0], batch[0].unit.serial)
    added = batch[1].unit.serial
    assert found.genealogy.differences == [f"{added} is in the batch, and was not with {batch[0].unit.serial}"]


def test_what_the_record_has_in_no_batch_was_not_alone_in_the_furnace(loaded) -> None:
    batch = a_batch()
    OperationExecution.objects.filter(pk__in=[one.pk for one in batch]).update(batch=None)
    assert not score_of_the_furnace(batch[0], *(one.unit.serial for one in batch)).genealogy.is_right


def test_the_hands_put_in_what_people_carried_and_not_what_the_record_has(loaded, settings, tmp_path: Path) -> None:
    settings.MES_DEMO_MACHINES = True
    plan = next(one for one in MACHINES if one.code == FURNACE)
    people = Operators(Random(1), 600.0, takes_breaks=False)
    for _ in range(6):  # programme and time of loading are recorded
        people._try(people.at_station, Station.objects.get(code="ST-140"), timezone.now())
    runs = OperationExecution.objects.filter(station__code="ST-140", status="RUNNING").select_related("unit")
    first = runs.order_by("started_at", "unit__serial").first()
    assert first is not None
    with open_door(person=None):
        now = datetime.now(UTC)
        counter = Tag.objects.get(connection__code=FURNACE, code="batch")
        CounterTotal.objects.create(tag=counter, raw=0, total=0, number=0, at=now)
        Observation.objects.create(
            connection=Connection.objects.get(code=FURNACE), epoch=1, began_at=now, seen_until=now
        )
    piles.carry(tmp_path, "ST-140", ["GS-AHEAD", first.unit.serial])
    (load,) = (one for one in loads(tmp_path, [plan])[FURNACE] if one.job == str(first.pk))
    assert load.members == ("GS-AHEAD", first.unit.serial)
    nobody_saw = tmp_path / "none"
    (load,) = (one for one in loads(nobody_saw, [plan])[FURNACE] if one.job == str(first.pk))
    assert load.members == ()


def test_a_piece_lies_on_the_pile_where_it_was_laid_last(tmp_path: Path) -> None:
    piles.carry(tmp_path, "ST-140", ["B", "A"])
    piles.carry(tmp_path, "ST-140", ["B"])
    assert piles.pile_with(tmp_path, "ST-140", "B") == ("B",)
    assert piles.pile_with(tmp_path, "ST-140", "A") == ("A",)
    assert piles.pile_with(tmp_path, "ST-130", "A") == ()

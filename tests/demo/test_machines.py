"""The simulated plant and one collector over real sockets: what is on record is what the machines truly did."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Max

from equipment.models import Observation, Station
from mes.demo.machines import faults
from mes.demo.machines.faults import Fault
from mes.demo.machines.plan import MACHINES, file_of
from mes.demo.machines.program import REGISTER
from mes.demo.machines.scoring import Score, score
from mes.demo.machines.serving import SEATS, MachineHall, Seat
from mes.demo.machines.truth import FILE, GOOD, PART, SCRAP, VALUE, Fact, TruthFile, facts_in
from mes.kernel.documents import load
from mes.kernel.yaml_writing import document
from mes.plantfiles.folders import MARK
from tests.equipment.collection.floor import Floor, floor_on, until
from tests.plant import Plant
from tests.plantfiles.folder import take

PACE, PERIOD_MS, BEFORE = 8.0, 100, REGISTER - 2


def enter(code: str, station: Station, address: str) -> None:
    """A machine of the demo by its plant file, at another station and read ten times as often."""
    name, text = list(file_of(code).items())[-1]
    given, _ = load(text.decode(), name)
    given.pop("account", None)
    for one in (*given["tags"], *given["states"]):
        one["station"] = station.code
    given |= {
        "site": station.site.code,
        "address": address,
        "period_ms": str(PERIOD_MS),
        "timeout_ms": str(2 * PERIOD_MS),
    }
    take({MARK: b"format: 1\n", name: document(given).encode()})


class Hall:
    """All machines at stations of the test's plant; the lathe has nearly filled its counter."""

    def __init__(self, floor: Floor, plant: Plant, folder: Path) -> None:
        self.floor, self.folder, self._works = floor, folder, True
        self._truth = TruthFile(folder / FILE)
        before = [Fact(time.time(), "LATHE-110", GOOD, BEFORE)]
        for fact in before:
            self._truth.tell(fact)
        seats: list[Seat] = []
        for number, one in enumerate(MACHINES):
            history = [fact for fact in before if fact.machine == one.code]
            program = one.program(one.code, Random(number), self._truth.tell, pace=PACE, history=history)
            seats.append(SEATS[one.kind](one, program, 0))
        self._hall = MachineHall(seats, folder)
        floor.do(self._hall.__aenter__())
        for seat, station in zip(seats, plant.stations.values(), strict=False):
            enter(seat.plan.code, station, seat.address)
        self._working = asyncio.run_coroutine_threadsafe(self._hall.work(lambda: self._works), floor._loop)

    def fault(self, machine: str, fault: Fault, seconds: float) -> None:
        faults.order(self.folder, machine, fault, until=time.time() + seconds)

    def rest(self) -> None:
        """They do nothing more, and still answer."""
        self._works = False
        self._working.result(10)

    def close(self) -> None:
        try:
            self.rest()
        finally:
            self.floor.do(self._hall.__aexit__(None, None, None))
            self._truth.close()


@pytest.fixture
def floor(committed_plant: Plant, committed_database: str, tmp_path: Path) -> Iterator[Floor]:
    with floor_on(committed_database, tmp_path / "spool") as floor:
        yield floor


@pytest.fixture
def hall(floor: Floor, committed_plant: Plant, tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(floor, committed_plant, tmp_path / "machines")
    yield hall
    hall.close()


def last_epoch() -> int:
    return Observation.objects.aggregate(last=Max("epoch"))["last"] or 0


def all_are_watched_after(epoch: int) -> None:
    begun = Observation.objects.filter(epoch__gt=epoch)
    until(lambda: begun.values("connection").distinct().count() == len(MACHINES), "all are watched")


def suffer(floor: Floor, hall: Hall, s: float) -> None:
    """Everything that goes wrong in a plant, each for so many seconds; at the end a collector watches."""
    epoch, killed = last_epoch(), floor.process()
    all_are_watched_after(epoch)
    time.sleep(2 * s)
    killed.kill()
    epoch, way = last_epoch(), floor.cut()
    floor.collector(url=way.url)
    all_are_watched_after(epoch)
    hall.fault("LEAK-40", Fault.MUTE, s)
    hall.fault("TORQUE-30", Fault.UNPLUG, s)
    hall.fault("FURNACE-140", Fault.UNPLUG, s)
    time.sleep(3 * s)
    floor.do(way.cut())
    time.sleep(s)
    floor.do(way.mend())
    hall.fault("LATHE-110", Fault.DROP, s)
    time.sleep(3 * s)


def scores_after(hall: Hall) -> dict[str, Score]:
    hall.rest()
    time.sleep(2.0)
    return {one.machine: one for one in score(hall.folder / FILE, at=time.time(), young_s=0.0)}


def nothing_is_wrong(found: dict[str, Score]) -> None:
    """Counts and parts to the last one. What is compared by the clock may be late where the computer is busy with other
    tests, machines and collector alike: nine tenths of it are right.
    """
    assert len(found) == len(MACHINES)
    for one in found.values():
        assert replace(one, wrong_states_s=0.0, known_unwatched_s=0.0, wrong_values=0).is_right, one
        assert one.wrong_states_s + one.known_unwatched_s <= max(one.states_s / 10, 0.5), one
        assert one.wrong_values <= max(one.values / 10, 1), one
        assert one.counted == one.made
        assert one.watched_s
        assert one.values or one.machine == "LEAK-40"


def test_what_is_on_record_is_what_the_machines_did(floor, hall) -> None:
    suffer(floor, hall, 1.0)
    found = scores_after(hall)
    nothing_is_wrong(found)
    lathe, leak = found["LATHE-110"], found["LEAK-40"]
    assert lathe.made[GOOD] > 2, "the counter rolled over"
    assert leak.made[PART] > 2
    assert sum(one.states_s for one in found.values()) > 5
    told = [fact for fact in facts_in(hall.folder / FILE) if fact.machine == "LATHE-110" and fact.kind == GOOD]
    assert told[-1].number > REGISTER


@pytest.mark.slow
def test_it_still_is_after_many_faults(floor, hall) -> None:
    for seconds in (1.0, 4.0, 2.0, 8.0, 3.0):
        suffer(floor, hall, seconds)
        floor.stop_all()
    floor.collector()
    nothing_is_wrong(scores_after(hall))


def test_the_same_seed_does_the_same() -> None:
    assert life(7) == life(7) != life(8)


def life(seed: int) -> list[Fact]:
    told: list[Fact] = []
    programs = [plan.program(plan.code, Random(seed), told.append) for plan in MACHINES]
    for tick in range(4000):
        for program in programs:
            program.heard["acknowledged"] = program.shows.get(PART, 0)
            program.tick(tick / 10)
    return told


def test_a_machine_that_is_switched_on_again_goes_on_counting() -> None:
    before = life(3)
    kinds = defaultdict(int)
    for fact in before:
        kinds[fact.machine, fact.kind] = max(kinds[fact.machine, fact.kind], fact.number)
    lathe = next(plan for plan in MACHINES if plan.code == "LATHE-110")
    told: list[Fact] = []
    own = [fact for fact in before if fact.machine == lathe.code]
    again = lathe.program(lathe.code, Random(1), told.append, history=own)
    assert again.shows[GOOD] == kinds[lathe.code, GOOD] > 0
    for tick in range(4000):
        again.tick(tick / 10)
    made = [fact.number for fact in told if fact.kind == GOOD]
    assert made == list(range(kinds[lathe.code, GOOD] + 1, kinds[lathe.code, GOOD] + 1 + len(made)))
    assert {fact.kind for fact in told} >= {GOOD, SCRAP, VALUE}


def test_a_fault_is_ordered_by_the_code_of_the_station(settings, tmp_path) -> None:
    settings.MES_MACHINES = tmp_path
    call_command("machine_fault", "ST-140", "mute", "20", stdout=StringIO())
    assert faults.present(tmp_path, time.time()) == {"FURNACE-140": Fault.MUTE}
    assert not faults.present(tmp_path, time.time() + 20)
    with pytest.raises(CommandError, match="Known are ST-110"):
        call_command("machine_fault", "ST-999", "mute", "20")
    with pytest.raises(CommandError, match="can't be slow"):
        call_command("machine_fault", "ST-140", "slow", "20")


def test_the_score_says_what_is_wrong(floor, committed_plant, settings, tmp_path) -> None:
    settings.MES_MACHINES = tmp_path
    plan = next(plan for plan in MACHINES if plan.code == "LEAK-40")
    enter(plan.code, committed_plant.stations["20"], "127.0.0.1:9")
    truth = TruthFile(tmp_path / FILE)
    truth.tell(Fact(1.0, plan.code, PART, 1, {"serial": "LT000001", "result": 1, "decay": 17.5}))
    truth.close()
    printed = StringIO()
    call_command("score_machines", stdout=printed)
    assert "part: made 1, counted 0" in printed.getvalue()
    assert "lost: decay=17.5, result=1, serial=LT000001" in printed.getvalue()
    as_json = StringIO()
    call_command("score_machines", "--json", stdout=as_json)
    (found,) = json.loads(as_json.getvalue())
    assert not found["is_right"]

"""The simulated plant, its people and one collector over sockets: what is on record is what the machines truly did."""

import asyncio
import json
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Max
from django.utils import timezone

from equipment.drivers.base import Value
from equipment.models import (
    Connection,
    EquipmentState,
    EventBooking,
    EventDue,
    MachineCommand,
    MachineEvent,
    Observation,
    Station,
    Tag,
)
from mes.demo.machines import faults, interlocks
from mes.demo.machines.faults import Fault
from mes.demo.machines.hands import loads
from mes.demo.machines.plan import MACHINES
from mes.demo.machines.program import REGISTER, Load
from mes.demo.machines.scores import Score
from mes.demo.machines.scoring import score
from mes.demo.machines.serving import SEATS, MachineHall, Seat
from mes.demo.machines.truth import (
    GOOD,
    LOADED,
    PART,
    RESET,
    RESTART,
    SCRAP,
    STATE,
    VALUE,
    Fact,
    TruthFile,
    facts_in,
    history_in,
)
from mes.demo.operators import Operators
from mes.kernel.audit.models import AuditEvent
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.station.tasks import book_machine_events, source_of
from tests import databases
from tests.demo.conftest import led_to
from tests.equipment.collection.floor import PATIENCE_S, Floor, floor_on, until
from wip.models import ExecutionEvent, Hold, OperationExecution

PACE, PEOPLES_PACE, PERIOD_MS, SCRAP_BEFORE = 8.0, 600.0, 100, REGISTER - 1


def answers_at(code: str, address: str) -> None:
    """The machine of the demo's plant file is there, is read ten times as often, and each look at its state is on
    record.
    """
    connection = Connection.objects.get(code=code)
    connection.address, connection.period_ms = address, PERIOD_MS
    connection.timeout_ms = (4 if connection.kind == "MODBUS" else 20) * PERIOD_MS  # a busy computer answers late
    with open_door(person=None):
        connection.save()
        if connection.kind == "MODBUS":
            for tag in Tag.objects.filter(connection=connection, code__in=["word", "running"]):
                tag.report = "ALWAYS"
                tag.save()


class Hall:
    """All machines of the demo plant, and whoever works at them; the lathe has nearly filled its counter of scrap."""

    def __init__(self, floor: Floor, folder: Path) -> None:
        self.floor, self.folder, self._works = floor, folder, True
        self._truth = TruthFile(folder)
        before = [Fact(time.time(), "LATHE-110", GOOD, 250), Fact(time.time(), "LATHE-110", SCRAP, SCRAP_BEFORE)]
        for fact in before:
            self._truth.tell(fact)
        seats: list[Seat] = []
        for number, one in enumerate(MACHINES):
            history = [fact for fact in before if fact.machine == one.code]
            program = one.program(one.code, Random(number), self._truth.tell, pace=PACE, history=history)
            seats.append(SEATS[one.kind](one, program, 0))
        interlocks.switch_on()
        self._hall = MachineHall(seats, folder, loads)
        floor.do(self._hall.__aenter__())
        self.stations = [Station.objects.get(code=seat.plan.station) for seat in seats]
        for seat in seats:
            answers_at(seat.plan.code, seat.address)
        self.people = Operators(Random(5), PEOPLES_PACE, takes_breaks=False, folder=folder)
        self.people.staff.hold_lasts = timedelta(seconds=1)
        self.people.began = timezone.now()
        self._working = asyncio.run_coroutine_threadsafe(self._hall.work(lambda: self._works), floor._loop)

    def runs(self, seconds: float) -> None:
        """The people and the booking task do what they do, for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.people.see_machines()
            for station in self.stations:
                self.people._try(self.people.at_station, station, timezone.now())
            for act in (self.people.staff.release_holds, self.people.staff.correct_wear):
                self.people._try(act, timezone.now())
            book_machine_events()
            time.sleep(0.1)

    def fault(self, machine: str, fault: Fault, seconds: float) -> None:
        faults.order(self.folder, machine, fault, until=time.time() + seconds)

    def heard_by(self, machine: str, code: str) -> Value:
        """What was written to a machine."""
        return next(seat.program.heard[code] for seat in self._hall.seats if seat.plan.code == machine)

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
def plant(settings, demo_template, django_db_blocker) -> Iterator[str]:
    """The demo plant in a database of the test's own, by its name."""
    origin, media = demo_template
    settings.MES_DEMO, settings.MES_DEMO_MACHINES, settings.MEDIA_ROOT = True, True, media
    with databases.clone(origin) as name, django_db_blocker.unblock(), led_to(name):
        yield name


@pytest.fixture
def floor(plant: str, tmp_path: Path) -> Iterator[Floor]:
    with floor_on(plant, tmp_path / "spool") as floor:
        yield floor


@pytest.fixture
def hall(floor: Floor, demo_template: tuple[str, Path], tmp_path: Path) -> Iterator[Hall]:
    _, loaded = demo_template
    shutil.copytree(loaded / "machines", tmp_path / "machines")  # what people carried until then
    hall = Hall(floor, tmp_path / "machines")
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
    hall.runs(4 * s)
    hall.fault("LATHE-110", Fault.RESET, s)
    hall.fault("TORQUE-30", Fault.RESTART, s)
    hall.runs(2 * s)
    killed.kill()
    killed.wait(PATIENCE_S)  # as whoever starts it again does: then what is in its spool goes on where it ended
    epoch, way = last_epoch(), floor.cut()
    floor.collector(url=way.url)
    all_are_watched_after(epoch)
    hall.fault("LEAK-40", Fault.MUTE, s)
    hall.fault("TORQUE-30", Fault.UNPLUG, s)
    hall.fault("FURNACE-140", Fault.UNPLUG, s)
    hall.runs(3 * s)
    floor.do(way.cut())
    hall.runs(s)
    floor.do(way.mend())
    hall.fault("LATHE-110", Fault.DROP, s)
    hall.fault("LEAK-40", Fault.FAIL, s)
    hall.fault("FURNACE-140", Fault.CLOCK, s)
    hall.runs(4 * s)


def scores_after(hall: Hall) -> dict[str, Score]:
    hall.rest()
    time.sleep(1.5)
    until(lambda: book_machine_events() == 0 and not EventDue.objects.exists(), "all is booked")
    return {one.machine: one for one in score(hall.folder, at=time.time(), young_s=0.0)}


def on_record(machine: str) -> list[tuple[str, str, str]]:
    """When it was watched, and in which states, for who has to find out why that differs from the truth."""
    watched = Observation.objects.filter(connection__code=machine).values_list("reason", "began_at", "seen_until")
    states = EquipmentState.objects.filter(station__tags__connection__code=machine).distinct()
    rows = [*watched, *states.values_list("state", "began_at", "ended_at")]
    rows.sort(key=lambda row: row[1])
    return [(what, f"{begin:%H:%M:%S.%f}", f"{end:%H:%M:%S.%f}" if end else "") for what, begin, end in rows]


def nothing_is_wrong(found: dict[str, Score]) -> None:
    """All five comparisons, to the last part, value, link, sample and second in which somebody certainly looked."""
    assert len(found) == len(MACHINES)
    for one in found.values():
        wrong = list(one.differences())
        assert one.is_right, (wrong, on_record(one.machine) if one.states.wrong else "")
        assert one.counted == one.made
        assert one.watched_s
        assert one.states.compared > one.watched_s / 4, "most of what was watched is certain"


def test_what_is_on_record_is_what_the_machines_did(floor, hall) -> None:
    suffer(floor, hall, 1.2)
    found = scores_after(hall)
    nothing_is_wrong(found)
    made = {code: one.made for code, one in found.items()}
    assert made["LATHE-110"][GOOD] > 3, made
    assert made["LEAK-40"][GOOD] + made["LEAK-40"]["failed"] >= 2, made
    assert made["TORQUE-30"][GOOD], made
    assert found["LEAK-40"].values.compared
    assert found["TORQUE-30"].values.compared
    assert any(len(job.members) == 2 for job in found["FURNACE-140"].jobs), "a batch of two, as people carried it"
    assert found["FURNACE-140"].genealogy.compared
    assert found["TORQUE-30"].genealogy.compared, "screws of a lot"
    assert sum(one.states.compared for one in found.values()) > 20
    told = {fact.kind for fact in facts_in(hall.folder)}
    assert told >= {RESET, RESTART, LOADED, VALUE}
    nobody_is_in_the_way_of_another()
    the_ledger_has_each_event_once()
    the_machines_have_named_what_they_found()
    moved = MachineCommand.objects.get(purpose="HAND")
    assert (moved.status, moved.signature.signed_by.username) == ("VERIFIED", "greta"), moved.detail
    assert hall.heard_by("LATHE-110", "wear") == pytest.approx(-0.01)


def the_ledger_has_each_event_once() -> None:
    """From the machine's number to the row in the ledger: as many as were counted, and none from two events."""
    for event in MachineEvent.objects.exclude(books="NOTHING").select_related("tag__connection"):
        assert event.bookings.exclude(result="REFUSED").count() == 1, event
    counted = MachineEvent.objects.filter(books__in=["PART_DONE", "PART_SCRAPPED"], tag__role="COUNTER")
    by = Person.objects.get(username="machines")
    booked = ExecutionEvent.objects.filter(by=by, kind="BOOKED")
    assert booked.count() == counted.count()
    assert sum(one.good + one.scrap for one in booked) == sum(one.quantity for one in counted)
    keys = [str(one.pk) for one in booked]
    rows = AuditEvent.objects.filter(table_name="wip_executionevent", record__in=keys)
    assert sorted(rows.values_list("reason", flat=True)) == sorted(source_of(one) for one in counted)


def the_machines_have_named_what_they_found() -> None:
    """The lathe what it scrapped, the leak tester what failed; the nutrunner names nothing."""
    scrapped = ExecutionEvent.objects.filter(by__username="machines", kind="BOOKED", scrap__gt=0)
    assert set(scrapped.values_list("defect_code", flat=True)) <= {"M-DIAMETER"}
    failed = Hold.objects.filter(placed_by__username="machines", reason__startswith="Failed at ST-40")
    assert set(failed.values_list("defect_code", flat=True)) <= {"M-LEAK"}


def nobody_is_in_the_way_of_another() -> None:
    """Nothing that a machine did was refused, since someone had done it by hand."""
    refused = EventBooking.objects.filter(result="REFUSED").values_list("sentence", flat=True)
    assert not list(refused)


@pytest.mark.slow
def test_it_still_is_after_many_faults(floor, hall) -> None:
    for seconds in (1.0, 4.0, 2.0, 8.0, 3.0):
        suffer(floor, hall, seconds)
        floor.stop_all()
    epoch = last_epoch()
    floor.collector()
    all_are_watched_after(epoch)
    hall.runs(5.0)
    nothing_is_wrong(scores_after(hall))


def test_the_same_seed_does_the_same() -> None:
    assert life(7) == life(7) != life(8)


def life(seed: int) -> list[Fact]:
    told: list[Fact] = []
    programs = [plan.program(plan.code, Random(seed), told.append) for plan in MACHINES]
    for tick in range(4000):
        for program in programs:
            program.heard["acknowledged"] = program.shows.get(PART, 0)
            program.put_in([Load(job=f"{tick // 400}", serial=f"S-{tick // 400}", operation="10", pieces=20)])
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
    again.put_in([Load(job="next", serial="S-next", operation="10", pieces=500)])
    for tick in range(4000):
        again.tick(tick / 10)
    made = [fact.number for fact in told if fact.kind == GOOD]
    assert made == list(range(kinds[lathe.code, GOOD] + 1, kinds[lathe.code, GOOD] + 1 + len(made)))
    assert {fact.kind for fact in told} >= {GOOD, SCRAP, VALUE}


def test_a_machine_that_is_switched_on_again_still_has_in_it_what_was_in_it() -> None:
    lathe = next(plan for plan in MACHINES if plan.code == "LATHE-110")
    told: list[Fact] = []
    first = lathe.program(lathe.code, Random(1), told.append)
    load = Load(job="a", serial="S-1", operation="10", pieces=10)
    first.put_in([load])
    for tick in range(600):
        first.tick(tick / 10)
    some = sum(fact.kind in (GOOD, SCRAP) for fact in told)
    assert 0 < some < 10
    again = lathe.program(lathe.code, Random(1), told.append, history=list(told))
    again.put_in([load])
    for tick in range(600, 6000):
        again.tick(tick / 10)
    assert sum(fact.kind in (GOOD, SCRAP) for fact in told) == 10
    again.put_in([load])  # it is done with
    assert again.load is None


def test_a_machine_that_lost_its_memory_begins_at_part_one_when_the_last_is_acknowledged() -> None:
    leak = next(plan for plan in MACHINES if plan.code == "LEAK-40")
    program = leak.program(leak.code, Random(1), lambda fact: None)
    shown = []
    for tick in range(2000):
        program.put_in([Load(job=str(tick // 400), serial="S", operation="40")])
        if tick % 10 == 0:
            program.heard["acknowledged"] = program.shows[PART]
        if tick == 700:
            program.restart()
        program.tick(tick / 10)
        if not shown or shown[-1] != program.shows[PART]:
            shown.append(program.shows[PART])
    assert shown == [0, 1, 2, 0, 1, 2, 3]


def test_the_truth_of_long_ago_is_forgotten_and_what_a_machine_has_to_know_is_not(tmp_path) -> None:
    truth, day = TruthFile(tmp_path), 86_400
    for number in range(1, 9):
        truth.tell(Fact(number * day, "LATHE-110", GOOD, number, job="a"))
        truth.tell(Fact(number * day, "LATHE-110", VALUE, 0, {"load": number}))
    truth.tell(Fact(8 * day + 5, "LEAK-40", PART, 4))
    truth.close()
    assert [fact.number for fact in facts_in(tmp_path) if fact.kind == GOOD] == [6, 7, 8]
    assert [fact.number for fact in history_in(tmp_path)] == [5, 6, 7, 8, 4]
    assert len([fact for fact in facts_in(tmp_path) if fact.kind == VALUE]) == 4
    assert [fact.number for fact in facts_in(tmp_path, since=8 * day + 1) if fact.kind == GOOD] == [8]


def test_a_fault_is_ordered_by_the_code_of_the_station(settings, tmp_path) -> None:
    settings.MES_MACHINES = tmp_path
    call_command("machine_fault", "ST-140", "mute", "20", stdout=StringIO())
    assert faults.present(tmp_path, time.time()) == {"FURNACE-140": Fault.MUTE}
    assert not faults.present(tmp_path, time.time() + 20)
    with pytest.raises(CommandError, match="Known are ST-110"):
        call_command("machine_fault", "ST-999", "mute", "20")
    with pytest.raises(CommandError, match="can't be slow"):
        call_command("machine_fault", "ST-140", "slow", "20")


def tell_of_a_part_that_nobody_booked(folder: Path, at: float) -> None:
    """The leak tester made one, and the collector saw it, though nothing came of it."""
    (running,) = (one for one in OperationExecution.objects.filter(station__code="ST-40", status="RUNNING")[:1])
    load = Load(job=str(running.pk), serial="IP2-000001", operation="40", order="WO-1")
    truth = TruthFile(folder)
    truth.tell(Fact(at, "LEAK-40", STATE, values={"state": "IDLE"}))
    truth.tell(Fact(at, "LEAK-40", LOADED, values=load.as_values, job=load.job))
    truth.tell(Fact(at + 5, "LEAK-40", STATE, values={"state": "RUNNING"}))
    values = {"serial": "IP2-000001", "result": 1, "pressure": 50.5, "leak": 0.125}
    truth.tell(Fact(at + 9, "LEAK-40", PART, 1, values, load.job))
    truth.close()
    now = timezone.now()
    with open_door(person=None):
        leak = Connection.objects.get(code="LEAK-40")
        Observation.objects.create(connection=leak, epoch=1, began_at=now - timedelta(hours=1), seen_until=now)


def test_the_score_says_what_is_wrong(plant, settings, tmp_path) -> None:
    settings.MES_MACHINES = tmp_path
    tell_of_a_part_that_nobody_booked(tmp_path, time.time() - 60)
    printed = StringIO()
    call_command("score_machines", stdout=printed)
    said = printed.getvalue()
    assert "LEAK-40: WRONG" in said
    assert "lost: leak=0.125, pressure=50.5, result=1, serial=IP2-000001" in said
    assert "IP2-000001 operation 40: good made 1, booked 0" in said
    assert "IP2-000001 operation 40 LEAK: 0.125 was measured, nothing is on record" in said
    as_json = StringIO()
    call_command("score_machines", "--json", stdout=as_json)
    (found,) = json.loads(as_json.getvalue())
    assert not found["is_right"]


@pytest.mark.urls("tests.demo.urls")
def test_a_page_shows_what_was_made_beside_what_was_booked_and_makes_a_machine_fail(
    plant, settings, tmp_path, client
) -> None:
    settings.MES_MACHINES = tmp_path
    assert client.get("/demo/machines/").status_code == 302, "who is not logged in"
    client.force_login(Person.objects.get(username="auditor"))
    assert "Nothing told yet" in client.get("/demo/machines/").content.decode()
    tell_of_a_part_that_nobody_booked(tmp_path, time.time() - 60)
    page = client.get("/demo/machines/").content.decode()
    for words in ("IP2-000001", "WO-1", "good made 1, booked 0", "differs", "Answer nothing"):
        assert words in page, words
    assert "Put its clock wrong" not in page.partition('id="truth-LEAK-40"')[2], "Modbus has none"
    assert client.post("/demo/machines/LEAK-40/mute/").status_code == 302
    assert faults.present(tmp_path, time.time()) == {"LEAK-40": Fault.MUTE}
    live = client.get("/demo/machines/?part=machines").content.decode()
    assert "Answer nothing, for" in live
    assert "<h1>" not in live
    assert client.post("/demo/machines/LEAK-40/clock/").status_code == 404
    assert client.post("/demo/machines/NONE/mute/").status_code == 404
    settings.MES_DEMO = False
    assert client.get("/demo/machines/").status_code == 404
    assert client.post("/demo/machines/LEAK-40/mute/").status_code == 404

"""Random lives of a machine and its collectors, played into the real tables: counts, states and slots against a model.

The machine counts, rolls over, is reset, changes its state, gives bad values, is lost. The collector flushes, loses a
reply, is killed; its spool is played back before or after the next one has claimed the connection. No time passes:
readings come from the walk.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equipment.collection import leases, recovery
from equipment.collection.batches import Batch
from equipment.collection.configuration import load
from equipment.collection.database import Database, connect
from equipment.collection.flushing import Flusher
from equipment.collection.frames import frame
from equipment.collection.spool import SpoolFile
from equipment.collection.tenure import Tenure
from equipment.collection.times import moment
from equipment.collection.watching import Watcher
from equipment.drivers.base import Health, Quality
from equipment.models import (
    Connection,
    CounterTotal,
    EquipmentState,
    MachineEvent,
    QuarantinedRow,
    StateCondition,
    StateTerm,
    Tag,
)
from equipment.sample_audit import audit
from mes.kernel.door import open_door
from tests import databases
from tests.equipment.collection.floor import tag_of

SECOND = 1_000_000
ROLLOVER = 65_536
STATES = {0: "", 1: "RUNNING", 2: "DOWN"}
_numbers = count(1)

acts = st.lists(
    st.one_of(
        st.tuples(st.just("look"), st.integers(0, 900), st.sampled_from(list(STATES))),
        st.tuples(st.just("look"), st.integers(0, 900), st.sampled_from(list(STATES))),
        st.tuples(st.just("look"), st.integers(0, 3), st.sampled_from(list(STATES))),
        st.tuples(st.just("reset"), st.integers(0, 90)),
        st.tuples(st.sampled_from(["bad", "lose", "freeze", "flush", "flush", "lose a reply"])),
        st.tuples(st.just("kill"), st.booleans()),
    ),
    max_size=60,
)


class Life:
    """A machine with three tags, the collector that watches it, and what must be on record in the end."""

    def __init__(self, plant, folder: Path) -> None:
        self.number, self.folder = next(_numbers), folder
        station = plant.stations["20"]
        with open_door(person=None):
            self.connection = Connection.objects.create(
                site=station.site, code=f"PLC-{self.number}", name="PLC", kind="MODBUS", address="none", period_ms=1_000
            )
        counter = {"role": "COUNTER", "books": "PART_DONE", "report": "ALWAYS", "value_type": "UINT16"}
        counter |= {"most_per_minute": 60_000}
        tag = partial(tag_of, self.connection, station=station)
        self.tags: dict[str, Tag] = {  # in the order of their codes, as the collector has them
            "code": tag(f"code-{self.number}", "holding:1"),
            "rolls": tag(f"rolls-{self.number}", "holding:2", rollover=ROLLOVER, **counter),
            "starts": tag(f"starts-{self.number}", "holding:3", rollover=0, **counter),
        }
        with open_door(person=None):
            for code, state in STATES.items():
                if state:
                    condition = StateCondition.objects.create(
                        site=station.site, station=station, connection=self.connection, rank=code, state=state
                    )
                    StateTerm.objects.create(
                        site=station.site, condition=condition, tag=self.tags["code"], comparison="EQ", value=code
                    )
        self.begins_us = (time.time_ns() // 1000 // SECOND + 200 * self.number) * SECOND  # after its tags were entered
        self.at_us = self.begins_us
        self.raw = {"rolls": ROLLOVER - 700, "starts": 50}
        self.made = {"rolls": 0, "starts": 0}
        self.told: list[tuple[int, str]] = []  # the state from then on, as it is on record or in the backlog
        self.unfrozen: list[tuple[int, str]] = []
        self.backlog: list[tuple[Batch, list[tuple[int, str]]]] = []
        self.is_first = True

    async def live(self, database: Database, walk: list[tuple]) -> None:
        self.database, self.flusher = database, Flusher(database)
        await self._claim()
        for name, *rest in [("look", 0, 0), ("flush",), *walk, ("look", 0, 1), ("flush",)]:
            act: Callable[..., Awaitable[None]] = getattr(self, name.replace(" ", "_"))
            await act(*rest)

    # --- the machine

    async def look(self, more: int, code: int) -> None:
        if not self.is_first:
            self._make(rolls=more, starts=more)
        self.is_first = False
        self._read(code, self.raw["rolls"], self.raw["starts"])
        self.unfrozen.append((self.at_us, STATES[code]))

    async def reset(self, few: int) -> None:
        """The one that begins at 0. Looked at before and after: nobody can tell the rest by the values alone."""
        await self.look(0, 1)
        await self.flush()
        if 2 * few <= self.raw["starts"]:
            self.raw["starts"] = few
            self.made["starts"] += few
        await self.look(0, 1)
        await self.flush()

    async def bad(self) -> None:
        self._read(None, None, None)
        self.unfrozen.append((self.at_us, ""))

    async def lose(self) -> None:
        self.at_us += SECOND // 2
        self.watcher._lose("It was unplugged.", self.at_us, Quality.BAD_NOT_CONNECTED)
        self.unfrozen.append((self.at_us, ""))
        self.at_us += SECOND // 2

    def _make(self, **more: int) -> None:
        for counter, parts in more.items():
            self.made[counter] += parts
            self.raw[counter] += parts
        self.raw["rolls"] %= ROLLOVER

    def _read(self, *values: int | None) -> None:
        self.at_us += SECOND
        qualities = [Quality.BAD_COMMUNICATION if value is None else Quality.GOOD for value in values]
        samples = [
            (i, self.at_us, value, int(how)) for i, (value, how) in enumerate(zip(values, qualities, strict=True))
        ]
        self.watcher._take(samples, Health())

    # --- the collector

    async def freeze(self) -> None:
        if (batch := self.watcher.freeze()) is not None:
            self.backlog.append((batch, self.unfrozen))
            self.unfrozen = []

    async def flush(self) -> None:
        await self.freeze()
        assert not await self.flusher.flush([batch for batch, _ in self.backlog])
        for batch, told in self.backlog:
            self.told += told
            self.watcher.committed(batch)
        self.backlog.clear()

    async def lose_a_reply(self) -> None:
        """All is committed, and nobody was told: it is flushed again."""
        await self.freeze()
        assert not await self.flusher.flush([batch for batch, _ in self.backlog])

    async def kill(self, is_claimed_first: bool) -> None:
        """What was not frozen is gone; the rest is in the spool."""
        held = await self.database.execute(
            "SELECT batch FROM equipment_connectionlease WHERE connection_id = %s", [self.connection.pk]
        )
        (committed,) = await held.fetchone()
        spool = SpoolFile(self.folder / f"life-{self.number}.spool")
        spool.append([frame(batch) for batch, _ in self.backlog])
        spool.close()
        for batch, told in self.backlog:
            if not is_claimed_first or batch.number <= committed:
                self.told += told
        self.backlog, self.unfrozen = [], []
        if not is_claimed_first:
            await recovery.recover(self.flusher, self.folder)
        if self.told:
            self.told.append((max(at for at, _ in self.told), ""))
        self.at_us += 3 * SECOND
        await self._claim()
        if is_claimed_first:
            await recovery.recover(self.flusher, self.folder)

    async def _claim(self) -> None:
        await self.database.execute(
            "UPDATE equipment_connectionlease SET expires_at = NULL WHERE connection_id = %s", [self.connection.pk]
        )
        (lease,) = await leases.claim(self.database, owner="life", lease_s=3_600, most=1)
        assert lease.connection == self.connection.pk
        await self.database.execute(
            "UPDATE equipment_connectionlease SET claimed_at = %s WHERE connection_id = %s",
            [moment(self.at_us), self.connection.pk],
        )
        configuration = await load(self.database, lease.connection)
        tenure = Tenure(until=lease.until, lease_s=3_600, flight_s=0)
        self.watcher = Watcher(configuration, lease.epoch, tenure, now_us=self.at_us)

    # --- the record

    def check(self) -> None:
        assert not QuarantinedRow.objects.filter(connection=self.connection).exists(), "nothing was written twice"
        for code, made in self.made.items():
            events = MachineEvent.objects.filter(tag=self.tags[code]).order_by("number")
            assert sum(event.quantity for event in events) == made, code
            assert [event.number for event in events] == list(range(1, len(events) + 1))
            assert CounterTotal.objects.get(tag=self.tags[code]).raw == self.raw[code]
        states = list(
            EquipmentState.objects.filter(began_at__gte=moment(self.begins_us), began_at__lte=moment(self.at_us))
            .order_by("began_at")
            .values_list("began_at", "ended_at", "state")
        )
        for instant_us in range(self.begins_us, self.at_us, SECOND // 4):
            instant = moment(instant_us + SECOND // 8)
            known = [state for began, ended, state in states if began <= instant and (ended is None or instant < ended)]
            told = [state for at, state in self.told if moment(at) <= instant]
            assert known == [state for state in told[-1:] if state], (instant, states, self.told)
        ends = [moment(self.begins_us - SECOND), moment(self.at_us + SECOND)]
        (account,) = audit([self.connection], *ends)
        slots, events = account.slots, account.events
        assert {account.tag for account in slots} == {tag.code for tag in self.tags.values()}
        assert all(account.is_whole for account in (*slots, *events)), (slots, events)


@pytest.fixture
def play(committed_plant, committed_database: str, tmp_path: Path) -> Callable[[list[tuple]], None]:
    async def live(life: Life, walk: list[tuple]) -> None:
        database = await connect(databases.url_of(committed_database), "life")
        try:
            await life.live(database, walk)
        finally:
            await database.close()

    def play(walk: list[tuple]) -> None:
        life = Life(committed_plant, tmp_path)
        try:
            asyncio.run(live(life, walk))
            life.check()
        finally:  # the next life is at the same station, at another time
            with open_door(person=None):
                StateTerm.objects.all().delete()
                StateCondition.objects.all().delete()
            EquipmentState.objects.filter(ended_at=None).update(ended_at=moment(life.at_us + SECOND))

    return play


@pytest.mark.long
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(walk=acts)
def test_whatever_happens_to_machine_and_collector_the_record_is_what_was_made(play, walk):
    play(walk)


@pytest.mark.parametrize(
    "walk",
    [
        [("look", 900, 1), ("freeze",), ("kill", True), ("look", 5, 2)],
        [("look", 900, 1), ("lose a reply",), ("kill", False), ("look", 5, 2)],
        [("look", 900, 1), ("lose a reply",), ("look", 3, 2), ("freeze",), ("kill", True)],
        [("look", 1, 1), ("lose",), ("freeze",), ("kill", True), ("kill", False), ("bad",), ("look", 2, 2)],
        [("reset", 3), ("look", 800, 2), ("kill", False), ("reset", 0)],
    ],
    ids=lambda walk: " ".join(act[0] for act in walk),
)
def test_lives_that_have_been_hard_before(play, walk):
    play(walk)

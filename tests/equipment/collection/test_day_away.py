"""A day without the database, at a hundred tags a second: by default all of it is kept.

The frames are those of real watchers whose machines the test plays, by a clock that it sets; a 144th of a day of them
is kept in a 144th of the room.
"""

import asyncio
from pathlib import Path

import pytest
from django.conf import settings

from equipment.collection.backlog import Backlog
from equipment.collection.batches import Batch
from equipment.collection.configuration import Configuration, WatchedTag
from equipment.collection.frames import batch_of, frame
from equipment.collection.program import Rhythm
from equipment.collection.rows import split
from equipment.collection.spool import left_behind
from equipment.collection.tenure import Tenure
from equipment.collection.watching import Watcher
from equipment.drivers.base import Endpoint, Health, Point, ValueType
from mes.kernel.keys import uuid7

SECOND_US = 1_000_000
DAY_S, FED_S = 86_400, 600
SHARE = DAY_S // FED_S
BEGAN_US = 1_800_000_000 * SECOND_US
LARGEST_SHARE = 0.6  # of the room on disk that such a day may take


def a_tag(place: int, station: str) -> WatchedTag:
    is_counter = place == 0
    return WatchedTag(
        key=str(uuid7()),
        code=f"V{place}",
        series=place,
        station=station,
        point=Point(f"holding:{2 * place}", ValueType.UINT32 if is_counter else ValueType.FLOAT32),
        acknowledge=None,
        scale=1.0,
        offset=0.0,
        low=None,
        high=None,
        report="ALWAYS",
        deadband=0.0,
        max_silence_s=60,
        role="COUNTER" if is_counter else "VALUE",
        books="PART_DONE" if is_counter else "NOTHING",
        rollover=0,
        reset_below=0,
        most_per_minute=0,
        event=None,
        field="",
        latest=None,
        counter=(None, 0, 0),
        source=f"{uuid7()} holding:{2 * place}",
    )


def a_watcher(tags: int) -> Watcher:
    """Of a connection with so many tags at one station, of which one counts."""
    endpoint = Endpoint(address="plc:502", period_s=1.0, timeout_s=1.0)
    station = str(uuid7())
    configuration = Configuration(
        connection=str(uuid7()),
        code="PLC",
        site=str(uuid7()),
        kind="MODBUS",
        is_paused=False,
        version=1,
        endpoint=endpoint,
        tags=tuple(a_tag(place, station) for place in range(tags)),
        conditions={},
        open_states={},
        seen_until=None,
    )
    tenure = Tenure(until=0.0, lease_s=3.0, flight_s=2.0)
    return Watcher(configuration, epoch=1, tenure=tenure, now_us=BEGAN_US)


def read_in_second(watchers: list[Watcher], second: int) -> list[Batch]:
    """All values of all machines change; each third second a part is done. What the next beat freezes."""
    at_us = BEGAN_US + second * SECOND_US
    for watcher in watchers:
        values = [second // 3, *(second * 1.1 + place for place in range(1, len(watcher.configuration.tags)))]
        watcher._take([(place, at_us, value, 192) for place, value in enumerate(values)], Health())
    return [batch for watcher in watchers if (batch := watcher.freeze()) is not None]


def fed(folder: Path, watchers: list[Watcher], *, most_bytes: int, most_on_disk: int) -> tuple:
    """(frames as they were read, most bytes in memory, bytes on disk in the end, what is written at last)."""

    async def live() -> tuple:
        backlog, read, memory = Backlog(folder, "one", most_bytes, most_on_disk), [], 0
        for second in range(FED_S):
            batches = read_in_second(watchers, second)
            read += [frame(batch) for batch in batches]
            backlog.add(batches)
            for _ in range(4):
                await backlog.keep()
            while backlog._is_thinning():
                await asyncio.sleep(0)
            memory = max(memory, backlog.size)
        on_disk, written = backlog.size_on_disk, []
        while some := await backlog.next():
            written += [frame(batch) for batch in some]
            assert backlog.size <= most_bytes
            backlog.done(len(some))
            await backlog.keep()
        await backlog.close()
        return read, memory, on_disk, written

    return asyncio.run(live())


@pytest.mark.parametrize(("connections", "tags"), [(1, 100), (10, 10)])
def test_a_day_without_the_database_at_a_hundred_tags_a_second_is_kept_whole(tmp_path, connections, tags):
    room = Rhythm()
    assert room.most_on_disk == settings.MES_COLLECTOR_MOST_ON_DISK
    assert room.most_bytes == settings.MES_COLLECTOR_MOST_BYTES
    watchers = [a_watcher(tags) for _ in range(connections)]
    most_bytes, most_on_disk = room.most_bytes // SHARE, room.most_on_disk // SHARE
    read, memory, on_disk, written = fed(tmp_path, watchers, most_bytes=most_bytes, most_on_disk=most_on_disk)
    of_a_day = sum(map(len, read)) * SHARE
    print(f"{connections} x {tags}: {of_a_day / DAY_S:.0f} bytes a second, {of_a_day / 1e6:.0f} MB a day")
    assert of_a_day < LARGEST_SHARE * room.most_on_disk
    assert of_a_day > room.most_bytes, "it would not fit into memory: what is there is read back from disk"
    assert memory <= most_bytes
    assert on_disk > 0.9 * sum(map(len, read))
    assert written == read
    assert not list(tmp_path.iterdir())


def test_of_more_than_the_disk_may_hold_the_newest_is_whole_and_every_part_is_there(tmp_path):
    watchers = [a_watcher(10) for _ in range(2)]
    read, memory, on_disk, written = fed(tmp_path, watchers, most_bytes=100_000, most_on_disk=400_000)
    assert sum(map(len, read)) > 800_000
    assert memory <= 100_000
    assert 200_000 < on_disk <= 400_000
    whole = [one for one in written if one in read]
    assert whole == read[-len(whole) :]
    assert sum(map(len, whole)) > 200_000
    batches = [batch_of(one) for one in written]
    for watcher in watchers:
        its = [batch for batch in batches if batch.connection == watcher.configuration.connection]
        assert sum(event.quantity for batch in its for event in batch.events) == (FED_S - 1) // 3
        assert [batch.number for batch in its] == sorted({batch.number for batch in its})
        stored = sum(len(list(split(bytes(batch.rows)))) for batch in its)
        assert stored + sum(batch.health.get("dropped", 0) for batch in its) == 10 * FED_S


def test_what_is_on_disk_alone_outlives_a_kill(tmp_path):
    async def live() -> list[bytes]:
        watchers, read = [a_watcher(10)], []
        backlog = Backlog(tmp_path, "one", 50_000, 1_000_000)
        for second in range(FED_S):
            batches = read_in_second(watchers, second)
            read += [frame(batch) for batch in batches]
            backlog.add(batches)
            await backlog.keep(everything=True)
        assert backlog.size < 50_000 < backlog.size_on_disk
        for segment in backlog._segments:  # as a kill does
            segment.file.close()
        return read

    read = asyncio.run(live())
    assert [frame(batch) for _, batches in left_behind(tmp_path) for batch in batches] == read


def test_a_file_that_can_not_be_read_back_costs_what_it_held_and_stops_nothing(tmp_path, caplog):
    async def live() -> tuple[list[bytes], list[bytes]]:
        watchers, read, written = [a_watcher(10)], [], []
        backlog = Backlog(tmp_path, "one", 50_000, 1_000_000)
        for second in range(FED_S):
            batches = read_in_second(watchers, second)
            read += [frame(batch) for batch in batches]
            backlog.add(batches)
            await backlog.keep()
        paths = sorted(tmp_path.glob("*.spool"))
        paths[0].write_bytes(b"\0" * 100)
        paths[1].unlink()
        while some := await backlog.next():
            written += [frame(batch) for batch in some]
            backlog.done(len(some))
        await backlog.close()
        return read, written

    read, written = asyncio.run(live())
    assert len(written) > 0.9 * len(read)
    assert written == read[-len(written) :]
    assert caplog.text.count("can't be read any more, and are lost") == 2

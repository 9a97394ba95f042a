"""What waits for the database, in memory and on disk: within bounds, whole after a kill, and rid of values alone."""

import asyncio
import itertools
import resource
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipment.collection.backlog import Backlog
from equipment.collection.batches import Batch, Counted, Event, Span, StateChange
from equipment.collection.frames import batch_of, frame
from equipment.collection.frames import read as read_frames
from equipment.collection.rows import last_rows, row, split
from equipment.collection.spool import SpoolFile, left_behind
from equipment.collection.thinning import thinned

SECOND = 1_000_000
values = st.floats(allow_nan=False) | st.text(max_size=12) | st.none()
read = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 2**50), values, st.integers(0, 255)), max_size=30)


def a_batch(number: int, *, connection: str = "press", values: int = 10, events: int = 0) -> Batch:
    """At second `number`; of each series the number as its value."""
    at_us = number * SECOND
    batch = Batch(connection, epoch=1, number=number, period_ms=1000)
    for series in range(values):
        batch.add(series, at_us, float(number), 192)
    for one in range(events):
        batch.events.append(Event("tag", "site", "station", number * 100 + one, "PART_DONE", at_us, 1, {"raw": number}))
        batch.states.append(StateChange("site", "station", at_us, "RUNNING"))
    batch.counters["tag"] = Counted(number, number, number, at_us, "holding:1")
    batch.spans.append(Span(at_us - SECOND, at_us, begins=number == 1))
    batch.health = {"requests": 2, "slowest": number}
    batch.topics.add("machine")
    return batch


def waiting(folder: Path) -> list[Batch]:
    """What a collector that is no more left behind."""
    return [batch for _, batches in left_behind(folder) for batch in batches]


def let_go(backlog: Backlog) -> None:
    """As a kill does: nothing is tidied, and nobody holds its files any more."""
    for segment in backlog._segments:
        for file in segment.files:
            file.close()


async def flushed(backlog: Backlog) -> list[Batch]:
    written = []
    while some := await backlog.next():
        written += some
        backlog.done(len(some))
    return written


def numbers_of_events(batches: list[Batch]) -> list[int]:
    return [event.number for batch in batches for event in batch.events]


@given(read)
def test_rows_come_back_as_they_were_and_the_last_of_each_series_is_found(samples):
    body = b"".join(row(*sample) for sample in samples)
    assert [sample for sample, _ in split(body)] == samples
    assert b"".join(piece for _, piece in split(body)) == body
    assert last_rows(body) == {sample[0]: row(*sample) for sample in samples}


def test_a_batch_comes_back_from_its_frame_as_it_was():
    batch = a_batch(3, events=2)
    batch.link = ("LOST", "It was unplugged.")
    assert batch_of(frame(batch)) == batch
    bare = Batch("press", epoch=0)
    assert batch_of(frame(bare)) == bare


def test_a_frame_is_small_and_made_in_no_time():
    batch = Batch("0" * 36, epoch=1, number=5, period_ms=100, spans=[Span(1, 2)], topics={"site/machine/station"})
    for series in range(125):
        batch.add(series, time.time_ns() // 1000, series, 192)
    assert len(frame(batch)) < len(batch.rows) + 250
    began = time.process_time()
    for _ in range(200):
        frame(batch)
    assert (time.process_time() - began) / 200 < 0.0003, "a tenth of it on a quiet core"


def test_what_waits_in_memory_is_accounted_for(tmp_path):
    async def add() -> tuple[int, int]:
        backlog = Backlog(tmp_path, "one", 100_000_000)
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        for number in range(1, 2_000):
            backlog.add([a_batch(number, values=number % 40, events=number % 3)])
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return backlog.size, after - before

    accounted, taken = asyncio.run(add())
    assert 0.9 * taken < accounted < 1.2 * taken


def test_while_the_database_keeps_up_nothing_is_written_to_disk(tmp_path):
    async def live() -> None:
        backlog = Backlog(tmp_path / "spool", "one", 1_000_000)
        for number in range(1, 20):
            backlog.add([a_batch(number)])
            await backlog.keep()
            assert [batch.number for batch in await backlog.next()] == [number]
            backlog.done(1)
        await backlog.close()

    asyncio.run(live())
    assert not (tmp_path / "spool").exists()


def test_what_waits_is_on_disk_the_second_time_that_somebody_looks_and_gone_when_it_is_written(tmp_path):
    async def live() -> None:
        backlog = Backlog(tmp_path, "one", 1_000_000)
        backlog.add([a_batch(1), a_batch(2)])
        await backlog.keep()
        assert backlog.size_on_disk == 0
        backlog.add([a_batch(3)])
        await backlog.keep()
        assert backlog.size_on_disk == sum(len(frame(a_batch(number))) for number in (1, 2))
        await backlog.keep(everything=True)
        assert waiting(tmp_path) == [], "it lives"
        assert [batch.number for batch in await flushed(backlog)] == [1, 2, 3]
        await backlog.close()
        assert list(tmp_path.iterdir()) == []

    asyncio.run(live())


@pytest.mark.parametrize("torn", [1, 11, 12, 40, 300])
def test_a_last_frame_that_is_torn_is_left_out(tmp_path, torn):
    file = SpoolFile(tmp_path / "one.spool")
    file.append([frame(a_batch(number)) for number in (1, 2, 3)])
    file.close()
    content = file.path.read_bytes()
    file.path.write_bytes(content[:-torn])
    assert waiting(tmp_path) == [a_batch(1), a_batch(2)]


def test_zeros_at_the_end_of_a_file_are_left_out_as_a_torn_frame_is(tmp_path):
    file = SpoolFile(tmp_path / "one.spool")
    file.append([frame(a_batch(1))])
    file.close()
    file.path.write_bytes(file.path.read_bytes() + bytes(4096))
    assert waiting(tmp_path) == [a_batch(1)]


def test_a_file_that_its_living_owner_replaced_is_not_taken_for_one_that_was_left_behind(tmp_path, monkeypatch):
    """Opened before, locked after: what is locked then is nobody's, and its name is that of another file."""
    file = SpoolFile(tmp_path / "one.spool")
    file.append([frame(a_batch(1))])
    from equipment.collection import spool

    flock = spool.fcntl.flock

    def replaced_meanwhile(asked, how):
        monkeypatch.setattr(spool.fcntl, "flock", flock)
        file.replace([frame(a_batch(2))])
        flock(asked, how)

    monkeypatch.setattr(spool.fcntl, "flock", replaced_meanwhile)
    assert waiting(tmp_path) == []
    file.close()
    assert waiting(tmp_path) == [a_batch(2)]


def run_over_the_cap(folder: Path, most_bytes: int, each: Callable[[Backlog, int], Awaitable[None]]) -> tuple:
    """Five times as much as may wait, of two connections; what was given, and what was written in the end."""

    async def live() -> tuple:
        backlog, given = Backlog(folder, "one", most_bytes), []
        for number in itertools.count(1):
            some = [a_batch(number, connection=name, events=number % 10 == 0) for name in ("oven", "press")]
            given += some
            backlog.add(some)
            await each(backlog, number)
            if sum(len(frame(batch)) for batch in given[::20]) * 20 > 5 * most_bytes:
                written = await flushed(backlog)
                await backlog.close()
                return given, written

    return asyncio.run(live())


def test_over_the_cap_the_oldest_values_go_and_nothing_that_was_made_of_them(tmp_path):
    most_bytes, sizes = 400_000, []

    async def keep(backlog: Backlog, number: int) -> None:
        if number % 5 == 0:
            await backlog.keep()
            sizes.append((backlog.size, backlog.size_on_disk))
        while backlog._is_thinning():
            await asyncio.sleep(0.001)

    given, written = run_over_the_cap(tmp_path, most_bytes, keep)
    assert max(size for size, _ in sizes) <= most_bytes
    assert max(on_disk for _, on_disk in sizes) <= most_bytes
    assert max(on_disk for _, on_disk in sizes) > most_bytes / 2
    for name in ("oven", "press"):
        of_it, left = ([one for one in some if one.connection == name] for some in (given, written))
        assert numbers_of_events(left) == numbers_of_events(of_it)
        assert [state for one in left for state in one.states] == [state for one in of_it for state in one.states]
        assert [one.number for one in left] == sorted({one.number for one in left})
        assert left[-1].counters == of_it[-1].counters
        assert sum(one.health["requests"] for one in left) == 2 * len(of_it)
        assert max(one.health["slowest"] for one in left) == len(of_it)
        stored = sum(one.count for one in left)
        assert stored == sum(len(list(split(bytes(one.rows)))) for one in left)
        assert stored + sum(one.health.get("dropped", 0) for one in left) == 10 * len(of_it)
        watched = [(span.from_us, span.until_us) for one in left for span in one.spans]
        assert watched[0][0] == 0
        assert watched[-1][1] == len(of_it) * SECOND
        assert all(one[1] == then[0] for one, then in itertools.pairwise(watched)), "it was watched all the time"
        whole = [one for one in left if one in of_it]
        assert whole == of_it[-len(whole) :], "what is newest is all there"
        assert len(whole) * len(frame(whole[0])) > most_bytes / 2 / 2


def test_what_is_over_the_cap_outlives_a_kill_at_any_time(tmp_path):
    """The database is away throughout; then it is there once, for a portion, whose reply is lost."""
    killed = []

    async def look(backlog: Backlog, number: int) -> None:
        while backlog._is_thinning():
            await asyncio.sleep(0.001)
        if number == 50:
            assert await backlog.next()
        if number % 50 == 0:
            await backlog.keep(everything=True)
            seen: dict[str, int] = {}
            events: dict[str, list[int]] = {"oven": [], "press": []}
            for path in sorted(tmp_path.glob("*.spool")):
                with path.open("rb") as file:
                    for batch in read_frames(file):
                        if batch.number > seen.get(batch.connection, 0):
                            seen[batch.connection] = batch.number
                            events[batch.connection] += [event.number for event in batch.events]
            killed.append(number)
            assert set(seen.values()) == {number}
            wanted = [one * 100 for one in range(10, number + 1, 10)]
            assert events == {"oven": wanted, "press": wanted}

    run_over_the_cap(tmp_path, 200_000, look)
    assert len(killed) > 10


def test_what_may_be_in_the_database_already_is_not_thinned(tmp_path):
    """A batch that stood for one that is written, and for one that is not, would be written twice or not at all."""
    tried = []

    async def try_once(backlog: Backlog, number: int) -> None:
        if number == 20:
            tried.extend(await backlog.next())
        while backlog._is_thinning():
            await asyncio.sleep(0.001)

    _, written = run_over_the_cap(tmp_path, 400_000, try_once)
    assert len(tried) == 40
    assert written[:40] == tried


def test_a_disk_that_is_full_holds_whole_frames_and_takes_the_rest_when_there_is_room(tmp_path, caplog):
    async def live() -> None:
        backlog = Backlog(tmp_path, "one", 1_000_000)
        with files_of_at_most(len(frame(a_batch(1))) * 7 // 2):
            for number in range(1, 6):
                backlog.add([a_batch(number)])
                await backlog.keep(everything=True)
            assert len(backlog) == 5, "in memory all the same"
        kept = backlog.size_on_disk // len(frame(a_batch(1)))
        await backlog.keep(everything=True)
        let_go(backlog)
        assert kept == 3
        assert [batch.number for batch in waiting(tmp_path)] == [1, 2, 3, 4, 5]

    asyncio.run(live())
    assert caplog.text.count("what is read is in memory alone") == 1, "said once"
    assert "can be written again" in caplog.text


@contextmanager
def files_of_at_most(size: int):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_thinned_are_batches_of_one_epoch_and_period_alone_and_of_so_many_events():
    batches = [a_batch(number, events=300) for number in range(1, 7)]
    batches[0].period_ms = 500
    batches[5].epoch = 2
    left = thinned(batches)
    assert [batch.number for batch in left] == [1, 3, 5, 6]
    assert [(batch.epoch, batch.period_ms) for batch in left] == [(1, 500), (1, 1000), (1, 1000), (2, 1000)]
    assert numbers_of_events(left) == numbers_of_events(batches)

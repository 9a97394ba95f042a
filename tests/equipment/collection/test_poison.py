"""What the database refuses costs little, and the rest of the plant nothing: counted in transactions and savepoints."""

import asyncio
import time
from itertools import pairwise

import pytest
from psycopg import AsyncConnection

from equipment.collection import leases
from equipment.collection.batches import Batch
from equipment.collection.database import Database, connect
from equipment.collection.flushing import Flusher
from equipment.models import Connection, LatestValue, QuarantinedRow, Series, Tag
from mes.kernel.door import open_door
from tests import databases
from tests.equipment.collection.floor import ask

CONNECTIONS, TAGS = 16, 60
BAD = "x" * 300  # longer than a sample's text


@pytest.fixture
def series(committed_plant) -> dict[str, list[int]]:
    """Of each connection, in the order of their keys."""
    site = committed_plant.site
    with open_door(person=None):
        for number in range(CONNECTIONS):
            connection = Connection.objects.create(
                site=site, code=f"PLC-{number}", name="PLC", kind="MODBUS", address="none"
            )
            Tag.objects.bulk_create(
                Tag(site=site, connection=connection, code=f"t{n}", address=f"holding:{n}", value_type="UINT16")
                for n in range(TAGS)
            )
    found: dict[str, list[int]] = {}
    for one, connection in Series.objects.order_by("tag__connection_id", "pk").values_list("pk", "tag__connection"):
        found.setdefault(str(connection), []).append(one)
    return found


@pytest.fixture
def transactions(monkeypatch) -> list[None]:
    """One for each that is begun, savepoints too."""
    begun: list[None] = []
    begin = AsyncConnection.transaction

    def counted(self, *arguments, **named):
        begun.append(None)
        return begin(self, *arguments, **named)

    monkeypatch.setattr(AsyncConnection, "transaction", counted)
    return begun


def batch_of(connection: str, series: list[int], number: int) -> Batch:
    batch, now_us = Batch(connection, epoch=1, number=number, period_ms=100), time.time_ns() // 1000
    for one in series:
        batch.add(one, now_us, float(number), 192)
    return batch


def played(database_name: str, play) -> None:
    async def all_of_it() -> None:
        database: Database = await connect(databases.url_of(database_name), "test")
        try:
            await leases.claim(database, owner="test", lease_s=60, most=CONNECTIONS)
            await play(database)
        finally:
            await database.close()

    asyncio.run(all_of_it())


def test_one_row_that_is_refused_is_found_by_halving_and_the_next_time_others_do_not_pay(
    series, transactions, committed_database
):
    (poisoned, of_poisoned), *_ = reversed(series.items())
    between, began = [], []

    async def look() -> None:
        between.append(len(transactions))

    async def play(database: Database) -> None:
        flusher = Flusher(database, look)
        for number in (1, 2, 3):
            batches = [batch_of(connection, some, number) for connection, some in series.items()]
            if number < 3:
                batches[-1].add(of_poisoned[7], time.time_ns() // 1000 + 5, BAD, 192)
            began.append(len(transactions))
            assert await flusher.flush(batches) == set()
        began.append(len(transactions))

    played(committed_database, play)
    first, second, third = (after - before for before, after in pairwise(began))
    # Halves of sixteen connections, then of the rows of one and of what else it has.
    assert first <= 2 * 4 + 1 + 2 * 7 + 2 * 7 + 3
    assert second <= 2 + 1 + 2 * 7 + 2 * 7 + 3, "the others go in one"
    assert third == 2, "one that is well again is one of them the next time"
    assert between, "leases are renewed meanwhile"
    assert max(after - before for before, after in pairwise(between)) < 30
    for connection, some in series.items():
        assert ask("SELECT count(*) FROM equipment_sample WHERE series_id = ANY(%s)", some) == [(3 * TAGS,)]
        latest = LatestValue.objects.filter(series__in=some).values_list("value", flat=True)
        assert list(latest) == [3.0] * TAGS, connection
    refused = QuarantinedRow.objects.all()
    assert {str(row.connection_id) for row in refused} == {poisoned}
    assert len([row for row in refused if "series" in row.row]) == 2


def test_where_all_is_refused_of_many_batches_of_one_machine_the_others_are_stored_and_leases_renewed(
    series, transactions, committed_database
):
    (poisoned, of_poisoned), *_ = series.items()
    renewed = []

    async def look() -> None:
        renewed.append(time.monotonic())

    async def play(database: Database) -> None:
        batches = []
        for number in range(1, 5):
            for connection, some in series.items():
                batches.append(batch_of(connection, some, number))
                if connection == poisoned:
                    batches[-1].add(of_poisoned[0], time.time_ns() // 1000 + number, BAD, 192)
        await Flusher(database, look).flush(batches)

    played(committed_database, play)
    assert len(renewed) >= 8
    assert ask("SELECT count(*) FROM equipment_sample") == [(CONNECTIONS * TAGS * 4,)]
    assert ask("SELECT DISTINCT batch FROM equipment_connectionlease") == [(4,)]

"""`make bench`: one unsigned scan-to-complete by the verb, over HTTP, and bare. Ratios count: same run, same cores."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import psycopg
import pytest
from django.db import connection

from mes.kernel.door import open_door
from mes.kernel.keys import uuid7
from mes.people.actions.tokens import create_token
from tests import databases
from tests.api.test_statements import statements
from tests.bench import bare
from tests.bench.clients import HttpClient, Timing, one_after_another, side_by_side
from tests.bench.line import DriveLine, Job, drive_line
from tests.bench.pace import at_pace
from tests.bench.report import note
from tests.plant import NOW
from tests.plant_server import plant_server_on

pytestmark = pytest.mark.bench

ROUNDS, PER_ROUND = 5, 40
CLIENTS = 8
HTTP_MS = 12  # p50 with one client


@pytest.fixture
def line(committed_plant) -> DriveLine:
    return drive_line(committed_plant)


@pytest.fixture
def token(line) -> str:
    with open_door(person=None, at=NOW):
        return create_token(person=line.plant.people["amina"], scopes=[], name="bench", by=None, at=NOW)


@contextmanager
def bare_connections(database: str, count: int) -> Iterator[list[psycopg.Connection]]:
    with ExitStack() as stack:
        yield [stack.enter_context(psycopg.connect(databases.url_of(database), autocommit=True)) for _ in range(count)]


def is_durable() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        return cursor.fetchone() == ("on", "on")


def rows_of(execution_id) -> dict[str, int]:
    """How many rows of the ledger belong to a scan-to-complete, by table."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT table_name, count(*) FROM audit_auditevent WHERE transaction_id = (
                   SELECT transaction_id FROM audit_auditevent WHERE table_name = 'wip_operationexecution'
                   AND record = %s AND operation = 'UPDATE') GROUP BY 1""",
            [str(execution_id)],
        )
        return dict(cursor.fetchall())


def verb(line: DriveLine, job: Job) -> None:
    line.complete(job, key=str(uuid7()), asked="bench", station="ST-10")


def in_turns(acts: dict[str, object], jobs: dict[str, list]) -> dict[str, Timing]:
    """A round of each in turn, so that what else the machine does falls on all of them."""
    parts: dict[str, list[Timing]] = {name: [] for name in acts}
    for number in range(ROUNDS):
        for name, act in acts.items():
            share = jobs[name][number * PER_ROUND : (number + 1) * PER_ROUND]
            parts[name].append(one_after_another(act, share))
    return {
        name: Timing([s for t in timings for s in t.seconds], sum(t.whole_s for t in timings))
        for name, timings in parts.items()
    }


def test_scan_to_complete(line, token, committed_database):
    assert is_durable(), "run it by `make bench`: without fsync a commit costs nothing"
    jobs = {name: line.started(ROUNDS * PER_ROUND + 10) for name in ("bare", "verb", "http")}
    many = {name: line.started(CLIENTS * 40) for name in ("bare", "http")}
    jobs["bare"], many["bare"] = [bare.bare_of(j) for j in jobs["bare"]], [bare.bare_of(j) for j in many["bare"]]
    connection.close()
    with (
        bare_connections(committed_database, CLIENTS) as connections,
        plant_server_on(committed_database, workers=2, threads=4) as server,
    ):
        clients = [HttpClient(server.url, token) for _ in range(CLIENTS)]
        acts = {
            "bare": lambda job: bare.complete(connections[0], job, NOW),
            "verb": partial(verb, line),
            "http": clients[0].complete,
        }
        for name, act in acts.items():  # both processes, their plans and prepared statements are warm
            one_after_another(act, [jobs[name].pop() for _ in range(10)])
        samples = jobs["bare"][0].execution, jobs["verb"][0].execution.pk, jobs["http"][0].execution.pk
        alone, pace = at_pace(partial(in_turns, acts, jobs))
        together = {
            "bare": side_by_side([lambda j, c=c: bare.complete(c, j, NOW) for c in connections], many["bare"]),
            "http": side_by_side([client.complete for client in clients], many["http"]),
        }
        for client in clients:
            client.connection.close()
    assert rows_of(samples[0]) == rows_of(samples[1]) == rows_of(samples[2]), "not the same records"
    report(line, token, alone, together)
    note(f"The machine's pace: {pace:.1f}.")
    assert together["http"].a_second >= together["bare"].a_second / 10
    assert alone["http"].p50_ms <= HTTP_MS


def report(line, token, alone: dict[str, Timing], together: dict[str, Timing]) -> None:
    from django.test import Client

    job = line.started(1)[0]
    recorder = HttpClient("http://127.0.0.1:1", token)
    with statements() as sent:
        recorder.connection = InProcess(Client())
        recorder.complete(job)
    inside = sent[sent.index("BEGIN") : sent.index("COMMIT") + 1]
    base = alone["bare"]
    note("| one unsigned scan-to-complete | p50 ms | p95 ms | a second | times bare (p50) |")
    note("|---|---|---|---|---|")
    for name, words in [("bare", "bare, 1 client"), ("verb", "by the verb"), ("http", "over HTTP, 1 client")]:
        note(row(words, alone[name], alone[name].p50_ms / base.p50_ms))
    for name, words in [("bare", f"bare, {CLIENTS} clients"), ("http", f"over HTTP, {CLIENTS} clients")]:
        note(row(words, together[name], together[name].p50_ms / together["bare"].p50_ms))
    share = together["bare"].a_second / together["http"].a_second
    note(f"\nThroughput with {CLIENTS} clients: 1/{share:.1f} of bare (target: at least 1/10).")
    note(f"Statements: {len(inside)} from BEGIN to COMMIT (at most 16), {len(sent)} the request (at most 20).\n")
    assert len(inside) <= 16
    assert len(sent) <= 20


def row(words: str, timing: Timing, times: float) -> str:
    return f"| {words} | {timing.p50_ms:.2f} | {timing.p95_ms:.2f} | {timing.a_second:.0f} | {times:.1f} |"


class InProcess:
    """The same request by Django's test client, where its statements can be counted."""

    def __init__(self, client) -> None:
        self.client = client

    def request(self, method: str, address: str, body: str, headers: dict[str, str]) -> None:
        assert method == "POST"
        self.answer = self.client.post(address, body, content_type="application/json", headers=headers)

    def getresponse(self):
        self.answer.status, self.answer.read = self.answer.status_code, lambda: self.answer.content
        return self.answer

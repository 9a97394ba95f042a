"""The collector as a plant runs it, a step of a Celery worker, and a broker that goes: it needs none for its work."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from redis import Redis

from mes.celery import app
from mes.embedded.binaries import broker_program
from mes.embedded.broker import free_port
from mes.embedded.home import ROOT
from mes.heartbeats import KEY
from tests.equipment.collection.floor import PATIENCE_S, Floor, ask, lease, ledger, made, put, samples_of, until


class Broker:
    """A Valkey of the test's own, to be killed and started again at the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [broker_program(), "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""]
        with (self.folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        with Redis(port=self.port) as client:
            until(lambda: _answers(client), "the broker answers")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_S)
            self._process = None


def _answers(client: Redis) -> bool:
    try:
        return client.ping()
    except OSError:
        return False
    except Exception as error:
        return not str(error)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path)
    yield broker
    broker.kill()


LEASE_S = 0.9


class Workers:
    """`celery worker` with the step turned on, by the command of docs/collection.md; each leads its process group."""

    def __init__(self, floor: Floor, broker: Broker, folder: Path) -> None:
        self._command = [sys.executable, "-m", "celery", "--app", "mes.celery", "--quiet", "worker"]
        self._command += ["--pool", "threads", "--queues", "collector", "--concurrency", "1"]
        self._environment = os.environ | {
            "DATABASE_URL": floor.url,
            "REDIS_URL": broker.url,
            "MES_COLLECT": "1",
            "MES_SPOOL": str(floor.spool),
            "MES_COLLECTOR_LEASE_S": str(LEASE_S),
            "MES_COLLECTOR_FLUSH_S": "0.03",
        }
        self._log, self._started = folder / "worker.log", list[subprocess.Popen[bytes]]()

    def start(self) -> subprocess.Popen[bytes]:
        command = [*self._command, "--hostname", f"collector@drill-{len(self._started)}"]
        with self._log.open("ab") as log:
            worker = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        self._started.append(worker)
        return worker

    def kill_all(self) -> None:
        for worker in self._started:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait(PATIENCE_S)


@pytest.fixture
def workers(floor: Floor, broker: Broker, tmp_path: Path) -> Iterator[Workers]:
    workers = Workers(floor, broker, tmp_path)
    yield workers
    workers.kill_all()


@pytest.fixture
def worker(workers: Workers) -> subprocess.Popen[bytes]:
    """One; the broker is not there yet."""
    return workers.start()


def hears(broker: Broker) -> bool:
    """Whether the worker tells this broker that it lives, and takes what is put into its queue."""
    with Redis(port=broker.port) as client:
        until(lambda: client.zrange(KEY.format(kind="collector"), 0, -1), "a sign of life")
        with Celery(broker=broker.url, set_as_current=False) as asks:
            asks.send_task("mes.kernel.idempotency.tasks.forget_old_keys", queue="collector")
        until(lambda: not client.llen("collector") and not client.hlen("unacked"), "a task is done")
    return True


@pytest.mark.long
def test_without_a_broker_the_worker_goes_on_collecting_and_finds_it_again(
    floor, broker, worker, connection, speed, good, machine
):
    until(lambda: samples_of(good), "it collects, though no broker was ever there")
    for parts in (1, 2):
        broker.start()
        assert hears(broker)
        broker.kill()
        put(machine, good, parts)
        until(lambda parts=parts: made(good) == parts, "a part, without a broker")
        before = len(samples_of(speed))
        time.sleep(2)
        assert len(samples_of(speed)) > before + 20
    broker.start()
    assert hears(broker)
    assert worker.poll() is None
    assert app.conf.broker_connection_max_retries is None, "it never gives up looking, for collecting would end with it"
    assert (lease(connection).epoch, lease(connection).connects) == (1, 1)
    worker.send_signal(signal.SIGTERM)
    worker.wait(PATIENCE_S)
    assert lease(connection).owner == "", "given back"
    account = ledger(connection)["speed"]
    assert account.observations == 1, "it was watched all the time"
    assert samples_of(speed)[-1][3] == 28


def collect(collectors: int) -> bool:
    """Whether so many are there, by their lines to the database: each has one to write, and one for commands."""
    here = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"
    ((lines,),) = ask(here, "plantwright collector")
    return bool(lines == 2 * collectors)


@pytest.mark.long
@pytest.mark.parametrize("has_broker", [True, False], ids=["with a broker", "without one"])
def test_a_worker_that_is_killed_is_followed_by_another_and_no_slot_is_doubled_or_missing(
    broker, workers, connection, speed, good, machine, has_broker
):
    """kill -9 of the whole process group, in the middle of counting: there, and back again."""
    if has_broker:
        broker.start()
    watching = workers.start()
    until(lambda: samples_of(good), "it collects")
    for epoch in (2, 3):
        waiting = workers.start()
        until(lambda: collect(2), "another is there, too")
        before = lease(connection).owner
        put(machine, good, epoch)
        os.killpg(watching.pid, signal.SIGKILL)
        killed_at = time.monotonic()
        until(lambda epoch=epoch: lease(connection).epoch == epoch, "the other has it")
        assert time.monotonic() - killed_at < LEASE_S + 3.0
        assert lease(connection).owner not in ("", before)
        assert watching.wait(PATIENCE_S) == -signal.SIGKILL
        until(lambda epoch=epoch: made(good) == epoch, "what was made meanwhile is counted")
        watching = waiting
    watching.send_signal(signal.SIGTERM)
    assert watching.wait(PATIENCE_S) == 0
    assert lease(connection).owner == "", "given back"
    assert ledger(connection)["speed"].observations >= 3
    assert made(good) == epoch

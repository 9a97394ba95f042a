"""`make demo`: what stands in the way is said in a sentence; what was started is gone afterwards."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from mes.embedded import demo, preparation
from mes.embedded.broker import free_port
from mes.embedded.home import ROOT, EmbeddedError, Home
from mes.embedded.locks import is_held
from tests import databases
from tests.embedded.conftest import processes_naming
from tests.embedded.waiting import becomes_true


@pytest.mark.parametrize("given", ["http", "0", "65536", "-1", "80 80", "８０"])
def test_a_port_that_is_none_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MES_PORT", given)
    with pytest.raises(EmbeddedError, match="between 1 and 65535"):
        demo.chosen_port()


def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(EmbeddedError, match=f"Port {port} is taken"):
            demo.only_one(Home(tmp_path / "home"), port)


def test_a_second_demo_says_where_the_first_one_runs(tmp_path: Path) -> None:
    home, port = Home(tmp_path / "home"), free_port()
    with demo.only_one(home, port):
        with pytest.raises(EmbeddedError) as refused:
            demo.only_one(home, free_port())
        assert f"http://127.0.0.1:{port}/ (process {os.getpid()})" in str(refused.value)
    demo.only_one(home, free_port()).release()


def test_a_database_is_prepared_once_for_a_state_of_the_code(
    committed_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = databases.url_of(committed_database, "owner")
    assert not preparation.is_prepared(url)
    preparation.note_prepared(url)
    assert preparation.is_prepared(url)
    monkeypatch.setattr(preparation, "fingerprint", lambda: "other migrations")
    assert not preparation.is_prepared(url)


def test_a_database_that_is_away_is_a_sentence() -> None:
    with pytest.raises(EmbeddedError, match="The database does not answer"):
        preparation.is_prepared("postgresql://me:pw@127.0.0.1:1/plant")


@pytest.mark.slow
def test_the_whole_demo_starts_heals_and_leaves_nothing(home: Home, nothing_external: None) -> None:
    port = free_port()
    variables = os.environ | {"MES_HOME": str(home.path), "MES_PORT": str(port)}
    variables.pop("DJANGO_SETTINGS_MODULE", None)
    with open(home.make().log_file("demo"), "wb") as log:
        command = [sys.executable, "-m", "mes.embedded", "demo"]
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=log, stderr=log)
    try:
        assert becomes_true(lambda: _is_well(port), within_s=120)
        assert json.loads((home.path / "demo.json").read_text())["pid"] == process.pid
        for part in ("celery --app mes.celery --quiet worker", "gunicorn", "-m mes.events", "postgres -D"):
            killed = min(_processes(part, process.pid, home))
            os.kill(killed, signal.SIGKILL)
            assert becomes_true(lambda part=part, killed=killed: _replaced(killed, part, process.pid, home)), part
            assert becomes_true(lambda: _is_well(port), within_s=30), part
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert becomes_true(lambda: not processes_naming(home.path))
    assert not is_held(home.lock_file("keeper"))


def _is_well(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def _replaced(killed: int, part: str, supervisor: int, home: Home) -> bool:
    now = _processes(part, supervisor, home)
    return bool(now) and killed not in now


def _processes(part: str, supervisor: int, home: Home) -> list[int]:
    """The processes of this demo whose command line holds `part`."""
    lines = subprocess.check_output(["ps", "-ww", "-eo", "pid,ppid,stat,args"], text=True).splitlines()[1:]
    rows = [line.split(maxsplit=3) for line in lines]
    return [
        int(pid)
        for pid, parent, state, args in rows
        if part in args and state[0] != "Z" and (parent == str(supervisor) or str(home.path) in args)
    ]

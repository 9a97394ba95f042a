"""`make demo`: from nothing to a running plant, progress while it works, and all of it gone on Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection
from typing import Any

from mes.embedded import children, preparation
from mes.embedded.broker import is_port_free
from mes.embedded.home import ROOT, EmbeddedError, Home, write_private
from mes.embedded.locks import FileLock, is_held
from mes.embedded.sessions import ensure_kept, servers, wanted_servers
from mes.embedded.supervisor import Service, services

ACCOUNTS = ("operator", "supervisor", "quality", "engineer", "planner", "auditor", "administrator", "integration")
PASSWORD = "plantwright-demo"  # noqa: S105 - printed on purpose; the demo listens on loopback only
READY_PATIENCE_S = 60
LOOK_EVERY_S = 0.3


def run(home: Home) -> int:
    """Run until Ctrl-C or SIGTERM. 0 after a clean stop; EmbeddedError where it cannot start."""
    began, port = time.monotonic(), chosen_port()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)

    def tell(line: str) -> None:
        print(f"[{time.monotonic() - began:5.1f} s] {line}", flush=True)

    with only_one(home, port):
        try:
            with servers(home, tell) as environment:
                run_programs(home, port, environment, tell)
        except KeyboardInterrupt:
            pass
        finally:
            _wait_for_the_keeper(home, tell)
    tell(f"stopped. The data is kept in {home.path}")
    return 0


def chosen_port() -> int:
    given = os.environ.get("MES_PORT") or "8000"
    if not (given.isascii() and given.isdigit()) or not 0 < int(given) < 65536:
        raise EmbeddedError(f"MES_PORT is {given!r}; give a port number between 1 and 65535.")
    return int(given)


def only_one(home: Home, port: int) -> FileLock:
    """The right to run the demo in this home on this port, or an EmbeddedError that says who is in the way."""
    home.claim()
    lock, note = FileLock(home.lock_file("demo")), home.path / "demo.json"
    if not lock.try_take():
        running = json.loads(note.read_text())
        raise EmbeddedError(
            f"The demo is already running in {home.path}: {running['url']} (process {running['pid']}).\n"
            "Stop it with Ctrl-C in its terminal, or set MES_HOME and MES_PORT to run a second one."
        )
    if not is_port_free(port):
        raise EmbeddedError(f"Port {port} is taken by another program. Choose one: make demo MES_PORT={port + 1}")
    write_private(note, json.dumps({"pid": os.getpid(), "url": f"http://127.0.0.1:{port}/"}))
    return lock


def run_programs(home: Home, port: int, environment: dict[str, str], tell: Any) -> None:
    running = services(home, port, environment)
    try:
        prepare(home, environment, tell, meanwhile=lambda: start(running, ("worker", "web", "events"), tell))
        if not any(service.name == "machines" for service in running):
            _manage(home, environment, ["run_machines", "--none", "--skip-checks"], tell)
        start(running, ("worker", "web", "events", "beat", "operators"), tell)
        wait_until_healthy(port, running)
        tell("ready")
        print(welcome(port), flush=True)
        start(running, ("machines", "collector"), tell)  # nobody waits for them
        watch(home, running, tell)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
        print(flush=True)
        for service in running:
            service.stop()
            tell(f"{service.name} stopped")


def start(running: list[Service], names: Collection[str], tell: Any) -> None:
    """Start those of these services that do not run yet."""
    waiting = [service for service in running if service.name in names and service.process is None]
    if waiting:
        tell(f"starting {', '.join(service.name for service in reversed(waiting))}")
    for service in reversed(waiting):
        service.start()


def prepare(home: Home, environment: dict[str, str], tell: Any, *, meanwhile: Callable[[], object]) -> None:
    """Migrate as the owner and load the demo plant, unless this database has seen exactly this code.

    meanwhile: done when the tables are there. Programs that wait to be asked take seconds to start, and loading leaves
    them a core; it is well (/healthz) only with those that act by themselves, which are started when it is loaded.
    """
    if preparation.is_prepared(environment["DATABASE_OWNER_URL"]):
        return
    tell("creating the tables")
    _manage(home, environment, ["migrate", "--no-input", "--skip-checks", "--verbosity", "0"], tell)
    meanwhile()
    tell("loading the demo plant")
    _manage(home, environment, ["load_demo", "--skip-checks", "--if-empty"], tell)
    preparation.note_prepared(environment["DATABASE_OWNER_URL"])


def _manage(home: Home, environment: dict[str, str], command: list[str], tell: Any) -> None:
    log = home.log_file("prepare")
    with (
        subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=os.environ | environment | {"DJANGO_SETTINGS_MODULE": "mes.settings.demo", "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=children.die_with_parent(signal.SIGTERM),
        ) as process,
        open(log, "a") as kept,
    ):
        assert process.stdout is not None
        try:
            for line in process.stdout:
                kept.write(line)
                if line.strip() and not line.startswith((" ", "Traceback")):
                    tell(f"  {line.rstrip()}")
        except KeyboardInterrupt:
            children.stop(process)
            raise
    if process.returncode:
        raise EmbeddedError(f"manage.py {' '.join(command)} failed, see {log}:\n{children.tail(log)}")


def wait_until_healthy(port: int, running: list[Service]) -> None:
    """All parts answer; a program that ends meanwhile is named at once, with the end of its log."""
    end = time.monotonic() + READY_PATIENCE_S
    while time.monotonic() < end:
        if _is_healthy(port):
            return
        for service in running:
            if service.process is not None and service.process.poll() is not None:
                raise EmbeddedError(f"{service.name} did not start, see {service.log}:\n{children.tail(service.log)}")
        time.sleep(0.1)
    raise EmbeddedError(f"Not healthy after {READY_PATIENCE_S} s. See the logs in {running[0].log.parent}.")


def watch(home: Home, running: list[Service], tell: Any) -> None:
    """Until a signal: restart what dies, the keeper of database and broker too."""
    wanted = wanted_servers()
    while True:
        time.sleep(LOOK_EVERY_S)
        for service in running:
            service.restart_if_dead(tell)
        if wanted and not is_held(home.lock_file("keeper")):
            tell("the database and the broker are gone; starting them again")
            ensure_kept(home, wanted, tell)


def welcome(port: int) -> str:
    url = f"http://127.0.0.1:{port}"
    return "\n".join(
        (
            "",
            f"  Plantwright     {url}/",
            f"  Station page    {url}/station/",
            f"  Administration  {url}/admin/",
            f"  API             {url}/api/v1/openapi.json",
            f"  Health          {url}/healthz",
            "",
            f"  Log in as       {', '.join(ACCOUNTS[:4])},",
            f"                  {', '.join(ACCOUNTS[4:])}",
            f"  Password        {PASSWORD}",
            "",
            "  Ctrl-C stops everything; the data is kept.",
        )
    )


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _wait_for_the_keeper(home: Home, tell: Any) -> None:
    end = time.monotonic() + 25
    while is_held(home.lock_file("keeper")):
        if time.monotonic() > end:
            tell("database and broker stay up: another command still uses them")
            return
        time.sleep(0.1)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt

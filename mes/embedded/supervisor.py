"""The demo's programs as child processes: started together, restarted when they die, stopped in order."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mes.embedded import children
from mes.embedded.broker import free_port
from mes.embedded.home import ROOT, Home

THREADS, WEB_PROCESSES = 4, 2
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 30.0


@dataclass
class Service:
    """One program and its present process. A program that keeps dying is started at growing intervals."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    patience_s: float = 8
    process: subprocess.Popen | None = None
    started: float = 0
    pause_s: float = field(default=1.0)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = children.start(self.command, log=self.log, cwd=ROOT, env=self.environment)

    def restart_if_dead(self, tell: Callable[[str], None]) -> None:
        if self.process is None or self.process.poll() is None:
            return
        ran_s = time.monotonic() - self.started
        self.pause_s = 1.0 if ran_s > STEADY_AFTER_S else self.pause_s
        if ran_s < self.pause_s:
            return
        self.pause_s = min(2 * self.pause_s, LONGEST_PAUSE_S)
        tell(f"{self.name} ended (status {self.process.returncode}); starting it again, see {self.log}")
        self.start()

    def stop(self) -> None:
        children.stop(self.process, patience_s=self.patience_s)


def services(home: Home, port: int, environment: dict[str, str]) -> list[Service]:
    """The demo's programs, in the order in which they are stopped."""
    python = [sys.executable, "-m"]
    base = os.environ | environment | {"DJANGO_SETTINGS_MODULE": "mes.settings.demo", "PYTHONUNBUFFERED": "1"}
    base.pop("MES_DATABASE_ROLE", None)
    # A port of its own: without a proxy before the two, no stream takes one of web's few threads.
    events_port = free_port()
    base["MES_EVENTS_URL"] = f"http://127.0.0.1:{events_port}/events/"
    celery = [*python, "celery", "--app", "mes.celery", "--quiet"]
    web = [
        *(*python, "gunicorn", "mes.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--preload"),
        *("--workers", str(WEB_PROCESSES), "--threads", str(THREADS), "--graceful-timeout", "5"),
        "--no-control-socket",
    ]
    collector = ["--hostname", "collector@%h", "--queues", "collector", "--pool", "threads", "--concurrency", "1"]
    programs = {
        "collector": [*celery, "worker", *collector, "--without-gossip", "--without-mingle"],
        "machines": [sys.executable, "manage.py", "run_machines", "--skip-checks"],
        "operators": [sys.executable, "manage.py", "run_operators", "--skip-checks"],
        "beat": [*celery, "beat", "--schedule", str(home.path / "beat-schedule"), "--pidfile", ""],
        "events": [*python, "mes.events", "--port", str(events_port)],
        "web": web,
        "worker": [
            *celery,
            "worker",
            "--pool",
            "prefork",
            "--concurrency",
            "1",
            "--without-gossip",
            "--without-mingle",
        ],
    }
    if os.environ.get("MES_DEMO_OPERATORS") == "0":
        del programs["operators"]
    if os.environ.get("MES_DEMO_MACHINES") == "0":
        del programs["machines"], programs["collector"]
    extra = {
        "web": {"MES_DATABASE_POOL": str(THREADS)},
        "collector": {"MES_COLLECT": "1", "MES_SPOOL": str(home.path / "spool")},
    }
    return [
        Service(name, command, base | extra.get(name, {}), home.log_file(name)) for name, command in programs.items()
    ]

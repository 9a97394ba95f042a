"""The web process of production (gunicorn, threads, connection pool) on a database of the test's."""

import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mes.embedded import children
from mes.embedded.broker import free_port
from mes.embedded.home import ROOT
from tests import databases

PATIENCE_S = 30
THREADS = 8


@dataclass(frozen=True)
class PlantServer:
    """`url` without a slash at its end; `environment` to run commands or programs on the same database."""

    url: str
    environment: dict[str, str]
    log: Path


@contextmanager
def plant_server_on(database: str, *, workers: int = 1, threads: int = THREADS) -> Iterator[PlantServer]:
    """Start it on a free loopback port, wait until it answers, stop it at the end of the block."""
    port = free_port()
    log = Path(os.environ["MES_HOME"]) / "log" / f"plant-server-{port}.log"
    environment = os.environ | {
        "DATABASE_URL": databases.url_of(database),
        "DATABASE_OWNER_URL": databases.url_of(database, "owner"),
        "DJANGO_SETTINGS_MODULE": "mes.settings.test",
        "MES_DATABASE_POOL": str(threads),
    }
    command = [
        *(sys.executable, "-m", "gunicorn", "mes.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
        *("--workers", str(workers), "--threads", str(threads), "--graceful-timeout", "2", "--no-control-socket"),
    ]
    process = children.start(command, log=log, cwd=ROOT, env=environment)
    try:
        _wait_until_answering(port, process, log)
        yield PlantServer(f"http://127.0.0.1:{port}", dict(environment), log)
    finally:
        children.stop(process, by=signal.SIGTERM)
    log.unlink(missing_ok=True)  # kept after a failed start or test


def _wait_until_answering(port: int, process, log: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
        except urllib.error.HTTPError:
            return  # an answer: without worker and beat it says 503
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the web server did not start:\n{children.tail(log, 30)}")

"""The events program as a process on a database of the test's, and browsers that listen to it by real sockets."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mes.embedded import children
from mes.embedded.broker import free_port
from mes.embedded.home import ROOT
from mes.events import passes
from tests import databases

PATIENCE_S = 20
QUIET_S = 0.4  # long enough for what was notified to arrive, on a busy machine too


@dataclass(frozen=True)
class EventsServer:
    port: int
    process: subprocess.Popen
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events/"

    def listen(self, *topics: str, shown: str | None = None, age_s: float = 0) -> "Browser":
        """A browser that listens to these topics; shown: another pass than one for them."""
        return Browser(self.port, f"?pass={quote(shown or passes.give(topics))}&age={age_s}")

    @property
    def is_listening(self) -> bool:
        with self.listen("any") as browser:
            return browser.status == 200


class Browser:
    """One open stream. `heard` waits for the next topics."""

    def __init__(self, port: int, query: str = "", method: str = "GET", path: str = "/events/") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self._socket.sendall(f"{method} {path}{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        self._lines = b""
        head = self._read_until(b"\r\n\r\n").decode().split("\r\n")
        self.status = int(head[0].split()[1])
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def heard(self, count: int = 1, within_s: float = PATIENCE_S) -> list[str]:
        """The next topics, as soon as there are so many of them; fewer when the time is over or the stream ended."""
        topics, end = [], time.monotonic() + within_s
        while len(topics) < count and (left := end - time.monotonic()) > 0:
            line = self._line(left)
            if line is None:
                break
            if line.startswith("data: "):
                topics.append(line.removeprefix("data: "))
        return topics

    def heard_nothing(self) -> bool:
        return self.heard(within_s=QUIET_S) == []

    def ends(self, within_s: float = PATIENCE_S) -> bool:
        """Whether the program ends the stream."""
        end = time.monotonic() + within_s
        while (left := end - time.monotonic()) > 0:
            try:
                self._socket.settimeout(left)
                if (got := self._socket.recv(65536)) == b"" or got.endswith(b"0\r\n\r\n"):
                    return True
            except TimeoutError:
                return False
            except ConnectionError:
                return True
        return False

    def _line(self, within_s: float) -> str | None:
        """The next line, chunk sizes among them; None when there is none in time."""
        self._socket.settimeout(within_s)
        try:
            return self._read_until(b"\n").decode().strip()
        except (TimeoutError, ConnectionError):
            return None

    def _read_until(self, mark: bytes) -> bytes:
        while mark not in self._lines:
            got = self._socket.recv(65536)
            if not got:
                raise ConnectionError("the stream ended")
            self._lines += got
        found, _, self._lines = self._lines.partition(mark)
        return found


@contextmanager
def events_server_on(database: str, url: str = "", port: int = 0, **environment: str) -> Iterator[EventsServer]:
    """Start it, wait until it hears the database (`url`: by another way), stop it at the end of the block."""
    port = port or free_port()
    log = Path(os.environ["MES_HOME"]) / "log" / f"events-{port}.log"
    variables = os.environ | {
        "DATABASE_URL": url or databases.url_of(database),
        "DJANGO_SETTINGS_MODULE": "mes.settings.test",
        **environment,
    }
    command = [sys.executable, "-m", "mes.events", "--port", str(port)]
    process = children.start(command, log=log, cwd=ROOT, env=variables)
    server = EventsServer(port, process, log)
    try:
        _wait_until_listening(server)
        yield server
    finally:
        children.stop(process, by=signal.SIGTERM)
    log.unlink(missing_ok=True)  # kept after a failed start or test


def _wait_until_listening(server: EventsServer) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and server.process.poll() is None:
        try:
            if server.is_listening:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"the events program did not start:\n{children.tail(server.log, 30)}")

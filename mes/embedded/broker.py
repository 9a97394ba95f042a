"""A Valkey broker of our own: loopback TCP (the production path), a password, every change in its log file."""

import signal
import socket
import subprocess
import time

from mes.embedded import children
from mes.embedded.binaries import broker_program
from mes.embedded.home import EmbeddedError, Home

START_PATIENCE_S = 15


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_port_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Broker:
    """One broker under a home; `start`, `alive`, `stop`."""

    stop_signal = signal.SIGTERM

    def __init__(self, home: Home) -> None:
        self.home = home
        self.child: subprocess.Popen | None = None
        self.log = home.log_file("broker")

    def start(self) -> None:
        """Start on the kept port, or on a new one where another program has taken it meanwhile."""
        port = int(self.home.secrets["broker_port"])
        if not port or not is_port_free(port):
            self.home.keep_secret("broker_port", str(free_port()))
        self.child = children.start(
            [broker_program(), "-"], log=self.log, stop_signal=self.stop_signal, stdin=subprocess.PIPE
        )
        assert self.child.stdin is not None
        with self.child.stdin as configuration:  # by pipe: a password on the command line is for all to see
            configuration.write(self._configuration().encode())
        self._wait_until_ready()

    @property
    def alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def stop(self) -> None:
        children.stop(self.child, by=self.stop_signal)

    def _configuration(self) -> str:
        folder = self.home.path / "broker"
        folder.mkdir(exist_ok=True, mode=0o700)
        kept = self.home.secrets
        lines = (
            "bind 127.0.0.1",
            f"port {kept['broker_port']}",
            f"requirepass {kept['broker']}",
            f'dir "{folder}"',
            'save ""',
            f"appendonly {'yes' if self.home.durable else 'no'}",
            "maxmemory-policy noeviction",  # a task must never be dropped to make room
            "daemonize no",
        )
        return "\n".join(lines) + "\n"

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + START_PATIENCE_S
        while time.monotonic() < end and self.alive:
            if self._answers():
                return
            time.sleep(0.02)
        raise EmbeddedError(f"The broker did not start, see {self.log}:\n{children.tail(self.log)}")

    def _answers(self) -> bool:
        kept = self.home.secrets
        try:
            with socket.create_connection(("127.0.0.1", int(kept["broker_port"])), timeout=1) as line:
                line.sendall(f"AUTH {kept['broker']}\r\nPING\r\n".encode())
                answers = line.makefile("rb")
                return [answers.readline(), answers.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
        except OSError:
            return False

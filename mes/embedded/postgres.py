"""A PostgreSQL cluster of our own: a Unix socket, two roles, no superuser log-in, no network."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

from mes.embedded import children
from mes.embedded.account import Account, data_folder, reachable_programs
from mes.embedded.binaries import postgres_major, postgres_programs
from mes.embedded.home import APPLICATION, DATABASE, OWNER, EmbeddedError, Home

START_PATIENCE_S = 30
SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "log_checkpoints": "off",
}
UNSAFE_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One cluster under a home; `start`, `alive`, `stop`."""

    stop_signal = signal.SIGINT  # "fast": open transactions are rolled back, then a clean shutdown

    def __init__(self, home: Home) -> None:
        self.home = home
        self.child: subprocess.Popen | None = None
        programs = postgres_programs()
        self.data = data_folder(home, postgres_major(programs))
        self.account = Account(self.data)
        self.programs = reachable_programs(self.account, programs)
        self.socket_folder = Path(home.secrets["socket_folder"])
        self.log = home.log_file("postgres")

    def start(self) -> None:
        """Start, making the cluster first where there is none; returns when it accepts connections."""
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        self._make_socket_folder()
        settings = SETTINGS | {"unix_socket_directories": str(self.socket_folder)}
        settings |= {} if self.home.durable else UNSAFE_SETTINGS
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.child = children.start(
            [self.programs / "postgres", "-D", self.data, *flags],
            log=self.log,
            stop_signal=self.stop_signal,
            cwd="/",
            **self.account.popen_options,
        )
        self._wait_until_ready()

    @property
    def alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def stop(self) -> None:
        children.stop(self.child, by=self.stop_signal, patience_s=20)
        shutil.rmtree(self.socket_folder, ignore_errors=True)

    def _make_cluster(self) -> None:
        """`initdb` beside the final place, then a rename: an interrupted first start leaves nothing half made."""
        part = self.data.with_name(self.data.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        self.account.own(part)
        self._run("initdb", "-D", part, "-U", "postgres", "--auth=trust", "--locale=C.UTF-8", "-E", "UTF8", "--no-sync")
        # Single-user mode speaks SQL on its standard input: no superuser password ever exists.
        self._run("postgres", "--single", "-j", "-D", part, "postgres", sql=self._bootstrap_sql())
        (part / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        part.rename(self.data)

    def _bootstrap_sql(self) -> str:
        kept = self.home.secrets
        for_tests = (f"ALTER ROLE {OWNER} CREATEDB", f"GRANT pg_signal_backend TO {OWNER}")
        return ";\n\n".join(
            (
                f"CREATE ROLE {OWNER} LOGIN PASSWORD '{kept[OWNER]}'",
                f"CREATE ROLE {APPLICATION} LOGIN PASSWORD '{kept[APPLICATION]}'",
                f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
                f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
                f"GRANT CONNECT ON DATABASE {DATABASE} TO {APPLICATION}",
                *(for_tests if self.home.for_tests else ()),
                "",
            )
        )

    def _run(self, program: str, *arguments: str | Path, sql: str | None = None) -> None:
        done = subprocess.run(
            [str(self.programs / program), *map(str, arguments)],
            input=sql,
            stdin=subprocess.DEVNULL if sql is None else None,
            capture_output=True,
            text=True,
            cwd="/",
            **self.account.popen_options,
        )
        with open(self.log, "a") as log:
            log.write(done.stdout + done.stderr)
        if done.returncode or "ERROR:" in done.stderr:
            raise EmbeddedError(f"{program} failed, see {self.log}:\n{children.tail(self.log)}")

    def _make_socket_folder(self) -> None:
        folder = self.socket_folder
        folder.mkdir(exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in (self.account.uid, 0):
            raise EmbeddedError(f"{folder} belongs to another account. Remove it, then start again.")
        self.account.own(folder)
        folder.chmod(0o755)

    def _wait_until_ready(self) -> None:
        """PostgreSQL writes its state on line 8 of `postmaster.pid`; the pid on line 1 tells ours from a leftover."""
        assert self.child is not None
        end = time.monotonic() + START_PATIENCE_S
        while time.monotonic() < end and self.alive:
            lines = children.tail(self.data / "postmaster.pid").splitlines()
            if len(lines) == 8 and lines[0].strip() == str(self.child.pid) and lines[7].strip() == "ready":
                return
            time.sleep(0.02)
        raise EmbeddedError(f"PostgreSQL did not start, see {self.log}:\n{children.tail(self.log)}")

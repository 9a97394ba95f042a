"""The compose file's services as plain processes: the same commands and environment, on loopback and in a folder."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mes.embedded import children
from mes.embedded.binaries import broker_program
from mes.embedded.broker import free_port
from mes.embedded.home import Home
from mes.embedded.postgres import Postgres
from tests.deployment import compose, image

SECRETS = {
    "MES_HOST": "mes.example.com",
    "MES_TLS": "internal",
    "SECRET_KEY": "k" * 60,
    "DATABASE_SUPERUSER_PASSWORD": "a1",
    "DATABASE_OWNER_PASSWORD": "b2",
    "DATABASE_APP_PASSWORD": "c3",
    "BROKER_PASSWORD": "d4",
}
RUN_PATIENCE_S = 60


class FreshPostgres(Postgres):
    """As the image makes it at its first start: a superuser with a password and nothing else."""

    def _bootstrap_sql(self) -> str:
        return f"ALTER ROLE postgres PASSWORD '{SECRETS['DATABASE_SUPERUSER_PASSWORD']}';\n\n"


@dataclass
class Machine:
    """One computer with the image's folder on it; `run` a service to its end, or have it `running` for a block."""

    folder: Path
    postgres: Postgres
    broker_port: int = field(default_factory=free_port)
    web_port: int = field(default_factory=free_port)
    events_port: int = field(default_factory=free_port)

    @property
    def app(self) -> Path:
        return self.folder / "app"

    def run(self, name: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return self._do(name, compose.service(name, SECRETS | changes)["command"], SECRETS | changes)

    def check(self, name: str) -> subprocess.CompletedProcess[str]:
        """The service's health check, once."""
        return self._do(name, compose.service(name, SECRETS)["healthcheck"]["test"][1:], SECRETS)

    def shell(self, name: str, command: str) -> subprocess.CompletedProcess[str]:
        """A line of the Dockerfile, in the image's folder."""
        return self._do(name, ["sh", "-c", command], SECRETS)

    def psql(self, role: str, password: str, statement: str) -> subprocess.CompletedProcess[str]:
        environment = {"PGUSER": role, "PGPASSWORD": password, "PGHOST": str(self.postgres.socket_folder)}
        command = [str(self.postgres.programs / "psql"), "-Atq", "-d", "plantwright", "-c", statement]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=20)

    @contextmanager
    def running(self, name: str) -> Iterator[Path]:
        """The service's command in its environment; yields its log, and stops it the way Docker does."""
        log = self.folder / f"{name}.log"
        command = [self._here(part) for part in compose.service(name, SECRETS)["command"]]
        process = children.start(command, log=log, cwd=self.app, env=self._environment(name, SECRETS))
        try:
            yield log
            assert process.poll() is None, children.tail(log)
        finally:
            children.stop(process, by=signal.SIGTERM)

    def becomes_well(self, name: str) -> bool:
        end = time.monotonic() + RUN_PATIENCE_S
        while time.monotonic() < end:
            if self.check(name).returncode == 0:
                return True
            time.sleep(0.2)
        return False

    def _do(self, name: str, command: list[str], given: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._here(part) for part in command],
            cwd=self.app,
            env=self._environment(name, given),
            capture_output=True,
            text=True,
            timeout=RUN_PATIENCE_S,
            check=False,
        )

    def _environment(self, name: str, given: dict[str, str]) -> dict[str, str]:
        """The service's own environment, nothing of ours but where the programs and servers are."""
        wanted = compose.service(name, given)["environment"]
        programs = [Path(sys.executable).parent, self.postgres.programs, broker_program().parent]
        places = {
            "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]]),
            "DJANGO_SETTINGS_MODULE": "mes.settings.production",
            "MES_HOME": str(self.folder / "data"),
        }
        return places | {key: self._here(value) for key, value in wanted.items()}

    def _here(self, text: str) -> str:
        """Host names and folders of the containers become those of this machine."""
        socket_folder = str(self.postgres.socket_folder)
        for theirs, ours in {
            "@database:5432/": f"@{socket_folder.replace('/', '%2F')}/",
            "@broker:6379/": f"@127.0.0.1:{self.broker_port}/",
            "0.0.0.0:8000": f"127.0.0.1:{self.web_port}",
            "127.0.0.1:8000": f"127.0.0.1:{self.web_port}",
            "--host=0.0.0.0": "--host=127.0.0.1",
            "--port=8001": f"--port={self.events_port}",
            "/var/lib/plantwright": str(self.folder / "data"),
            "dir /data": f'bind 127.0.0.1\nport {self.broker_port}\ndir "{self.folder / "broker"}"',
        }.items():
            text = text.replace(theirs, ours)
        return re.sub(r"^database$", socket_folder, text)


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with tempfile.TemporaryDirectory(prefix="plantwright-compose-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("app", "broker", "data/media", "data/beat"):
            (folder / part).mkdir(parents=True)
        image.copy_to(folder / "app")
        home = Home(folder / "home", durable=False)
        home.claim()
        postgres = FreshPostgres(home)
        postgres.start()
        try:
            yield Machine(folder, postgres)
        finally:
            postgres.stop()
            shutil.rmtree(home.secrets["socket_folder"], ignore_errors=True)

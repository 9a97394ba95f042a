import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mes.embedded.home import ROOT, Home

EXTERNAL = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY")


@pytest.fixture
def nothing_external(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a newcomer's machine: the test run's own servers are not announced."""
    for name in EXTERNAL:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A temporary folder that every account can pass: pytest's own are closed, PostgreSQL's account may not be ours."""
    with tempfile.TemporaryDirectory(prefix="plantwright-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def home(open_folder: Path) -> Iterator[Home]:
    """A home whose PostgreSQL cluster is made by the first test that starts it."""
    made = Home(open_folder / "home", durable=False)
    yield made
    shutil.rmtree(made.secrets["socket_folder"], ignore_errors=True)  # left by a keeper killed with kill -9


@pytest.fixture
def user_of_servers(home: Home, nothing_external: None) -> Iterator[Callable[[], subprocess.Popen]]:
    """Start another process that uses the servers until it is told to end; all are gone after the test."""
    code = (
        "import sys; from pathlib import Path; from mes.embedded.home import Home;"
        "from mes.embedded.sessions import servers\n"
        f"with servers(Home(Path({str(home.path)!r}), durable=False)): print('in', flush=True); sys.stdin.read()"
    )
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        pipe = subprocess.PIPE
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "in\n"
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()


def processes_naming(path: Path) -> list[str]:
    """Command lines of the living processes that mention `path`."""
    lines = subprocess.run(
        ["ps", "-ww", "-eo", "pid,args"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [line for line in lines if str(path) in line]

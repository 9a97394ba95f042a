"""A pytest plugin (`-p tests.servers`): real PostgreSQL and broker are up before pytest-django reads the settings.

They live in memory where there is room, else in `var/test`, apart from the demo's, without fsync; with
MES_TEST_DURABLE=1 (benchmarks) in `var/test-durable`, as safe as production. The processes of pytest-xdist inherit
them by the environment. DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL from outside win; that owner role must be
allowed to create databases.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mes.embedded.home import Home
from mes.embedded.sessions import servers

MEMORY = Path("/dev/shm")
ROOM_BYTES = 2 * 1024**3  # a run takes 0.3 GB; a container's memory disk is often too small
_held = ExitStack()


def home() -> Home:
    if os.environ.get("MES_TEST_DURABLE"):
        return Home(Home.from_environment().path / "test-durable", for_tests=True)
    on_disk = Home.from_environment().path / "test"
    return Home(_in_memory(on_disk) or on_disk, for_tests=True, durable=False)


def _in_memory(on_disk: Path) -> Path | None:
    """The folder's stand-in on Linux's memory disk: a clone is a thousand files, a tenth of the work there.

    A restart of the machine empties it whole, passwords and data together; the next run makes it anew.
    """
    folder = MEMORY / f"plantwright-{os.geteuid()}-{hashlib.sha256(bytes(on_disk)).hexdigest()[:12]}"
    if folder.exists():
        return folder if folder.stat().st_uid == os.geteuid() else None
    return folder if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM_BYTES else None


# A wrapper runs before every other implementation, pytest-django's too.
@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ.pop("MES_DATABASE_ROLE", None)
        os.environ |= _held.enter_context(servers(home()))
        os.environ["MES_TEST_RUN"] = str(os.getpid())
    return (yield)


def pytest_unconfigure() -> None:
    _held.close()

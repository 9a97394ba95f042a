"""A pytest plugin (`-p tests.servers`): real PostgreSQL and broker are up before pytest-django reads the settings.

They live in `var/test`, apart from the demo's, without fsync; with MES_TEST_DURABLE=1 (benchmarks) in
`var/test-durable`, as safe as production. The processes of pytest-xdist inherit them by the environment.
DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL from outside win; that owner role must be allowed to create databases.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from mes.embedded.home import Home
from mes.embedded.sessions import servers

_held = ExitStack()


def home() -> Home:
    durable = bool(os.environ.get("MES_TEST_DURABLE"))
    return Home(Home.from_environment().path / ("test-durable" if durable else "test"), for_tests=True, durable=durable)


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

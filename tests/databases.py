"""Databases for tests: one migrated template for each state of the migrations, and clones of it.

A clone has everything `migrate` makes (triggers, grants, two roles), costs a fraction of a second, and is thrown away:
append-only tables refuse the TRUNCATE by which Django cleans up after a test that commits.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

from mes.embedded.home import ROOT
from mes.embedded.locks import FileLock
from mes.embedded.preparation import fingerprint

TEMPLATES_KEPT = 3
_numbers = count(1)


def url_of(database: str, role: str = "application") -> str:
    """The connection URL of another database on the test server, for "application" or "owner"."""
    base = os.environ["DATABASE_OWNER_URL" if role == "owner" else "DATABASE_URL"]
    parts = conninfo_to_dict(base)
    host = str(parts.get("host", "")).replace("/", "%2F")
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"postgresql://{parts['user']}:{parts.get('password', '')}@{host}{port}/{database}"


def as_owner(database: str = "") -> psycopg.Connection:
    """An autocommit connection as the role that owns the tables."""
    changes = {"dbname": database} if database else {}
    return psycopg.connect(make_conninfo(os.environ["DATABASE_OWNER_URL"], **changes), autocommit=True)


def template() -> str:
    """The name of a database migrated by exactly the present migrations, made where it is missing."""
    name = f"template_{fingerprint()}"
    with FileLock(Path(os.environ["MES_HOME"]) / "locks" / "template").take(), as_owner() as server:
        known = [row[0] for row in server.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'template\__%'")]
        if name not in known:
            _make_template(server, name)
            _drop_old_templates(server)
    return name


@contextmanager
def clone(origin: str) -> Iterator[str]:
    """A database of its own for this block. The name carries the run's process id, see `drop_leftovers`."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"run_{os.environ['MES_TEST_RUN']}_{worker}_{next(_numbers)}"
    with as_owner() as server:
        statement = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")  # half the work of the other, by the log
        server.execute(statement.format(Identifier(name), Identifier(origin)))
    try:
        yield name
    finally:
        with as_owner() as server:
            _drop(server, name)


def drop_leftovers() -> None:
    """Drop the clones of runs that were killed."""
    with as_owner() as server:
        for (name,) in server.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'run\_%'").fetchall():
            if not _lives(int(name.split("_")[1])):
                _drop(server, name)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, and is somebody else's
        return True
    return True


def _make_template(server: psycopg.Connection, name: str) -> None:
    part = f"{name}_part"
    _drop(server, part)
    server.execute(SQL("CREATE DATABASE {}").format(Identifier(part)))
    changes = {
        "DATABASE_URL": url_of(part),
        "DATABASE_OWNER_URL": url_of(part, "owner"),
        "MES_DATABASE_ROLE": "owner",
        "DJANGO_SETTINGS_MODULE": "mes.settings.test",
    }
    command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | changes, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"migrate failed for the test template:\n{done.stdout}{done.stderr}")
    server.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(part), Identifier(name)))


def _drop_old_templates(server: psycopg.Connection) -> None:
    found = server.execute(
        r"SELECT datname FROM pg_database WHERE datname LIKE 'template\__%' AND NOT datistemplate ORDER BY oid DESC"
    ).fetchall()
    for (name,) in found[TEMPLATES_KEPT:]:
        _drop(server, name)


def _drop(server: psycopg.Connection, name: str) -> None:
    server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))

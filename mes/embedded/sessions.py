"""The way in: `with servers(home) as environment:` runs its block with the embedded servers up."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mes.embedded import keeper
from mes.embedded.home import APPLICATION, OWNER, ROOT, EmbeddedError, Home
from mes.embedded.locks import FileLock, is_held

Progress = Callable[[str], None]


def environment(home: Home) -> dict[str, str]:
    """What Django's settings need. Whatever comes from outside wins."""
    given = {name: os.environ.get(name) for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY")}
    database_url = given["DATABASE_URL"] or home.database_url(APPLICATION)
    # Somebody who names one external database has one role there; only ours is known to have two.
    owner_url = given["DATABASE_OWNER_URL"] or (given["DATABASE_URL"] or home.database_url(OWNER))
    return {
        "DATABASE_URL": database_url,
        "DATABASE_OWNER_URL": owner_url,
        "REDIS_URL": given["REDIS_URL"] or home.broker_url(),
        "SECRET_KEY": given["SECRET_KEY"] or home.secrets["secret_key"],
        "MES_HOME": str(home.path),
    }


def wanted_servers() -> set[str]:
    """The embedded servers that no external URL replaces."""
    replaced = {"postgres": "DATABASE_URL", "broker": "REDIS_URL"}
    return {name for name, url in replaced.items() if not os.environ.get(url)}


@contextmanager
def servers(home: Home, progress: Progress = lambda line: None) -> Iterator[dict[str, str]]:
    """Use the running embedded servers or start them; they stop when their last user has gone.

    Raises EmbeddedError with a sentence for the person at the keyboard.
    """
    home.claim()
    wanted = wanted_servers()
    if not wanted:
        yield environment(home)
        return
    with FileLock(home.lock_file("lease")).share():
        ensure_kept(home, wanted, progress)
        yield environment(home)


def ensure_kept(home: Home, wanted: set[str], progress: Progress) -> None:
    """Start a keeper unless one is there; of several callers at once exactly one does."""
    with FileLock(home.lock_file("start")).take():
        if is_held(home.lock_file("keeper")):
            _refuse_if_missing(wanted - set(home.lock_file("keeper").read_text().split()))
            return
        flags = [flag for flag, on in (("--for-tests", home.for_tests), ("--unsafe", not home.durable)) if on]
        process = subprocess.Popen(
            [sys.executable, "-m", "mes.embedded", "keep", *sorted(wanted), "--home", str(home.path), *flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            start_new_session=True,
        )
        process.wait()  # it has left the keeper as nobody's child: who uses the servers may end before or after it
        assert process.stdout is not None
        said = []
        with process.stdout:
            for line in process.stdout:
                if line.strip() == keeper.READY:
                    return
                progress(line.strip())
                said.append(line)
        raise EmbeddedError("".join(said).strip() or "The embedded servers did not start.")


def _refuse_if_missing(missing: set[str]) -> None:
    if missing:
        raise EmbeddedError(
            f"The embedded servers run without {' and '.join(sorted(missing))}: they were started with DATABASE_URL or "
            "REDIS_URL set. Stop what uses them first, or set the same variables here."
        )

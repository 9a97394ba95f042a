"""The folder that keeps everything the embedded servers write: data, logs, locks and secrets."""

import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "plantwright"
OWNER, APPLICATION = "plantwright_owner", "plantwright_app"
LOG_LIMIT_BYTES = 10_000_000


class EmbeddedError(Exception):
    """Something the person at the keyboard can put right; the text says what and how."""


@dataclass(frozen=True)
class Home:
    """A data folder. Where it is for tests the owner may clone databases; without `durable`, speed beats safety."""

    path: Path
    for_tests: bool = False
    durable: bool = True

    @classmethod
    def from_environment(cls) -> "Home":
        """`$MES_HOME`, else `var/` in the checkout."""
        return cls(Path(os.environ.get("MES_HOME") or ROOT / "var").expanduser().resolve())

    def make(self) -> "Home":
        """Create the folder; the account that PostgreSQL runs as must be able to pass through it."""
        if not self.path.exists():
            self.path.mkdir(parents=True)
            self.path.chmod(0o755)
        for name in ("locks", "log"):
            (self.path / name).mkdir(mode=0o700, exist_ok=True)
        return self

    def claim(self) -> None:
        """Make the folder and its secrets, or say that it is not ours."""
        try:
            self.make()
        except PermissionError as refused:
            raise EmbeddedError(f"Cannot write to {self.path}. Set MES_HOME to a folder of your own.") from refused
        self.secrets  # noqa: B018 - made here once, or refused with its reason

    def lock_file(self, name: str) -> Path:
        return self.path / "locks" / name

    def log_file(self, name: str) -> Path:
        """Where a child writes; a file that has grown large is kept once, as `.old`."""
        path = self.path / "log" / f"{name}.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
            path.replace(path.with_suffix(".old"))
        return path

    @property
    def secrets(self) -> dict[str, str]:
        """Random values made once: passwords, broker port, socket folder, Django's secret key. File mode 0600."""
        file = self.path / "secrets.json"
        if not file.exists():
            self.make()
            self._refuse_data_without_passwords(file)
            write_private(file, json.dumps(_new_secrets(), indent=1))
        try:
            return json.loads(file.read_text())
        except PermissionError as refused:
            raise EmbeddedError(
                f"{self.path} belongs to another account. Use that account, or set MES_HOME to a folder of your own."
            ) from refused

    def _refuse_data_without_passwords(self, file: Path) -> None:
        if any(self.path.glob("postgres-*")):
            raise EmbeddedError(
                f"{file} is missing, and with it the passwords of the database beside it. Put it back, or remove "
                f"{self.path} to start anew with an empty database."
            )

    def keep_secret(self, name: str, value: str) -> None:
        write_private(self.path / "secrets.json", json.dumps(self.secrets | {name: value}, indent=1))

    def database_url(self, role: str) -> str:
        kept = self.secrets
        host = kept["socket_folder"].replace("/", "%2F")
        return f"postgresql://{role}:{kept[role]}@{host}/{DATABASE}"

    def broker_url(self) -> str:
        kept = self.secrets
        return f"redis://:{kept['broker']}@127.0.0.1:{kept['broker_port']}/0"


def write_private(file: Path, text: str) -> None:
    """Write whole or not at all, readable by nobody else from the first byte."""
    handle, name = tempfile.mkstemp(dir=file.parent)  # mkstemp files are 0600
    with os.fdopen(handle, "w") as out:
        out.write(text)
    os.replace(name, file)


def _new_secrets() -> dict[str, str]:
    made = {name: secrets.token_hex(24) for name in (OWNER, APPLICATION, "broker")}
    # A Unix socket's path may be 104 bytes at most, so it cannot live below an arbitrary home.
    identity = secrets.token_hex(6)
    socket_folder = f"/tmp/plantwright-{identity}"  # noqa: S108 - random, and its owner is checked
    return made | {
        "identity": identity,
        "secret_key": secrets.token_urlsafe(48),
        "socket_folder": socket_folder,
        "broker_port": "0",
    }

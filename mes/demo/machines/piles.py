"""What people have carried to a machine, each piece by its serial, in piles: what they did, whatever they enter of it.

A small file: one program carries, the machines' hands look. A piece lies on the pile where it was laid last.
"""

import json
from collections.abc import Iterable
from pathlib import Path

TAKES_TOGETHER = frozenset({"ST-140"})  # stations whose machine takes several pieces at once
KEPT = 50  # piles of a station
FILE = "piles.json"


def carry(folder: Path, station: str, serials: Iterable[str]) -> None:
    """Lay these on a pile of their own beside the machine of a station."""
    folder.mkdir(parents=True, exist_ok=True)
    laid, piles = sorted(serials), _read(folder)
    others = ([serial for serial in pile if serial not in laid] for pile in piles.get(station, []))
    piles[station] = [*(pile for pile in others if pile), laid][-KEPT:]
    written = folder / f"{FILE}.new"
    written.write_text(json.dumps(piles))
    written.replace(folder / FILE)


def pile_with(folder: Path, station: str, serial: str) -> tuple[str, ...]:
    """All that lies on the pile on which this piece lies; nothing where nobody was seen carrying it."""
    return next((tuple(pile) for pile in _read(folder).get(station, []) if serial in pile), ())


def _read(folder: Path) -> dict[str, list[list[str]]]:
    path = folder / FILE
    return json.loads(path.read_text()) if path.exists() else {}

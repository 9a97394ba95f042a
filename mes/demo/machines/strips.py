"""States as bands on a strip, in percent of its width: what was true, and what is on record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from equipment.models import EquipmentState, Station
from mes.demo.machines.spans import Span
from mes.demo.machines.truth import STATE, Fact

SHAPES = {"RUNNING": "running", "IDLE": "idle", "SETUP": "setup", "STOPPED": "stopped", "DOWN": "down"}


@dataclass(frozen=True)
class Band:
    shape: str
    x: float
    width: float
    words: str
    is_wide: bool = False


@dataclass(frozen=True)
class Strip:
    bands: Sequence[Band]

    @property
    def words(self) -> str:
        """The strip for who does not see it."""
        return ", ".join(f"{band.words}" for band in self.bands[-5:])


def true_strip(facts: Iterable[Fact], begin: float, end: float) -> Strip:
    told = [fact for fact in facts if fact.kind == STATE]
    ends = [fact.at for fact in told[1:]] + [end]
    return _strip(
        [(str(fact.values["state"]), (fact.at, until)) for fact, until in zip(told, ends, strict=False)], begin, end
    )


def recorded_strip(station: Station, begin: float, end: float, since: float, seen_until: float) -> Strip:
    """What is on record from `since` on; nobody knows beyond what was seen."""
    first = datetime.fromtimestamp(max(begin, since), UTC)
    rows = EquipmentState.objects.filter(station=station).exclude(ended_at__lt=first).order_by("began_at")
    spells = []
    for state, began, ended in rows.values_list("state", "began_at", "ended_at"):
        spells.append((state, (began.timestamp(), ended.timestamp() if ended else seen_until)))
    return _strip(spells, begin, end)


def _strip(spells: Iterable[tuple[str, Span]], begin: float, end: float) -> Strip:
    """Between the spells nobody knows."""
    bands: list[Band] = []
    reached = begin

    def add(shape: str, since: float, until: float, words: str) -> None:
        x, width = (round(100 * part / (end - begin), 2) for part in (since - begin, until - since))
        bands.append(Band(shape, x, width, words, is_wide=width >= 1))

    for state, (since, until) in spells:
        since, until = max(since, begin), min(until, end)
        if until <= since or state not in SHAPES:
            continue
        if since - reached > 0.5:
            add("unknown", reached, since, "not known")
        add(SHAPES[state], since, until, state.lower())
        reached = until
    if end - reached > 0.5:
        add("unknown", reached, end, "not known")
    return Strip(bands)

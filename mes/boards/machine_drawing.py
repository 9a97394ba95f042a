"""What machines did, in a picture: a strip of states, in percent of its width. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from equipment.machine_times import NOT_KNOWN, Spell
from equipment.models import Site
from equipment.status import MachineState
from equipment.trend_drawing import Tick
from mes.kernel.words import told

_LETTER_FITS = 1.2  # percent of the strip


@dataclass(frozen=True)
class Band:
    """A spell on the strip. shape: its class; is_wide: a letter fits in."""

    shape: str
    x: float
    width: float
    words: str

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)

    @property
    def is_wide(self) -> bool:
        return self.width >= _LETTER_FITS


@dataclass(frozen=True)
class StateStrip:
    bands: Sequence[Band]
    ticks: Sequence[Tick]
    sums: Sequence[tuple[str, str]]

    @property
    def words(self) -> str:
        """The strip for who does not see it."""
        return ", ".join(f"{state} {length}" for state, length in self.sums)


def state_word(state: str, detail: str = "") -> str:
    word = str(MachineState(state).label) if state != NOT_KNOWN else _("Not known")
    said = told(detail) if detail else ""
    return f"{word}: {said}" if said and said != word else word


def draw_states(spells: Sequence[Spell], begin: datetime, end: datetime, site: Site, every_h: int) -> StateStrip:
    """The spells from begin to end, with a mark each so many hours of the site's clock."""

    def share(at: datetime) -> float:
        return round((at - begin) / (end - begin) * 100, 2)

    bands = [
        Band(
            spell.state.lower() or "unknown",
            share(spell.begins_at),
            max(0.05, round(share(spell.ends_at) - share(spell.begins_at), 2)),
            f"{state_word(spell.state, spell.detail)}, {_clock(site, spell.begins_at)}–{_clock(site, spell.ends_at)}",
        )
        for spell in spells
    ]
    hours = enumerate(_hours(begin, end, site, every_h))
    ticks = [Tick(share(at), _clock(site, at), bool(n % 2)) for n, at in hours]
    return StateStrip(bands, ticks, _sums(spells))


def _clock(site: Site, at: datetime) -> str:
    return f"{site.local(at):%H:%M}"


def _hours(begin: datetime, end: datetime, site: Site, every_h: int) -> Iterator[datetime]:
    """Full hours, none so near the ends that its label would stand out."""
    at = begin.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    room = (end - begin) * 0.025
    while at < end - room:
        if site.local(at).hour % every_h == 0 and at > begin + room:
            yield at
        at += timedelta(hours=1)


def _sums(spells: Sequence[Spell]) -> list[tuple[str, str]]:
    """How long it was in each state, hours and minutes; what never was is left out."""
    found = []
    for state in (*MachineState.values, NOT_KNOWN):
        length = sum((spell.length for spell in spells if spell.state == state), timedelta())
        if length:
            minutes = round(length.total_seconds() / 60)
            found.append((state_word(state), f"{minutes // 60}:{minutes % 60:02}"))
    return found

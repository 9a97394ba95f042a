"""Values that steps take from machines: a tag's last one, at the moment it is asked for."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from equipment.drivers.base import is_good
from equipment.machine_content import ValueNotGood, is_good_word, text_of
from equipment.models import Station
from equipment.readouts import readout
from mes.kernel.numbers import plain
from mes.kernel.refusals import Refusal
from orders.models import StepKind
from orders.plans import StepPlan


class NoSuchTag(Refusal):
    """The station has no tag of the code that the step names."""


class NotWatched(Refusal):
    """Nobody has heard of the machine for too long to say what its value is."""


@dataclass(frozen=True)
class Source:
    """Where a value was read: the tag's code, the time of the sample, its quality."""

    tag: str
    at: datetime
    quality: int


@dataclass(frozen=True)
class Taken:
    """A machine's value, as a person would enter it."""

    value: Any
    source: Source


def read_out(step: StepPlan, station: Station, now: datetime) -> Taken:
    """What the step's tag at the station says now. Raises NoSuchTag, NotWatched, ValueNotGood."""
    said = readout(station.pk, step.tag, now)
    if said is None:
        raise NoSuchTag(
            _("{station} has no tag {tag}.").format(station=station.code, tag=step.tag), do=_otherwise(step)
        )
    if not said.is_watched:
        since = date_format(station.site.local(said.seen_until), "d M H:i:s") if said.seen_until else ""
        raise NotWatched(
            _("{step} can't be read: {connection} does not answer.").format(step=step.name, connection=said.connection),
            why=_("It was heard of last at {time}.").format(time=since) if since else _("It was never heard of."),
            do=_otherwise(step),
        )
    if said.at is None or said.value is None or not is_good(said.quality):
        raise ValueNotGood(
            _("{step} can't be read: {tag} has no good value.").format(step=step.name, tag=step.tag),
            do=_otherwise(step),
        )
    return Taken(entered(step, said.value), Source(step.tag, said.at, said.quality))


def entered(step: StepPlan | None, value: Any) -> Any:
    """A machine's value as a person would enter it for the step: a number with the step's decimal places."""
    if step is None:
        return value  # refused, with the steps that there are
    if step.kind in (StepKind.NUMBER, StepKind.TABLE) and isinstance(value, int | float) and abs(value) < 1e12:
        places = 4 if step.decimals is None else step.decimals
        number = Decimal(repr(value) if isinstance(value, float) else int(value)).quantize(Decimal(1).scaleb(-places))
        return plain(number) if step.decimals is None else number
    if step.kind in (StepKind.CHECK, StepKind.TASK):
        return is_good_word(value)
    return text_of(value)


def _otherwise(step: StepPlan) -> str:
    if step.is_from_machine:
        return _("Tell the supervisor: this step takes only the machine's value.")
    return _("Enter it by hand, or try again.")

"""Entries: what is given for a step, checked for shape and made canonical. A canonical value reads itself back.

TASK "done". CHECK "yes". NUMBER and TABLE: the number, with the step's decimal places. TEXT, LIST and SCAN: the text.
PERSON: the user name. TIME: UTC in ISO 8601, to the second. FILE: the SHA-256; its name comes behind a blank.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.translation import gettext as _

from equipment.models import Station
from mes.kernel.audit.models import Signature
from mes.kernel.numbers import decimal_of, with_places
from mes.kernel.refusals import FieldError, InvalidInput
from orders.models import StepKind
from orders.plans import OperationPlan, StepPlan
from wip.models import Reading
from wip.readouts import Source, read_out

FROM_MACHINE = "machine"  # what the value of a step with a tag may say instead of a value
NOW = "now"  # what the value of a TIME step may say instead of a time
_YES = {"yes", "true", "1", "on"}
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_FILE = re.compile(r"([0-9a-f]{64})(?: (.+))?", re.ASCII)
_YEARS = range(1900, 2200)
_BETWEEN = re.compile(r"[\s;]+")
LONGEST_NAME = 120
LONGEST_REASON = 200


@dataclass(frozen=True)
class Here:
    """Where and when something is entered: a time without an offset is one in the zone of the station's site."""

    station: Station
    at: datetime


@dataclass(frozen=True)
class Entry:
    """What a person or a machine enters for a step: value as given; reason where it corrects an earlier one.

    name: of the person or file that the value stands for. witness: the person who confirmed it with their secret, other
    than who enters it. signature: under which it is recorded. source: where it was read, of a machine's value.
    """

    step: StepPlan
    sample: int
    value: str
    number: Decimal | None = None
    reason: str = ""
    name: str = ""
    witness: Any = None
    signature: Signature | None = None
    source: Source | None = None

    @property
    def text(self) -> str:
        """What is given again to mean the same."""
        return f"{self.value} {self.name}" if self.step.kind == StepKind.FILE else self.value

    def as_reading(self) -> Reading:
        """The value as a reading of the step as it applies, not stored and of no execution."""
        return Reading(
            step_code=self.step.code,
            sample=self.sample,
            kind=self.step.kind,
            value=self.value,
            name=self.name,
            number=self.number,
            quantity_unit=self.step.quantity_unit,
            lower=self.step.lower,
            upper=self.step.upper,
        )


def read_entries(
    operation: OperationPlan, step_code: str, *, value: object, sample: int = 1, reason: str = "", here: Here
) -> list[Entry]:
    """What is given for a step of the operation: one entry, of a table one a sample.

    value of a table: all its numbers in order, as a list or in a text. "machine" for a step with a tag: what the tag
    says now. Raises InvalidInput naming the step, NoSuchTag, NotWatched, ValueNotGood.
    """
    step = operation.step(step_code)
    if step is None:
        raise InvalidInput(
            _("Operation {operation} has no step {step}.").format(operation=operation.code, step=step_code[:24]),
            do=_("Its steps are: {steps}.").format(steps=", ".join(s.code for s in operation.steps) or _("none")),
        )
    if not 1 <= sample <= step.samples:
        raise InvalidInput(
            _("{step} is recorded {samples} times, there is no sample {sample}.").format(
                step=step.name, samples=step.samples, sample=sample
            )
        )
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        sentence = _("A reason has up to {longest} characters, this one has {count}.").format(
            longest=LONGEST_REASON, count=len(reason)
        )
        raise InvalidInput(sentence, do=_("Say it shorter."), errors=[FieldError(f"{step.code}.reason", sentence)])
    if step.kind == StepKind.TABLE and not (reason and isinstance(value, str | int | float | Decimal)):
        entries = _read_table(step, value, reason, here)
        if sample == 1:
            return entries
        sentence = _("{step} is entered as a whole; sample {sample} alone is corrected, with a reason.").format(
            step=step.name, sample=sample
        )
        raise InvalidInput(
            sentence, do=_("Send all its values and no sample."), errors=[FieldError(step.code, sentence)]
        )
    if step.tag and value == FROM_MACHINE:
        readout = read_out(step, here.station, here.at)
        return [replace(_read(step, sample, readout.value, reason, here), source=readout.source)]
    return [_read(step, sample, value, reason, here)]


def check_once(given: Entry, places: set[tuple[str, int]]) -> None:
    """Note the step and sample of an entry among those of its request; raises InvalidInput when they are there."""
    place = (given.step.code, given.sample)
    if place in places:
        sentence = _("{step}, sample {sample}, is given twice.").format(step=given.step.name, sample=given.sample)
        error = FieldError(f"{given.step.code}.{given.sample}", sentence)
        raise InvalidInput(sentence, do=_("Send one value for each."), errors=[error])
    places.add(place)


def _read(step: StepPlan, sample: int, value: object, reason: str, here: Here) -> Entry:
    try:
        text, number = _READERS[StepKind(step.kind)](step, value, here)
    except ValueError as error:
        place = f"{step.code}.{sample}" if step.samples > 1 else step.code
        raise InvalidInput(
            str(error),
            do=_("Enter {step} again.").format(step=step.name.lower()),
            errors=[FieldError(place, str(error))],
        ) from error
    if step.kind == StepKind.FILE:
        text, name = text.split(" ", 1)
        return Entry(step, sample, text, number, reason, name)
    return Entry(step, sample, text, number, reason)


def _read_table(step: StepPlan, value: object, reason: str, here: Here) -> list[Entry]:
    """All samples of a table; each that is no number is named by its place."""
    if isinstance(value, str):
        value = _BETWEEN.split(value.strip())
    elif isinstance(value, int | float | Decimal):
        value = [value]
    if not isinstance(value, Sequence) or isinstance(value, bytes) or len(value) != step.samples:
        what = _("{step} has {samples} values that are entered together, not {count}.")
        count = len(value) if isinstance(value, Sequence) else _("another number")
        sentence = what.format(step=step.name, samples=step.samples, count=count)
        raise InvalidInput(sentence, do=_("Enter all of them."), errors=[FieldError(step.code, sentence)])
    entries, errors = [], []
    for sample, one in enumerate(value, 1):
        try:
            entries.append(_read(step, sample, one, reason, here))
        except InvalidInput as refusal:
            errors.append(FieldError(f"{step.code}.{sample}", refusal.what))
    if errors:
        numbers = ", ".join(error.where.rpartition(".")[2] for error in errors)
        raise InvalidInput(
            f"{step.name}: {errors[0].what}",
            do=_("Enter value {numbers} of {samples} again.").format(numbers=numbers, samples=step.samples),
            errors=errors,
        )
    return entries


Value = tuple[str, Decimal | None]


def _done(step: StepPlan, given: object, here: Here) -> Value:
    if given is True or str(given).strip().lower() in {*_YES, "done"}:
        return "done", None
    raise ValueError(_("{step} is confirmed with done.").format(step=step.name))


def _yes(step: StepPlan, given: object, here: Here) -> Value:
    if given is True or str(given).strip().lower() in _YES:
        return "yes", None
    raise ValueError(_("{step} is confirmed with yes.").format(step=step.name))


def _number(step: StepPlan, given: object, here: Here) -> Value:
    number = decimal_of(given, places=4 if step.decimals is None else step.decimals)
    return (f"{number:f}" if step.decimals is None else with_places(number, step.decimals)), number


def _text(step: StepPlan, given: object, here: Here) -> Value:
    if not isinstance(given, str):
        raise ValueError(_("{step} takes a text.").format(step=step.name))
    text = given.strip()
    if not text:
        raise ValueError(_("{step} is empty.").format(step=step.name))
    if len(text) > 200 or not text.isprintable():
        raise ValueError(_("{step} takes up to 200 printable characters.").format(step=step.name))
    return text, None


def _choice(step: StepPlan, given: object, here: Here) -> Value:
    text = _text(step, given, here)[0]
    if text not in step.choices:
        raise ValueError(
            _("{text} is no choice of {step}: it is one of {choices}.").format(
                text=text[:60], step=step.name, choices=", ".join(step.choices)
            )
        )
    return text, None


def _time(step: StepPlan, given: object, here: Here) -> Value:
    text = _text(step, given, here)[0]
    return _canonical(here.at if text.lower() == NOW else _moment(text, here)), None


def _moment(text: str, here: Here) -> datetime:
    wrong = ValueError(_("{text} is not a date and time: write it as 2026-11-24 14:05.").format(text=text[:40]))
    if not _TIME.fullmatch(text):
        raise wrong
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise wrong from error
    if moment.year not in _YEARS:
        raise ValueError(_("The year {year} is not one of this plant.").format(year=moment.year))
    return moment if moment.tzinfo else _in_zone(moment, here.station.site.zone)


def _in_zone(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment of a local time; one that the change of the clocks leaves out or brings twice is refused."""
    first, second = local.replace(tzinfo=zone), local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    time, date = f"{local:%H:%M}", dateformat.format(local, "d M Y")
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError(
            _("There was no {time} on {date}: the clocks were put forward over it.").format(time=time, date=date)
        )
    raise ValueError(
        _("{time} was twice on {date}, the clocks were put back: say {first} or {second}, or press Now.").format(
            time=time, date=date, first=time + first.isoformat()[-6:], second=time + second.isoformat()[-6:]
        )
    )


def _canonical(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _file(step: StepPlan, given: object, here: Here) -> Value:
    known = _FILE.fullmatch(given.strip()) if isinstance(given, str) else None
    if known is None:
        raise ValueError(
            _("{step} takes a file: attach it, or send the digest of one that is stored.").format(step=step.name)
        )
    digest, name = known[1], (known[2] or "").strip() or "file"
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(_("The name of a file has up to {longest} printable characters.").format(longest=LONGEST_NAME))
    return f"{digest} {name}", None


_READERS: dict[StepKind, Callable[[StepPlan, object, Here], Value]] = {
    StepKind.TASK: _done,
    StepKind.CHECK: _yes,
    StepKind.NUMBER: _number,
    StepKind.TABLE: _number,
    StepKind.TEXT: _text,
    StepKind.LIST: _choice,
    StepKind.PERSON: _text,
    StepKind.TIME: _time,
    StepKind.FILE: _file,
    StepKind.SCAN: _text,
}

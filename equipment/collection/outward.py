"""What is written to a machine for one command: in its order, read back, compared.

What lets the machine run is taken away first and given last, when all else was read back as asked; it is taken away
again where anything is otherwise. What ends as refused has changed nothing. A machine whose answer to a write is none
that such a write can have is asked what is there: that decides, not what it said.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from equipment.collection.command_lines import Line
from equipment.drivers.base import Link, Quality, Value, WriteRefused, WriteUnclear


class Outcome(NamedTuple):
    """As it goes on record. answer: what was read before and after; detail: what went wrong, or was odd."""

    status: str
    answer: list[dict[str, Any]]
    detail: str = ""


class Machine:
    """A machine as its commands see it. may_write: asked before each write; raises where it may not be sent.

    odd: what it answered last to a write that it did all the same; empty: nothing.
    """

    def __init__(self, link: Link, may_write: Callable[[], Awaitable[None]]) -> None:
        self._link, self._may_write = link, may_write
        self.odd = ""

    async def write(self, line: Line) -> None:
        """Raises WriteRefused, LinkLost, what may_write does, and WriteUnclear where the value is not there then."""
        await self._may_write()
        try:
            await self._link.write(line.point, line.raw)
        except WriteUnclear as unclear:
            self.odd = str(unclear)
            if wrong := _difference([line], await self.read([line])):
                raise WriteUnclear(f"{wrong}; {unclear}") from unclear

    async def read(self, lines: Sequence[Line]) -> dict[str, Value | None]:
        """What is there now, by tag; None where it has no value to rely on. Raises LinkLost."""
        read: dict[str, Value | None] = {line.tag: None for line in lines}
        for position, _, raw, quality in await self._link.read([line.point for line in lines]):
            line = lines[position]
            if quality >= Quality.UNCERTAIN and raw is not None:
                read[line.tag] = line.shown(raw)
        return read


async def write_all(machine: Machine, lines: Sequence[Line]) -> Outcome:
    """Write all lines. Raises LinkLost, and what Machine's may_write does: then `settle` finds out what became of it.

    What is there after an unclear answer is MISMATCHED, though it be what was before: something else may be otherwise.
    """
    before = await machine.read(lines)
    for line in lines:
        if not line.may_follow(before[line.tag]):
            why = f"{line.tag} is {before[line.tag]}, not {line.expected}: nothing was written."
            return Outcome("REFUSED", _told(lines, before, before), why)
    enabling, others = [line for line in lines if line.enables], [line for line in lines if not line.enables]
    first, is_begun, why = [*(line.off for line in enabling), *others], False, ""
    try:
        for line in first:
            await machine.write(line)
            is_begun = True
        if enabling and others:  # otherwise there is nothing that could be wrong
            why = _difference(first, await machine.read(first))
        for line in enabling if not why else ():
            await machine.write(line)
    except WriteRefused as refused:
        if not is_begun:
            return Outcome("REFUSED", _told(lines, before, before), str(refused))
        why = str(refused)
    except WriteUnclear as unclear:
        why = str(unclear)
    return await settle(machine, lines, before, why)


async def settle(machine: Machine, lines: Sequence[Line], before: Mapping[str, Value | None], why: str = "") -> Outcome:
    """What became of the lines, as it is read now. why: what is known to have gone wrong.

    Unless all is as asked, nothing lets the machine run any more; whether it obeyed is in the answer. Raises
    LinkLost, and what Machine's may_write does.
    """
    after = await machine.read(lines)
    why = why or _difference(lines, after)
    if not why:
        return Outcome("VERIFIED", _told(lines, before, after), machine.odd)
    enabling = [line for line in lines if line.enables]
    try:
        for line in enabling:
            await machine.write(line.off)
    except (WriteRefused, WriteUnclear) as refused:
        why = f"{why}; {refused}"
    return Outcome("MISMATCHED", _told(lines, before, await machine.read(lines) if enabling else after), why)


def _difference(lines: Sequence[Line], read: Mapping[str, Value | None]) -> str:
    """What was read back otherwise than it was wanted, in words; empty: nothing."""
    wrong = [line for line in lines if not line.is_met_by(read[line.tag])]
    return ", ".join(f"{line.tag} is {read[line.tag]}, not {line.wanted}" for line in wrong)


def _told(
    lines: Sequence[Line], before: Mapping[str, Value | None], after: Mapping[str, Value | None]
) -> list[dict[str, Any]]:
    return [{"tag": line.tag, "before": before.get(line.tag), "after": after.get(line.tag)} for line in lines]

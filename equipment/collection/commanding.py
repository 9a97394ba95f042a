"""Commands: what is written to machines, once, by the collector that watches them.

A command is marked as being written before anything is sent. One that is found in that state later, after a kill or a
lost link, is never sent again: what is there is read, and decides. What is too late is never sent at all.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from equipment.collection.command_lines import Line, lines_of
from equipment.collection.database import AWAY, Database, as_json, close, connect, rows
from equipment.collection.watching import Watcher
from equipment.drivers.base import Link, LinkLost, Quality, Value, WriteRefused
from mes.kernel.topics import CHANNEL

LOOK_EVERY_S = 0.2
READ_PATIENCE_S = 5.0

logger = logging.getLogger(__name__)

# (status, what was read before and after, what went wrong); no status: nobody knows yet.
Outcome: TypeAlias = tuple[str, list[dict[str, Any]], str]


class Command(NamedTuple):
    """One that is due. asked: its lines, as they are stored. is_signed: or an interlock's, whose recipe was signed."""

    key: UUID
    status: str
    purpose: str
    is_signed: bool
    asked: list[dict[str, Any]]


_EXPIRE = """
UPDATE equipment_machinecommand SET status = 'EXPIRED', answered_at = now(), detail = 'Nobody could send it in time.'
WHERE status = 'QUEUED' AND deadline_at < now() AND connection_id = ANY(%s)"""

# One connection's commands in the order in which they were asked; one at a time.
_NEXT = """
SELECT DISTINCT ON (connection_id) connection_id, id, status, purpose, purpose <> 'HAND' OR signature_id IS NOT NULL,
    lines
FROM equipment_machinecommand
WHERE status IN ('QUEUED', 'WRITING') AND connection_id = ANY(%s)
ORDER BY connection_id, sequence"""

# Only the owner in this epoch, and only while it may still be sent.
_BEGIN = """
UPDATE equipment_machinecommand command SET status = 'WRITING' FROM equipment_connectionlease lease
WHERE command.id = %s AND command.status = 'QUEUED' AND command.deadline_at >= now()
    AND lease.connection_id = command.connection_id AND lease.owner = %s AND lease.epoch = %s
    AND lease.expires_at > now()
RETURNING command.id"""

_ANSWER = """
WITH answered AS (
    UPDATE equipment_machinecommand SET status = %s, answered_at = now(), answer = %s, detail = %s
    WHERE id = %s AND status IN ('QUEUED', 'WRITING') RETURNING site_id, station_id, connection_id)
SELECT pg_notify(%s, site_id || topic) FROM answered, unnest(
    CASE WHEN station_id IS NULL THEN ARRAY['/connections']
    ELSE ARRAY['/machine/' || station_id, '/state/' || station_id] END) topic"""


async def carry_out_all(url: str, owner: str, watchers: Mapping[UUID, Watcher]) -> None:
    """Carry out what is asked of the connections that are watched here, until cancelled.

    Each connection's in their order. None waits for another connection's machine: a withdrawal has no time for that.
    """
    database: Database | None = None
    at_work: dict[UUID, asyncio.Task[None]] = {}
    try:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                for connection in [key for key, task in at_work.items() if task.done()]:
                    at_work.pop(connection).result()
                if database is None:
                    database = await connect(url, owner)
                if watchers:
                    await _begin_what_is_due(database, owner, watchers, at_work)
            except AWAY as away:
                logger.warning("commands wait for the database: %s", away)
                await close(database)
                database = None
    finally:
        for task in at_work.values():
            task.cancel()
        await asyncio.gather(*at_work.values(), return_exceptions=True)
        await close(database)


async def _begin_what_is_due(
    database: Database, owner: str, watchers: Mapping[UUID, Watcher], at_work: dict[UUID, asyncio.Task[None]]
) -> None:
    keys = list(watchers)
    await rows(database, _EXPIRE, [keys])
    for connection, *command in await rows(database, _NEXT, [keys]):
        watcher = watchers.get(connection)
        if watcher is None or watcher.link is None or connection in at_work:
            continue  # it waits, as long as its deadline lets it
        due = Command(*command)
        at_work[connection] = asyncio.create_task(_one(database, owner, watcher, due), name=f"command {due.key}")


async def _one(database: Database, owner: str, watcher: Watcher, command: Command) -> None:
    if command.purpose == "PREPARE" and not watcher.is_observed:
        return  # it counts for as long as the connection is watched, and that has not begun yet
    try:
        connection = UUID(watcher.configuration.connection)
        lines = await lines_of(database, connection, command.asked, is_signed=command.is_signed)
    except ValueError as wrong:
        await _answer(database, command, ("REFUSED", [], str(wrong)))
        return
    link = watcher.link
    if link is None:
        return
    if command.status == "QUEUED":
        if not await rows(database, _BEGIN, [command.key, owner, watcher.epoch]):
            return
        await _answer(database, command, await _write(link, lines))
    elif command.purpose == "WITHDRAW":
        await _answer(database, command, await _write(link, lines))  # twice does no harm, and not at all would
    else:
        await _answer(database, command, await _find_out(link, lines))


async def _write(link: Link, lines: list[Line]) -> Outcome:
    """Write all lines in their order, read them back; what lets the machine run is written when all else is right."""
    try:
        before = await _read(link, lines)
        for line in lines:
            if not line.may_follow(before[line.tag]):
                why = f"{line.tag} is {before[line.tag]}, not {line.expected}: nothing was written."
                return "REFUSED", _told(lines, before, before), why
        enabling, others = [line for line in lines if line.enables], [line for line in lines if not line.enables]
        first = [line.off for line in enabling] + others
        for line in first:
            await link.write(line.point, line.raw)
        if not enabling:
            return _compared(lines, before, await _read(link, lines))
        if others:  # otherwise there is nothing that could be wrong
            checked = _compared(first, before, await _read(link, lines))
            if checked[0] != "VERIFIED":
                return checked
        for line in enabling:
            await link.write(line.point, line.raw)
        return await _disabled_unless_right(link, lines, _compared(lines, before, await _read(link, lines)))
    except WriteRefused as refused:
        return "REFUSED", [], str(refused)
    except LinkLost as lost:
        return "", [], str(lost)


async def _find_out(link: Link, lines: list[Line]) -> Outcome:
    """What became of a command whose end nobody saw."""
    try:
        return await _disabled_unless_right(link, lines, _compared(lines, {}, await _read(link, lines)))
    except WriteRefused as refused:
        return "REFUSED", [], str(refused)
    except LinkLost as lost:
        return "", [], str(lost)


async def _disabled_unless_right(link: Link, lines: list[Line], outcome: Outcome) -> Outcome:
    """The outcome; unless all is as asked, nothing lets the machine run any more."""
    if outcome[0] != "VERIFIED":
        for line in lines:
            if line.enables:
                await link.write(line.point, line.off.raw)
    return outcome


def _compared(lines: list[Line], before: dict[str, Value | None], after: dict[str, Value | None]) -> Outcome:
    wrong = [line for line in lines if not line.is_met_by(after[line.tag])]
    answer = _told(lines, before, after)
    if not wrong:
        return "VERIFIED", answer, ""
    return "MISMATCHED", answer, ", ".join(f"{line.tag} is {after[line.tag]}, not {line.wanted}" for line in wrong)


async def _read(link: Link, lines: list[Line]) -> dict[str, Value | None]:
    try:
        async with asyncio.timeout(READ_PATIENCE_S):
            samples = await link.read([line.point for line in lines])
    except TimeoutError:
        raise LinkLost("The values could not be read back in time.") from None
    read: dict[str, Value | None] = {line.tag: None for line in lines}
    for position, _, raw, quality in samples:
        line = lines[position]
        if quality >= Quality.UNCERTAIN and raw is not None:
            read[line.tag] = line.shown(raw)
    return read


async def _answer(database: Database, command: Command, outcome: Outcome) -> None:
    """Put the outcome on record; without a status it is not known yet, and is looked for when the link is back."""
    status, answer, detail = outcome
    if status:
        await rows(database, _ANSWER, [status, as_json(answer), detail[:300], command.key, CHANNEL])


def _told(lines: list[Line], before: dict[str, Value | None], after: dict[str, Value | None]) -> list[dict[str, Any]]:
    return [{"tag": line.tag, "before": before.get(line.tag), "after": after.get(line.tag)} for line in lines]

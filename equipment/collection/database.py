"""The collector's connection to the database: one, direct (no pooler), with short limits on all that it does."""

import asyncio
import json
import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow, tuple_row

# A frozen collector must not keep its rows locked: the server ends a transaction in which nothing happens.
LIMITS_MS = {"idle_in_transaction_session_timeout": 1_500, "lock_timeout": 2_000, "statement_timeout": 15_000}
CONNECT_PATIENCE_S = 5
# A network that swallows everything is found by the system itself, where the connection goes over one.
OVER_A_NETWORK: dict[str, Any] = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# What says that the database is away, or gave up on us: try again later with the same batches.
AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.IdleInTransactionSessionTimeout,  # the computer was too busy to go on in time
    OSError,
)
# Refused for what is in it, and refused again each time it is tried.
REFUSED = (psycopg.DataError, psycopg.IntegrityError)

Database = AsyncConnection[TupleRow]


async def connect(url: str, name: str) -> Database:
    """name: how the ledger names who acts here. Raises psycopg.OperationalError."""
    limits = " ".join(f"-c {limit}={value}" for limit, value in LIMITS_MS.items())
    connection = await AsyncConnection.connect(
        url,
        autocommit=True,
        connect_timeout=CONNECT_PATIENCE_S,
        options=limits,
        application_name="plantwright collector",
        row_factory=tuple_row,
        **OVER_A_NETWORK,
    )
    too_late = asyncio.get_running_loop().call_later(CONNECT_PATIENCE_S, hang_up, connection)
    try:
        await connection.execute(
            "SELECT set_config('mes.person', 'system', false), set_config('mes.station', %s, false)", [name]
        )
    except BaseException:
        await close(connection)
        raise
    finally:
        too_late.cancel()
    return connection


def hang_up(connection: Database | None) -> None:
    """Cut the line to a server that does not answer: whoever waits for it gets an error at once."""
    if connection is not None and not connection.closed:
        with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)


async def close(connection: Database | None) -> None:
    """End it, whatever state it is in."""
    if connection is not None:
        with suppress(*AWAY):
            await connection.close()


async def rows(connection: Database, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[TupleRow]:
    """All rows of a statement of ours."""
    cursor = await connection.execute(sql.encode(), parameters)
    return await cursor.fetchall() if cursor.description else []


async def send(connection: Database, sql: str, parameters: Sequence[Any]) -> None:
    """A statement whose answer nobody reads; in a pipeline it waits for none."""
    await connection.execute(sql.encode(), parameters)


def as_json(content: Any) -> str:
    """As `jsonb` takes it: what JSON has no word for goes as text, and a NUL, which PostgreSQL refuses, as its sign."""
    return json.dumps(content, default=str).replace("\\u0000", "\\u2400")


def with_sign(raw: int) -> int:
    """What a register shows, in the eight bytes that a column has: an unsigned number above them as a negative one."""
    return raw - 2**64 if raw >= 2**63 else raw


def without_sign(raw: int) -> int:
    """What it was in an unsigned register of eight bytes."""
    return raw % 2**64

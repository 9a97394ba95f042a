"""The one connection of this process to the database, which LISTENs and does nothing else."""

import asyncio
import logging

import psycopg

from mes.events.hub import Hub
from mes.kernel.topics import CHANNEL

# So often a silent connection is asked whether it is still there, and so long it may take to answer.
LOOK_EVERY_S = 10.0
PATIENCE_S = 5.0
LONGEST_PAUSE_S = 5.0

logger = logging.getLogger(__name__)


async def listen(url: str, hub: Hub) -> None:
    """Pass on to the hub what is notified, for ever; it is closed while the database can't be heard."""
    pause_s = 0.2
    while True:
        try:
            async with asyncio.timeout(PATIENCE_S):
                connection = await psycopg.AsyncConnection.connect(url, autocommit=True, application_name="events")
            async with connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                hub.open()
                logger.info("listening")
                pause_s = 0.2
                await _pass_on(connection, hub)
        except (psycopg.Error, OSError, TimeoutError) as error:
            hub.close()
            logger.warning("the database can't be heard, trying again in %.1f s: %s", pause_s, error)
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


async def _pass_on(connection: psycopg.AsyncConnection, hub: Hub) -> None:
    while True:
        async for notice in connection.notifies(timeout=LOOK_EVERY_S):
            hub.tell(notice.payload)
        async with asyncio.timeout(PATIENCE_S):
            await connection.execute("SELECT")

"""Wake-ups between processes: NOTIFY says which site has news, the log holds the news. A lost connection is made anew."""

import asyncio
import logging

import psycopg

from app.live.hub import Hub

log = logging.getLogger(__name__)


async def listen(url: str, hub: Hub) -> None:
    """Wake the hub for every commit of any process, for as long as this one lives."""
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    wait = 0.1
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(plain, autocommit=True, keepalives_idle=5) as connection:
                await connection.execute("LISTEN samedag")
                wait = 0.1
                hub.wake_all()
                while True:
                    async for notify in connection.notifies(timeout=5):
                        hub.wake(notify.payload.rpartition(":")[0])
                    await asyncio.wait_for(connection.execute("SELECT 1"), 5)  # a black hole shows itself here
        except (psycopg.Error, OSError, TimeoutError) as error:
            log.warning("the wake-up line to the database broke (%s); trying again", type(error).__name__)
            await asyncio.sleep(wait)
            wait = min(2.0, wait * 2)

"""Wake-ups between processes: NOTIFY says which site has news, the log holds the news. A lost connection is made anew.

The same connection holds the lock of the one process that forecasts: where it goes, the lock goes, and another takes it.
"""

import asyncio
import logging

import psycopg

from app.live.hub import Hub
from app.live.ticker import Ticker

log = logging.getLogger(__name__)


LEAD = "SELECT pg_try_advisory_lock(hashtext('samedag forecasts'))"
LOOK_SECONDS = 5


async def listen(url: str, hub: Hub, ticker: Ticker) -> None:
    """Wake the hub for every commit of any process, and let the ticker forecast where no other does, while this process lives."""
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    wait = 0.1
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(plain, autocommit=True, keepalives_idle=5) as connection:
                await connection.execute("LISTEN samedag")
                wait = 0.1
                hub.wake_all()
                while True:
                    if not ticker.leads:
                        ticker.leads = await asyncio.wait_for(_leads(connection), LOOK_SECONDS)
                    async for notify in connection.notifies(timeout=LOOK_SECONDS):
                        hub.wake(notify.payload.rpartition(":")[0])
                    await asyncio.wait_for(
                        connection.execute("SELECT 1"), LOOK_SECONDS
                    )  # a black hole shows itself here
        except (psycopg.Error, OSError, TimeoutError) as error:
            log.warning("the wake-up line to the database broke (%s); trying again", type(error).__name__)
            ticker.leads = False
            await asyncio.sleep(wait)
            wait = min(2.0, wait * 2)


async def _leads(connection: psycopg.AsyncConnection) -> bool:
    row = await (await connection.execute(LEAD)).fetchone()
    return bool(row and row[0])

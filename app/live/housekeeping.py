"""Housekeeping: once a day each site forgets what is due, in small steps beside the running house."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from app.store import retention
from app.store.retention import PURGE, Forgotten, Spans, purge
from app.store.store import Store
from app.store.work import Work
from app.store.writer import StoreDown

log = logging.getLogger(__name__)

LOOK_SECONDS = 600.0
EVERY = timedelta(hours=20)


async def keep_house(store: Store, spans: Spans) -> None:
    """Look every ten minutes whether a site's day of forgetting is due. Every process may: doing it twice does no harm."""
    while True:
        try:
            for site in await store.read_sites():
                await forget(store, site, spans)
        except StoreDown:
            log.warning("forgetting waits for the database")
        except Exception:  # the next look tries again; the check-up tells when none went well for a day
            log.exception("forgetting failed")
        await asyncio.sleep(LOOK_SECONDS)


async def forget(store: Store, site: str, spans: Spans) -> None:
    """Forget what is due at one site, if that has not been done today."""
    at = store.clock()
    done = await store.read(lambda db: retention.job_done(db, site, PURGE))
    if done is not None and at - done < EVERY:
        return
    today = store.today((await store.known(site)).house)
    # As works in the writer's own line: beside it, step after step would keep it from the lock for as long as there are more.
    gone = list[Forgotten]()
    step: Callable[[Work], None] = lambda work: work.later(lambda db: gone.append(purge(db, site, at, today, spans)))
    while not gone or gone[-1].more:
        await store.run(site, step, "clock")
    await asyncio.to_thread(retention.settle_file, store.engine)

"""The ticker: runs sweeps when one is due, and forecasts when windows may have moved; never in the way of a call."""

import asyncio
import logging
from datetime import datetime, timedelta

from app.actions import planning, sweeps, telling
from app.domain.outlook import outlook
from app.live.hub import Hub
from app.store.store import Store
from app.store.writer import StoreDown

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
REFRESH = timedelta(minutes=4)


class Ticker:
    """What the clock does, in this process. Every process may run one: a sweep looks again under the lock."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store, self._hub = store, hub
        self._forecast: dict[str, tuple[int, datetime]] = {}

    async def run(self) -> None:
        """Look once a second, for as long as the process lives."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for site in await self._store.read_sites():
                try:
                    await self._look(site)
                except StoreDown:
                    log.warning("a sweep waits for the database")
                except Exception:
                    log.exception("a sweep failed; the next one looks again")

    async def _look(self, site: str) -> None:
        known, at = await self._store.known(site), self._store.clock()
        if sweeps.due(known.picture.floor, known.house, at):
            await self._store.run(site, sweeps.sweep, "clock")
        if telling.soon_due(known.picture.floor, known.house, at):
            await self._store.run(site, telling.tell_soon, "clock")
        await self._foresee(site)

    async def _foresee(self, site: str) -> None:
        """Forecast in a thread; publish what must be told."""
        known, at = await self._store.known(site), self._store.clock()
        seq, made = self._forecast.get(site, (-1, at - REFRESH))
        floor = known.picture.floor
        fresh = any(not v.windows and v.waiting for v in floor.active)
        if not fresh and (known.picture.seq == seq or at - made < REFRESH):
            return
        self._forecast[site] = (known.picture.seq, at)
        news = await asyncio.to_thread(outlook, floor, known.house, at, known.picture.seq)
        if news:
            await self._store.run(site, lambda work: planning.republish(work, news), "clock")

"""Reminders of events: once a minute, what is due goes into the outbox."""

from datetime import datetime, timedelta

from app.actions.programme import remind
from app.store import programme
from app.store.store import Store

EVERY = timedelta(minutes=1)


class Reminders:
    """When this process last looked, for each site. Every process may look: a reminder is given once, under the lock."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._looked: dict[str, datetime] = {}

    async def look(self, site: str) -> None:
        """Put what is due into the outbox, at most once a minute."""
        at = self._store.clock()
        if site in self._looked and at - self._looked[site] < EVERY:
            return
        self._looked[site] = at
        due = await self._store.read(lambda db: programme.due(db, site, at))
        if due:
            await self._store.run(site, lambda work: remind(work, due), "clock")

"""The emptier: takes what waits in the outbox and sends it, again with growing patience, until it arrived or failed for good.

A process that dies leaves its claims behind; two minutes later another takes them. So a message may come twice after a
crash, but is never lost by one.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from prometheus_client import Counter, Gauge
from sqlalchemy.exc import SQLAlchemyError

from app.actions import telling
from app.domain.ids import call_id
from app.domain.machines import Standing
from app.domain.stop import State
from app.domain.visit import Visit
from app.notify.reminder import forget_phone, reminder
from app.notify.ways import Errand, Gone, NotTaken, Say, TryLater, Undelivered, Way
from app.store import outbox
from app.store.outbox import Letter
from app.store.store import Store
from app.store.writer import StoreDown, UnknownSite

log = logging.getLogger(__name__)

WAYS = ("push", "sms", "print")
PATIENCE = tuple(timedelta(seconds=s) for s in (2, 5, 15, 30, 60))
"""How long until the next try; after the last one it has failed."""

TOO_OLD = timedelta(minutes=10)
"""Paper that comes out later than this confuses more than it helps."""

GLANCE, LOOK, REFRESH, CLEAN = 0.1, 1.0, 5.0, 3600.0
"""Seconds between glances at whether this process wrote a letter, looks at the table, counts for staff, and cleaning."""

SETTLED = Counter("samedag_outbox_total", "Letters by how they ended", ["way", "result"])
WAITING = Gauge("samedag_outbox_waiting", "Letters that wait to be sent", ["site", "way"])
FAILED = Gauge("samedag_outbox_failed", "Letters that failed within the last hour", ["site", "way"])


class Emptier:
    """Sends for this process; `changed` is told the site when what staff see of it changed."""

    def __init__(
        self, store: Store, ways: Mapping[str, Way], say: Say, base_url: str, changed: Callable[[str], None]
    ) -> None:
        self._store, self._ways, self._say, self._base, self._changed = store, ways, say, base_url, changed
        self._standing: dict[str, dict[str, Standing]] = {}
        self._stirred = True
        store.on_letters(self._stir)

    def _stir(self, site: str) -> None:
        """Called from the writer's thread after a commit that wrote a letter: only a flag, so that a move pays nothing."""
        self._stirred = True

    def standing(self, site: str) -> Mapping[str, Standing]:
        """How each way does at a site, a few seconds ago at most."""
        return self._standing.get(site, {})

    async def run(self) -> None:
        """Send, for as long as the process lives; what fails here is tried again by the next round."""
        loop = asyncio.get_running_loop()
        looked = refreshed = cleaned = -CLEAN
        busy: dict[str, asyncio.Task[int]] = {}
        while True:
            await asyncio.sleep(GLANCE)
            now = loop.time()
            try:
                if self._stirred or now - looked >= LOOK:
                    self._stirred, looked = False, now
                    await self._set_going(busy)
                if now - refreshed >= REFRESH:
                    refreshed = now
                    await self.refresh()
                if now - cleaned >= CLEAN:
                    cleaned = now
                    await self._clean()
            except (SQLAlchemyError, StoreDown) as error:
                log.warning("the outbox can't be read now: %s", type(error).__name__)
            except Exception:
                log.exception("a round of the outbox failed; the next one looks again")

    async def _set_going(self, busy: dict[str, "asyncio.Task[int]"]) -> None:
        """One round for each way that has something due and is not at it: a slow one holds up no other."""
        at = self._store.clock()
        for way in await self._store.read(lambda db: outbox.ways_due(db, at)):
            if way not in busy or busy[way].done():
                busy[way] = asyncio.create_task(self.empty(way))

    async def _clean(self) -> None:
        at = self._store.clock()
        await self._store.write(lambda db: outbox.forget_old(db, at))

    async def empty(self, way: str) -> int:
        """Send what is due for one way; how many letters that were."""
        count, room = 0, self._ways[way].at_once if way in self._ways else 20
        try:
            while letters := await self._claim(way, room):
                await asyncio.gather(*(self._deliver(letter) for letter in letters))
                count += len(letters)
        except (SQLAlchemyError, StoreDown) as error:
            log.warning("the outbox waits for the database: %s", type(error).__name__)
        if count:
            await self.refresh()
        return count

    async def _claim(self, way: str, room: int) -> list[Letter]:
        at = self._store.clock()
        return await self._store.write(lambda db: outbox.claim(db, way, at, room))

    async def _deliver(self, letter: Letter) -> None:
        """One letter, one end."""
        try:
            errand = await self._errand(letter)
            await self._ways[letter.way].send(errand)
        except TryLater as late:
            await self._again(letter, late)
        except Gone:
            await self._settle(letter, "gone")
            kind = letter.body["to"]
            if "about" in letter.body:
                await self._store.run(letter.site, lambda work: forget_phone(work, letter.body["about"], kind), "clock")
                return
            await self._store.run(letter.site, lambda work: telling.unsubscribe(work, letter.visit, kind), "clock")
        except Undelivered as failed:
            await self._settle(letter, failed.code)
        except (SQLAlchemyError, StoreDown):
            raise
        except Exception:
            log.exception("sending by %s failed in a way that nobody foresaw", letter.way)
            await self._again(letter, TryLater("mistake"))
        else:
            await self._settle(letter, None)

    async def _errand(self, letter: Letter) -> Errand:
        """All that is needed, as it is true now; raises where there is nothing to be sent any more."""
        if letter.way not in self._ways:
            raise NotTaken("off")
        try:
            known = await self._store.known(letter.site)
        except UnknownSite:
            raise NotTaken("past") from None
        if "about" in letter.body:
            speak = partial(self._say, known.house.timezone)
            return await reminder(self._store, known, letter, speak, self._base)
        floor, kind = known.picture.floor, letter.body.get("to")
        visit = floor.visits.get(letter.visit)
        if visit is None or not still_true(visit, letter, self._store.clock()):
            raise NotTaken("past")
        found = None
        if kind:
            found = await self._store.read(lambda db: outbox.address(db, letter.site, floor.day, visit.id, kind))
            if found is None:
                raise NotTaken("no_address")
        say = self._say(known.house.timezone, visit.language)
        return Errand(letter, known, visit, found, say, f"{self._base}/t/{self._store.token(letter.site, visit)}")

    async def _again(self, letter: Letter, late: TryLater) -> None:
        if letter.tries > len(PATIENCE):
            await self._settle(letter, late.code)
            return
        due = self._store.clock() + PATIENCE[letter.tries - 1]
        SETTLED.labels(letter.way, "again").inc()
        await self._store.write(lambda db: outbox.settle(db, letter, due_at=due))

    async def _settle(self, letter: Letter, failed: str | None) -> None:
        at = self._store.clock()
        past = failed in ("past", "no_address")  # true no more: nothing went wrong
        SETTLED.labels(letter.way, "past" if past else failed or "sent").inc()
        if failed and not past:
            log.warning("%s for %s failed: %s", letter.way, letter.visit, failed)
        sent_at = at if failed is None or past else None
        await self._store.write(lambda db: outbox.settle(db, letter, sent_at, None if past else failed))

    async def refresh(self) -> None:
        """Count anew what staff are shown."""
        at = self._store.clock()
        before, self._standing = self._standing, await self._store.read(lambda db: outbox.standing(db, at))
        for site in before.keys() | self._standing.keys():
            for way in WAYS:
                count = self._standing.get(site, {}).get(way, Standing())
                WAITING.labels(site, way).set(count.waiting)
                FAILED.labels(site, way).set(count.failed)
            if _told(before.get(site)) != _told(self._standing.get(site)):
                self._changed(site)

    async def close(self) -> None:
        """Let go of every connection."""
        for way in self._ways.values():
            await way.close()


def _told(standing: Mapping[str, Standing] | None) -> object:
    """What staff would see change: not every letter that goes out."""
    return {way: (s.failed, s.late > 0, s.last_failure) for way, s in (standing or {}).items()}


def still_true(visit: Visit, letter: Letter, at: datetime) -> bool:
    """Whether what the letter says is still so: nobody is told to come to a desk at which they sit."""
    match letter.body["say"]:
        case "now":
            return any(s.state is State.CALLED and call_id(s.id, s.calls) == letter.body["call"] for s in visit.stops)
        case "soon":
            waits = any(s.state is State.WAITING and s.id == letter.body["stop"] for s in visit.stops)
            return visit.active and waits and visit.in_hand is None
        case _:
            return visit.active and at - letter.due_at < TOO_OLD

"""The ticker: runs sweeps when one is due, and forecasts when windows may have moved; never in the way of a call."""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from app.actions import planning, sweeps, telling
from app.domain.floor import DeskState, Floor
from app.domain.learning import learned_from
from app.domain.outlook import look_from, news_of, see
from app.domain.stop import State
from app.live.foresight import Foresight, ForesightFailed
from app.live.hub import Hub
from app.live.reminders import Reminders
from app.store import floors
from app.store.store import Store
from app.store.writer import StoreDown

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
REFRESH = timedelta(minutes=4)
REMEMBERED = 28
"""So many days back the past teaches."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a forecast was made of: only where this differs, or after a while, another one can find anything new."""

    at: datetime
    seq: int
    visits: frozenset[str]
    done: int
    running: tuple[object, ...]  # which desks and services run


@dataclass(slots=True)
class Forecasts:
    """The forecasts of one site in this process."""

    full: Seen | None = None
    near: int = -1  # the seq at which it was last asked who must be asked back
    learned: date | None = None
    looked_back: date | None = None  # the day on which it was last asked whether an earlier one was left unclosed
    task: asyncio.Task[None] | None = field(default=None, compare=False)


class Ticker:
    """What the clock does, in this process. Every process may run one: a sweep looks again under the lock."""

    def __init__(self, store: Store, hub: Hub, foresight: Foresight) -> None:
        self._store, self._hub, self._foresight = store, hub, foresight
        self.leads = not store.many_processes  # forecasts; of several processes one does
        self._sites: dict[str, Forecasts] = {}
        self._reminders = Reminders(store)

    async def run(self) -> None:
        """Look once a second, for as long as the process lives."""
        try:
            while True:
                await asyncio.sleep(SWEEP_SECONDS)
                with _outlived():
                    for site in await self._store.read_sites():
                        with _outlived():
                            await self._look(site)
        finally:
            for forecasts in self._sites.values():
                if forecasts.task:
                    forecasts.task.cancel()

    async def _look(self, site: str) -> None:
        known, at = await self._store.known(site), self._store.clock()
        if sweeps.due(known.picture.floor, known.house, at):
            await self._store.run(site, sweeps.sweep, "clock")
        if telling.soon_due(known.picture.floor, known.house, at):
            await self._store.run(site, telling.tell_soon, "clock")
        await self._reminders.look(site)
        forecasts = self._sites.setdefault(site, Forecasts())
        if forecasts.looked_back != (today := known.picture.floor.day):
            for day in await self._store.read(lambda db: floors.unclosed(db, site, today)):
                await self._store.run(site, partial(sweeps.close_late, day=day), "clock")
            forecasts.looked_back = today
        if self.leads and (forecasts.task is None or forecasts.task.done()):
            forecasts.task = asyncio.create_task(self._foresee(site, forecasts))

    async def _foresee(self, site: str, forecasts: Forecasts) -> None:
        """Forecast in the process for it; publish what must be told."""
        try:
            await self._learn(site, forecasts)
            await self._forecast(site, forecasts)
        except (StoreDown, ForesightFailed) as failed:
            log.warning("a forecast waits: %s", failed)
        except Exception:
            log.exception("a forecast failed; the next one looks again")

    async def _forecast(self, site: str, forecasts: Forecasts) -> None:
        known, at = await self._store.known(site), self._store.clock()
        floor, house, seq = known.picture.floor, known.house, known.picture.seq
        now, full = seen(floor, seq, at), is_due(forecasts.full, seen(floor, seq, at))
        if not full and seq == forecasts.near:
            return
        forecasts.full, forecasts.near = now if full else forecasts.full, seq
        look = look_from(floor, house, at, seq, full)
        if look is None:
            return
        news = news_of(floor, house, at, await self._foresight.ask(see, look))
        if news:
            await self._store.run(site, lambda work: planning.republish(work, news), "clock")

    async def _learn(self, site: str, forecasts: Forecasts) -> None:
        """Once a day: let it begin with what past days taught. One day is read at a time, so that nobody waits long."""
        known = await self._store.known(site)
        floor, house = known.picture.floor, known.house
        if forecasts.learned == floor.day:
            return
        forecasts.learned = floor.day
        if floor.learned is not None or floor.closed_at is not None:
            return
        past: list[tuple[int, Floor]] = []
        for ago in range(1, REMEMBERED + 1):
            day = floor.day - timedelta(days=ago)
            past.append((ago, await self._store.read(partial(floors.read_floor, site=site, day=day))))
        learned = await self._foresight.ask(learned_from, past, house, floor.day.weekday())
        if learned is not None:
            await self._store.run(site, lambda work: planning.learn(work, learned), "clock")


@contextlib.contextmanager
def _outlived() -> Iterator[None]:
    """Nothing that goes wrong in one look ends the looking, nor keeps another site from being looked at."""
    try:
        yield
    except StoreDown:
        log.warning("a sweep waits for the database")
    except Exception:
        log.exception("a sweep failed; the next one looks again")


def seen(floor: Floor, seq: int, at: datetime) -> Seen:
    """What a forecast of this floor is made of."""
    done = sum(s.state is State.DONE for v in floor.visits.values() for s in v.stops)
    desks = tuple(sorted((d.code, d.until) for d in floor.desks.values() if d.state is not DeskState.OPEN))
    outages = tuple(sorted((o.service, o.expected_back) for o in floor.outages.values()))
    return Seen(at, seq, frozenset(v.id for v in floor.active if v.open_stops), done, (desks, outages))


def is_due(last: Seen | None, now: Seen) -> bool:
    """After an arrival, a finished stop, a desk or service that stops or starts; else after a while, if anything happened."""
    if last is None:
        return bool(now.visits)
    if last.running != now.running or now.visits - last.visits or now.done != last.done:
        return True
    return now.seq != last.seq and now.at - last.at >= REFRESH

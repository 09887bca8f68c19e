"""The hub: wakes after each commit, makes each followed screen once, and hands it to all who see the same.

A follower has one mailbox slot, newest wins. Every screen carries the calls of the last minute with their ids, so a
message that was skipped loses no call.
"""

import asyncio
import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from time import perf_counter
from typing import Protocol

from prometheus_client import Gauge, Histogram

from app.domain.lines import Lines
from app.live.wire import Message, beat
from app.store.calls import Call
from app.store.store import Known, Store
from app.store.writer import UnknownSite

log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0

FOLLOWERS = Gauge("samedag_followers", "Connections that follow a screen")
PUSH = Histogram("samedag_push_seconds", "From waking to the last screen handed over")

AT_ONCE = 200
TURN_SECONDS = 0.001
"""So many followers are written to, and for so long screens are made, before others on the loop have their turn."""


class Shown(Protocol):
    """A screen made from what is known: `content` is compared, `message` is what goes out."""

    @property
    def content(self) -> object: ...

    @property
    def known(self) -> Known: ...

    @property
    def ended(self) -> bool: ...

    def message(self, after: int = -1, at: datetime | None = None) -> Message: ...


@dataclass(frozen=True)
class Look:
    """One look at a site: what is known, and what all screens made from it share."""

    known: Known
    lines: Lines
    at: datetime

    @cached_property
    def calls(self) -> dict[str, list[Call]]:
        """The calls of the last minute, by visit."""
        found: dict[str, list[Call]] = {}
        for call in self.known.calls:
            found.setdefault(call.visit, []).append(call)
        return found


@dataclass(frozen=True, slots=True)
class View:
    """A screen that can be followed; `key` tells it from all others of the site."""

    site: str
    key: Hashable
    show: Callable[[Look], Shown]
    urgent: Callable[[Look], bool] = lambda look: True  # shown before the others: it says where somebody is to go


@dataclass(eq=False, slots=True)
class Follower:
    """One connection: a slot for the newest message while it is behind, and whether there will be more."""

    push: Callable[[bytes], bool] = lambda frame: False  # straight to the client; False while it can't take more
    goodbye: Callable[[], object] = lambda: None  # called once, when there will be nothing more
    slot: Message | None = None
    news: asyncio.Event | None = None  # something is in the slot; made where somebody waits: there are thousands
    ended: bool = False
    greeted: bool = False  # has its first screen; a beat before it would stand for one

    def offer(self, message: Message) -> None:
        """Newest wins: a slow reader skips what is no longer true."""
        self.slot = None if self.push(message.frame) else message
        if self.slot is not None and self.news is not None:
            self.news.set()
        if self.ended:
            leave, self.goodbye = self.goodbye, lambda: None
            leave()

    def ready(self) -> None:
        """The client can take more: what waits goes out."""
        if self.slot is not None:
            self.offer(self.slot)

    async def take(self) -> Message:
        """The next message that could not be pushed; for one reader."""
        self.news = self.news or asyncio.Event()
        while self.slot is None:
            self.news.clear()
            await self.news.wait()
        message, self.slot = self.slot, None
        return message


def _newer(old: Shown, new: Shown) -> bool:
    """Whether what was shown is of a later moment than this; numbers of another epoch say nothing."""
    before, after = old.known.picture, new.known.picture
    return before.epoch == after.epoch and before.seq > after.seq


@dataclass(eq=False, slots=True)
class Group:
    """All who follow the same screen, with what they were last shown."""

    view: View
    followers: set[Follower] = field(default_factory=set)
    shown: Shown | None = None


class Hub:
    """Who follows what, in this process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._groups: dict[str, dict[Hashable, Group]] = {}
        self._looks: dict[str, tuple[float, Look]] = {}
        self._woken: set[str] = set()
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        store.on_change(self._wake_soon)

    def _wake_soon(self, site: str) -> None:
        # In two turns of the loop: the answer that comes right behind goes out before screens are made.
        self._loop.call_soon_threadsafe(self._loop.call_soon, self.wake, site)

    def wake(self, site: str) -> None:
        """Something changed at a site; many wakes become one look."""
        self._woken.add(site)
        self._news.set()

    def wake_all(self) -> None:
        """Look at every followed site: something may have been missed."""
        for site in self._groups:
            self.wake(site)

    async def follow(self, view: View, after: int = -1) -> tuple[Follower, Shown]:
        """Join those who follow a screen, and what it shows now: at least as new as the event numbered `after`."""
        group = self._groups.setdefault(view.site, {}).setdefault(view.key, Group(view))
        follower = Follower()
        group.followers.add(follower)
        FOLLOWERS.inc()
        shown = group.shown
        try:
            if shown is None or shown.known.picture.seq < after:
                shown = view.show(self.look(view.site, await self._store.known(view.site)))
                group.shown = group.shown or shown  # the others of the group have not been shown this one
        except BaseException:
            self.leave(view, follower)
            raise
        return follower, shown

    def leave(self, view: View, follower: Follower) -> None:
        """Follow no more; a screen that nobody follows is forgotten."""
        groups = self._groups.get(view.site, {})
        group = groups.get(view.key)
        if group and follower in group.followers:
            group.followers.discard(follower)
            FOLLOWERS.dec()
            if not group.followers:
                del groups[view.key]

    def followers(self) -> int:
        """How many connections there are."""
        return sum(len(g.followers) for groups in self._groups.values() for g in groups.values())

    async def run(self) -> None:
        """Push what is new, for as long as the process lives."""
        while True:
            await self._news.wait()
            self._news.clear()
            woken, self._woken = self._woken, set()
            for site in woken:
                try:
                    with PUSH.time():
                        await self.push(site)
                except UnknownSite:
                    continue
                except Exception:
                    log.exception("a push failed; the next one shows what is true")

    def look(self, site: str, known: Known) -> Look:
        """A look now; what is read from the floor is shared by all that are had within a second of each other."""
        at, found = self._store.clock(), self._looks.get(site)
        if found is not None and found[1].known is known and self._loop.time() - found[0] <= 1.0:
            return replace(found[1], at=at)
        look = Look(known, Lines(known.picture.floor, known.house, at), at)
        self._looks[site] = self._loop.time(), look
        return look

    async def push(self, site: str) -> None:
        """Show every followed screen of a site that has changed, the urgent ones first; others on the loop have turns between."""
        if not self._groups.get(site):
            return
        look = self.look(site, await self._store.known(site))
        groups = enumerate(self._groups.get(site, {}).values())
        written, since = 0, perf_counter()
        for later, _, group in sorted((not g.view.urgent(look), n, g) for n, g in groups):
            shown, old = group.view.show(look), group.shown
            if old is not None and _newer(old, shown):
                continue
            group.shown = shown  # also where it shows the same: who joins now is given no time and no call of before
            if old is not None and old.content == shown.content:
                continue
            message = shown.message()
            for follower in list(group.followers):
                follower.ended = follower.ended or shown.ended
                follower.offer(message)
                written += 1
                if written % AT_ONCE == 0:
                    await asyncio.sleep(0)
            if not later or perf_counter() - since > TURN_SECONDS:
                await asyncio.sleep(0)
                since = perf_counter()

    async def tick(self) -> None:
        """Every few seconds: what time alone changes, and a beat to those who have nothing left to read."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            for site in list(self._groups):
                await self.beat(site)

    async def beat(self, site: str) -> None:
        """Show what time alone has changed at a site, then say to whoever has read everything that all is well."""
        try:
            await self.push(site)
            known = await self._store.known(site)
        except Exception:  # without a database there is no beat: screens say so by themselves
            log.warning("no beat: the picture of a site can't be had")
            return
        message = beat(known.picture.seq, self._store.clock())
        for group in list(self._groups.get(site, {}).values()):
            for follower in group.followers:
                if follower.greeted and follower.slot is None:
                    follower.offer(message)

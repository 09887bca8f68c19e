"""The hub: wakes after each commit, makes each followed screen once, and hands it to all who see the same.

A follower has one mailbox slot, newest wins. Every screen carries the calls of the last minute with their ids, so a
message that was skipped loses no call.
"""

import asyncio
import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Protocol

from app.live.wire import beat
from app.store.store import Known, Store
from app.store.writer import UnknownSite

log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0


class Shown(Protocol):
    """A screen made from what is known: `content` is compared, `message` is what goes out."""

    @property
    def content(self) -> object: ...

    @property
    def ended(self) -> bool: ...

    def message(self) -> str: ...


@dataclass(frozen=True, slots=True)
class View:
    """A screen that can be followed; `key` tells it from all others of the site."""

    site: str
    key: Hashable
    show: Callable[[Known], Shown]


@dataclass(eq=False, slots=True)
class Follower:
    """One connection: a slot for the newest message, and whether there will be more."""

    slot: str | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False

    def offer(self, message: str) -> None:
        """Newest wins: a slow reader skips what is no longer true."""
        self.slot = message
        self.news.set()

    async def take(self) -> str | None:
        """The next message; None when there will be none."""
        await self.news.wait()
        self.news.clear()
        message, self.slot = self.slot, None
        return message


@dataclass(eq=False, slots=True)
class Group:
    """All who follow the same screen, with what they were last shown."""

    view: View
    followers: set[Follower] = field(default_factory=set)
    content: object = None


class Hub:
    """Who follows what, in this process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._groups: dict[str, dict[Hashable, Group]] = {}
        self._woken: set[str] = set()
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        store.on_change(self._wake_soon)

    def _wake_soon(self, site: str) -> None:
        self._loop.call_soon_threadsafe(self.wake, site)

    def wake(self, site: str) -> None:
        """Something changed at a site; many wakes become one look."""
        self._woken.add(site)
        self._news.set()

    def wake_all(self) -> None:
        """Look at every followed site: something may have been missed."""
        for site in self._groups:
            self.wake(site)

    async def follow(self, view: View) -> tuple[Follower, Known]:
        """Join those who follow a screen; the first message is the caller's to make from what is known."""
        known = await self._store.known(view.site)
        group = self._groups.setdefault(view.site, {}).setdefault(view.key, Group(view))
        follower = Follower()
        group.followers.add(follower)
        if group.content is None:
            group.content = view.show(known).content
        return follower, known

    def leave(self, view: View, follower: Follower) -> None:
        """Follow no more; a screen that nobody follows is forgotten."""
        groups = self._groups.get(view.site, {})
        if group := groups.get(view.key):
            group.followers.discard(follower)
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
                    await self.push(site)
                except UnknownSite:
                    continue
                except Exception:
                    log.exception("a push failed; the next one shows what is true")

    async def push(self, site: str) -> None:
        """Show every followed screen of a site that has changed; the loop is let go between two of them."""
        if not self._groups.get(site):
            return
        known = await self._store.known(site)
        for group in list(self._groups.get(site, {}).values()):
            shown = group.view.show(known)
            if shown.content != group.content:
                group.content = shown.content
                message = shown.message()
                for follower in group.followers:
                    follower.ended = follower.ended or shown.ended
                    follower.offer(message)
                await asyncio.sleep(0)

    async def tick(self) -> None:
        """Every few seconds: what time alone changes, and a beat to those who had nothing to read."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            for site, groups in list(self._groups.items()):
                try:
                    await self.push(site)
                    known = await self._store.known(site)
                except Exception:  # without a database there is no beat: screens say so by themselves
                    log.warning("no beat: the picture of a site can't be had")
                    continue
                message = beat(known.picture.seq, self._store.clock())
                for group in list(groups.values()):
                    for follower in group.followers:
                        if follower.slot is None:
                            follower.offer(message)

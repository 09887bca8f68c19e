"""Sessions, live: an open socket lasts no longer than what its client came in by, whichever process ended that."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from sqlalchemy import Connection

from app.store.store import Store
from app.store.writer import StoreDown

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.5
"""Whoever has signed out, was disabled or has expired is let go within twice this time."""


class Good(Protocol):
    """Asks which of these hashes are good now."""

    def __call__(self, db: Connection, /, hashes: set[str], at: datetime) -> set[str]: ...


Close = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a follower came in by: how many are asked at once which are still good, and the code for whose is not."""

    good: Good
    hashed: str
    code: int


class Sessions:
    """The proofs that open sockets of this process came in by; one look at each kind serves them all."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: dict[Proof, set[Close]] = {}
        self._leaving = set[asyncio.Task[None]]()

    @contextmanager
    def held(self, proof: Proof | None, close: Close) -> Iterator[None]:
        """While this lasts, `close` is called once if the proof is good no more; who needed none stays."""
        if proof is None:
            yield
            return
        self._held.setdefault(proof, set()).add(close)
        try:
            yield
        finally:
            others = self._held.get(proof, set())
            others.discard(close)
            if not others:
                self._held.pop(proof, None)

    async def run(self) -> None:
        """Look again and again, for as long as the process lives. Without a database everybody stays until it is back."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except StoreDown:
                log.warning("sessions can't be looked up now")
            except Exception:
                log.exception("a look at the sessions failed; the next one looks again")

    async def look(self) -> None:
        """Let go whose proof is good no more. Nobody waits for a slow client to hear it."""
        at, asked = self._store.clock(), dict[Good, set[str]]()
        for proof in self._held:
            asked.setdefault(proof.good, set()).add(proof.hashed)
        still = {good: await self._store.read(partial(good, hashes=hashes, at=at)) for good, hashes in asked.items()}
        for proof in list(self._held):
            if proof.hashed in asked.get(proof.good, ()) and proof.hashed not in still[proof.good]:
                for close in self._held.pop(proof):
                    task = asyncio.create_task(_gone(close(proof.code)))
                    self._leaving.add(task)
                    task.add_done_callback(self._leaving.discard)


async def _gone(closing: Awaitable[None]) -> None:
    with suppress(RuntimeError, OSError):  # it has gone by itself
        await closing

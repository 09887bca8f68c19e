"""Devices, live: what each display and kiosk says of itself, in this process and, by a small table, in all others.

A display is told its code while nobody knows it, its name once staff have paired it, and is let go when it is unpaired.
A kiosk hears the same from its page, which asks again and again.
Times here are real ones: a device is silent for thirty seconds of its own, however fast a demonstration runs.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from prometheus_client import Gauge
from sqlalchemy.exc import SQLAlchemyError

from app.domain.machines import Device
from app.live.wire import Health, Seen
from app.screens.devices import show_devices
from app.store import devices as kept
from app.store.idempotency import Command
from app.store.store import Store
from app.store.work import Work
from app.store.writer import StoreDown

T = TypeVar("T")

log = logging.getLogger(__name__)

LOOK_SECONDS = 4.0
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""A code has no vowels and no digits: it spells nothing, and nobody in the hall takes it for a number."""

CODE_LENGTH = 5
SILENT = Gauge("samedag_devices_silent", "Paired displays and kiosks that are not heard of", ["site"])


@dataclass(eq=False, slots=True)
class Line:
    """A display's connection; `news` says that it is to be told who it is, or that it is let go."""

    device: Device
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Devices:
    """The devices of every site, as this process knows them; `changed` is told the site when staff see a difference."""

    def __init__(self, store: Store, clock: Callable[[], datetime], changed: Callable[[str], None]) -> None:
        self._store, self._clock, self._changed = store, clock, changed
        self._known: dict[tuple[str, str], Device] = {}
        self._lines: set[Line] = set()
        self._unsaid: set[tuple[str, str]] = set()  # whose last word is not in the table yet
        self._told: dict[str, object] = {}

    def of(self, site: str) -> list[Device]:
        """The devices of a site, by name."""
        return [d for (where, _), d in self._known.items() if where == site]

    def now(self) -> datetime:
        """The real moment."""
        return self._clock()

    async def meet(self, site: str, token: str) -> Line | None:
        """A display has come with its token: known, or a stranger who gets a code; None when too many strangers ask."""
        found = await self._found(site, token, "display")
        if found is None:
            return None
        line = Line(found)
        line.news.set()
        if found.ended_at is None:
            self._lines.add(line)
        return line

    async def kiosk(self, site: str, token: str) -> Device | None:
        """A kiosk asks for its page: known, or a stranger who gets a code; None when too many strangers ask."""
        return await self._found(site, token, "kiosk")

    async def _found(self, site: str, token: str, kind: str) -> Device | None:
        """The device with this token, which was heard of now."""
        hashed, at = kept.hash_at(site, token), self._clock()
        found = await self._store.read(lambda db: kept.by_token(db, site, hashed))
        if found is None:
            name, code = secrets.token_hex(6), "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
            found = await self._store.write(lambda db: kept.ask(db, site, hashed, name, code, at, kind))
        if found is not None and found.ended_at is None:
            self._known.setdefault((site, found.id), found)
            self._note(found, {"seen_at": at})
        return found

    def leave(self, line: Line) -> None:
        """The connection is gone."""
        self._lines.discard(line)

    def heard(self, line: Line, message: Health | Seen, seq: int) -> None:
        """A display's word; `seq` is where the house is."""
        word: dict[str, object] = {"seen_at": self._clock()}
        if isinstance(message, Seen):
            word["call"] = message.call
        else:
            word |= {"sound": message.sound, "visible": message.visible}
            word["lag"] = max(0, seq - message.seq) if message.seq is not None else None
        self._note(line.device, word)

    def _note(self, device: Device, word: dict[str, object]) -> None:
        key = device.site, device.id
        if key in self._known:
            self._known[key] = replace(self._known[key], **word)  # type: ignore[arg-type]  # fields of Device, by name
            self._unsaid.add(key)
            self._tell_staff(device.site)

    async def run(self) -> None:
        """Keep what was said, look what other processes heard, for as long as the process lives."""
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, StoreDown) as error:
                log.warning("the devices can't be looked up now: %s", type(error).__name__)
            except Exception:
                log.exception("a look at the devices failed; the next one looks again")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """One round: write our displays' words, read everybody's, tell displays and staff what is new."""
        unsaid, self._unsaid = self._unsaid, set()
        words = {key: _word(self._known[key]) for key in unsaid if key in self._known}
        if words:
            await self._store.write(lambda db: kept.keep_words(db, words))
        here = set(self._lines)
        rows = await self._store.read(kept.all_known)
        before, self._known = self._known, {(d.site, d.id): d for d in rows}
        for line in self._lines:  # ours may have spoken, or come, while we looked
            key = line.device.site, line.device.id
            if key in before and (key in self._known or line not in here):
                row = self._known.get(key, before[key])
                self._known[key] = replace(row, **_word(before[key]))  # type: ignore[arg-type]  # the same
        for key in self._unsaid & before.keys() & self._known.keys():  # and so may a kiosk
            self._known[key] = replace(self._known[key], **_word(before[key]))  # type: ignore[arg-type]  # the same
        for line in here & self._lines:
            self._tell_display(line)
        for site in {where for where, _ in before.keys() | self._known.keys()}:
            self._tell_staff(site)

    def _tell_display(self, line: Line) -> None:
        now = self._known.get((line.device.site, line.device.id))
        known = now or replace(line.device, ended_at=self._clock())
        if (known.name, known.code, known.ended_at) != (line.device.name, line.device.code, line.device.ended_at):
            line.device = known
            line.news.set()

    def _tell_staff(self, site: str) -> None:
        shown = show_devices(self.of(site), self._clock())
        told = tuple(d.told for d in shown)
        SILENT.labels(site).set(sum(d.trouble == "silent" for d in shown))
        if self._told.get(site) != told:
            self._told[site] = told
            self._changed(site)

    async def act(self, site: str, actor: str, act: Callable[[Work], T], command: Command | None = None) -> T:
        """Let staff change the devices of a site, in one work; then displays and staff are told."""
        done = await self._store.run(site, act, actor, command)
        await self.look()
        return done


def _word(device: Device) -> dict[str, object]:
    return {name: getattr(device, name) for name in ("seen_at", "sound", "visible", "call", "lag")}

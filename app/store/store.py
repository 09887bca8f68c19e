"""The store: works go in by `run`, what is true comes out by `picture`. One of these for each process."""

import asyncio
import secrets as random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import DBAPIError

from app.clock import Clock, never_back
from app.domain.errors import Refused
from app.domain.events import Kind
from app.domain.floor import Floor, Picture
from app.domain.house import House
from app.domain.programme import Occasion
from app.domain.replay import apply
from app.domain.visit import Visit
from app.houses.reading import read_house
from app.store import eventlog, floors, links
from app.store.calls import Call, recent_calls
from app.store.engine import is_sqlite, make_engine
from app.store.eventlog import Logged
from app.store.idempotency import Answer, Command
from app.store.programme import todays
from app.store.tables import house_files, sites
from app.store.work import Work
from app.store.writer import Job, StoreDown, UnknownSite, Writer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """The last picture of a site that this process has, with the house it was made under."""

    picture: Picture
    house: House
    calls: tuple[Call, ...] = ()  # of the last 60 seconds
    programme: tuple[Occasion, ...] = ()  # the events of this day


class Store:
    """Everything that is kept, behind two doors: `run` writes, `read` and `picture` look."""

    def __init__(self, url: str, clock: Clock, secret: bytes) -> None:
        self.url, self.clock, self.secret = url, never_back(clock), secret
        self.many_processes = not is_sqlite(url)
        self._reader = make_engine(url, write=False)
        self._outside = make_engine(url, write=True)  # for what belongs to no day, beside the writer
        self._known: dict[str, Known] = {}
        self._one_keeps = threading.Lock()
        self._houses: dict[str, tuple[int, House]] = {}
        self._followers: list[Callable[[str], None]] = []
        self._senders: list[Callable[[str], None]] = []
        self._writer = Writer(make_engine(url, write=True), self.clock, secret, self._committed)

    @property
    def engine(self) -> Engine:
        """For reading as much as one likes."""
        return self._reader

    def on_change(self, follower: Callable[[str], None]) -> None:
        """Tell `follower` the site after each commit of this process; called from the writer's thread, before the answer."""
        self._followers.append(follower)

    def on_letters(self, sender: Callable[[str], None]) -> None:
        """The same after each commit that put something into the outbox."""
        self._senders.append(sender)

    def _committed(self, site: str, picture: Picture, house: House, logged: list[Logged], letters: bool) -> None:
        old = self._known.get(site)
        calls = recent_calls(old.calls if old else (), logged, picture.floor, self.clock())
        day = picture.floor.day
        programme = _still(old, day, logged)
        if programme is None:
            programme = self.read_here(lambda db: todays(db, house, day))
        self._keep(site, Known(picture, house, calls, programme))
        for told in (*self._followers, *(self._senders if letters else ())):
            told(site)

    async def run(
        self,
        site: str,
        act: Callable[[Work], T],
        actor: str,
        command: Command | None = None,
        refused: Callable[[Refused, House], Answer] | None = None,
    ) -> T:
        """Do one work and wait for its commit. With `command` the act gives an Answer, kept and given again for its key.

        `refused` words a no of the rules, with the house that the work was done under.
        """
        return await asyncio.wrap_future(self._writer.submit(Job(site, act, actor, command, refused)))

    def sketch(self, known: Known) -> Work:
        """A work on what is known now that is never written: what if?"""
        p = known.picture
        return Work(p.floor.site, known.house, self.clock(), "sketch", p.seq, lambda _: p.floor, b"")

    def run_here(self, site: str, act: Callable[[Work], T], actor: str) -> T:
        """The same, for a thread that may wait: the command line."""
        found: T = self._writer.submit(Job(site, act, actor, None, None)).result()
        return found

    async def read(self, look: Callable[[Connection], T]) -> T:
        """Look at the database from a thread of its own."""
        return await asyncio.to_thread(self.read_here, look)

    def read_here(self, look: Callable[[Connection], T]) -> T:
        """Look at the database; nothing can be changed."""
        try:
            with self._reader.connect() as db:
                return look(db)
        except DBAPIError as error:
            raise StoreDown from error

    async def known(self, site: str) -> Known:
        """The picture of today. One process knows it; among several it is brought up to the site's number first."""
        known = self._known.get(site)
        if known is None or self.many_processes or known.picture.floor.day != self.today(known.house):
            known = await self.read(lambda db: self._refreshed(db, site))
        return known

    def known_here(self, site: str) -> Known:
        """The same, for a thread that may wait."""
        return self.read_here(lambda db: self._refreshed(db, site))

    def today(self, house: House) -> date:
        """The local date of the house now."""
        return self.clock().astimezone(ZoneInfo(house.timezone)).date()

    def _refreshed(self, db: Connection, site: str) -> Known:
        row = db.execute(select(sites.c.seq, sites.c.epoch, sites.c.revision).where(sites.c.site_id == site)).first()
        if row is None:
            raise UnknownSite(site)
        seq, epoch, revision = row
        house = self._house(db, site, revision)
        day, known = self.today(house), self._known.get(site)
        fits = known is not None and known.picture.floor.day == day and known.picture.epoch == epoch
        missed = eventlog.after(db, site, known.picture.seq if known and fits else seq - 200)
        if known and fits and (known.picture.seq >= seq or missed[-1].seq == seq):
            picture = Picture(_followed(known.picture.floor, missed), max(seq, known.picture.seq), epoch)
        else:  # nothing to follow from, or more than is worth following
            picture = Picture(floors.read_floor(db, site, day), seq, epoch)
        calls = recent_calls(known.calls if known else (), missed, picture.floor, self.clock())
        programme = _still(known, day, missed)
        return self._keep(
            site, Known(picture, house, calls, todays(db, house, day) if programme is None else programme)
        )

    def _keep(self, site: str, found: Known) -> Known:
        """Know this from now on, unless something newer is known; what is known. A reader may have been overtaken by a commit."""
        with self._one_keeps:
            known = self._known.get(site)
            if known is None or known.picture.epoch != found.picture.epoch or known.picture.seq <= found.picture.seq:
                self._known[site] = found
            return self._known[site]

    def only_house(self) -> House | None:
        """The house, where this process has met one alone: for pages that cannot ask the database whose they are."""
        met = list(self._known.values())
        return met[0].house if len(met) == 1 else None

    def programme_of(self, site: str) -> tuple[Occasion, ...]:
        """Today's events, as this process knows them."""
        known = self._known.get(site)
        return known.programme if known else ()

    def _house(self, db: Connection, site: str, revision: int) -> House:
        cached = self._houses.get(site)
        if cached is None or cached[0] != revision:
            text = db.execute(select(house_files.c.house).where(house_files.c.site_id == site)).scalar_one()
            cached = self._houses[site] = (revision, read_house(text, site))
        return cached[1]

    async def read_sites(self) -> list[str]:
        """The same as `sites`, for the event loop."""
        return await asyncio.to_thread(self.sites)

    def sites(self) -> list[str]:
        """The sites of this database."""
        return self.read_here(lambda db: list(db.execute(select(sites.c.site_id).order_by(sites.c.site_id)).scalars()))

    def write_here(self, write: Callable[[Connection], T]) -> T:
        """Write what belongs to no day (accounts, tokens), for a thread that may wait."""
        try:
            with self._outside.begin() as db:
                return write(db)
        except DBAPIError as error:
            raise StoreDown from error

    async def write(self, write: Callable[[Connection], T]) -> T:
        """The same, for the event loop."""
        return await asyncio.to_thread(self.write_here, write)

    def put_site(self, site: str, house_text: str) -> None:
        """Enter a site that is not there yet."""
        row = {"site_id": site, "revision": 1, "epoch": random.token_hex(8), "seq": 0}

        def enter(db: Connection) -> None:
            db.execute(insert(sites).values(**row))
            db.execute(insert(house_files).values(site_id=site, house=house_text))

        self.write_here(enter)

    def token(self, site: str, visit: Visit) -> str:
        """The token of the visit's good link."""
        return links.token_of(self.secret, site, visit.id, visit.link)

    def close(self) -> None:
        """Finish what is queued and let go of the database."""
        self._writer.stop()
        self._reader.dispose()
        self._outside.dispose()


def _followed(floor: Floor, missed: list[Logged]) -> Floor:
    """A floor brought up to date by the log."""
    for entry in missed:
        if entry.day == floor.day:
            floor = apply(floor, entry.event)
    return floor


REVISED = (Kind.PROGRAMME_CHANGED, Kind.HOUSE_CHANGED)


def _still(known: Known | None, day: date, logged: list[Logged]) -> tuple[Occasion, ...] | None:
    """Today's events as they were; None where they must be read anew."""
    if known is None or known.picture.floor.day != day or any(entry.event.kind in REVISED for entry in logged):
        return None
    return known.programme

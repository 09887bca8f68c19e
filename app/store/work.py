"""A unit of work: one site, one lock, one moment, one commit."""

import secrets
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, update

from app.domain.events import Event, Kind
from app.domain.floor import Floor
from app.domain.house import House
from app.domain.replay import apply
from app.domain.visit import Visit
from app.store import links, tables
from app.store.eventlog import Logged

T = TypeVar("T")

Write = Callable[[Connection], object]


@dataclass(frozen=True, slots=True)
class Mark:
    """A point within a work."""

    seq: int
    floors: dict[date, Floor]
    logged: int
    writes: int
    aside: dict[Hashable, Any]


class Work:
    """What a use case works on: the floor as it is, and `record` to change it. Nothing is written until it ends well."""

    def __init__(
        self,
        site: str,
        house: House,
        at: datetime,
        actor: str,
        seq: int,
        load: Callable[[date], Floor],
        secret: bytes,
        revision: int = 0,
        look: Callable[[Callable[[Connection], Any]], Any] | None = None,
    ) -> None:
        self.site, self.house, self.at, self.actor, self.seq = site, house, at, actor, seq
        self.day = self.today = at.astimezone(ZoneInfo(house.timezone)).date()
        self.logged: list[Logged] = []
        self.before: dict[date, Floor] = {}
        self.floors: dict[date, Floor] = {}
        self._load, self._secret, self.revision = load, secret, revision
        self._writes: list[Write] = []
        self._look = look
        self._aside: dict[Hashable, Any] = {}
        self.letters = False  # whether something was put into the outbox

    @property
    def floor(self) -> Floor:
        """The floor of the day that is worked on (today, unless turned to another), with all that was recorded so far."""
        return self.floor_of(self.day)

    def turn_to(self, day: date) -> None:
        """Work on the floor of another day from here on; the moment stays the clock's."""
        self.day = day

    def floor_of(self, day: date) -> Floor:
        """The floor of any day of the site."""
        if day not in self.floors:
            self.before[day] = self.floors[day] = self._load(day)
        return self.floors[day]

    def record(
        self,
        kind: Kind,
        visit: str | None = None,
        stop: str | None = None,
        desk: str | None = None,
        day: date | None = None,
        **facts: Any,
    ) -> None:
        """Say that something happened now: the floor changes with it, in the same breath."""
        self.happened(Event(kind, self.at, visit, stop, desk, facts), day or self.day)

    def happened(self, event: Event, day: date | None = None) -> None:
        """The same, for an event that a rule has made."""
        day = day or self.day
        self.floors[day] = apply(self.floor_of(day), event)
        self.seq += 1
        self.logged.append(Logged(self.seq, day, self.actor, event))

    def mark(self) -> Mark:
        """Where the work stands, to come back to."""
        return Mark(self.seq, dict(self.floors), len(self.logged), len(self._writes), dict(self._aside))

    def back_to(self, mark: Mark) -> None:
        """Forget what was recorded since `mark`: it was only a question."""
        self.seq = mark.seq
        self.floors = mark.floors or {day: self.before[day] for day in self.before}
        del self.logged[mark.logged :]
        del self._writes[mark.writes :]
        self._aside = mark.aside

    def aside(self, key: Hashable, read: Callable[[Connection], T]) -> T:
        """What is kept beside the floors, read once under the lock and then as this work has changed it."""
        if key not in self._aside:
            assert self._look is not None, "this work was made without a database"
            self._aside[key] = self._look(read)
        found: T = self._aside[key]
        return found

    def set_aside(self, key: Hashable, value: object, write: Write) -> None:
        """Change what is kept beside the floors: `value` from now on in this work, `write` at its end."""
        self._aside[key] = value
        self._writes.append(write)

    def later(self, write: Write) -> None:
        """Write this at the end of the work, in its transaction."""
        self._writes.append(write)

    def derived(self, what: str) -> str:
        """A token of 128 bits that only this house can make, for a link that is never stored."""
        return links.derived(self._secret, f"way|{self.site}|{what}")

    def give_link(self, visit: Visit) -> str:
        """The token that opens this visit from now on, until its day ends."""
        return self._put_link(visit, visit.link == 1)

    def keep_link(self, visit: Visit) -> str:
        """Let the same link lead on to what the party keeps, until the day on which it comes back is over."""
        return self._put_link(visit, first=False)

    def _put_link(self, visit: Visit, first: bool) -> str:
        token = self.token(visit)
        last = max(self.day, visit.comes_back or self.day)
        expires = datetime.combine(last + timedelta(days=1), datetime.min.time(), ZoneInfo(self.house.timezone))
        opened, token_hash = links.Opened(self.site, self.day, visit.id), links.hash_of(token)
        self._writes.append(lambda db: links.put(db, token_hash, opened, expires, first))
        return token

    def token(self, visit: Visit) -> str:
        """The token of the visit's good link."""
        return links.token_of(self._secret, self.site, visit.id, visit.link)

    def keep(self, visit: str, kind: str, value: str) -> None:
        """Keep a personal word (a note, a phone, a push subscription) apart, until the day closes."""
        row = {"site_id": self.site, "day": self.day, "visit": visit, "kind": kind}
        self._writes.append(lambda db: _put_personal(db, row, value))

    def forget(self, visit: str, kind: str) -> None:
        """Forget a personal word before the day closes."""
        p = tables.personal
        here = (p.c.site_id == self.site, p.c.day == self.day, p.c.visit == visit, p.c.kind == kind)
        self._writes.append(lambda db: db.execute(delete(p).where(*here)))

    def wipe_personal(self, day: date) -> None:
        """Forget every personal word of a day."""
        p = tables.personal
        self._writes.append(lambda db: db.execute(delete(p).where(p.c.site_id == self.site, p.c.day == day)))

    def send(self, way: str, visit: str, body: Mapping[str, Any]) -> None:
        """Put a message or a slip into the outbox: it leaves after the commit, and may fail without harm."""
        # A work that records no event has the number of the one before it: the ending tells the two apart.
        name = f"{self.seq}.{len(self._writes)}.{secrets.token_hex(4)}"
        row = {"id": name, "way": way, "visit": visit, "body": dict(body), "tries": 0}
        values = {"site_id": self.site, "due_at": self.at, **row}
        self._writes.append(lambda db: db.execute(insert(tables.outbox).values(**values)))
        self.letters = True

    def change_house(self, text: str) -> None:
        """Keep another house file; every process reads it anew at its next work."""
        s, f, revision = tables.sites, tables.house_files, self.revision + 1
        self._writes.append(lambda db: db.execute(update(f).where(f.c.site_id == self.site).values(house=text)))
        self._writes.append(lambda db: db.execute(update(s).where(s.c.site_id == self.site).values(revision=revision)))

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.logged or self._writes)

    def flush(self, db: Connection) -> None:
        """Write what goes beside the floors into the open transaction; rows and events follow for the whole commit."""
        for write in self._writes:
            write(db)


def _put_personal(db: Connection, row: Mapping[str, Any], value: str) -> None:
    p = tables.personal
    here = [p.c[k] == v for k, v in row.items()]
    db.execute(delete(p).where(*here))
    db.execute(insert(p).values(**row, value=value))

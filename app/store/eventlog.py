"""The event log: the only module that touches the events table. What happened is never changed.

Who did it is forgotten after a while, and whole days are after longer (see `retention`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, func, select, update

from app.domain.events import Event, Kind
from app.domain.floor import Floor
from app.domain.replay import replay
from app.store.prepared import insertion
from app.store.tables import events

_APPEND = insertion(events)


@dataclass(frozen=True, slots=True)
class Logged:
    """An event with its number, the local date that it concerns, and who caused it."""

    seq: int
    day: date
    actor: str
    event: Event


def append(db: Connection, site: str, logged: Sequence[Logged]) -> None:
    """Write events; their numbers were given under the site's lock."""
    rows = [
        {
            "site_id": site,
            "seq": entry.seq,
            "day": entry.day,
            "at": entry.event.at,
            "kind": entry.event.kind.value,
            "visit": entry.event.visit,
            "stop": entry.event.stop,
            "desk": entry.event.desk,
            "actor": entry.actor,
            "facts": dict(entry.event.facts),
        }
        for entry in logged
    ]
    _APPEND.run(db, rows)


def after(db: Connection, site: str, seq: int, limit: int = 500) -> list[Logged]:
    """Up to `limit` events numbered above `seq`, in order."""
    here = (events.c.site_id == site, events.c.seq > seq)
    return _read(db, select(events).where(*here).order_by(events.c.seq).limit(limit))


def of_day(db: Connection, site: str, day: date) -> list[Logged]:
    """Every event of one local date, in order."""
    here = (events.c.site_id == site, events.c.day == day)
    return _read(db, select(events).where(*here).order_by(events.c.seq))


def of_visit(db: Connection, site: str, day: date, visit: str) -> list[Logged]:
    """Every event of one visit, in order: what the right of access covers."""
    here = (events.c.site_id == site, events.c.day == day, events.c.visit == visit)
    return _read(db, select(events).where(*here).order_by(events.c.seq))


def replayed(db: Connection, site: str, day: date) -> Floor:
    """The floor of a day as its events tell it, from an empty one."""
    return replay(Floor(site, day), (entry.event for entry in of_day(db, site, day)))


def last_moment(db: Connection) -> datetime | None:
    """When anything last happened at any site."""
    found: datetime | None = db.execute(select(func.max(events.c.at, type_=events.c.at.type))).scalar_one()
    return found


def first_moment(db: Connection, site: str) -> datetime | None:
    """When something first happened at a site, as far as it is remembered."""
    query = select(events.c.at).where(events.c.site_id == site).order_by(events.c.seq).limit(1)
    found: datetime | None = db.execute(query).scalar_one_or_none()
    return found


def mask_actors(db: Connection, site: str, day: date) -> int:
    """Of the events of a day, keep the role of who acted and no longer the name; how many were changed."""
    here = (events.c.site_id == site, events.c.day == day, events.c.actor.contains(":"))
    named = list(db.execute(select(events.c.actor).where(*here).distinct()).scalars())
    masks = [update(events).where(*here, events.c.actor == a).values(actor=a.partition(":")[0]) for a in named]
    return sum(db.execute(mask).rowcount for mask in masks)


def first_days(db: Connection, site: str, since: date, before: date, most: int) -> list[date]:
    """The first days from `since` on and before `before` of which there are events."""
    here = (events.c.site_id == site, events.c.day >= since, events.c.day < before)
    return list(db.execute(select(events.c.day).where(*here).distinct().order_by(events.c.day).limit(most)).scalars())


def forget_day(db: Connection, site: str, day: date) -> None:
    """Forget the events of a day. Numbers go on from where they are."""
    db.execute(delete(events).where(events.c.site_id == site, events.c.day == day))


def _read(db: Connection, query: object) -> list[Logged]:
    return [
        Logged(
            row["seq"],
            row["day"],
            row["actor"],
            Event(Kind(row["kind"]), row["at"], row["visit"], row["stop"], row["desk"], row["facts"]),
        )
        for row in db.execute(query).mappings()  # type: ignore[call-overload]  # always a select
    ]

"""The outbox: what is to leave the house, written with the change that it tells of, sent after it. The only module that reads it.

A row waits, is claimed by one process, and is then sent, due again later, or failed for good with a stable code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, or_, select, update

from app.domain.machines import Standing
from app.store.tables import outbox as o
from app.store.tables import personal as p

RESCUE = timedelta(minutes=2)
"""A row that was claimed so long ago has lost its process: another takes it."""

LOOKED_BACK = timedelta(hours=1)
"""Staff are told what was sent and what failed within so long."""

KEPT = timedelta(hours=48)
"""How long a failure is kept after it was due, for the doctor to look at."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to send. `body` holds no address and no name: these are looked up when it leaves."""

    site: str
    id: str
    way: str  # push, sms or print
    visit: str
    body: Mapping[str, Any]
    due_at: datetime
    tries: int  # with this one


def ways_due(db: Connection, at: datetime) -> set[str]:
    """The ways for which something waits to be sent."""
    return set(db.execute(select(o.c.way).where(_claimable(at)).distinct()).scalars())


def claim(db: Connection, way: str, at: datetime, limit: int) -> list[Letter]:
    """Take up to `limit` rows for this process; no other process is given the same ones."""
    query = select(o).where(_claimable(at), o.c.way == way).order_by(o.c.due_at, o.c.id).limit(limit)
    rows = db.execute(query.with_for_update(skip_locked=True)).mappings().all()
    for row in rows:
        db.execute(update(o).where(*_this(row["site_id"], row["id"])).values(claimed_at=at, tries=row["tries"] + 1))
    return [
        Letter(r["site_id"], r["id"], r["way"], r["visit"] or "", r["body"], r["due_at"], r["tries"] + 1) for r in rows
    ]


def _claimable(at: datetime) -> Any:
    free = or_(o.c.claimed_at.is_(None), o.c.claimed_at <= at - RESCUE)
    return and_(o.c.sent_at.is_(None), o.c.failed.is_(None), o.c.due_at <= at, free)


def _this(site: str, name: str) -> tuple[Any, Any]:
    return o.c.site_id == site, o.c.id == name


def settle(
    db: Connection,
    letter: Letter,
    sent_at: datetime | None = None,
    failed: str | None = None,
    due_at: datetime | None = None,
) -> None:
    """How it went: sent, failed for good, or due again at a later moment."""
    values: dict[str, Any] = {"claimed_at": None, "sent_at": sent_at, "failed": failed}
    if due_at is not None:
        values["due_at"] = due_at
    db.execute(update(o).where(*_this(letter.site, letter.id)).values(values))


def address(db: Connection, site: str, day: date, visit: str, kind: str) -> str | None:
    """Where a message to this party goes; nothing, once it was wiped."""
    here = (p.c.site_id == site, p.c.day == day, p.c.visit == visit, p.c.kind == kind)
    return db.execute(select(p.c.value).where(*here)).scalar()


def print_state(db: Connection, site: str, visit: str) -> str:
    """How the newest slip of a visit does: none, waiting, sent or failed."""
    here = (o.c.site_id == site, o.c.visit == visit, o.c.way == "print")
    row = db.execute(select(o).where(*here).order_by(o.c.due_at.desc(), o.c.id.desc()).limit(1)).mappings().first()
    if row is None:
        return "none"
    return "failed" if row["failed"] else "sent" if row["sent_at"] else "waiting"


def standing(db: Connection, at: datetime) -> dict[str, dict[str, Standing]]:
    """How each way does at each site: what waits now, and what was sent or failed within the last hour."""
    since = at - LOOKED_BACK
    late = func.sum(_one_if(and_(o.c.sent_at.is_(None), o.c.failed.is_(None), o.c.tries > 1)))
    waiting = func.sum(_one_if(and_(o.c.sent_at.is_(None), o.c.failed.is_(None))))
    sent, failed = func.sum(_one_if(o.c.sent_at > since)), func.sum(_one_if(o.c.failed.is_not(None)))
    recent = or_(and_(o.c.sent_at.is_(None), o.c.failed.is_(None)), o.c.due_at > since)
    query = select(o.c.site_id, o.c.way, waiting, late, sent, failed).where(recent).group_by(o.c.site_id, o.c.way)
    found: dict[str, dict[str, Standing]] = {}
    for site, way, *counts in db.execute(query):
        waits, again, left, lost = (int(n or 0) for n in counts)
        last = _last_failure(db, site, way, since) if lost else None
        found.setdefault(site, {})[way] = Standing(waits, again, left, lost, last)
    return found


def _one_if(condition: Any) -> Any:
    return case((condition, 1), else_=0)


def _last_failure(db: Connection, site: str, way: str, since: datetime) -> str | None:
    here = (o.c.site_id == site, o.c.way == way, o.c.failed.is_not(None), o.c.due_at > since)
    return db.execute(select(o.c.failed).where(*here).order_by(o.c.due_at.desc()).limit(1)).scalar()


def stuck(db: Connection, at: datetime) -> int:
    """How many have waited longer than the longest patience: nobody sends."""
    here = (o.c.sent_at.is_(None), o.c.failed.is_(None), o.c.due_at < at - 2 * RESCUE)
    return int(db.execute(select(func.count()).where(*here)).scalar_one())


def forget_old(db: Connection, at: datetime) -> None:
    """Rows that nobody will look at any more."""
    sent = and_(o.c.sent_at.is_not(None), o.c.sent_at < at - LOOKED_BACK)
    db.execute(delete(o).where(or_(sent, o.c.due_at < at - KEPT)))

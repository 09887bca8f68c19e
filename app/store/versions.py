"""Versions: what staff change outside a day. Nothing is overwritten; the newest version of a code is what holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, and_, func, insert, select

from app.store.codec import plain, revive
from app.store.tables import versions as t
from app.store.work import Work

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a thing: who made it, when, and all of it."""

    number: int  # 0: as the house file had it before anybody changed it
    at: datetime
    actor: str
    body: Mapping[str, Any]


def newest(db: Connection, site: str, cls: type[T], kind: str) -> dict[str, T]:
    """The newest version of everything of this kind that anybody has changed, by code."""
    here = (t.c.site_id == site, t.c.kind == kind)
    last = select(t.c.code, func.max(t.c.version).label("version")).where(*here).group_by(t.c.code).subquery()
    joined = select(t.c.code, t.c.body).join(last, and_(t.c.code == last.c.code, t.c.version == last.c.version))
    return {row.code: revive(cls, row.body) for row in db.execute(joined.where(*here).order_by(t.c.code))}


def numbers(db: Connection, site: str, kind: str) -> dict[str, int]:
    """The number of the newest version of each, for those that anybody has changed."""
    here = (t.c.site_id == site, t.c.kind == kind)
    query = select(t.c.code, func.max(t.c.version)).where(*here).group_by(t.c.code)
    return {row[0]: row[1] for row in db.execute(query)}


def history(db: Connection, site: str, kind: str, code: str) -> list[Version]:
    """Every version of one thing, newest first; empty while it is as the house file has it."""
    here = (t.c.site_id == site, t.c.kind == kind, t.c.code == code)
    rows = db.execute(select(t.c.version, t.c.at, t.c.actor, t.c.body).where(*here).order_by(t.c.version.desc()))
    return [Version(*row) for row in rows]


def add(work: Work, kind: str, code: str, before: object | None, after: object) -> int:
    """Write a new version, and first what the house file said where nobody had changed it yet; its number."""
    key = ("version", kind, code)
    last = work.aside(key, lambda db: _last(db, work.site, kind, code))
    rows = []
    if last is None and before is not None:
        rows.append(_row(work, kind, code, 0, before) | {"actor": "house file"})
    number = (last or 0) + 1
    rows.append(_row(work, kind, code, number, after))
    work.set_aside(key, number, lambda db: db.execute(insert(t), rows))
    return number


def _last(db: Connection, site: str, kind: str, code: str) -> int | None:
    here = (t.c.site_id == site, t.c.kind == kind, t.c.code == code)
    found: int | None = db.execute(select(func.max(t.c.version)).where(*here)).scalar()
    return found


def _row(work: Work, kind: str, code: str, number: int, body: object) -> dict[str, Any]:
    key = {"site_id": work.site, "kind": kind, "code": code, "version": number}
    return key | {"at": work.at, "actor": work.actor, "body": plain(body)}

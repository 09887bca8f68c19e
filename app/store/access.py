"""Who may come in: bearer tokens, sessions and local accounts. Only hashes are kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Select, insert, select, update

from app.store.tables import staff, tokens

SESSION = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a token stands for."""

    site: str
    name: str
    role: str
    desks: tuple[str, ...]


def token_hash(token: str) -> str:
    """How a token is looked up."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_token(db: Connection, holder: Holder, at: datetime, lasts: timedelta | None = None) -> str:
    """A new token of 256 bits; it is told once and can't be read again."""
    token = secrets.token_urlsafe(32)
    row = {"site_id": holder.site, "name": holder.name, "role": holder.role, "desks": list(holder.desks)}
    expires = at + lasts if lasts else None
    db.execute(insert(tokens).values(token_hash=token_hash(token), made_at=at, expires_at=expires, **row))
    return token


def holder_of(db: Connection, token: str, at: datetime) -> Holder | None:
    """Whom this token stands for now, if it is good."""
    row = db.execute(select(tokens).where(tokens.c.token_hash == token_hash(token))).mappings().first()
    if row is None or row["ended_at"] is not None or (row["expires_at"] and row["expires_at"] <= at):
        return None
    return Holder(row["site_id"], row["name"], row["role"], tuple(row["desks"]))


def good_tokens(db: Connection, hashes: set[str], at: datetime) -> set[str]:
    """Which of these hashes are of tokens that are good now."""
    good = tokens.c.ended_at.is_(None) & (tokens.c.expires_at.is_(None) | (tokens.c.expires_at > at))
    return among(db, select(tokens.c.token_hash).where(good), tokens.c.token_hash, hashes)


def among(db: Connection, query: Select[str], column: Column[str], hashes: set[str]) -> set[str]:
    """The hashes that the query finds among these, however many there are."""
    listed, found = list(hashes), set[str]()
    for n in range(0, len(listed), 500):
        found |= set(db.execute(query.where(column.in_(listed[n : n + 500]))).scalars())
    return found


def end_token(db: Connection, token: str, at: datetime) -> None:
    """The token is good no more."""
    db.execute(update(tokens).where(tokens.c.token_hash == token_hash(token)).values(ended_at=at))


def put_staff(db: Connection, holder: Holder, password_hash: str) -> None:
    """Enter a local account, or give it another password and role."""
    here = (staff.c.site_id == holder.site, staff.c.name == holder.name)
    values = {"role": holder.role, "desks": list(holder.desks), "password": password_hash, "disabled_at": None}
    if db.execute(update(staff).where(*here).values(**values)).rowcount == 0:
        db.execute(insert(staff).values(site_id=holder.site, name=holder.name, **values))


def disable_staff(db: Connection, site: str, name: str, at: datetime) -> bool:
    """The account lets nobody in any more, and whoever is in by it is out. False where there is no such account."""
    here = (staff.c.site_id == site, staff.c.name == name)
    end_sessions(db, site, name, at)
    return db.execute(update(staff).where(*here).values(disabled_at=at)).rowcount > 0


def end_sessions(db: Connection, site: str, name: str, at: datetime) -> None:
    """Every sign-in of this account is over. Tokens of programs never expire, and are not touched."""
    theirs = (tokens.c.site_id == site, tokens.c.name == name, tokens.c.expires_at.is_not(None))
    db.execute(update(tokens).where(*theirs, tokens.c.ended_at.is_(None)).values(ended_at=at))


def staff_named(db: Connection, site: str, name: str) -> tuple[Holder, str] | None:
    """A local account and its password hash."""
    row = db.execute(select(staff).where(staff.c.site_id == site, staff.c.name == name)).mappings().first()
    if row is None or row["disabled_at"] is not None:
        return None
    return Holder(site, name, row["role"], tuple(row["desks"])), row["password"]

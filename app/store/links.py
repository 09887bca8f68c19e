"""Links of tickets: 128 bits that open one visit. Derived from a secret, so that no database ever holds one."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, select

from app.store.access import among
from app.store.prepared import insertion
from app.store.tables import tickets as t

_PUT = insertion(t)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens."""

    site: str
    day: date
    visit: str


def token_of(secret: bytes, site: str, visit: str, link: int) -> str:
    """The token of the visit's `link`-th link: 22 characters of base64url."""
    return derived(secret, f"ticket|{site}|{visit}|{link}")


def derived(secret: bytes, what: str) -> str:
    """128 bits that nobody without the secret can guess, always the same for the same `what`."""
    digest = hmac.new(secret, what.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """How a token is looked up; the token can't be had back from it."""
    return hashlib.sha256(token.encode()).hexdigest()


def put(db: Connection, token_hash: str, opened: Opened, expires_at: datetime, first: bool) -> None:
    """Let a link open a visit until `expires_at`; a visit has one good link at a time: another than the `first` ends it."""
    if not first:
        db.execute(delete(t).where(t.c.site_id == opened.site, t.c.day == opened.day, t.c.visit == opened.visit))
    row = {"site_id": opened.site, "day": opened.day, "visit": opened.visit, "expires_at": expires_at}
    _PUT.run(db, [{"token_hash": token_hash, **row}])


def good_links(db: Connection, hashes: set[str], at: datetime) -> set[str]:
    """Which of these hashes are of links that open something at this moment."""
    return among(db, select(t.c.token_hash).where(t.c.expires_at > at), t.c.token_hash, hashes)


def find(db: Connection, token: str, at: datetime) -> Opened | None:
    """What this token opens at this moment, if anything."""
    row = db.execute(select(t).where(t.c.token_hash == hash_of(token))).mappings().first()
    if row is None or row["expires_at"] <= at:
        return None
    return Opened(row["site_id"], row["day"], row["visit"])

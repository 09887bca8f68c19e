"""Idempotency records: the answer to a command that came before, kept in the transaction that made it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from app.store.prepared import Prepared, insertion
from app.store.tables import idempotency as t

KEPT = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Command:
    """A command as its sender names it: the key they made, and a hash of what they ask."""

    key: str
    request: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command was answered with: an HTTP status and a JSON body."""

    status: int
    body: Mapping[str, Any]
    replayed: bool = False


class KeyReused(Exception):
    """The same key came with another request."""


_SAVED = select(t.c.key, t.c.request, t.c.status, t.c.body).where(
    t.c.site_id == bindparam("site"), t.c.key.in_(bindparam("keys", expanding=True))
)


@cache
def _any_of(count: int) -> Prepared:
    """Whether one of so many keys is known: a list of any length would be compiled anew at each use."""
    keys = [bindparam(f"key{n}", type_=t.c.key.type) for n in range(count)]
    return Prepared(select(t.c.status).where(t.c.site_id == bindparam("site"), t.c.key.in_(keys)))


_SAVE = insertion(t)


Saved = Mapping[str, tuple[str, Answer]]
"""By key: the hash of what was asked, and what was answered."""


def saved_answers(db: Connection, site: str, keys: Collection[str]) -> dict[str, tuple[str, Answer]]:
    """The answers given before to these keys."""
    named = {f"key{n}": key for n, key in enumerate(keys)}
    if not keys or not _any_of(len(keys)).first(db, {"site": site, **named}):
        return {}  # by far the most
    found = db.execute(_SAVED, {"site": site, "keys": list(keys)}).all()
    return {key: (request, Answer(status, body, replayed=True)) for key, request, status, body in found}


def answered(saved: Saved, command: Command) -> Answer | None:
    """The answer given before to this command; raises `KeyReused` when its key came with another request."""
    if command.key not in saved:
        return None
    request, answer = saved[command.key]
    if request != command.request:
        raise KeyReused
    return answer


def save(db: Connection, site: str, answers: Sequence[tuple[Command, Answer, datetime]]) -> None:
    """Keep answers with their keys."""
    rows = [
        {"site_id": site, "key": c.key, "request": c.request, "at": at, "status": a.status, "body": dict(a.body)}
        for c, a, at in answers
    ]
    _SAVE.run(db, rows)


def purge(db: Connection, site: str, at: datetime) -> int:
    """Forget answers older than 48 hours; how many."""
    return db.execute(delete(t).where(t.c.site_id == site, t.c.at < at - KEPT)).rowcount

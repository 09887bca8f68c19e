"""Idempotency records: the answer to a command that came before, kept in the transaction that made it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select

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


def saved_answer(db: Connection, site: str, command: Command) -> Answer | None:
    """The answer given before to this key; raises `KeyReused` when it was asked something else."""
    row = db.execute(select(t).where(t.c.site_id == site, t.c.key == command.key)).mappings().first()
    if row is None:
        return None
    if row["request"] != command.request:
        raise KeyReused
    return Answer(row["status"], row["body"], replayed=True)


def save(db: Connection, site: str, command: Command, answer: Answer, at: datetime) -> None:
    """Keep an answer with its key."""
    row = {"site_id": site, "key": command.key, "request": command.request, "at": at}
    db.execute(insert(t).values(**row, status=answer.status, body=dict(answer.body)))


def purge(db: Connection, site: str, at: datetime) -> int:
    """Forget answers older than 48 hours; how many."""
    return db.execute(delete(t).where(t.c.site_id == site, t.c.at < at - KEPT)).rowcount

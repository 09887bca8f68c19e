"""Engines: SQLite with one writer, PostgreSQL with a bounded pool."""

from typing import Any, Literal

from pydantic_core import to_json
from sqlalchemy import Engine, create_engine, event

from app.store.prepared import run_plain

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a commit that was answered survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what is wiped at close of day is gone from the file too
    "PRAGMA busy_timeout=10000",
    # What was written is moved into the file at every 4,000 pages, 16 MB: it is the same few pages over and over, and at the
    # usual 1,000 every twentieth call waited a millisecond for it.
    "PRAGMA wal_autocheckpoint=4000",
)


def is_sqlite(url: str) -> bool:
    """Whether this address means SQLite, hence one process and one writer."""
    return url.startswith("sqlite")


def driver_url(url: str) -> str:
    """The address with the driver that we use: `postgresql://` means psycopg."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1) if url.startswith("postgresql://") else url


def make_engine(url: str, write: bool) -> Engine:
    """An engine for writing (SQLite: takes the write lock at once) or for reading."""
    if not is_sqlite(url):
        # What is read together is of one moment: a number, and the events up to it and no further.
        level: Literal["REPEATABLE READ", "READ COMMITTED"] = "READ COMMITTED" if write else "REPEATABLE READ"
        pool: dict[str, Any] = {"pool_size": 8, "max_overflow": 4, "pool_pre_ping": True}
        return create_engine(driver_url(url), isolation_level=level, json_serializer=_as_json, **pool)
    engine = create_engine(url, connect_args={"check_same_thread": False}, json_serializer=_as_json)
    begin = "BEGIN IMMEDIATE" if write else "BEGIN"
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", lambda connection: run_plain(connection, begin))  # at each commit
    return engine


def _as_json(value: Any) -> str:
    return to_json(value).decode()


def _set_up(connection: Any, _record: object) -> None:
    # The driver would begin transactions by itself and too late; we say when.
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)

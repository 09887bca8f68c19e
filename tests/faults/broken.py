"""Protections taken away, for the controls: each of these makes a process that must be caught by the test it belongs to.

Nothing here is reachable from the program: a test's own process asks for it by name before it starts to serve.
"""

import asyncio
import threading
from concurrent.futures import Future
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, event, select, text

from app.live import postgres, protocol, server
from app.store import engine as engines
from app.store import idempotency, writer
from app.store import store as stores
from app.store.engine import is_sqlite, make_engine
from app.store.prepared import Prepared
from app.store.tables import sites
from app.store.writer import Job, Opened, Writer

DISK_SECONDS = 0.03
"""What a worn disk needs to write a commit down."""


def slow_disk() -> None:
    """Every commit takes its time, so that a kill can fall into one."""
    made = stores.make_engine

    def slow(url: str, write: bool) -> Engine:
        engine = made(url, write)
        if write:
            event.listen(engine, "commit", lambda connection: threading.Event().wait(DISK_SECONDS))
        return engine

    stores.make_engine = slow


def acknowledge_early() -> None:
    """Answer when the work is done, and commit afterwards."""
    one = Writer._one

    def early(self: Writer, db: Connection, job: Job, found: Opened) -> Any:
        answer = one(self, db, job, found)
        job.done.set_result(answer)
        job.done = Future()
        return answer

    Writer._one = early


def no_lock() -> None:
    """PostgreSQL reads the site's row without locking it; SQLite begins without the right to write."""
    here = sites.c.site_id == bindparam("site")
    writer._LOCK = Prepared(select(sites.c.seq, sites.c.epoch, sites.c.revision).where(here))
    run = engines.run_plain
    engines.run_plain = lambda connection, statement: run(connection, "BEGIN")


def believed_memory() -> None:
    """What a process remembers is good, whatever the site's number says."""
    look = Writer._open

    def believe(self: Writer, db: Connection, site: str) -> Any:
        known = self._sites.get(site)
        return (known, self._houses[site][1]) if known else look(self, db, site)

    Writer._open = believe


def no_answers() -> None:
    """No answer is looked up or kept: a command is known to nobody when it comes again."""
    idempotency.saved_answers = lambda db, site, keys: {}
    idempotency.answered = lambda saved, command: None
    idempotency.save = lambda db, site, answers: None


def no_excuse() -> None:
    """What the database cannot do is a mistake like any other: nobody is told to come back."""

    def fail(self: Writer, group: list[Job], error: Exception) -> None:
        for job in group:
            job.done.set_exception(RuntimeError("a mistake"))

    Writer._fail = fail


def all_ears() -> None:
    """A client may take any time to say anything, and as much of it as it likes."""
    protocol.HEAD_SECONDS = protocol.PIECE_SECONDS = protocol.BODY_SECONDS = 1e6
    protocol.FRAMES_A_MINUTE = protocol.LARGEST_HEAD = 10**12


def one_door() -> None:
    """The loop lets in one client at each of its turns."""
    server.DOORS = 1


def deaf_to_others() -> None:
    """No process is woken by another's commits."""

    async def listen(*_: object) -> None:
        await asyncio.Event().wait()

    postgres.listen = listen


BREAKS = {
    f.__name__: f
    for f in (
        slow_disk,
        acknowledge_early,
        no_lock,
        believed_memory,
        no_answers,
        no_excuse,
        all_ears,
        one_door,
        deaf_to_others,
    )
}


def without_keys(url: str) -> None:
    """Take away the keys by which the database itself would refuse a second event of one number, or a desk's second visit."""
    with make_engine(url, write=True).begin() as db:
        if is_sqlite(url):
            for table in ("events", "desks"):
                db.execute(text(f"CREATE TABLE bare AS SELECT * FROM {table}"))
                db.execute(text(f"DROP TABLE {table}"))
                db.execute(text(f"ALTER TABLE bare RENAME TO {table}"))
        else:
            db.execute(text("ALTER TABLE events DROP CONSTRAINT pk_events"))
            db.execute(text("ALTER TABLE desks DROP CONSTRAINT uq_desks_visit"))

"""Retention: what is forgotten, and when. Timings stay without persons; everything else goes.

Personal words go when their day closes; here goes whatever missed that, and what nobody may need any longer. The spans are
the house's own: settings, with the proposals of the domain as defaults.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, insert, select, update

from app.store import eventlog, idempotency
from app.store import tables as t

PURGE = "purge"
"""The name of this job in the table of jobs."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Spans:
    """For how long things are kept."""

    timings: timedelta  # days with their visits and events, which name nobody
    actors: timedelta  # which member of staff did what; afterwards only their role
    messages: timedelta = 2 * DAY  # what the outbox sent or gave up
    tokens: timedelta = 30 * DAY  # sessions and devices that ended


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many of each went."""

    personal: int
    answers: int
    links: int
    messages: int
    tokens: int
    actors: int
    days: int


def purge(db: Connection, site: str, at: datetime, today: date, spans: Spans) -> Forgotten:
    """Forget what is due at one site, and note that it was done. Doing it twice does no harm."""
    old = today - spans.timings
    gone = Forgotten(
        personal=_delete(db, t.personal, t.personal.c.site_id == site, t.personal.c.day < today)
        + _delete(db, t.kept_words, t.kept_words.c.site_id == site, t.kept_words.c.until <= at),
        answers=idempotency.purge(db, site, at),
        links=_delete(db, t.tickets, t.tickets.c.site_id == site, t.tickets.c.expires_at <= at)
        + _delete(db, t.ways, t.ways.c.site_id == site, t.ways.c.expires_at <= at),
        messages=_delete(db, t.outbox, t.outbox.c.site_id == site, t.outbox.c.due_at < at - spans.messages),
        tokens=_tokens(db, site, at - spans.tokens),
        actors=eventlog.mask_actors(db, site, today - spans.actors),
        days=_days(db, site, old),
    )
    note_job(db, site, PURGE, at)
    return gone


def _delete(db: Connection, table: Table, *where: ColumnElement[bool]) -> int:
    return db.execute(delete(table).where(*where)).rowcount


def _tokens(db: Connection, site: str, before: datetime) -> int:
    over = (t.tokens.c.ended_at < before) | (t.tokens.c.expires_at < before)
    return _delete(db, t.tokens, t.tokens.c.site_id == site, over)


def _days(db: Connection, site: str, before: date) -> int:
    """Whole days, rows and events together: what is left of the log still tells what the rows hold."""
    for table in (t.visits, t.stops, t.desks, t.outages, t.bookings):
        _delete(db, table, table.c.site_id == site, table.c.day < before)
    begins = datetime(before.year, before.month, before.day, tzinfo=UTC)
    _delete(db, t.referrals, t.referrals.c.site_id == site, t.referrals.c.made_at < begins)
    _delete(db, t.sign_ups, t.sign_ups.c.site_id == site, t.sign_ups.c.at < begins)
    _delete(db, t.group_arrivals, t.group_arrivals.c.site_id == site, t.group_arrivals.c.day < before)
    eventlog.forget_before(db, site, before)
    return _delete(db, t.days, t.days.c.site_id == site, t.days.c.day < before)


def note_job(db: Connection, site: str, name: str, at: datetime) -> None:
    """The job went well now."""
    here = (t.jobs.c.site_id == site, t.jobs.c.name == name)
    if db.execute(update(t.jobs).where(*here).values(done_at=at)).rowcount == 0:
        db.execute(insert(t.jobs).values(site_id=site, name=name, done_at=at))


def job_done(db: Connection, site: str, name: str) -> datetime | None:
    """When the job last went well."""
    found: datetime | None = db.execute(
        select(t.jobs.c.done_at).where(t.jobs.c.site_id == site, t.jobs.c.name == name)
    ).scalar_one_or_none()
    return found


def settle_file(engine: Engine) -> None:
    """On SQLite, carry the log beside the file into it and empty it: what was forgotten must not linger there."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as db:
            raw = db.connection.driver_connection
            assert raw is not None
            db.rollback()
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

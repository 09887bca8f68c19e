"""Retention: what is forgotten, and when. Timings stay without persons; everything else goes.

Personal words go when their day closes; here goes whatever missed that, and what nobody may need any longer. The spans are
the house's own: settings, with the proposals of the domain as defaults.
"""

import logging
import time
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, insert, select, update

from app.store import eventlog, idempotency
from app.store import tables as t

log = logging.getLogger(__name__)

PURGE = "purge"
"""The name of this job in the table of jobs."""

MASKED = "masked"
"""Kept there too: the last day of whose events the actors were forgotten."""

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

    def __add__(self, other: "Forgotten") -> "Forgotten":
        return Forgotten(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def more(self) -> bool:
        """There may be more: whole days go a few at a time."""
        return bool(self.days or self.actors)


STEP_DAYS = 2
"""So many days at most go in one transaction: the house cannot write meanwhile, so it must be short after any holiday."""


def purge(db: Connection, site: str, at: datetime, today: date, spans: Spans) -> Forgotten:
    """Forget what is due at one site, one step of it, and note when it is done. Doing it twice does no harm."""
    gone = Forgotten(
        personal=_delete(db, t.personal, t.personal.c.site_id == site, t.personal.c.day < today)
        + _delete(db, t.kept_words, t.kept_words.c.site_id == site, t.kept_words.c.until <= at),
        answers=idempotency.purge(db, site, at),
        links=_delete(db, t.tickets, t.tickets.c.site_id == site, t.tickets.c.expires_at <= at)
        + _delete(db, t.ways, t.ways.c.site_id == site, t.ways.c.expires_at <= at),
        messages=_delete(db, t.outbox, t.outbox.c.site_id == site, t.outbox.c.due_at < at - spans.messages),
        tokens=_tokens(db, site, at - spans.tokens),
        actors=_mask(db, site, today - spans.actors),
        days=sum(_forget_day(db, site, day) for day in _days(db, site, today - spans.timings)),
    )
    if not gone.more:
        note_job(db, site, PURGE, at)
    return gone


def _delete(db: Connection, table: Table, *where: ColumnElement[bool]) -> int:
    return db.execute(delete(table).where(*where)).rowcount


def _tokens(db: Connection, site: str, before: datetime) -> int:
    over = (t.tokens.c.ended_at < before) | (t.tokens.c.expires_at < before)
    return _delete(db, t.tokens, t.tokens.c.site_id == site, over)


def _mask(db: Connection, site: str, before: date) -> int:
    """Of the next days, who of the staff did what; how many days. How far it came is kept, for to look is to read every event."""
    done = job_done(db, site, MASKED)
    days = eventlog.first_days(db, site, done.date() + DAY if done else date.min, before, STEP_DAYS)
    for day in days:
        eventlog.mask_actors(db, site, day)
        note_job(db, site, MASKED, datetime(day.year, day.month, day.day, tzinfo=UTC))
    return len(days)


def _days(db: Connection, site: str, before: date) -> list[date]:
    """The first days before this one of which anything is kept."""
    found = [eventlog.first_days(db, site, date.min, before, STEP_DAYS)]
    for table in (t.days, t.bookings, t.group_arrivals):
        here = (table.c.site_id == site, table.c.day < before)
        found.append(list(db.execute(select(table.c.day).where(*here).distinct().order_by(table.c.day)).scalars()))
    return sorted({day for days in found for day in days})[:STEP_DAYS]


def _forget_day(db: Connection, site: str, day: date) -> int:
    """A whole day, rows and events together: what is left of the log still tells what the rows hold."""
    for table in (t.visits, t.stops, t.desks, t.outages, t.bookings, t.group_arrivals, t.days):
        _delete(db, table, table.c.site_id == site, table.c.day == day)
    ends = datetime(day.year, day.month, day.day, tzinfo=UTC) + DAY
    _delete(db, t.referrals, t.referrals.c.site_id == site, t.referrals.c.made_at < ends)
    _delete(db, t.sign_ups, t.sign_ups.c.site_id == site, t.sign_ups.c.at < ends)
    eventlog.forget_day(db, site, day)
    return 1


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


SETTLE_TRIES = 100
SETTLE_SECONDS = 0.05


def settle_file(engine: Engine) -> None:
    """On SQLite, carry the log beside the file into it and empty it: what was forgotten must not linger there.

    SQLite refuses at once while another checkpoint runs, so it is asked again until it was done.
    """
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as db:
        raw = db.connection.driver_connection
        assert raw is not None
        db.rollback()
        for _ in range(SETTLE_TRIES):
            (busy, *_), *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            if not busy:
                return
            time.sleep(SETTLE_SECONDS)
    log.warning(
        "the log beside the database could not be emptied: something reads for long; it is tried again with the next forgetting"
    )

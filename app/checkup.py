"""A check-up of everything that a running house leans on."""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from app.clock import Clock
from app.config import Settings
from app.screens.devices import show_devices
from app.store import devices, eventlog, outbox, retention
from app.store.engine import is_sqlite, make_engine
from app.store.migrate import pending
from app.store.tables import sites

LEAST_DISK = 200_000_000
CLOCKS_APART = timedelta(seconds=5)
JOB_AGE = timedelta(hours=26)


class Finding(NamedTuple):
    """One thing that was looked at."""

    what: str
    good: bool
    said: str


def checkup(settings: Settings, clock: Clock) -> list[Finding]:
    """Database, migrations, sites, clock, jobs, disk; what cannot be looked at because of an earlier one is left out."""
    url = settings.database_url
    found = [_disk(url)]
    try:
        if pending(url):
            return [*found, Finding("migrations", False, "behind this version. Run: samedag migrate")]
        with make_engine(url, write=False).connect() as db:
            found += [Finding("database", True, db.dialect.name), Finding("migrations", True, "up to date")]
            found += [look(db, clock()) for look in LOOKS]
    except SQLAlchemyError as error:
        found.append(
            Finding("database", False, f"not to be had ({type(error).__name__}). Is it running, is its address right?")
        )
    return found


def _disk(url: str) -> Finding:
    place = Path(url.removeprefix("sqlite:///")).parent if is_sqlite(url) else Path()
    free = shutil.disk_usage(place if place.is_dir() else Path()).free
    return Finding("disk", free >= LEAST_DISK, f"{free // 1_000_000:,} MB free")


def _sites(db: Connection, now: datetime) -> Finding:
    codes = list(db.execute(select(sites.c.site_id).order_by(sites.c.site_id)).scalars())
    said = ", ".join(codes) or "none. Run: samedag site import FILE.toml"
    return Finding("sites", bool(codes), said)


def _clock(db: Connection, now: datetime) -> Finding:
    """This machine's time against the database's own and against what has happened already."""
    last = eventlog.last_moment(db)
    if last is not None and last > now + CLOCKS_APART:
        return Finding("clock", False, f"the last event is {last - now} ahead of this machine. Set its time.")
    if db.dialect.name == "postgresql":
        apart = abs(db.execute(select(func.clock_timestamp())).scalar_one() - now)
        return Finding("clock", apart < CLOCKS_APART, f"{apart.total_seconds():.1f} s from the database's")
    return Finding("clock", True, f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _jobs(db: Connection, now: datetime) -> Finding:
    """A retention job that silently stopped is found here: each site's must have gone well within a day and a bit."""
    late = []
    for site in list(db.execute(select(sites.c.site_id)).scalars()):
        done = retention.job_done(db, site, retention.PURGE)
        first = eventlog.first_moment(db, site)
        since = done or first
        if since is not None and now - since > JOB_AGE:
            late.append(f"{site} since {since:%Y-%m-%d %H:%M}")
    if late:
        return Finding(
            "jobs", False, f"nothing was forgotten at {', '.join(late)}. Is the server running? Run: samedag purge"
        )
    return Finding("jobs", True, "forgetting is up to date")


def _outbox(db: Connection, now: datetime) -> Finding:
    """Messages and slips that failed within the hour, and those that wait longer than any patience of ours."""
    said, good = [], True
    for site, ways in outbox.standing(db, now).items():
        for way, count in ways.items():
            if count.failed:
                good = False
                said.append(f"{site}: {count.failed} by {way} failed within the hour, last {count.last_failure}")
    stuck = outbox.stuck(db, now)
    if stuck:
        good = False
        said.append(f"{stuck} wait for longer than they should. Is the server running?")
    return Finding("outbox", good, "; ".join(said) or "nothing failed within the hour")


def _displays(db: Connection, now: datetime) -> Finding:
    """Which displays are not heard of. At night they may rest, so that is told and not called wrong."""
    shown = show_devices((d for d in devices.all_known(db) if d.paired), now)
    silent = [f"{d.name} ({d.seen_at:%H:%M} UTC)" if d.seen_at else d.name for d in shown if d.trouble == "silent"]
    return Finding("displays", True, f"not heard of: {', '.join(silent)}" if silent else f"{len(shown)} paired")


LOOKS: tuple[Callable[[Connection, datetime], Finding], ...] = (_sites, _clock, _jobs, _outbox, _displays)

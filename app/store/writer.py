"""The writer: one thread that runs the works of this process, several to a commit when they queue up.

SQLite wants one writer anyway; on PostgreSQL the site's row is locked, so that other processes wait their turn.
Rules run before anything is written, so a refusal costs nothing and takes nobody down with it.
"""

import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from prometheus_client import Counter, Histogram
from sqlalchemy import Connection, Engine, bindparam, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.clock import Clock
from app.domain.errors import Refused
from app.domain.floor import Floor, Picture
from app.domain.house import House
from app.domain.replay import apply
from app.houses.reading import read_house
from app.store import eventlog, floors, idempotency
from app.store.eventlog import Logged
from app.store.idempotency import Answer, Command
from app.store.prepared import Prepared
from app.store.tables import house_files, sites
from app.store.work import Work

log = logging.getLogger(__name__)

GROUP = 64
"""How many works may share one commit."""

MOST_WAITING = 256
"""How many works may wait for the writer: four commits. Whoever comes then is better told to come again."""

MOVES = Counter("samedag_moves", "Events written, by kind; works that the rules refused, by code", ["kind", "outcome"])
WORKS = Histogram("samedag_commit_works", "Works that shared a commit", buckets=(1, 2, 4, 8, 16, 32, GROUP))
BUSY = Counter("samedag_works_turned_away", "Works that were not taken up because too many waited")
COMMIT = Histogram("samedag_commit_seconds", "From taking works up to having them written")


class UnknownSite(LookupError):
    """No such site."""


class StoreDown(Exception):
    """The database can't be had now; nothing was done. Try again shortly."""


class StoreBusy(StoreDown):
    """Too much is waiting to be written; this was not taken up. Try again shortly."""


@dataclass(slots=True)
class Job:
    """A work that waits for the writer."""

    site: str
    act: Callable[[Work], Any]
    actor: str
    command: Command | None
    refused: Callable[[Refused, House], Answer] | None
    done: "Future[Any]" = field(default_factory=Future)


@dataclass(slots=True)
class Remembered:
    """What the writer knows of a site since its last work; good while the locked seq agrees."""

    seq: int
    epoch: str
    floors: dict[date, Floor]


@dataclass(frozen=True, slots=True)
class Locked:
    """The site's row under the lock."""

    seq: int
    epoch: str
    revision: int


_LOCK = Prepared(
    select(sites.c.seq, sites.c.epoch, sites.c.revision).where(sites.c.site_id == bindparam("site")).with_for_update()
)
_COUNT = Prepared(update(sites).where(sites.c.site_id == bindparam("site")).values(seq=bindparam("number")))
_NOTIFY = text("SELECT pg_notify('samedag', :what)")


@dataclass(slots=True)
class Opened:
    """A site during one commit: what its works see and leave, and what is still to be written for all of them at once."""

    known: Remembered
    house: House
    saved: dict[str, tuple[str, Answer]]
    today: date | None = None  # as the last work that changed something saw it
    letters: bool = False
    before: dict[date, Floor] = field(default_factory=dict)  # as the rows still tell it
    after: dict[date, Floor] = field(default_factory=dict)
    logged: list[Logged] = field(default_factory=list)
    answers: list[tuple[Command, Answer, datetime]] = field(default_factory=list)

    def take(self, work: Work) -> None:
        """Go on from what a work did."""
        if not work.changed:
            return
        self.today = work.today
        self.letters = self.letters or work.letters
        work.floor_of(work.today)  # whoever is woken is shown today's picture, also when it was not looked at here
        self.before = {**work.before, **self.before}
        self.after |= work.floors
        self.logged += work.logged
        self.known = Remembered(work.seq, self.known.epoch, _recent({**self.known.floors, **work.floors}, work.today))

    def keep(self, command: Command, answer: Answer, at: datetime) -> None:
        """Give this answer again, also to a twin in the same commit."""
        self.answers.append((command, answer, at))
        self.saved[command.key] = (command.request, replace(answer, replayed=True))

    def write(self, db: Connection, site: str) -> None:
        """Rows, events and answers of all works, and the site's new number."""
        for day, floor in self.after.items():
            if floor is not self.before[day]:
                floors.write_floor(db, self.before[day], floor)
        if self.logged:
            eventlog.append(db, site, self.logged)
        idempotency.save(db, site, self.answers)
        if self.today is not None:
            _COUNT.run(db, [{"site": site, "number": self.known.seq}])
            if db.dialect.name == "postgresql":
                db.execute(_NOTIFY, {"what": f"{site}:{self.known.seq}"})


class Writer:
    """Runs works one after another; `on_commit` is told of each site that changed, before the answers leave."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        secret: bytes,
        on_commit: Callable[[str, Picture, House, list[Logged], bool], None],
    ) -> None:
        self._engine, self._clock, self._secret, self._on_commit = engine, clock, secret, on_commit
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._kept: Connection | None = None
        self._sites: dict[str, Remembered] = {}
        self._houses: dict[str, tuple[int, House]] = {}
        self._thread = threading.Thread(target=self._loop, name="writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> "Future[Any]":
        """Queue a work; the future holds its answer once it is committed. Raises `StoreBusy` when too many wait already."""
        if self._jobs.qsize() >= MOST_WAITING:
            BUSY.inc()
            raise StoreBusy
        self._jobs.put(job)
        return job.done

    def stop(self) -> None:
        """Finish what is queued, then end."""
        self._jobs.put(None)
        self._thread.join(timeout=30)

    def _loop(self) -> None:
        while (job := self._jobs.get()) is not None:
            group = [job]
            while len(group) < GROUP and not self._jobs.empty():
                more = self._jobs.get()
                if more is None:
                    self._jobs.put(None)
                    break
                group.append(more)
            # From here on a job ends by its answer: a client that hangs up can cancel no future that others' answers wait behind.
            self._run([job for job in group if job.done.set_running_or_notify_cancel()])
        if self._kept is not None:
            self._kept.close()

    def _run(self, group: list[Job]) -> None:
        if not group:
            return
        try:
            self._commit(group)
        except IntegrityError as error:
            if len(group) > 1:
                for job in group:
                    self._run([job])
            else:
                log.error("a work was refused by the database: %s", type(error.orig).__name__)
                self._fail(group, error)
        except DBAPIError as error:
            log.error("database unavailable: %s", type(error.orig).__name__)
            self._sites.clear()
            self._fail(group, StoreDown())
        except Exception as error:  # the thread must outlive any mistake of ours
            log.exception("a group of works failed")
            self._fail(group, error)

    def _fail(self, group: list[Job], error: Exception) -> None:
        for job in group:
            if not job.done.done():
                job.done.set_exception(error)

    def _commit(self, group: list[Job]) -> None:
        """All jobs in one transaction; then wake, then answer."""
        answers: list[tuple[Job, Any, Exception | None]] = []
        opened: dict[str, Opened] = {}
        WORKS.observe(len(group))
        with COMMIT.time(), self._connected() as db, db.begin():
            for job in group:
                try:
                    answers.append((job, self._one(db, job, self._opened(db, job.site, group, opened)), None))
                except (DBAPIError, KeyboardInterrupt):
                    raise
                except Exception as error:
                    answers.append((job, None, error))
            for site, found in opened.items():
                found.write(db, site)
        for site, found in opened.items():
            for entry in found.logged:
                MOVES.labels(entry.event.kind.value, "done").inc()
            if found.today is not None:
                known = self._sites[site] = found.known
                picture = Picture(known.floors[found.today], known.seq, known.epoch)
                self._on_commit(site, picture, found.house, found.logged, found.letters)
        for job, answer, failed in answers:
            if failed is not None:
                job.done.set_exception(failed)
            else:
                job.done.set_result(answer)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection to write on: on SQLite always the same, until something goes wrong on it.

        Taking one out of the pool and giving it back costs as much as two of a move's statements. A server may have gone away
        since the last commit, so there the pool asks first.
        """
        if self._engine.dialect.name != "sqlite":
            with self._engine.connect() as db:
                yield db
            return
        self._kept = self._kept or self._engine.connect()
        try:
            yield self._kept
        except DBAPIError:
            kept, self._kept = self._kept, None
            kept.close()
            raise

    def _one(self, db: Connection, job: Job, found: "Opened") -> Any:
        """Run one work on what the works before it left; it is written with them."""
        at = self._clock()
        if job.command and (saved := idempotency.answered(found.saved, job.command)):
            return saved
        loader = self._loader(db, job.site, {**found.known.floors, **found.after})
        revision = self._houses[job.site][0]
        # What lies beside the floors is written as each work ends, so a look at it sees the works of this commit.
        look = lambda read: read(db)
        work = Work(job.site, found.house, at, job.actor, found.known.seq, loader, self._secret, revision, look)
        try:
            answer = job.act(work)
        except Refused as refused:
            MOVES.labels("refused", refused.code.value).inc()
            if job.refused is None:
                raise
            answer = job.refused(refused, found.house)
        else:
            work.flush(db)
            found.take(work)
        if job.command:
            found.keep(job.command, answer, at)
        return answer

    def _opened(self, db: Connection, site: str, group: list[Job], opened: dict[str, "Opened"]) -> "Opened":
        """The site with its lock held, opened once for all works of a commit."""
        if site not in opened:
            known, house = self._open(db, site)
            # Under the lock: whatever another process answered is there to be seen.
            keys = {job.command.key for job in group if job.command and job.site == site}
            opened[site] = Opened(known, house, idempotency.saved_answers(db, site, keys))
        return opened[site]

    def _open(self, db: Connection, site: str) -> tuple[Remembered, House]:
        """Take the site's lock, and bring what is remembered up to the locked number."""
        row = _LOCK.first(db, {"site": site})
        if row is None:
            raise UnknownSite(site)
        locked = Locked(*row)
        known = self._sites.get(site)
        if known is None or known.epoch != locked.epoch or known.seq > locked.seq:
            known = Remembered(locked.seq, locked.epoch, {})
        elif known.seq < locked.seq:
            known = caught_up(db, site, known, locked.seq)
        return known, self._house(db, site, locked.revision)

    def _house(self, db: Connection, site: str, revision: int) -> House:
        cached = self._houses.get(site)
        if cached is None or cached[0] != revision:
            file = db.execute(select(house_files.c.house).where(house_files.c.site_id == site)).scalar_one()
            cached = self._houses[site] = (revision, read_house(file, site))
        return cached[1]

    def _loader(self, db: Connection, site: str, kept: Mapping[date, Floor]) -> Callable[[date], Floor]:
        return lambda day: kept[day] if day in kept else floors.read_floor(db, site, day)


def caught_up(db: Connection, site: str, known: Remembered, seq: int) -> Remembered:
    """What is remembered, with what other processes did since; forgets it when that is too much to follow."""
    missed = eventlog.after(db, site, known.seq)
    if not missed or missed[-1].seq != seq:
        return Remembered(seq, known.epoch, {})
    kept = dict(known.floors)
    for entry in missed:
        if entry.day in kept:
            kept[entry.day] = apply(kept[entry.day], entry.event)
    return Remembered(seq, known.epoch, kept)


def _recent(kept: dict[date, Floor], today: date) -> dict[date, Floor]:
    """Today and at most a handful of other days: memory must not grow with the calendar."""
    others = sorted((d for d in kept if d != today), key=lambda d: abs((d - today).days))[:6]
    return {d: f for d, f in kept.items() if d == today or d in others}

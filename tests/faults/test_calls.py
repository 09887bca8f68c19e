"""R2: eight desks call at once, through the public API: nobody twice, nobody lost, no gap in the log.

SQLite has one process, PostgreSQL four. Each control is the same run with a protection off, through real transactions.
"""

import os
import random
import shutil
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.store import retention
from app.store.engine import make_engine
from tests.builders import MORNING
from tests.faults.broken import without_keys
from tests.faults.desk import Client, Deed, DeskClient
from tests.faults.ledger import DESKS, Books, Verdict, books, house, seeded, verdict
from tests.faults.standby import Standby
from tests.server import Server

SOAK = bool(os.environ.get("SAMEDAG_SOAK"))
CALLS = 100_000 if SOAK else 5_000
SHORT = 150
WAITING = 40
PARTY = {"arrival": "walk_in", "services": ["cs.cpr"], "members": [{"kind": "adult"}], "anyway": True}


@dataclass
class Run:
    """What a run came to."""

    clients: list[Client]
    seconds: float
    verdict: Verdict
    books: Books

    @property
    def deeds(self) -> list[Deed]:
        """Everything that was asked."""
        return [d for c in self.clients for d in c.deeds]

    @property
    def problems(self) -> list[str]:
        """Answers that nobody should get on a sound network: an error, or none at all."""
        return [p for c in self.clients for p in c.problems] + [
            f"{d.actor} {d.what}: unknown" for d in self.deeds if d.unknown
        ]

    @property
    def empties(self) -> int:
        """Times that a desk was told nobody waits; there are always more parties than desks."""
        return sum(1 for d in self.deeds if d.answer and d.answer.body.get("code") == "line_empty")

    @property
    def good(self) -> bool:
        """All that R2 promises."""
        kept = self.books
        return self.verdict.clean and kept.gapless and kept.agree and not kept.two_places and not self.problems


class Porter(Client):
    """Lets another party in for each one that was served, so that the line never runs out."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.wanted = threading.Semaphore(WAITING)

    def turn(self) -> None:
        """One party, as soon as one is wanted."""
        if self.wanted.acquire(timeout=0.1):
            self.do("visits", "/visits", PARTY)


def call_until(url: str, ports: list[int], calls: int, tokens: dict[str, str]) -> Run:
    """Eight desks call until `calls` are made; one party in eight is served, the others go back behind the next two."""
    over, left, rng = threading.Event(), threading.Semaphore(calls), seeded()
    porter = Porter(ports[0], "floorwalker:porter", tokens["floorwalker:porter"], over, rng)

    def count(deed: Deed) -> None:
        if deed.what == "calls" and deed.ok and not left.acquire(blocking=False):
            over.set()
        if deed.what == "finishes" and deed.ok:
            porter.wanted.release()

    clients: list[Client] = [porter]
    for n, desk in enumerate(DESKS):
        actor, luck = f"clerk:{desk}", random.Random(rng.random())
        clients.append(DeskClient(ports[n % len(ports)], actor, tokens[actor], over, luck, True, count, serves=0.125))
    porter.start()
    while sum(d.ok for d in porter.deeds) < WAITING and not porter.problems:
        over.wait(0.01)
    begun = time.monotonic()
    for client in clients[1:]:
        client.start()
    for client in clients:
        client.join(1200)
    seconds, kept = time.monotonic() - begun, books(url)
    return Run(clients, seconds, verdict([d for c in clients for d in c.deeds], kept.logged), kept)


def figures(name: str, run: Run) -> str:
    """How fast it was, for the reader."""
    took = [d.seconds * 1000 for d in run.deeds if d.what == "calls" and d.ok]
    p50, p99 = statistics.median(took), statistics.quantiles(took, n=100)[98]
    acts = sum(d.ok for d in run.deeds)
    return (
        f"R2 {name}: {len(took)} calls and {acts - len(took)} other acts in {run.seconds:.0f} s ({acts / run.seconds:.0f} "
        f"a second), a call p50 {p50:.0f} ms, p99 {p99:.0f} ms"
    )


def confirm(run: Run, calls: int, fair: bool = True) -> None:
    """Everything R2 promises, each by its name; where the lock is `fair`, every desk also had its turn."""
    assert run.problems == []
    assert run.verdict.clean, run.verdict
    assert run.books.gapless
    assert run.books.agree
    assert run.books.two_places == 0
    assert run.empties == 0
    made = Counter(d.actor for d in run.deeds if d.what == "calls" and d.ok)
    assert len(made) == len(DESKS) or not fair
    assert sum(made.values()) >= calls


def test_eight_desks_call_nobody_twice_and_lose_nobody_on_sqlite(sqlite: str, measured: Callable[[str], None]) -> None:
    tokens = house(sqlite, porter="floorwalker")
    with Standby(sqlite) as standby:
        run = call_until(sqlite, [standby.serve()], CALLS, tokens)
    measured(figures("SQLite, one process", run))
    confirm(run, CALLS)


def test_eight_desks_call_nobody_twice_and_lose_nobody_on_postgresql_with_four_processes(
    postgresql: str, measured: Callable[[str], None]
) -> None:
    tokens = house(postgresql, porter="floorwalker")
    with Server(postgresql, workers=4) as server:
        run = call_until(postgresql, [server.port], CALLS, tokens)
    measured(figures("PostgreSQL, four processes", run))
    confirm(run, CALLS)


def short(url: str, processes: int, *broken: str) -> Run:
    """The same, not as long, by processes on ports of their own."""
    tokens = house(url, porter="floorwalker")
    with make_engine(
        url, write=True
    ).begin() as db:  # else a process may believe the empty house that its housekeeping saw
        retention.note_job(db, "aalborg", retention.PURGE, MORNING)
    if "keys" in broken:
        without_keys(url)
    with Standby(url, *(b for b in broken if b != "keys")) as standby:
        return call_until(url, [standby.serve() for _ in range(processes)], SHORT, tokens)


def test_two_processes_that_share_an_sqlite_file_call_nobody_twice_either(sqlite: str) -> None:
    """`serve` refuses it for its speed; the command line writes beside a running server. SQLite's lock is not fair."""
    confirm(short(sqlite, 2), SHORT, fair=False)


def test_without_the_write_lock_sqlite_calls_the_same_party_twice(tmp_path: Path, migrated: Path) -> None:
    """The control: begin without the write lock, believe what is remembered, and take the last net (the keys) away.

    SQLite itself refuses a write after a read that is no longer true, so a work must not look for its answer either. Often one of
    the two processes saw the empty house first and believes that; then the run shows nothing, and there is another.
    """
    for n in range(10):
        file = tmp_path / f"{n}.db"
        shutil.copy(migrated, file)
        run = short(f"sqlite:///{file}", 2, "no_lock", "believed_memory", "no_answers", "keys")
        if any(what == "calls" for what, _ in run.verdict.doubled):
            return
    pytest.fail("nobody was called twice in any run")


def test_without_the_row_lock_postgresql_calls_the_same_party_twice(postgresql: str) -> None:
    """The control: read the site's row without a lock, believe what is remembered, and take the last net away."""
    run = short(postgresql, 4, "no_lock", "believed_memory", "keys")
    assert any(what == "calls" for what, _ in run.verdict.doubled), run.verdict


def test_without_the_row_lock_the_keys_of_the_log_refuse_rather_than_call_twice(postgresql: str) -> None:
    """The last net holds by itself: works that collide fail, and are told so, but nobody is called twice."""
    run = short(postgresql, 4, "no_lock", "believed_memory")
    assert run.problems
    assert not run.verdict.doubled
    assert not run.verdict.lost

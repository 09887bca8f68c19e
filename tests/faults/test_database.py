"""R7: PostgreSQL goes away and comes back under load."""

import os
import random
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.store.migrate import upgrade
from tests.faults.desk import Client, Deed, DeskClient, Door
from tests.faults.ledger import Verdict, books, house, seeded, verdict
from tests.faults.standby import Standby, await_ready
from tests.postgres import Postgres

RESTARTS = 20 if os.environ.get("SAMEDAG_SOAK") else 2


@pytest.fixture
def database() -> Iterator[Postgres]:
    """A server of the test's own, that may be stopped."""
    with tempfile.TemporaryDirectory(prefix="samedag-r7-") as folder:
        server = Postgres(Path(folder))
        server.start()
        upgrade(f"{server.url}/postgres")
        yield server
        server.stop()


def _restarted(database: Postgres, rng: random.Random, *broken: str) -> tuple[Verdict, list[Client]]:
    """Eight desks and a door work at two processes while the database is stopped at once and started, again and again."""
    url = f"{database.url}/postgres"
    tokens, over, answered = house(url, door="floorwalker"), threading.Event(), threading.Semaphore(0)

    def count(deed: Deed) -> None:
        if deed.ok:
            answered.release()

    with Standby(url, *broken) as standby:
        ports = standby.serve(), standby.serve()
        clients = [
            (DeskClient if actor.startswith("clerk") else Door)(
                ports[n % 2], actor, token, over, random.Random(rng.random()), False, count
            )
            for n, (actor, token) in enumerate(tokens.items())
        ]
        for client in clients:
            client.start()
        for _ in range(RESTARTS):
            for _ in range(rng.randint(10, 40)):
                assert answered.acquire(timeout=60)
            database.restart()
            while answered.acquire(blocking=False):
                pass
        for _ in range(20):  # both serve again
            assert answered.acquire(timeout=60)
        over.set()
        for client in clients:
            client.join(30)
        for port in ports:
            await_ready(port)  # nothing that works behind the scenes has ended with its connection
    return verdict([d for c in clients for d in c.deeds], books(url).logged), clients


def test_nothing_acknowledged_is_lost_when_the_database_is_restarted_and_nobody_is_told_500(
    database: Postgres, measured: Callable[[str], None]
) -> None:
    found, clients = _restarted(database, seeded())
    deeds = [d for c in clients for d in c.deeds]
    away = [d for d in deeds if d.answer is not None and d.answer.status == 503]
    measured(
        f"R7: {RESTARTS} restarts, {len(deeds)} commands: {sum(d.ok for d in deeds)} ok, "
        f"{len(away)} told 503, {sum(found.lost.values())} lost"
    )
    assert [p for c in clients for p in c.problems] == []  # a 500 is one
    assert found.clean, found
    kept = books(f"{database.url}/postgres")
    assert kept.gapless
    assert kept.agree


def test_what_is_acknowledged_before_it_is_written_is_lost_with_the_database(database: Postgres) -> None:
    """The control."""
    found, _ = _restarted(database, seeded(), "slow_disk", "acknowledge_early")
    assert found.lost

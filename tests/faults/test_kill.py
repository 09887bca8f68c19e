"""R1: nothing acknowledged is lost when the process dies; a command sent again after it has one effect."""

import os
import random
import statistics
import threading
from collections.abc import Callable

from tests.faults.desk import Client, Deed, DeskClient, Door
from tests.faults.ledger import DESKS, Verdict, books, house, seeded, verdict
from tests.faults.standby import Standby
from tests.postgres import free_port
from tests.server import Server

KILLS = 1000 if os.environ.get("SAMEDAG_SOAK") else 50
COLD = 5


def _killed(url: str, kills: int, rng: random.Random, *broken: str) -> tuple[Verdict, list[Client]]:
    """Two doors issue numbers and eight desks call, start, finish and put back, while the process dies again and again."""
    tokens, port = house(url, left="floorwalker", right="floorwalker"), free_port()
    over, clients, answered = threading.Event(), list[Client](), threading.Semaphore(0)

    def count(deed: Deed) -> None:
        if deed.ok:
            answered.release()

    for actor, token in tokens.items():
        kind = DeskClient if actor.startswith("clerk") else Door
        clients.append(kind(port, actor, token, over, random.Random(rng.random()), False, count))
    with Standby(url, *broken) as standby:
        standby.serve(port)
        for client in clients:
            client.start()
        for _ in range(kills):
            for _ in range(rng.randint(1, 30)):  # anywhere in the work, however fast this machine is
                assert answered.acquire(timeout=60)
            over.wait(rng.uniform(0, 0.02))
            standby.kill(port)
            while answered.acquire(blocking=False):
                pass
            standby.serve(port)
        over.set()
        for client in clients:
            client.join(30)
    return verdict([d for c in clients for d in c.deeds], books(url).logged), clients


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(sqlite: str, measured: Callable[[str], None]) -> None:
    found, clients = _killed(sqlite, KILLS, seeded())
    deeds = [d for c in clients for d in c.deeds]
    ok, unknown = sum(d.ok for d in deeds), sum(d.unknown for d in deeds)
    measured(
        f"R1: {KILLS} kills, {len(deeds)} commands: {ok} ok, {unknown} never answered, {sum(found.lost.values())} lost"
    )
    assert [p for c in clients for p in c.problems] == []
    assert found.clean, found
    kept = books(sqlite)
    assert kept.gapless
    assert kept.agree
    assert kept.two_places == 0
    assert unknown, "no kill hit a command: the test proves nothing"
    assert {d.what for d in deeds if d.ok} >= {"visits", "calls", "starts", "finishes"}
    assert len({d.actor for d in deeds if d.ok and d.what == "calls"}) == len(DESKS)


def test_a_process_that_answers_before_it_commits_is_caught(sqlite: str) -> None:
    """The control: the same run on a slow disk, with the answer sent first."""
    found, _ = _killed(sqlite, 12, seeded(), "slow_disk", "acknowledge_early")
    assert found.lost


def test_a_slow_disk_alone_loses_nothing(sqlite: str) -> None:
    found, _ = _killed(sqlite, 12, seeded(), "slow_disk")
    assert found.clean, found


def test_a_killed_server_is_ready_again_without_help(sqlite: str, measured: Callable[[str], None]) -> None:
    house(sqlite)
    with Server(sqlite) as server:
        times = []
        for _ in range(COLD):
            server.kill()
            times.append(server.start())
    measured(f"R1: kill -9 to ready, from cold: median {statistics.median(times):.2f} s, worst {max(times):.2f} s")

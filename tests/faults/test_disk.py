"""R8: the disk of a server on SQLite is full under load; then there is room again.

`Full` is a real file system of a few megabytes with no byte left (ENOSPC). Where nobody may mount one, and for the
controls, `Ceiling` is the kernel's limit on the size of the server's files (EFBIG, which SQLite takes for a disk that
fails): the same claims are made of it, and the figure says so.
"""

import http.client
import os
import random
import resource
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.faults.desk import SITE, Client, Deed, DeskClient, Door, Line
from tests.faults.disk import Disk, NoDisk
from tests.faults.ledger import Verdict, books, house, seeded, verdict
from tests.faults.standby import Standby
from tests.faults.wall import Wall

TIMES = 5 if os.environ.get("SAMEDAG_SOAK") else 1
SIZE = 8 * 2**20
RECOVERS = 10.0
FORM = "application/x-www-form-urlencoded"
DANISH = "Systemet kan ikke gemme lige nu. Intet er ændret; prøv igen om et øjeblik."


class Filling(Protocol):
    """A disk that a test fills and clears."""

    def inside(self) -> tuple[str, ...]: ...

    def fill(self, server: int) -> None: ...

    def clear(self, server: int) -> None: ...

    def fetch(self) -> None: ...


class Full:
    """No byte is left on it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._disk = folder, stack.enter_context(Disk(folder, SIZE))

    def inside(self) -> tuple[str, ...]:
        return self._disk.inside

    def fill(self, server: int) -> None:
        self._disk.fill()

    def clear(self, server: int) -> None:
        self._disk.clear()

    def fetch(self) -> None:
        self._disk.fetch(self._folder)


class Ceiling:
    """No file of the server may reach beyond its first pages."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        pass

    def inside(self) -> tuple[str, ...]:
        return ()

    def fill(self, server: int) -> None:
        resource.prlimit(server, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))

    def clear(self, server: int) -> None:
        resource.prlimit(server, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def fetch(self) -> None:
        pass


@dataclass(slots=True)
class Found:
    """What a run on such a disk showed."""

    verdict: Verdict
    clients: list[Client]
    seen: "Seen"
    seconds: list[float]  # from room on the disk to the first move that was taken

    @property
    def deeds(self) -> list[Deed]:
        return [d for c in self.clients for d in c.deeds]


@dataclass(slots=True)
class Seen:
    """What others saw while the disk was full."""

    told: tuple[int, object, object] = (0, None, None)
    form: tuple[int, bool] = (0, False)
    reads: list[tuple[str, int]] = field(default_factory=list)
    beat: bool = False
    joined: bool = False


def _look(port: int, tokens: dict[str, str], ticket: str, wall: Wall) -> Seen:
    """Ask and read what a house asks and reads, on a disk that is full."""
    seen = Seen()
    line = Line(port, tokens["floorwalker:door"], language="da-DK,da;q=0.9,en;q=0.8")
    answer = line.ask("POST", f"{SITE}/desks/tax-1/openings", {}, os.urandom(8).hex())
    seen.told = answer.status, answer.body.get("code"), answer.body.get("detail")
    seen.reads += [(p, line.ask("GET", SITE + p).status) for p in ("/board", "/floor", "/desks/cs-1", "/events")]
    seen.reads += [(p, line.ask("GET", p).status) for p in ("/readyz", f"/api/v1/tickets/{ticket}")]
    line.drop()
    phone = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    phone.request("POST", f"/t/{ticket}/departures?lang=da", "", {"Content-Type": FORM, "Accept": "text/html"})
    page = phone.getresponse()
    seen.form = page.status, DANISH in page.read().decode()
    phone.close()
    heard = len(wall.kinds)
    late = Wall(port)
    late.start()
    seen.joined = late.hears(lambda w: "screen" in w.kinds, 10)
    late.leave()
    seen.beat = wall.hears(lambda w: "beat" in w.kinds[heard:], 12)
    return seen


def _filled(kind: Callable[[Path, ExitStack], Filling], url: str, rng: random.Random, *broken: str) -> Found:
    """Eight desks and a door work while the disk fills up, stays full for a beat and is cleared again."""
    folder = Path(url.removeprefix("sqlite:///")).parent
    tokens, over = house(url, door="floorwalker"), threading.Event()
    ok, away, seconds, seen = threading.Semaphore(0), threading.Semaphore(0), list[float](), Seen()

    def count(deed: Deed) -> None:
        if deed.ok:
            ok.release()
        elif deed.unknown:
            away.release()
            over.wait(0.01)  # nobody's finger is faster

    def take(many: int, of: threading.Semaphore) -> None:
        for _ in range(many):
            assert of.acquire(timeout=60)

    def forget(of: threading.Semaphore) -> None:
        while of.acquire(blocking=False):
            pass

    with ExitStack() as stack:
        disk = kind(folder, stack)
        standby = stack.enter_context(Standby(url, *broken, inside=disk.inside()))
        port = standby.serve()
        line = Line(port, tokens["floorwalker:door"])
        party = {"arrival": "walk_in", "services": ["ihnd.career"], "members": [{"kind": "adult"}], "anyway": True}
        ticket = str(line.ask("POST", SITE + "/visits", party).body["token"])
        line.drop()
        wall = Wall(port)
        wall.start()
        clients = [
            (DeskClient if actor.startswith("clerk") else Door)(
                port, actor, token, over, random.Random(rng.random()), False, count
            )
            for actor, token in tokens.items()
        ]
        for client in clients:
            client.start()
        for _ in range(TIMES):
            forget(ok)
            take(rng.randint(30, 60), ok)
            disk.fill(standby.pid(port))
            forget(away)
            # What room the log itself had is used up as well. Who answers too early never says so.
            take(*((50, ok) if "acknowledge_early" in broken else (10, away)))
            if not broken:
                seen = _look(port, tokens, ticket, wall)
            disk.clear(standby.pid(port))
            cleared = time.monotonic()
            forget(ok)
            take(1, ok)
            seconds.append(time.monotonic() - cleared)
            take(30, ok)
        over.set()
        for client in clients:
            client.join(30)
        wall.leave()
        standby.kill(port)
        disk.fetch()
    return Found(verdict([d for c in clients for d in c.deeds], books(url).logged), clients, seen, seconds)


def _holds(found: Found) -> None:
    assert [p for c in found.clients for p in c.problems] == []  # a 500 is one
    assert found.verdict.clean, found.verdict
    assert {d.answer.body["code"] for d in found.deeds if d.answer and d.answer.status == 503} == {"store_down"}
    assert found.seen.told == (503, "store_down", DANISH)
    assert found.seen.form == (503, True)
    assert {status for _, status in found.seen.reads} == {200}, found.seen.reads
    assert found.seen.beat
    assert found.seen.joined
    assert max(found.seconds) < RECOVERS


def test_a_full_disk_loses_nothing_stops_no_screen_and_is_told_of_in_plain_words(
    sqlite: str, measured: Callable[[str], None]
) -> None:
    try:
        kind, found = "full", _filled(Full, sqlite, seeded())
    except NoDisk:
        kind, found = "limited (nobody may mount here)", _filled(Ceiling, sqlite, seeded())
    away = sum(d.unknown for d in found.deeds)
    measured(
        f"R8: {kind} disk: {len(found.deeds)} commands: {sum(d.ok for d in found.deeds)} ok, {away} told "
        f"503, {sum(found.verdict.lost.values())} lost; works again {max(found.seconds):.2f} s after there is room"
    )
    _holds(found)
    kept = books(sqlite)
    assert kept.gapless
    assert kept.agree


def test_what_is_acknowledged_before_it_is_written_is_lost_with_the_disk(sqlite: str) -> None:
    """The control."""
    found = _filled(Ceiling, sqlite, seeded(), "acknowledge_early")
    assert found.verdict.lost


def test_a_server_that_takes_a_disk_for_any_mistake_is_caught(sqlite: str) -> None:
    """The control of the 503."""
    found = _filled(Ceiling, sqlite, seeded(), "no_excuse")
    assert any(": 500 " in p for c in found.clients for p in c.problems)

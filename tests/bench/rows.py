"""The rows: each measures product and floor side by side, in turns, and holds their ratio against its target."""

import contextlib
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.bench.client import Ask, Followers, Script, Times, ask, drive
from tests.bench.days import DESKS, SITE, Day
from tests.bench.servers import floor_in, memory_kb, product
from tests.builders import DESKS as HOUSE_DESKS
from tests.postgres import Postgres
from tests.server import Server

API = f"/api/v1/sites/{SITE}"
BOARD = f"/live/sites/{SITE}/board"
WAITING = 80
CALLING = "cs-1"
ROUNDS = 3
"""Product and floor take turns so often; medians of the turns are compared, for neighbours on the machine come and go."""

TURNS = 12
"""The same for moves, which take little: turns so short that both meet the same neighbours, and their ratios are compared."""


@dataclass
class Bench:
    """What a run has: a folder, and the rows measured so far."""

    folder: Path
    full: bool = False
    found: list[dict[str, Any]] = field(default_factory=list)

    def place(self) -> Path:
        """A new folder of its own."""
        made = self.folder / uuid4().hex[:8]
        made.mkdir()
        return made

    def row(
        self, name: str, product: Any, floor: Any, ratio: float | None, target: str, met: bool, **more: Any
    ) -> None:
        """Keep one row."""
        kept = {"row": name, "product": product, "floor": floor, "ratio": ratio, "target": target, "met": met, **more}
        self.found.append(_short(kept))


def _short(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {k: _short(v) for k, v in value.items()}
    return value


def ms(seconds: list[float], share: float = 0.5) -> float:
    """A quantile in milliseconds."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))] * 1e3


def middle(values: list[float]) -> float:
    """The median of the turns."""
    return statistics.median(values)


# moves


def turns(token: str, desk: str, count: int) -> Script:
    """A desk at work while the line stays as long: a party comes, the next is called, sits down, is done."""
    body = '{"arrival":"walk_in","members":[{"kind":"adult"}],"services":["cs.cpr"],"anyway":true}'
    for _ in range(count):
        yield move(token, "issue", "/visits", body)
        yield move(token, "call", f"/desks/{desk}/calls", "{}")
        yield move(token, "start", f"/desks/{desk}/starts", "{}")
        yield move(token, "finish", f"/desks/{desk}/finishes", "{}")


def move(token: str, name: str, path: str, body: str) -> Ask:
    """A command as our own pages send it: signed in, with a key."""
    headers = (f"Authorization: Bearer {token}", f"Idempotency-Key: {uuid4().hex}")
    return ask(name, "POST", API + path, body, headers)


def least(count: int, path: str = "/call") -> Script:
    """The floor's own move."""
    for _ in range(count):
        yield ask("call", "POST", path, '{"name":"Ann"}')


@contextlib.contextmanager
def open_house(bench: Bench, url: str = "", crowd: bool = False) -> Iterator[tuple[Server, Day]]:
    """The product with an open house and a line; for a `crowd` of callers with desks enough for all of them."""
    day = Day(url or f"sqlite:///{bench.place()}/samedag.db", extra_desks=crowd)
    day.open(HOUSE_DESKS + (DESKS if crowd else ()))
    day.arrive(WAITING)
    day.close()
    with product(day.url) as server:
        yield server, day


def moves(bench: Bench) -> None:
    """Issue a visit and call next, with 1, 8 and 16 clients."""
    with floor_in(bench.place() / "floor") as floor, open_house(bench, crowd=True) as (server, day):
        drive(floor, [least(100)])
        drive(server.port, [turns(day.token, DESKS[0], 20)])
        one = [(drive(floor, [least(100)]), drive(server.port, [turns(day.token, DESKS[0], 15)])) for _ in range(TURNS)]
        for name in ("issue", "call"):
            of, to = middle([p.rate(name) for _, p in one]), middle([f.rate("call") for f, _ in one])
            ratio = middle([p.rate(name) / f.rate("call") for f, p in one])
            p50, p99 = (ms([t for _, p in one for t in p.by[name]], q) for q in (0.5, 0.99))
            shown = {"per_s": of, "p50_ms": p50, "p99_ms": p99}
            bench.row(f"{name}, 1 client", shown, {"per_s": to}, ratio, ">= 0.30 of the floor, p50 <= 3 ms",
                      ratio >= 0.30 and p50 <= 3)  # fmt: skip
        eight = [drive(server.port, [turns(day.token, d, 15) for d in DESKS[:8]]) for _ in range(ROUNDS)]
        p50, p99 = (middle([ms(p.by["call"], q) for p in eight]) for q in (0.5, 0.99))
        bench.row("call, 8 clients", {"p50_ms": p50, "p99_ms": p99}, None, None, "p99 <= 30 ms", p99 <= 30)
        many = [
            (drive(floor, [least(20) for _ in DESKS]), drive(server.port, [turns(day.token, d, 4) for d in DESKS]))
            for _ in range(TURNS)
        ]
        of, to = middle([p.per_second for _, p in many]), middle([f.per_second for f, _ in many])
        ratio = middle([p.per_second / f.per_second for f, p in many])
        shown = {"moves_per_s": of} | {f"{n}_p50_ms": middle([ms(p.by[n]) for _, p in many]) for n in ("issue", "call")}
        bench.row("all moves, 16 clients", shown, {"per_s": to}, ratio, ">= 0.5 of the floor", ratio >= 0.5)
        good(*(p for _, p in one), *eight, *(p for _, p in many))


def good(*runs: Times) -> None:
    """Every request was answered as it should be; a figure of refusals would be no figure."""
    wrong = {status: n for run in runs for status, n in run.statuses.items() if status not in (200, 201)}
    assert not wrong, f"answers that no figure may count: {wrong}"


# fan-out


def audience(day: Day, count: int, how: str) -> list[str]:
    """Who follows: one in ten is a display, the others are phones of everybody who waits, some more than one."""
    boards = count if how == "boards" else max(1, count // 10)
    query = "?as=html&lang=en" if how == "phones as pages" else ""
    phones = [f"/live/tickets/{day.links[1 + n % (len(day.links) - 1)]}{query}" for n in range(count - boards)]
    return [BOARD] * boards + phones


class Caller:
    """Calls at one desk and lets the party go again; the party called is always the first of those put in line."""

    def __init__(self, server: Server, day: Day) -> None:
        self._server, self._token = server, day.token

    def call(self) -> Ask:
        """The change that is timed."""
        return move(self._token, "call", f"/desks/{CALLING}/calls", "{}")

    def undo(self) -> None:
        """Take it back, so that the line is as it was."""
        good(drive(self._server.port, [_once(move(self._token, "undo", f"/desks/{CALLING}/undos", "{}"))]))


def _once(asked: Ask) -> Script:
    yield asked


def pushed(server: Server, day: Day, paths: list[str], rounds: int, slow: int = 0) -> tuple[list[float], Followers]:
    """Seconds until the last follower has the call, of each round."""
    followers, caller, last = Followers(server.port, paths, slow), Caller(server, day), []
    followers.connect()
    followers.drain()
    for n in range(rounds + 2):
        times, answer = followers.round(caller.call())
        assert answer.status == 201, answer.body
        last += [max(times)] if n > 1 else []
        followers.drain()
        caller.undo()
        followers.drain()
    return last, followers


def floor_pushed(port: int, count: int, rounds: int, slow: int = 0) -> list[float]:
    """The same of the floor."""
    followers, last = Followers(port, ["/ws"] * count, slow), []
    followers.connect(first_message=False)
    for n in range(rounds + 2):
        times, _ = followers.round(ask("call", "POST", "/call-push", '{"name":"Ann"}'))
        last += [max(times)] if n > 1 else []
        followers.drain()
    followers.close()
    time.sleep(0.3)
    return last


def fanout(bench: Bench) -> None:
    """A call, to the last display and phone."""
    for count in (100, 1000, 5000, *((10_000,) if bench.full else ())):
        rounds = 20 if count <= 1000 else 6
        with floor_in(bench.place() / "floor") as port:
            least_ms = ms(floor_pushed(port, count, rounds))
        for how in ("boards", "phones", "phones as pages"):
            with open_house(bench) as (server, day):
                last, followers = pushed(server, day, audience(day, count, how), rounds)
                lost = sum(followers.lost.values())
                followers.close()
            p50, most = ms(last), 3 if count == 100 else 2
            target = "none lost" if count > 5000 else f"p50 <= {most} x the floor"
            met = not lost and (count > 5000 or p50 <= most * least_ms)
            shown = {"p50_ms": p50, "p99_ms": ms(last, 0.99), "lost": lost}
            bench.row(f"call to the last of {count}, {how}", shown, {"p50_ms": least_ms}, p50 / least_ms, target, met)


def slow_readers(bench: Bench) -> None:
    """Three followers that never read, beside a hundred."""
    with open_house(bench) as (server, day):
        paths = [f"/live/tickets/{day.links[1 + n % 79]}?as=html&lang=en" for n in range(90)] + [BOARD] * 10
        without, with_slow = [], []
        for _ in range(ROUNDS):
            for kept, slow in ((without, 0), (with_slow, 3)):
                last, followers = pushed(server, day, paths, 10, slow)
                assert not followers.lost, followers.lost
                followers.close()
                kept.append(ms(last))
        of, to = middle(with_slow), middle(without)
        bench.row("100 followers beside 3 that never read", {"p50_ms": of}, {"p50_ms": to}, of / to, "<= 1.2 x", of <= 1.2 * to,
                  floor_is="the same without them")  # fmt: skip


def storm(bench: Bench) -> None:
    """5,000 followers come back at once."""
    with open_house(bench) as (server, day):
        followers = Followers(server.port, audience(day, 5000, "phones as pages"))
        seconds = followers.connect(together=256)
        bench.row("5,000 followers back with their screens", {"seconds": seconds}, None, None, "<= 8 s",
                  seconds <= 8 and not followers.lost, lost=sum(followers.lost.values()))  # fmt: skip
        followers.close()


def notify(bench: Bench) -> None:
    """A call at one process, shown by another."""
    home = Path(tempfile.mkdtemp(prefix="samedag-bench-postgres-"))
    try:
        server = Postgres(home)
    except (ValueError, FileNotFoundError):
        bench.row("two processes through NOTIFY", None, None, None, "adds <= 3 ms", False, skipped="no PostgreSQL here")
        return
    server.start()
    try:
        _notified(bench, f"{server.url}/postgres")
    finally:
        server.stop()
        shutil.rmtree(home)


def _notified(bench: Bench, url: str) -> None:
    with open_house(bench, url) as (here, day), product(url) as there:
        caller, near, far = Caller(here, day), list[float](), list[float]()
        groups = [Followers(server.port, [BOARD] * 10) for server in (here, there)]
        for group in groups:
            group.connect()
        for n in range(42):
            group = groups[n % 2]
            group.drain()
            times, answer = group.round(caller.call(), here.port)
            assert answer.status == 201, answer.body
            (near, far)[n % 2].append(max(times))
            caller.undo()
            for each in groups:
                each.drain(0.05)
        for group in groups:
            group.close()
        added = ms(far[1:]) - ms(near[1:])
        bench.row("two processes through NOTIFY", {"p50_ms": ms(far[1:])}, {"p50_ms": ms(near[1:])}, None, "adds <= 3 ms",
                  added <= 3, adds_ms=added, floor_is="followers of the process that was asked")  # fmt: skip


def memory(bench: Bench) -> None:
    """Idle, and for each follower."""
    with open_house(bench) as (server, day):
        time.sleep(2)
        idle = memory_kb(server)
        bench.row("memory, idle", {"mb": idle / 1000}, None, None, "<= 120 MB", idle <= 120_000)
        for how in ("boards", "phones as pages"):
            with open_house(bench) as (other, day):
                time.sleep(2)  # the process that forecasts comes in this time, and is no follower's
                before = memory_kb(other)
                followers = Followers(other.port, audience(day, 2000, how))
                followers.connect()
                followers.drain()
                each = (memory_kb(other) - before) / 2000
                followers.close()
            bench.row(f"memory, each follower, {how}", {"kb": each}, None, None, "<= 60 kB", each <= 60)


# pages and growth


def pages(bench: Bench) -> None:
    """The first byte of a page."""
    with floor_in(bench.place() / "floor") as port, open_house(bench) as (server, day):
        cookie = (f"Authorization: Bearer {day.token}",)
        found = {
            "display": f"/display/{SITE}",
            "phone": f"/t/{day.links[40]}",
            "desk": f"/sites/{SITE}/desks/cs-2",
            "tablet": f"/sites/{SITE}/floor",
            "programme": f"/sites/{SITE}/programme",
        }

        def get(path: str, count: int) -> Script:
            for _ in range(count):
                yield ask(path, "GET", path, None, cookie)

        runs = [
            (drive(port, [get("/page", 150)]), *(drive(server.port, [get(p, 60)]) for p in found.values()))
            for _ in range(ROUNDS)
        ]
        least_ms = middle([ms(run[0].by["/page"]) for run in runs])
        for n, (name, path) in enumerate(found.items(), 1):
            good(*(run[n] for run in runs))
            p50 = middle([ms(run[n].by[path]) for run in runs])
            bench.row(f"first byte of a page, {name}", {"p50_ms": p50}, {"p50_ms": least_ms}, p50 / least_ms,
                      "<= 3 x the floor's page", p50 <= 3 * least_ms)  # fmt: skip


KEEPS = {"SAMEDAG_KEEP_TIMINGS_DAYS": "2000", "SAMEDAG_KEEP_ACTORS_DAYS": "2000"}
"""Nothing of the history is due to be forgotten: what is measured is that it is there."""


def growth(bench: Bench) -> None:
    """What a move costs as the day and the history grow; ten parties wait in each."""
    cost: dict[str, float] = {}
    for name, served, history in (("10", 0, 0), ("100", 90, 0), ("1,000", 990, 0), ("history", 30, 1000)):
        day = Day(f"sqlite:///{bench.place()}/samedag.db")
        day.open((*HOUSE_DESKS, DESKS[0]))
        day.serve(served)
        if history:
            day.copy_back(history)
            day = _again(day)
        day.arrive(10)
        day.close()
        with product(day.url, **KEEPS) as server:
            drive(server.port, [turns(day.token, DESKS[0], 10)])
            runs = [drive(server.port, [turns(day.token, DESKS[0], 20)]) for _ in range(ROUNDS)]
            good(*runs)
            cost[name] = middle([run.seconds / sum(map(len, run.by.values())) * 1e3 for run in runs])
    for name, more in (
        ("100", "a day of 100 visits"),
        ("1,000", "a day of 1,000 visits"),
        ("history", "1,000 days before"),
    ):
        ratio = cost[name] / cost["10"]
        bench.row(f"growth, {more}", {"move_ms": cost[name]}, {"move_ms": cost["10"]}, ratio, "<= 1.5 x", ratio <= 1.5,
                  floor_is="a day of 10 visits")  # fmt: skip


def _again(day: Day) -> Day:
    """The same house with a store of its own again."""
    from app.store.store import Store
    from tests.server import SECRET

    day.store = Store(day.url, day.clock, SECRET.encode())
    return day


# the planner, in this process


def planner(bench: Bench) -> None:
    """One party among 80 waiting, the forecast of every window, and the simulator's days when it is there."""
    from dataclasses import replace

    from app.domain.futures import Board
    from app.domain.index import Reading
    from app.domain.line import next_for
    from app.domain.planner import plan
    from app.domain.promise import forecast
    from tests.bench import sim
    from tests.bench.planning import full_floor

    floor = full_floor(WAITING)
    plans = [_took(lambda p=p: plan(replace(floor), p)) for p in floor.parties]
    bench.row("plan one party among 80", {"p50_ms": ms(plans), "p99_ms": ms(plans, 0.99)}, None, None,
              "p50 <= 5 ms, p99 <= 25 ms", ms(plans) <= 5 and ms(plans, 0.99) <= 25)  # fmt: skip
    desk = floor.desks[7]
    calls = [_took(lambda: next_for(replace(floor), desk)) for _ in range(60)]
    bench.row("who is next at one desk among 80", {"p50_ms": ms(calls), "p95_ms": ms(calls, 0.95)}, None, None,
              "p50 <= 1 ms", ms(calls) <= 1)  # fmt: skip
    forecasts = [_took(lambda n=n: forecast(Board(Reading(floor)), n, count=30)) for n in range(8)]
    bench.row("forecast of every window, 30 samples, 80 parties, 9 desks", {"p50_ms": ms(forecasts)}, None, None,
              "<= 150 ms", ms(forecasts) <= 150)  # fmt: skip
    for row in sim.rows(range(1, 25) if bench.full else range(1, 2)):
        bench.row(*row)


def _took(act: Callable[[], object]) -> float:
    """CPU seconds."""
    begun = time.process_time()
    act()
    return time.process_time() - begun


ROWS: dict[str, Callable[[Bench], None]] = {
    "planner": planner,
    "moves": moves,
    "growth": growth,
    "pages": pages,
    "fanout": fanout,
    "slow": slow_readers,
    "storm": storm,
    "notify": notify,
    "memory": memory,
}

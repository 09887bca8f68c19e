"""R12: many that never read, stay silent or flood at once cost little memory, are let go, and slow nobody else."""

import os
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.desk import SITE, Line
from tests.faults.hostile import FLOODS, SILENT, Crowd, Fate
from tests.faults.ledger import house
from tests.faults.standby import Standby
from tests.faults.wall import Wall

EACH = 100 if os.environ.get("SAMEDAG_SOAK") else 24
GROWTH = 50 * 2**20
FREED = 15.0
P99 = 0.5
DESKS = ("cs-1", "cs-2")
WAYS = {"deaf": ["reads nothing"], "silent": list(SILENT), "loud": list(FLOODS)}
BULK = 60
"""So many recalls within a minute make screens that fill every buffer between server and client."""


class Honest(threading.Thread):
    """Somebody who works at a desk all the while, and looks at the board; how long each answer took."""

    def __init__(self, port: int, token: str, desk: str) -> None:
        super().__init__(daemon=True)
        self._line, self._desk, self.over = Line(port, token, timeout=30), desk, threading.Event()
        self.seconds = list[float]()
        self.problems = list[str]()

    def run(self) -> None:
        """A recall, a look, a breath."""
        while not self.over.is_set():
            for method, path in (("POST", f"/desks/{self._desk}/recalls"), ("GET", "/board")):
                begun = time.monotonic()
                try:
                    status = self._line.ask(method, SITE + path, {} if method == "POST" else None).status
                except OSError as error:
                    status = repr(error)
                self.seconds.append(time.monotonic() - begun)
                if status not in (200, 201):
                    self.problems.append(f"{method} {path}: {status}")
            self.over.wait(0.05)
        self._line.drop()


def _memory(pid: int, what: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(what))


def _held(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def _all_of(honest: list[Honest]) -> list[float]:
    return [s for one in honest for s in one.seconds]


def _serving(port: int, token: str, desk: str) -> None:
    line = Line(port, token)
    party = {"arrival": "walk_in", "services": ["cs.cpr"], "members": [{"kind": "adult"}]}
    for path, body in ((f"/desks/{desk}/openings", {}), ("/visits", party), (f"/desks/{desk}/calls", {})):
        answer = line.ask("POST", SITE + path, body)
        assert answer.status in (200, 201), answer
    line.drop()


@dataclass(slots=True)
class Found:
    """What a crowd cost."""

    calm: list[float]  # what others waited before it came, in seconds
    waited: list[float]  # and while it was there
    problems: list[str]
    freed: float
    left: int
    grown: int
    silence: float
    fates: list[Fate]

    @property
    def told(self) -> Counter[tuple[str, int | None, bool]]:
        """How many fared how."""
        return Counter((f.way, f.code, f.seconds is not None) for f in self.fates)


def _visited(url: str, ways: Sequence[str], bulk: int, patience: float, *broken: str) -> Found:
    """Two desks and a wall, and a crowd that comes to where they are; until it is gone, or no longer than `patience`."""
    tokens = house(url, boss="admin")
    with Standby(url, *broken) as standby:
        port = standby.serve()
        pid, token = standby.pid(port), tokens["admin:boss"]
        wall = Wall(port)
        wall.start()
        for desk in DESKS:
            _serving(port, token, desk)
        honest = [Honest(port, token, desk) for desk in DESKS]
        for one in honest:
            one.start()
        assert wall.hears(lambda w: len(w.at) > bulk, 60)
        before, held, calm = _memory(pid, "VmRSS"), _held(pid), _all_of(honest)
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak counts from here
        for one in honest:
            one.seconds.clear()
        with Crowd(port, ways) as crowd:
            there = time.monotonic()
            while (left := _held(pid) - held) > 0 and time.monotonic() < there + patience:
                time.sleep(0.1)
            over = time.monotonic()
            grown, fates = _memory(pid, "VmHWM") - before, crowd.fates()
        for one in honest:
            one.over.set()
        if broken:
            standby.kill(port)  # it may not answer for a long while
        for one in honest:
            one.join(60)
        wall.leave()
    waited, problems = _all_of(honest), [p for one in honest for p in one.problems]
    return Found(calm, waited, problems, over - there, left, grown, wall.silence(there, over), fates)


def _p99(waited: list[float]) -> float:
    return statistics.quantiles(waited, n=100)[98]


def test_the_silent_the_deaf_and_the_loud_cost_little_are_let_go_and_slow_nobody(
    sqlite: str, measured: Callable[[str], None]
) -> None:
    ways = [WAYS[kind][n % len(WAYS[kind])] for kind in WAYS for n in range(EACH)]
    found = _visited(sqlite, ways, BULK, 2 * FREED)
    calm, p99 = _p99(found.calm), _p99(found.waited)
    measured(
        f"R12: {len(ways)} hostile: RSS +{found.grown / 2**20:.0f} MB at its peak, all gone after {found.freed:.1f} s "
        f"({found.left} left); others: {len(found.waited)} answers, p99 {p99 * 1000:.0f} ms ({calm * 1000:.0f} before), worst "
        f"{max(found.waited) * 1000:.0f} ms; wall silent for {found.silence:.1f} s at most"
    )
    assert found.problems == []
    assert found.left <= 0, found.told
    assert found.freed < FREED
    assert found.grown < GROWTH
    assert p99 < max(P99, 8 * calm)  # a machine that is busy with other things says little
    assert found.silence < 10
    assert {f.code for f in found.fates if f.way in ("messages", "empty pieces")} == {1008}


def test_a_server_that_listens_to_anything_for_ever_is_caught(sqlite: str) -> None:
    """The control."""
    found = _visited(sqlite, [*FLOODS, *SILENT] * 3, 2, 4, "all_ears")
    assert found.left > 0
    assert {f.code for f in found.fates} == {None}

"""R16: three times as many commands as the server can do: it says what it cannot do, starves no screen, and recovers.

What turns away is `MOST_WAITING` of the writer; its own test and its control are in `tests/store/test_writer.py`. How
much reaches the writer at once depends on the machine: here it may turn away, and must do nothing worse.
"""

import os
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.faults.desk import SITE, Line
from tests.faults.ledger import DESKS, books, house
from tests.faults.standby import Standby
from tests.faults.throng import Fared, Throng
from tests.faults.wall import Wall

SOAK = bool(os.environ.get("SAMEDAG_SOAK"))
SECONDS = 30.0 if SOAK else 5.0
TIMES = 3
LINES = 64
RECOVERS = 10.0
STARVED = 10.0
ALLOWED = {"200", "201", "409", "429", "503"}
SOON = 1.0


def _recovered(port: int, token: str) -> float:
    """The moment at which a command is done again, and soon."""
    line = Line(port, token)
    while True:
        begun = time.monotonic()
        status = line.ask("POST", f"{SITE}/desks/{DESKS[0]}/openings", {}, os.urandom(8).hex()).status
        if status in (200, 409) and time.monotonic() - begun < SOON:
            line.drop()
            return time.monotonic()
        time.sleep(0.05)


class Newcomers(threading.Thread):
    """Displays that come anew, one after another; how long each waited for its first screen."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._port, self.over, self.waited = port, threading.Event(), list[float]()

    def run(self) -> None:
        """Come, look, go."""
        while not self.over.wait(0.2):
            begun, wall = time.monotonic(), Wall(self._port)
            wall.start()
            wall.hears(lambda w: bool(w.at), 60)
            self.waited.append(time.monotonic() - begun)
            wall.leave()


@dataclass(slots=True)
class Found:
    """What a throng met, and what it did to others."""

    ease: Fared
    wild: Fared
    recovered: float  # seconds from its last command to where it is as before
    silence: float  # the wall's longest
    missed: set[str]  # calls that the wall has not heard
    newcomers: list[float]

    def __str__(self) -> str:
        rate = self.ease.many / (self.ease.sent - self.ease.begun)
        asked = (self.wild.many + self.wild.nowhere) / (self.wild.sent - self.wild.begun)
        waited = f"median {statistics.median(self.wild.waited) * 1000:.0f} ms, worst {max(self.wild.waited):.1f} s"
        return (
            f"R16: can do {rate:.0f}/s, asked {asked:.0f}/s for {SECONDS:.0f} s: {self.wild.answers}, {self.wild.nowhere} found "
            f"no line; {waited}; as before {self.recovered:.1f} s after the last; wall silent for {self.silence:.1f} s at most; "
            f"{len(self.newcomers)} new displays waited {max(self.newcomers):.1f} s at most"
        )


def _thronged(url: str, *broken: str) -> Found:
    """At ease, then at three times that rate."""
    token = house(url, boss="admin")["admin:boss"]
    with Standby(url, *broken) as standby:
        port = standby.serve()
        line, visits = Line(port, token), []
        for desk in DESKS:
            assert line.ask("POST", f"{SITE}/desks/{desk}/openings", {}).status == 200
        party = {"arrival": "walk_in", "services": ["cs.cpr"], "members": [{"kind": "adult"}], "anyway": True}
        for _ in range(40):
            visits.append(str(line.ask("POST", SITE + "/visits", party).body["id"]))
        line.drop()
        wall, newcomers = Wall(port), Newcomers(port)
        wall.start()
        with Throng(port, token, visits) as throng:
            throng.order("ease", LINES, 0.5)  # warm
            ease = throng.order("ease", LINES, 1.5)
            newcomers.start()
            wild = throng.order("rate", TIMES * ease.many / (ease.sent - ease.begun), SECONDS)
            recovered = _recovered(port, token)
            newcomers.over.set()
            newcomers.join(60)
            called = set(ease.calls) | set(wild.calls)
            wall.hears(lambda w: called <= w.calls, 10)
        silence = wall.silence(wild.begun, max(wild.sent, recovered))
        wall.leave()
    return Found(ease, wild, recovered - wild.sent, silence, called - wall.calls, newcomers.waited)


def test_what_is_too_much_is_turned_away_no_screen_is_starved_and_it_recovers(
    database: str, measured: Callable[[str], None]
) -> None:
    found = _thronged(database)
    measured(f"{database.partition(':')[0]}: {found}")
    assert {answer.split()[0] for answer in found.wild.answers} <= ALLOWED, found.wild.answers
    assert found.wild.lost == found.wild.hasty == 0
    assert found.recovered < RECOVERS
    assert found.silence < STARVED
    assert max(found.newcomers) < STARVED
    assert not found.missed
    kept = books(database)
    assert kept.gapless
    assert kept.agree


@pytest.mark.skipif(not SOAK, reason="who comes anew waits as long as the throng lasts: to be seen in `make soak` only")
def test_behind_a_single_door_a_display_that_comes_anew_waits_for_the_whole_throng(
    sqlite: str, measured: Callable[[str], None]
) -> None:
    """The control."""
    found = _thronged(sqlite, "one_door")
    measured(f"single door: {found}")
    assert max(found.newcomers) > STARVED

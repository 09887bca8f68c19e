"""R16: three times as many commands as the server can do: it says what it cannot do, starves no screen, and recovers.

What turns away is `MOST_WAITING` of the writer; its own test and its control are in `tests/store/test_writer.py`. How
much reaches the writer at once depends on the machine: here it may turn away, and must do nothing worse.
"""

import os
import statistics
import time
from collections.abc import Callable

from tests.faults.desk import SITE, Line
from tests.faults.ledger import DESKS, books, house
from tests.faults.standby import Standby
from tests.faults.throng import Fared, Throng
from tests.faults.wall import Wall

SECONDS = 30.0 if os.environ.get("SAMEDAG_SOAK") else 5.0
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


def _thronged(url: str, *broken: str) -> tuple[Fared, Fared, float, float, set[str]]:
    """At ease, then at three times that rate: both, when it had recovered, the wall's longest silence, the calls it missed."""
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
        wall = Wall(port)
        wall.start()
        with Throng(port, token, visits) as throng:
            throng.order("ease", LINES, 0.5)  # warm
            ease = throng.order("ease", LINES, 1.5)
            rated = ease.many / (ease.sent - ease.begun)
            wild = throng.order("rate", TIMES * rated, SECONDS)
            recovered = _recovered(port, token)
            called = set(ease.calls) | set(wild.calls)
            wall.hears(lambda w: called <= w.calls, 10)
        silence = wall.silence(wild.begun, max(wild.sent, recovered))
        wall.leave()
    return ease, wild, recovered - wild.sent, silence, called - wall.calls


def _said(ease: Fared, wild: Fared, recovered: float, silence: float) -> str:
    rate = ease.many / (ease.sent - ease.begun)
    asked = (wild.many + wild.nowhere) / (wild.sent - wild.begun)
    worst = max(wild.waited)
    return (
        f"R16: can do {rate:.0f}/s, asked {asked:.0f}/s for {SECONDS:.0f} s: {wild.answers}, {wild.nowhere} found no "
        f"line; median {statistics.median(wild.waited) * 1000:.0f} ms, worst {worst:.1f} s; as before {recovered:.1f} s after "
        f"the last; wall silent for {silence:.1f} s at most"
    )


def test_what_is_too_much_is_turned_away_no_screen_is_starved_and_it_recovers(
    sqlite: str, measured: Callable[[str], None]
) -> None:
    ease, wild, recovered, silence, missed = _thronged(sqlite)
    measured(_said(ease, wild, recovered, silence))
    assert {answer.split()[0] for answer in wild.answers} <= ALLOWED, wild.answers
    assert wild.lost == wild.hasty == 0
    assert recovered < RECOVERS
    assert silence < STARVED
    assert not missed
    kept = books(sqlite)
    assert kept.gapless
    assert kept.agree

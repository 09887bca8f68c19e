"""When a forecast is made: after what may change it, and not more often."""

from dataclasses import replace
from datetime import timedelta

from app.domain.floor import DeskNow, DeskState, Outage
from app.domain.stop import State
from app.live.ticker import is_due, seen
from tests.screens.day import a_floor, a_stop, a_visit, clock

FLOOR = a_floor(a_visit(a_stop("a.1", "cs.tax")), open_desks="tax-1")
LAST = seen(FLOOR, 5, clock("10:00"))


def test_an_empty_house_is_not_forecast() -> None:
    assert not is_due(None, seen(a_floor(), 0, clock("10:00")))
    assert is_due(None, LAST)


def test_a_call_alone_waits_four_minutes() -> None:
    assert not is_due(LAST, replace(LAST, seq=6, at=clock("10:03")))
    assert is_due(LAST, replace(LAST, seq=6, at=clock("10:04")))
    assert not is_due(LAST, replace(LAST, at=clock("10:30")))


def test_an_arrival_a_finished_stop_a_pause_and_an_outage_do_not_wait() -> None:
    soon = clock("10:00") + timedelta(seconds=1)
    more = FLOOR.with_visit(a_visit(a_stop("b.1", "cs.tax"), number=128))
    done = FLOOR.with_visit(a_visit(a_stop("a.1", "cs.tax", State.DONE)))
    paused = FLOOR.with_desk(DeskNow("tax-1", DeskState.PAUSED))
    down = replace(FLOOR, outages={"cs.tax": Outage("cs.tax", soon, None, "")})
    assert all(is_due(LAST, seen(floor, 6, soon)) for floor in (more, done, paused, down))

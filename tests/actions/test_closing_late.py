"""A day that nobody closed, because the system was down until after midnight, is closed when it is back."""

from functools import partial

from app.actions import calling, sweeps
from app.domain.visit import Presence
from app.store import eventlog, floors
from tests.builders import MORNING, Hall

DAY = MORNING.date()


def _left_behind(both: Hall, **away: float) -> None:
    """Somebody in hand, somebody waiting; then the lights go out."""
    both.open("tax-1")
    both.arrives("cs.tax")
    both.arrives("cs.cpr", "cs.mitid")
    both.do(lambda w: calling.call_next(w, "tax-1"))
    both.clock.forward(**away)


def test_nobody_is_lost_when_the_lights_go_out_until_the_next_day(both: Hall) -> None:
    _left_behind(both, hours=20)
    today = both.store.today(both.store.known_here("aalborg").house)
    assert both.store.read_here(lambda db: floors.unclosed(db, "aalborg", today)) == [DAY]
    both.do(partial(sweeps.close_late, day=DAY))
    both.do(partial(sweeps.close_late, day=DAY))
    floor = both.store.read_here(lambda db: floors.read_floor(db, "aalborg", DAY))
    assert [v.presence for v in floor.visits.values()] == [Presence.CARRIED_OVER] * 2
    assert {v.comes_back for v in floor.visits.values()} == {today}, "Thursday, on which they stand, is an open day"
    back = both.store.read_here(lambda db: floors.read_floor(db, "aalborg", today)).bookings
    assert [b.services for b in back.values()] == [("cs.tax",), ("cs.cpr", "cs.mitid")]
    assert both.store.read_here(lambda db: floors.unclosed(db, "aalborg", today)) == []
    assert floor == both.store.read_here(lambda db: eventlog.replayed(db, "aalborg", DAY))


def test_after_many_days_away_nobody_is_told_to_come_on_a_day_that_is_over(both: Hall) -> None:
    _left_behind(both, days=9)
    today = both.store.today(both.store.known_here("aalborg").house)
    both.do(partial(sweeps.close_late, day=DAY))
    floor = both.store.read_here(lambda db: floors.read_floor(db, "aalborg", DAY))
    assert all(v.comes_back and v.comes_back >= today for v in floor.visits.values())

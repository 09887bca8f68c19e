"""One tap for today: what was told stands until the rule moves it."""

from datetime import timedelta

from app.actions import calling, planning
from app.domain.journey import Journey
from app.domain.outlook import outlook
from app.domain.visit import Visit
from tests.builders import Hall, aalborg


def tap(hall: Hall, visit: Visit, *services: str) -> Journey:
    return hall.do(lambda w: planning.journey(w, visit.id, services or None, None, False))


def forecast(hall: Hall) -> None:
    """What the clock does after somebody has come: forecast, and tell what is new."""
    news = outlook(hall.floor(), aalborg(), hall.clock.at, 1)
    hall.do(lambda w: planning.republish(w, news))


def test_every_stop_and_the_end_have_a_window_from_check_in_on(hall: Hall) -> None:
    hall.open()
    visit = hall.arrives("cs.cpr", "cs.mitid", "cs.tax")
    forecast(hall)
    told = hall.visit(visit)
    assert set(told.windows) == {s.id for s in told.stops}
    assert told.finish is not None
    for window in (*told.windows.values(), told.finish):
        assert window.start.minute % 5 == window.end.minute % 5 == window.start.second == 0


def test_a_tap_leaves_what_was_told_as_it_is_and_says_the_same(hall: Hall) -> None:
    hall.open()
    visit = hall.arrives("cs.cpr", "cs.tax")
    forecast(hall)
    before, seq = hall.visit(visit), hall.store.known_here("aalborg").picture.seq
    hall.clock.forward(minutes=3)
    journey = tap(hall, visit)
    assert hall.store.known_here("aalborg").picture.seq == seq
    assert {s.stop: s.window[:2] for s in journey.steps} == {k: (w.start, w.end) for k, w in before.windows.items()}
    assert before.finish is not None and journey.finish is not None
    assert journey.finish[:2] == (before.finish.start, before.finish.end)


def test_who_wants_something_more_hears_its_window_and_a_new_end_and_keeps_the_rest(hall: Hall) -> None:
    hall.open()
    visit = hall.arrives("cs.tax")
    first = tap(hall, visit)
    hall.do(lambda w: calling.call_visit(w, "tax-1", visit.id))
    tap(hall, visit, "cs.tax", "ihnd.career")
    tax, career = (hall.visit(visit).windows[s.id] for s in hall.visit(visit).stops)
    finish = hall.visit(visit).finish
    assert tax.told < career.told
    assert first.finish is not None and finish is not None
    assert finish.end > first.finish[1]


def test_a_tap_tells_anew_what_would_break(hall: Hall) -> None:
    hall.open("tax-1")
    visit = hall.arrives("cs.tax")
    tap(hall, visit)
    before = hall.visit(visit).windows[visit.stops[0].id]
    hall.clock.at = before.end + timedelta(minutes=5)
    tap(hall, visit)
    after = hall.visit(visit).windows[visit.stops[0].id]
    assert after.end > before.end
    assert hall.visit(visit).moved == "planned"
    assert after.told > before.told


def test_a_dry_run_says_the_same_and_tells_nobody(hall: Hall) -> None:
    hall.open()
    visit = hall.arrives("cs.tax")
    looked = hall.do(lambda w: planning.journey(w, visit.id, None, None, True))
    assert not hall.visit(visit).windows
    assert tap(hall, visit).steps[0].window[:2] == looked.steps[0].window[:2]

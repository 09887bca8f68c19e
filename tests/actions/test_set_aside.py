"""Set aside, put back, left to nobody, learned from: what a clerk, the clock and the log make of it."""

from datetime import timedelta

from app.actions import calling, planning, serving, sweeps
from app.domain.events import Event, Kind
from app.domain.floor import Floor, Learned
from app.domain.kept import promises
from app.domain.replay import replay
from app.store import eventlog
from tests.builders import MORNING, Hall, states


def test_a_party_that_was_set_aside_goes_on_at_its_desk_where_it_stopped(hall: Hall) -> None:
    hall.open("cs-1")
    visit = hall.arrives("cs.cpr")
    hall.do(lambda w: calling.call_next(w, "cs-1"))
    hall.do(lambda w: serving.start(w, "cs-1"))
    hall.do(lambda w: serving.hold(w, "cs-1"))
    assert states(hall.visit(visit)) == {"cs.cpr": "held"}
    hall.do(lambda w: serving.resume(w, "cs-1", visit.id))
    assert states(hall.visit(visit)) == {"cs.cpr": "serving"}
    told_again(hall)


def test_a_party_that_was_put_back_waits_again_and_is_called_again(hall: Hall) -> None:
    hall.open("cs-1")
    visit = hall.arrives("cs.cpr")
    hall.do(lambda w: calling.call_next(w, "cs-1"))
    hall.do(lambda w: calling.requeue(w, "cs-1"))
    assert states(hall.visit(visit)) == {"cs.cpr": "waiting"}
    assert hall.do(lambda w: calling.call_next(w, "cs-1")).visit.id == visit.id
    told_again(hall)


def test_a_party_that_no_floorwalker_takes_is_alarmed_about(hall: Hall) -> None:
    visit = hall.arrives()
    assert hall.visit(visit).offer
    hall.clock.forward(minutes=30)
    hall.do(sweeps.sweep)
    offer = hall.visit(visit).offer
    assert offer
    assert offer.alarmed
    told_again(hall)


def test_a_day_begins_once_with_what_past_days_taught(hall: Hall) -> None:
    learned = Learned({"cs.cpr": (3.0, 50.0)}, {}, {"9": {"cs.cpr": 2.0}}, {"call": (1.1, 2.2)})
    for _ in range(2):
        hall.do(lambda w: planning.learn(w, learned))
    floor = hall.floor()
    assert isinstance(floor, Floor)
    assert floor.learned == learned
    told_again(hall)


def test_what_concerns_no_party_is_no_promise() -> None:
    assert promises([Event(Kind.DESK_OPENED, MORNING + timedelta(minutes=1), desk="cs-1")]) == []


def told_again(hall: Hall) -> None:
    """The log alone leads to the same floor."""
    logged = hall.store.read_here(lambda db: eventlog.after(db, "aalborg", 0))
    assert replay(Floor("aalborg", logged[0].day), (e.event for e in logged)) == hall.floor()

"""Disturbances: everybody concerned is told at once, nobody else, and tentative promises go when they cannot hold."""

from datetime import timedelta

from app.actions import calling, desks, planning, reception, serving
from app.actions.bookings import import_bookings
from app.actions.reception import Arrival
from app.domain.booking_list import read_bookings
from app.domain.ids import moment
from app.domain.outlook import News, outlook
from app.domain.sight import scene_of
from app.domain.slot import late_by, minutes_late
from app.domain.visit import Visit
from tests.builders import Hall, aalborg, party


def promised(hall: Hall, visit: Visit) -> None:
    """Promise every open stop of a party, as one tap does."""
    hall.do(lambda w: planning.journey(w, visit.id, None, None, False))


def test_a_service_that_goes_down_is_told_to_those_who_need_it_and_taken_back_when_it_runs(hall: Hall) -> None:
    hall.open()
    tax, cpr = hall.arrives("cs.tax"), hall.arrives("cs.cpr")
    hall.do(lambda w: desks.pause_service(w, "cs.tax", None, "The tax system is down."))
    assert dict(hall.visit(tax).doubts) == {tax.stops[0].id: "service_down"}
    assert not hall.visit(cpr).doubts
    hall.do(lambda w: desks.resume_service(w, "cs.tax"))
    assert not hall.visit(tax).doubts


def test_an_outage_that_ends_in_time_frightens_nobody(hall: Hall) -> None:
    hall.open()
    visit = hall.arrives("cs.tax")
    hall.do(lambda w: desks.pause_service(w, "cs.tax", moment("2026-11-25T08:20:00Z"), ""))
    assert not hall.visit(visit).doubts


def test_the_last_desk_that_closes_leaves_its_line_in_doubt(hall: Hall) -> None:
    hall.open()
    visit = hall.arrives("ihnd.career")
    hall.do(lambda w: desks.close_desk(w, "career-1"))
    assert dict(hall.visit(visit).doubts) == {visit.stops[0].id: "no_desk"}
    hall.open("career-1")
    assert not hall.visit(visit).doubts


def test_one_desk_of_several_that_closes_puts_nothing_in_doubt(hall: Hall) -> None:
    hall.open()
    visit = hall.arrives("cs.tax")
    hall.do(lambda w: desks.close_desk(w, "tax-1"))
    assert not hall.visit(visit).doubts


def test_who_was_told_stays_told_until_the_reason_changes(hall: Hall) -> None:
    hall.open()
    visit = hall.arrives("cs.tax")
    stop = visit.stops[0].id
    hall.do(lambda w: desks.pause_service(w, "cs.tax", None, ""))
    hall.do(lambda w: planning.warn(w, visit.id))
    assert hall.visit(visit).warned == (stop,)
    hall.do(lambda w: planning.republish(w, {visit.id: News(doubts={stop: "service_down"})}))
    assert hall.visit(visit).warned == (stop,)
    hall.do(lambda w: desks.resume_service(w, "cs.tax"))
    hall.do(lambda w: planning.republish(w, {visit.id: News(doubts={stop: "closing"})}))
    assert dict(hall.visit(visit).doubts) == {stop: "closing"}
    assert hall.visit(visit).warned == ()


def test_a_forecast_that_looked_before_a_service_stopped_takes_no_doubt_away(hall: Hall) -> None:
    hall.open()
    visit = hall.arrives("cs.tax")
    hall.do(lambda w: desks.pause_service(w, "cs.tax", None, ""))
    hall.do(lambda w: planning.republish(w, {visit.id: News(doubts={})}))
    assert dict(hall.visit(visit).doubts) == {visit.stops[0].id: "service_down"}


def test_a_forecast_never_moves_a_promise_that_was_told_after_it_looked(hall: Hall) -> None:
    hall.open()
    visit = hall.arrives("cs.tax")
    promised(hall, visit)
    stop, told = visit.stops[0].id, hall.visit(visit).windows[visit.stops[0].id]
    at = hall.clock.at + timedelta(hours=1)
    stale = News({stop: (at, at, at)}, None, "later", None, {})
    hall.do(lambda w: planning.republish(w, {visit.id: stale}))
    assert hall.visit(visit).windows[stop] == told
    fresh = News({stop: (at, at, at)}, None, "later", None, {stop: told.told})
    hall.do(lambda w: planning.republish(w, {visit.id: fresh}))
    assert hall.visit(visit).windows[stop].likely == at
    assert hall.visit(visit).moved == "later"


def waiting_for_siri(hall: Hall) -> Visit:
    """A party that is called at SIRI, with promises for what comes after it."""
    hall.open()
    visit = hall.arrives("siri.residence", "cs.cpr", arrival="booked")
    promised(hall, visit)
    assert len(hall.visit(visit).windows) == 3
    hall.do(lambda w: calling.call_next(w, "siri-1"))
    return visit


def test_tentative_promises_go_the_moment_siri_says_pending(hall: Hall) -> None:
    visit = waiting_for_siri(hall)
    hall.do(lambda w: serving.start(w, "siri-1"))
    hall.do(lambda w: serving.finish(w, "siri-1", "pending"))
    after = hall.visit(visit)
    assert set(after.windows) == {visit.stops[0].id}
    assert (after.finish, after.moved) == (None, "pending")


def test_tentative_promises_go_when_the_call_is_missed_and_the_stops_stay(hall: Hall) -> None:
    visit = waiting_for_siri(hall)
    hall.do(lambda w: calling.miss(w, "siri-1"))
    after = hall.visit(visit)
    assert set(after.windows) == {visit.stops[0].id}
    assert (after.moved, len(after.open_stops)) == ("missed", 3)


def test_an_issued_outcome_keeps_what_was_promised(hall: Hall) -> None:
    visit = waiting_for_siri(hall)
    hall.do(lambda w: serving.start(w, "siri-1"))
    hall.do(lambda w: serving.finish(w, "siri-1", "issued"))
    assert len(hall.visit(visit).windows) == 3


def foresee(hall: Hall) -> dict[str, News]:
    """A forecast, and what it tells."""
    news = outlook(hall.floor(), aalborg(), hall.clock.at, 1)
    hall.do(lambda w: planning.republish(w, news))
    return news


def siri_morning(hall: Hall) -> list[Visit]:
    """One SIRI desk, three bookings ten minutes apart that came in time, a fourth that is still expected; all are promised."""
    hall.open("siri-1", "ihnd-1", "cs-1", "cs-2", "cs-3")
    head = "Bookingnr;Dato;Tid;Ydelse;Antal personer;Status;Bemærkning\n"
    rows = "".join(f"N{n};25-11-2026;09:{n}0;EU-opholdsdokument;1;Booket;\n" for n in (1, 2, 3, 5))
    hall.do(lambda w: import_bookings(w, read_bookings((head + rows).encode(), aalborg())))
    visits = [
        hall.do(lambda w, n=n: reception.arrive(w, Arrival("booked", party(), booking=f"N{n}"))) for n in (1, 2, 3)
    ]
    foresee(hall)
    return visits


def test_when_siri_runs_forty_minutes_late_those_behind_are_told_and_what_follows_moves_too(hall: Hall) -> None:
    _, second, third = siri_morning(hall)
    before = {v.id: hall.visit(v).windows for v in (second, third)}
    hall.clock.forward(minutes=10)
    hall.do(lambda w: calling.call_next(w, "siri-1"))
    hall.do(lambda w: serving.start(w, "siri-1"))
    hall.clock.forward(minutes=50)
    assert late_by(hall.floor(), "siri", hall.clock.at) >= timedelta(minutes=39)
    foresee(hall)
    for visit in (second, third):
        now, then = hall.visit(visit), before[visit.id]
        assert now.moved == "upstream_late"
        tentative = [s.id for s in now.open_stops if s.service.startswith("cs.")]
        for stop in (now.stops[0].id, *tentative):
            assert now.windows[stop].start > then[stop].start, stop
        assert not now.doubts
        assert minutes_late(aalborg(), now, now.stops[0]) == 0, "the house is late, not they"
    scene = scene_of(hall.floor(), aalborg(), hall.clock.at)
    assert len(scene.expected) == 1, "whoever has not come yet is still expected"
    served = hall.do(lambda w: serving.finish(w, "siri-1", "issued"))
    assert served
    assert hall.do(lambda w: calling.call_next(w, "siri-1")).visit.id == second.id


def test_an_authority_that_keeps_its_times_moves_nothing(hall: Hall) -> None:
    """The control: the same morning without the delay."""
    visits = siri_morning(hall)
    hall.clock.forward(minutes=10)
    hall.do(lambda w: calling.call_next(w, "siri-1"))
    hall.do(lambda w: serving.start(w, "siri-1"))
    hall.clock.forward(minutes=8)
    foresee(hall)
    assert all(hall.visit(v).moved != "upstream_late" for v in visits)


def test_whoever_came_late_themselves_does_not_make_the_house_late(hall: Hall) -> None:
    hall.open("siri-1")
    listed = b"Bookingnr;Dato;Tid;Ydelse;Antal personer;Status\nN1;25-11-2026;09:10;EU-opholdsdokument;1;Booket\n"
    hall.do(lambda w: import_bookings(w, read_bookings(listed, aalborg())))
    hall.clock.forward(minutes=40)
    hall.do(lambda w: reception.arrive(w, Arrival("booked", party(), booking="N1")))
    assert late_by(hall.floor(), "siri", hall.clock.at) < timedelta(minutes=1)

"""What could not be done today comes back another day, before others, with what to bring."""

from datetime import date

import pytest

from app.actions import coming_back, reception, sweeps
from app.actions.reception import Arrival
from app.domain.errors import Refusal, Refused
from app.domain.visit import Presence, Visit
from app.store import links
from app.store import referrals as rows
from tests.builders import Hall, party, states

THURSDAY = date(2026, 11, 26)


def come_back(hall: Hall, visit: Visit, why: str = "paper_missing", *services: str, day: date | None = None) -> Visit:
    return hall.do(lambda w: coming_back.come_back_later(w, visit.id, why, services, day))


def test_a_missing_paper_gives_a_day_to_come_back_and_the_rest_goes_on(hall: Hall) -> None:
    visit = hall.arrives("cs.cpr", "ihnd.career")
    after = come_back(hall, visit, "paper_missing", "cs.cpr")
    assert (after.presence, after.comes_back) == (Presence.ACTIVE, THURSDAY)
    assert states(after) == {"cs.cpr": "dropped", "ihnd.career": "waiting"}


def test_whoever_has_nothing_left_today_is_done_for_today(hall: Hall) -> None:
    after = come_back(hall, hall.arrives("cs.cpr"), "service_down")
    assert (after.presence, after.comes_back) == (Presence.CARRIED_OVER, THURSDAY)


def test_a_pending_decision_that_ended_the_visit_can_still_bring_it_back(hall: Hall) -> None:
    hall.open("siri-1")
    visit = hall.do(
        lambda w: reception.arrive(w, Arrival("booked", party(), services=("siri.residence", "cs.cpr"), by_staff=True))
    )
    hall.served("siri-1", outcome="pending")
    assert not hall.visit(visit).active or hall.visit(visit).open_stops
    after = come_back(hall, visit, "decision_pending", "cs.cpr", day=date(2026, 12, 10))
    assert after.comes_back == date(2026, 12, 10)


def test_who_comes_back_goes_before_others_with_what_was_left(hall: Hall) -> None:
    visit = hall.arrives("cs.cpr", pathway="nordic")
    come_back(hall, visit)
    hall.clock.forward(days=1)
    hall.arrives("cs.cpr")
    again = hall.do(
        lambda w: reception.arrive(w, Arrival("booked", party(), booking=f"back-{visit.id}", by_staff=False))
    )
    assert again.priority and again.came_from == visit.id
    assert "cs.cpr" in states(again)


def test_another_day_takes_the_place_of_the_first_and_services_add_up(hall: Hall) -> None:
    visit = hall.arrives("cs.cpr", "cs.tax", "ihnd.career")
    come_back(hall, visit, "paper_missing", "cs.cpr")
    come_back(hall, visit, "service_down", "cs.tax", day=date(2026, 12, 2))
    booked = hall.do(lambda w: [w.floor_of(d).bookings[f"back-{visit.id}"] for d in (THURSDAY, date(2026, 12, 2))])
    assert [b.cancelled for b in booked] == [True, False]
    assert set(booked[1].services) == {"cs.cpr", "cs.tax"}


def test_what_is_left_at_close_joins_the_come_back_there_is(hall: Hall) -> None:
    visit = hall.arrives("cs.cpr", "cs.tax")
    come_back(hall, visit, "paper_missing", "cs.cpr", day=date(2026, 12, 2))
    hall.do(sweeps.close_day)
    assert hall.visit(visit).presence is Presence.CARRIED_OVER
    (booking,) = [
        b
        for d in (THURSDAY, date(2026, 12, 2))
        for b in hall.do(lambda w, d=d: w.floor_of(d)).bookings.values()
        if not b.cancelled
    ]
    assert set(booking.services) == {"cs.cpr", "cs.tax"}


def test_the_come_back_is_in_a_hand_out_that_outlives_the_ticket(hall: Hall) -> None:
    visit = hall.arrives("cs.cpr")
    come_back(hall, visit)
    hall.clock.forward(days=3)
    token = hall.do(lambda w: rows.token_for(w, "hand_out", visit.id))
    assert hall.store.read_here(lambda db: rows.opened(db, "hand_out", token, hall.clock.at))


def test_who_was_left_at_close_keeps_a_hand_out_and_the_link_until_the_day_they_come_back_is_over(hall: Hall) -> None:
    hall.open("tax-1")
    left, finished = hall.arrives("cs.cpr"), hall.arrives("cs.tax")
    tokens = hall.do(lambda w: [w.give_link(v) for v in (left, finished)])
    hall.served("tax-1")
    hall.do(sweeps.close_day)
    way = hall.do(lambda w: rows.token_for(w, "hand_out", left.id))
    opens: list[list[bool]] = []
    for _ in range(3):
        good = [hall.store.read_here(lambda db, t=t: links.find(db, t, hall.clock.at)) is not None for t in tokens]
        opens.append(
            [*good, hall.store.read_here(lambda db: rows.opened(db, "hand_out", way, hall.clock.at)) is not None]
        )
        hall.clock.forward(days=1)
    assert opens == [[True, True, True], [True, False, True], [False, False, True]], "left, finished, the hand-out"


@pytest.mark.parametrize("day", [date(2026, 11, 25), date(2026, 11, 24)])
def test_no_day_that_is_not_to_come(hall: Hall, day: date) -> None:
    visit = hall.arrives("cs.cpr")
    with pytest.raises(Refused) as refused:
        come_back(hall, visit, day=day)
    assert refused.value.code is Refusal.CANNOT_COME_BACK
    assert states(hall.visit(visit)) == {"cs.cpr": "waiting"}


def test_a_day_on_which_nobody_is_there_is_refused(hall: Hall) -> None:
    with pytest.raises(Refused) as refused:
        come_back(hall, hall.arrives("cs.cpr"), day=date(2026, 12, 25))
    assert refused.value.code is Refusal.GROUP_OUTSIDE_HOURS

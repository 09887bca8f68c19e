"""The wall: numbers and places, and never a sentence that is not true."""

from datetime import timedelta

from app.actions import calling, planning, serving, sweeps
from app.domain.ids import moment
from app.screens import board, citizen
from app.screens.board import SHOWN_WHILE_SERVED, Board
from tests.builders import Hall


def _board(hall: Hall) -> Board:
    known = hall.store.known_here("aalborg")
    return board.show(known.picture.floor, known.house, hall.clock(), known.picture.seq, known.picture.epoch)


def test_nobody_has_been_called_yet_is_only_said_before_the_first_call_of_the_day(hall: Hall) -> None:
    hall.open("tax-1")
    hall.arrives("cs.tax")
    assert not _board(hall).begun
    hall.do(lambda w: calling.call_next(w, "tax-1"))
    hall.do(lambda w: serving.start(w, "tax-1"))
    assert [c.number for c in _board(hall).now] == [101]
    hall.clock.forward(seconds=(SHOWN_WHILE_SERVED + timedelta(seconds=1)).total_seconds())
    assert _board(hall).now == []
    assert _board(hall).begun


def test_the_next_numbers_stand_under_their_authority_without_saying_for_what(hall: Hall) -> None:
    hall.open("tax-1")
    for services in (("cs.tax",), ("cs.cpr", "cs.mitid"), ("ihnd.career",)):
        hall.arrives(*services)
    shown = _board(hall)
    assert {g.authority: [e.number for e in g.entries] for g in shown.soon} == {"cs": [101, 102], "ihnd": [103]}
    assert "tax" not in shown.model_dump_json().replace("tax-1", "")


def test_the_wall_says_the_same_time_and_place_as_the_phone_whatever_was_asked_for_first(hall: Hall) -> None:
    visit = hall.arrives("cs.tax", "ihnd.career")
    at = hall.clock.at
    told = {
        stop.id: (at + timedelta(minutes=n), at + timedelta(minutes=n + 10), at + timedelta(minutes=n))
        for stop, n in zip(visit.stops, (60, 20), strict=True)
    }
    hall.do(lambda w: planning.promise(w, visit.id, told, None, "first"))
    (group,) = _board(hall).soon
    known = hall.store.known_here("aalborg")
    phone = citizen.show(known.picture.floor, known.house, at, 1, "e", visit.id)
    assert phone.next is not None
    assert (group.authority, group.entries[0].window) == ("ihnd", phone.next.window)


def test_a_closed_house_says_when_it_opens_next(hall: Hall) -> None:
    hall.clock.at = moment("2026-11-25T16:30:00Z")
    shown = _board(hall)
    assert (shown.state, shown.opens_at) == ("closed", moment("2026-11-26T07:30:00Z"))
    hall.do(sweeps.close_day)
    assert _board(hall).opens_at == moment("2026-11-26T07:30:00Z")

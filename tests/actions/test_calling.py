"""Calling, serving, finishing: what a clerk does."""

import pytest

from app.actions import calling, desks, serving
from app.domain.errors import Refusal, Refused
from app.domain.lines import Lines
from tests.builders import Hall, aalborg, states


def refused(code: Refusal) -> object:
    return pytest.raises(Refused, match=f"^{code.value}$")


def test_the_next_party_is_called_with_the_reason_for_it(hall: Hall) -> None:
    hall.open("tax-1")
    visit = hall.arrives("cs.tax")
    called = hall.do(lambda w: calling.call_next(w, "tax-1"))
    assert (called.visit.id, called.stop.state, called.why) == (visit.id, "called", "here_longest")


def test_an_empty_line_is_said_so(hall: Hall) -> None:
    hall.open("tax-1")
    with refused(Refusal.LINE_EMPTY):
        hall.do(lambda w: calling.call_next(w, "tax-1"))


def test_a_desk_with_a_party_in_hand_cannot_call_another(hall: Hall) -> None:
    hall.open("tax-1")
    hall.arrives("cs.tax")
    hall.arrives("cs.tax")
    hall.do(lambda w: calling.call_next(w, "tax-1"))
    with refused(Refusal.DESK_BUSY):
        hall.do(lambda w: calling.call_next(w, "tax-1"))


def test_a_party_at_one_desk_cannot_be_called_to_another(hall: Hall) -> None:
    hall.open("tax-1", "cs-3")
    visit = hall.arrives("cs.tax")
    hall.do(lambda w: calling.call_next(w, "tax-1"))
    with refused(Refusal.VISIT_ELSEWHERE):
        hall.do(lambda w: calling.call_visit(w, "cs-3", visit.id))


def test_a_closed_desk_calls_nobody(hall: Hall) -> None:
    hall.arrives("cs.tax")
    with refused(Refusal.DESK_NOT_OPEN):
        hall.do(lambda w: calling.call_next(w, "tax-1"))


def test_a_recall_is_a_call_of_its_own(hall: Hall) -> None:
    hall.open("tax-1")
    hall.arrives("cs.tax")
    first = hall.do(lambda w: calling.call_next(w, "tax-1"))
    again = hall.do(lambda w: calling.recall(w, "tax-1"))
    assert again.again
    assert again.id != first.id


def test_who_missed_a_call_rejoins_behind_the_next_two_and_not_at_the_back(hall: Hall) -> None:
    hall.open("tax-1")
    late = hall.arrives("cs.tax")
    others = [hall.arrives("cs.tax") for _ in range(4)]
    hall.do(lambda w: calling.call_next(w, "tax-1"))
    hall.do(lambda w: calling.miss(w, "tax-1"))
    hall.do(lambda w: calling.rejoin(w, late.id, by_staff=False))
    lines = Lines(hall.floor(), aalborg(), hall.clock())
    assert [lines.ahead(v, v.stops[0]) for v in map(hall.visit, (*others, late))] == [0, 1, 3, 4, 2]
    order = [hall.served("tax-1").id for _ in range(3)]
    assert order == [others[0].id, others[1].id, late.id]


def test_a_citizen_rejoins_once_without_staff(hall: Hall) -> None:
    hall.open("tax-1")
    late = hall.arrives("cs.tax")
    for _ in range(2):
        hall.do(lambda w: calling.call_visit(w, "tax-1", late.id))
        hall.do(lambda w: calling.miss(w, "tax-1"))
        if not hall.visit(late).stops[0].rejoins:
            hall.do(lambda w: calling.rejoin(w, late.id, by_staff=False))
    with refused(Refusal.REJOINED_BEFORE):
        hall.do(lambda w: calling.rejoin(w, late.id, by_staff=False))


def test_an_undo_brings_back_exactly_what_was(hall: Hall) -> None:
    hall.open("cs-1")
    visit = hall.arrives("cs.cpr")
    hall.do(lambda w: calling.call_next(w, "cs-1"))
    hall.do(lambda w: serving.start(w, "cs-1"))
    before = hall.visit(visit)
    hall.do(lambda w: serving.finish(w, "cs-1", add=("cs.tax",)))
    assert states(hall.visit(visit))["cs.tax"] == "waiting"
    hall.do(lambda w: serving.undo(w, "cs-1"))
    assert hall.visit(visit).stops == before.stops
    assert hall.floor().desk("cs-1").stop == before.stops[0].id


def test_an_undo_is_refused_after_the_houses_seconds(hall: Hall) -> None:
    hall.open("tax-1")
    hall.arrives("cs.tax")
    hall.do(lambda w: calling.call_next(w, "tax-1"))
    hall.clock.forward(seconds=61)
    with refused(Refusal.UNDO_TOO_LATE):
        hall.do(lambda w: serving.undo(w, "tax-1"))


def test_an_undo_is_refused_once_another_desk_has_built_on_it(hall: Hall) -> None:
    hall.open("cs-1", "tax-1")
    visit = hall.arrives("cs.cpr")
    hall.do(lambda w: calling.call_next(w, "cs-1"))
    hall.do(lambda w: serving.start(w, "cs-1"))
    hall.do(lambda w: serving.finish(w, "cs-1", add=("cs.tax",)))
    hall.do(lambda w: calling.call_visit(w, "tax-1", visit.id))
    with refused(Refusal.UNDO_TOO_LATE):
        hall.do(lambda w: serving.undo(w, "cs-1"))


def test_the_sitting_goes_on_to_the_next_stop_without_a_new_call(hall: Hall) -> None:
    hall.open("cs-3")
    visit = hall.arrives("cs.cpr", "cs.mitid", "cs.tax")
    hall.do(lambda w: calling.call_next(w, "cs-3"))
    hall.do(lambda w: serving.start(w, "cs-3"))
    hall.do(lambda w: serving.finish(w, "cs-3"))
    assert hall.visit(visit).in_hand is not None


def test_a_paused_service_is_not_called_and_keeps_its_order(hall: Hall) -> None:
    hall.open("tax-1")
    first = hall.arrives("cs.tax")
    hall.arrives("cs.tax")
    hall.do(lambda w: desks.pause_service(w, "cs.tax", None, ""))
    with refused(Refusal.LINE_EMPTY):
        hall.do(lambda w: calling.call_next(w, "tax-1"))
    hall.do(lambda w: desks.resume_service(w, "cs.tax"))
    assert hall.do(lambda w: calling.call_next(w, "tax-1")).visit.id == first.id


def test_a_desk_with_a_party_in_hand_cannot_close(hall: Hall) -> None:
    hall.open("tax-1")
    hall.arrives("cs.tax")
    hall.do(lambda w: calling.call_next(w, "tax-1"))
    with refused(Refusal.DESK_BUSY):
        hall.do(lambda w: desks.close_desk(w, "tax-1"))

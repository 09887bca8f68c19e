"""What the rules refuse to do with a stop, a visit, a roll and the log, and what they do instead."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.booking_list import read_bookings
from app.domain.errors import Refusal, Refused
from app.domain.events import Event, Kind
from app.domain.referral import Consent, Referral
from app.domain.referral_figures import figures
from app.domain.roll import Roll
from app.domain.stop import Move, State, make_move, may_move
from app.domain.turns import turns_behind
from tests.builders import MORNING, aalborg
from tests.screens.day import a_floor, a_stop, a_visit

LATER = MORNING + timedelta(minutes=5)


def test_the_table_says_what_may_follow_and_undo_is_for_what_was_just_done() -> None:
    held, done, waiting = (a_stop("a.1", "cs.cpr", state) for state in (State.HELD, State.DONE, State.WAITING))
    assert may_move(held, Move.RESUME)
    assert not may_move(waiting, Move.RESUME)
    assert may_move(done, Move.UNDO)
    assert not may_move(waiting, Move.UNDO)


def test_what_the_table_does_not_hold_is_refused_with_the_state() -> None:
    with pytest.raises(Refused) as refused:
        make_move(a_stop("a.1", "cs.cpr", State.WAITING), Move.RESUME, MORNING)
    assert (refused.value.code, refused.value.facts) == (Refusal.ILLEGAL_MOVE, {"move": "resume", "state": "waiting"})


def test_who_was_held_is_resumed_at_the_desk_that_takes_them_back() -> None:
    resumed = make_move(a_stop("a.1", "cs.cpr", State.HELD, desk="cs-1"), Move.RESUME, LATER, "cs-2")
    assert (resumed.state, resumed.desk, resumed.since) == (State.SERVING, "cs-2", LATER)


def test_a_member_of_another_party_is_a_stranger() -> None:
    with pytest.raises(Refused) as refused:
        a_visit(a_stop("a.1", "cs.cpr", State.WAITING)).member("m9")
    assert refused.value.code is Refusal.MEMBER_UNKNOWN


def test_a_sign_up_that_is_not_on_the_roll_is_unknown() -> None:
    with pytest.raises(Refused) as refused:
        Roll("talk", 3).find("talk.1")
    assert refused.value.code is Refusal.UNKNOWN_SIGN_UP


def test_an_event_carries_its_declared_facts_and_no_others() -> None:
    with pytest.raises(TypeError, match="priority_set carries"):
        Event(Kind.PRIORITY_SET, MORNING, "a", facts={"on": True, "because": "of something"})


def test_a_booking_needs_a_number_or_a_desk_to_be_known_by() -> None:
    text = "Reference;Service;Dato;Tid;Minutter\n;cs.cpr;25-11-2026;10:30;20\n"
    found = read_bookings(text.encode(), aalborg())
    assert [(r.line, r.code) for r in found.rejected] == [(2, "missing_ref")]


def test_figures_of_referrals_tell_what_became_of_each() -> None:
    one = Referral("r", "a", "host", "organisation", "spouse", "en", 1, 0, Consent.GIVEN, MORNING)
    many = {
        "open": one,
        "pointed": replace(one, consent=Consent.NOT_ASKED),
        "withdrawn": replace(one, consent=Consent.WITHDRAWN),
        "met": replace(one, outcome="met"),
    }
    (line,) = figures([r for r in many.values() for _ in range(20)])
    assert {name: line.cells[name] for name in many} == dict.fromkeys(many, 20)
    assert line.total == 80


def test_where_no_desk_serves_a_stop_nobody_stands_before_it() -> None:
    stop = replace(a_stop("a.1", "cs.tax", State.WAITING), service="of another house")
    assert turns_behind(a_floor(), aalborg(), MORNING, stop, 2) == ()

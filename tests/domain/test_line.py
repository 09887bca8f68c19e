"""The line of a desk: a total order that is fair, combines errands, and says why."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.line import decide, first, line, next_for, order
from app.domain.scene import Desk, Errand, Party, Scene, State, Window
from tests.domain import floors

SEEDS = st.integers(0, 1_000_000)
CPR = Errand("cpr", "cpr", 14.0)
DOCTOR = Errand("doctor", "doctor", 5.0, after=frozenset({"cpr"}))
MITID = Errand("mitid", "mitid", 10.0, after=frozenset({"cpr"}))
DESK = Desk("C1", frozenset({"cpr", "doctor"}), 510.0, 900.0)


def _party(n: int, since: float, *errands: Errand) -> Party:
    return Party(f"P{n}", n, since, errands or (CPR,), free_since=since)


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_the_line_is_a_total_order_whatever_the_order_it_is_given_in(seed: int) -> None:
    scene = floors.scene(seed, parties=8)
    parties = list(scene.parties)
    Random(seed).shuffle(parties)
    other = replace(scene, parties=tuple(parties))
    for desk in scene.desks:
        keys = [(-t.score, t.party.since, t.party.number) for t in line(scene, desk)]
        assert keys == sorted(set(keys))
        assert [t.party.key for t in line(scene, desk)] == [t.party.key for t in line(other, desk)]


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_a_later_arrival_never_moves_an_earlier_equal_party_back(seed: int) -> None:
    scene = floors.scene(seed, parties=6)
    twin_of = next((p for p in scene.parties if p.state is State.WAITING and p.ready_at <= scene.now), None)
    if twin_of is None:
        return
    later = replace(twin_of, key="LATER", number=99, since=min(scene.now, twin_of.since + 1.0))
    more = replace(scene, parties=(*scene.parties, later))
    for desk in scene.desks:
        after = [t.party.key for t in line(more, desk)]
        assert "LATER" not in after or twin_of.key in after
        if twin_of.key in after and "LATER" in after:
            assert after.index(twin_of.key) < after.index("LATER")


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_no_call_breaks_a_prerequisite_an_hour_a_desks_services_or_a_bookings_time(seed: int) -> None:
    scene = floors.scene(seed, parties=8)
    parties, desks = {p.key: p for p in scene.parties}, {d.code: d for d in scene.desks}
    calls = decide(scene)
    assert len({c.desk for c in calls}) == len({c.party for c in calls}) == len(calls)
    for call in calls:
        party, desk = parties[call.party], desks[call.desk]
        wanted, done = {e.key: e for e in party.errands}, set[str]()
        assert desk.idle and party.state is State.WAITING
        assert party.leave_by is None or scene.now < party.leave_by
        for key in call.errands:
            errand = wanted[key]
            assert errand.service in desk.services and errand.service not in scene.outages
            assert errand.not_before <= scene.now <= errand.until
            assert not errand.after & set(wanted) - done
            done.add(key)
        assert scene.now + scene.overhead + sum(wanted[k].minutes for k in call.errands) <= desk.closes + scene.grace


def test_the_earlier_of_two_equal_parties_is_called() -> None:
    scene = Scene(600.0, (DESK,), (_party(1, 580.0), _party(2, 570.0)))
    turn = next_for(scene, DESK)
    assert turn is not None
    assert turn.party.key == "P2"
    assert turn.why.code == "here_longest"
    assert turn.why.values == {"minutes": 30.0}


def test_errands_one_desk_can_do_are_done_in_one_sitting() -> None:
    scene = Scene(600.0, (DESK,), (_party(1, 580.0, DOCTOR, CPR, MITID),))
    turn = next_for(scene, DESK)
    assert turn is not None
    assert turn.errands == ("cpr", "doctor")


def test_a_desk_that_is_not_free_calls_nobody() -> None:
    busy = replace(DESK, idle=False)
    assert next_for(Scene(600.0, (busy,), (_party(1, 580.0),)), busy) is None


def test_a_sitting_that_would_end_too_late_is_not_started() -> None:
    scene = Scene(895.0, (DESK,), (_party(1, 800.0, CPR),), grace=10.0)
    assert line(scene, DESK) == []


def test_what_still_fits_before_closing_is_done() -> None:
    scene = Scene(885.0, (DESK,), (_party(1, 800.0, CPR, DOCTOR),), grace=2.0)
    assert [t.errands for t in line(scene, DESK)] == [("cpr",)]


def test_a_window_that_ends_goes_first_and_says_so() -> None:
    told = replace(_party(2, 590.0), told={"cpr": Window(570.0, 590.0, 601.0, 560.0)})
    scene = Scene(605.0, (DESK,), (_party(1, 580.0), told))
    turn = line(scene, DESK)[0]
    assert turn.party.key == "P2"
    assert turn.why == ("window_ends", {"at": 601.0})


def test_somebody_told_a_later_time_is_not_called_before_the_message_has_arrived() -> None:
    roams = replace(_party(1, 550.0), told={"cpr": Window(640.0, 645.0, 650.0, 560.0)})
    scene = Scene(600.0, (DESK,), (roams, _party(2, 590.0)))
    assert [t.party.key for t in line(scene, DESK)] == ["P2"]
    asked = replace(roams, told={"cpr": Window(598.0, 605.0, 650.0, 598.0, before=640.0)})
    assert [t.party.key for t in line(replace(scene, parties=(asked,)), DESK)] == []
    assert [t.party.key for t in line(replace(scene, now=602.0, parties=(asked,)), DESK)] == ["P1"]


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_who_believes_a_later_time_for_everything_is_left_out_at_once_and_nobody_else(seed: int) -> None:
    scene, rng = floors.scene(seed, parties=8), Random(seed)

    def told(party: Party) -> Party:
        window = lambda lo: Window(lo, lo + 5.0, lo + 10.0, scene.now - rng.randint(0, 8), rng.choice((0.0, lo - 6.0)))
        keys = [e.key for e in party.errands if rng.random() < 0.9]
        told = {key: window(scene.now + rng.randint(-2, 12)) for key in keys}
        return replace(party, told=told, free_since=scene.now - rng.randint(0, 8))

    def looked_at_one_by_one(party: Party) -> Party:
        object.__setattr__(party, "told_from", 0.0)
        return party

    at_once = replace(scene, parties=tuple(told(p) for p in scene.parties))
    each = replace(scene, parties=tuple(looked_at_one_by_one(replace(p)) for p in at_once.parties))
    for desk in scene.desks:
        assert [t[:3] for t in line(at_once, desk)] == [t[:3] for t in line(each, desk)]


def test_a_booking_is_not_called_before_its_authority_allows_and_goes_first_from_its_time() -> None:
    booked = _party(1, 600.0, CPR._replace(not_before=610.0, due=615.0))
    walk_in = _party(2, 500.0)
    scene = Scene(605.0, (DESK,), (booked, walk_in))
    assert [t.party.key for t in line(scene, DESK)] == ["P2"]
    assert [t.party.key for t in line(replace(scene, now=611.0), DESK)] == ["P2", "P1"]
    due = line(replace(scene, now=615.0), DESK)
    assert [t.party.key for t in due] == ["P1", "P2"]
    assert due[0].why == ("booked_time", {"at": 615.0})


def test_priority_counts_twenty_minutes_but_not_on_every_call() -> None:
    parties = (_party(1, 580.0), replace(_party(2, 590.0), priority=True))
    fresh, just = DESK, replace(DESK, calls_since_priority=1)
    first = line(Scene(600.0, (fresh,), parties), fresh)[0]
    assert (first.party.key, first.why.code) == ("P2", "priority")
    assert line(Scene(600.0, (just,), parties), just)[0].party.key == "P1"


def test_closing_time_lifts_whoever_would_not_be_done_otherwise() -> None:
    desks = (DESK, Desk("M1", frozenset({"mitid"}), 510.0, 900.0))
    long = _party(1, 845.0, CPR, DOCTOR, MITID)
    short = _party(2, 842.0, CPR._replace(minutes=5.0))
    turn = line(Scene(862.0, desks, (long, short), grace=10.0), DESK)[0]
    assert (turn.party.key, turn.why.code) == ("P1", "closing_soon")


@pytest.mark.parametrize(
    ("colleague", "errands"),
    [
        (replace(DESK, code="C2", idle=False, until=630.0), ("cpr", "doctor")),
        (replace(DESK, code="C2", idle=False, until=631.0), ("cpr",)),
        (replace(DESK, code="C2", away=((600.0, 700.0),)), ("cpr",)),
        (replace(DESK, code="C2", away=((601.0, 700.0),)), ("cpr", "doctor")),
    ],
    ids=["back within half an hour", "away for longer", "announced", "still there"],
)
def test_work_is_not_shared_with_a_colleague_who_stays_away_for_long(colleague: Desk, errands: tuple[str, ...]) -> None:
    scene = Scene(
        600.0,
        (DESK, colleague, Desk("M1", frozenset({"doctor"}), 510.0, 900.0)),
        tuple(_party(n, 580.0 + n, CPR, DOCTOR) for n in range(8)),
    )
    assert line(scene, DESK)[0].errands == errands


def test_an_errand_asked_for_at_one_desk_is_done_only_there() -> None:
    other = replace(DESK, code="C2")
    party = _party(1, 580.0, CPR._replace(desks=frozenset({"C2"})))
    scene = Scene(600.0, (DESK, other), (party,))
    assert line(scene, DESK) == []
    assert [c.desk for c in decide(scene)] == ["C2"]


def test_of_two_free_desks_the_less_versatile_calls() -> None:
    all_round = Desk("A1", frozenset({"cpr", "doctor", "tax", "mitid"}), 510.0, 900.0)
    calls = decide(Scene(600.0, (all_round, replace(DESK, services=frozenset({"cpr"}))), (_party(1, 580.0),)))
    assert [c.desk for c in calls] == ["C1"]


def test_who_was_overtaken_too_often_comes_before_shorter_visits() -> None:
    long = _party(1, 590.0, CPR._replace(minutes=80.0))
    scene = Scene(600.0, (DESK,), (long, _party(2, 591.0)))
    assert line(scene, DESK)[0].party.key == "P2"
    patient = replace(scene, overtaken={long.key: 6})
    assert line(patient, DESK)[0].party.key == "P1"


@pytest.mark.parametrize("seed", range(5))
def test_the_same_scene_gives_the_same_calls(seed: int) -> None:
    assert decide(floors.scene(seed)) == decide(floors.scene(seed))


def test_a_party_that_has_to_go_is_not_called_any_more() -> None:
    assert line(Scene(600.0, (DESK,), (replace(_party(1, 580.0), leave_by=600.0),)), DESK) == []


def test_why_a_turn_comes_is_said_in_few_words() -> None:
    longest = _party(0, 500.0, CPR, MITID)
    short = replace(_party(1, 580.0, CPR._replace(minutes=5.0), MITID))
    asked = _party(2, 580.0, CPR._replace(desks=frozenset({"C1"})), MITID)
    plain = _party(3, 580.0, CPR, MITID)
    whole = _party(4, 580.0, CPR)
    turns = line(Scene(600.0, (DESK,), (longest, short, asked, plain, whole)), DESK)
    assert {t.party.key: t.why.code for t in turns} == {
        "P0": "here_longest",
        "P1": "short_errand",
        "P2": "asked_for",
        "P3": "in_turn",
        "P4": "finishes_visit",
    }


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_whoever_is_looked_up_alone_is_the_first_of_the_whole_line(seed: int) -> None:
    scene = floors.scene(seed, parties=8)
    for desk in scene.desks:
        whole, alone = line(scene, desk), first(scene, desk)
        assert order(scene, desk) == [turn.party.key for turn in whole]
        assert bool(alone) == bool(whole)
        if alone:
            assert (alone[:3], alone.why) == (whole[0][:3], whole[0].why)

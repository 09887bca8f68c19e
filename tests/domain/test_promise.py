"""Windows: forecasts of the line's own rule, told once, moved only when they would break."""

import itertools
from dataclasses import replace
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.futures import Board, draw, expected_future
from app.domain.index import Reading, read
from app.domain.line import decide
from app.domain.pace import desk_paces, left_at, mean_left
from app.domain.playing import play
from app.domain.promise import TERMS, Forecast, Widening, come_now, forecast, learned, point, to_publish, window_of
from app.domain.scene import END, Desk, Done, Errand, Newcomer, Party, Scene, Sitting, State, Window
from tests.domain import floors

SEEDS = st.integers(0, 1_000_000)
PLAIN = {"call": Widening(), "end": Widening()}
CPR = Errand("cpr", "cpr", 14.0)
TAX = Errand("tax", "tax", 8.0)
DESK = Desk("C1", frozenset({"cpr"}), 510.0, 900.0)


def _queue(count: int, desk: Desk = DESK) -> Scene:
    parties = tuple(Party(f"P{n}", n, 580.0 + n, (CPR,), free_since=580.0 + n) for n in range(count))
    return Scene(600.0, (desk,), parties, grace=10.0)


def _in_hand(scene: Scene, party: Party) -> set[str]:
    return {e.key for d in scene.desks if d.sitting and d.sitting.party == party.key for e in d.sitting.errands}


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_no_future_breaks_a_prerequisite_an_hour_or_a_bookings_time(seed: int) -> None:
    scene = floors.scene(seed, parties=8, coming=True)
    board = Board(Reading(scene))
    for future in draw(board, seed, 3):
        outcome = play(board, future)
        for party, done, end in zip(scene.parties, outcome.starts, outcome.ends, strict=True):
            keys = {e.key: k for k, e in enumerate(party.errands) if e.key not in _in_hand(scene, party)}
            for k, at in done.items():
                errand = party.errands[k]
                assert at >= max(scene.now, party.ready_at) and at >= errand.not_before - 1e-6 and at <= end
                assert all(done.get(keys[a], inf) < at for a in errand.after if a in keys)
                assert any(errand.service in d.services for d in scene.desks)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_no_desk_serves_two_at_once_or_through_its_break(seed: int) -> None:
    board = Board(Reading(floors.scene(seed, parties=8, coming=True)))
    outcome = play(board, draw(board, seed, 1)[0])
    for busy, pauses in zip(outcome.busy, outcome.pauses, strict=True):
        spans = sorted(busy)
        assert all(a[1] <= b[0] + 1e-6 for a, b in itertools.pairwise(spans))
        assert not any(start <= at < end for start, end in pauses for at, _ in busy)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_equal_seeds_give_equal_forecasts_and_calls(seed: int) -> None:
    first, second = (Board(Reading(floors.scene(seed, parties=6, coming=True))) for _ in range(2))
    assert forecast(first, seed, count=5) == forecast(second, seed, count=5)
    assert decide(first.scene) == decide(second.scene)


def test_at_expected_times_the_play_is_the_line_itself() -> None:
    scene = _queue(4)
    board = Board(Reading(scene))
    outcome = play(board, expected_future(board))
    assert [s[0] for s in outcome.starts] == [pytest.approx(600.0 + 16.5 * n) for n in range(4)]
    assert outcome.ends[3] == pytest.approx(600.0 + 16.5 * 4)


def test_a_play_that_stops_early_leaves_the_rest_open() -> None:
    board = Board(Reading(_queue(4)))
    outcome = play(board, expected_future(board), until=620.0)
    assert [len(s) for s in outcome.starts] == [1, 1, 0, 0]


def test_a_party_at_a_desk_comes_back_for_the_rest() -> None:
    desk = replace(DESK, idle=False, sitting=Sitting("P0", (CPR,), 0, 600.0))
    party = Party("P0", 0, 580.0, (CPR, TAX), State.SERVING)
    board = Board(Reading(Scene(600.0, (desk, Desk("T1", frozenset({"tax"}), 510.0, 900.0)), (party,))))
    outcome = play(board, expected_future(board))
    assert outcome.starts[0] == {1: pytest.approx(614.0)}


def test_who_checks_in_is_told_a_window_and_an_end() -> None:
    scene = _queue(3)
    news = to_publish(scene, forecast(Board(read(scene)), 1, count=20), PLAIN)
    assert {key for _, key in news} == {"cpr", END}
    window = news["P2", "cpr"]
    assert window.lo <= window.at <= window.hi
    assert window.hi % TERMS.step == 0
    assert window.hi - window.lo >= TERMS.least


def test_every_stop_of_a_visit_is_told_at_check_in_however_far_away_its_turn() -> None:
    mitid = Errand("mitid", "mitid", 10.0, after=frozenset({"cpr"}))
    far = Party("P9", 9, 600.0, (CPR, mitid), free_since=600.0)
    scene = replace(_queue(8), desks=(DESK, Desk("M1", frozenset({"mitid"}), 510.0, 900.0)))
    scene = replace(scene, parties=(*scene.parties, far))
    news = to_publish(scene, forecast(Board(read(scene)), 1), PLAIN)
    assert {key for party, key in news if party == "P9"} == {"cpr", "mitid", END}
    assert news["P9", "cpr"].lo > 640.0
    for window in news.values():
        assert window.lo % TERMS.step == window.hi % TERMS.step == 0
        assert window.lo <= window.at <= window.hi and window.hi - window.lo >= TERMS.least


def test_what_cannot_be_reached_today_is_not_promised() -> None:
    scene = _queue(8, replace(DESK, closes=640.0))
    news = to_publish(scene, forecast(Board(read(scene)), 1, count=20), PLAIN)
    assert ("P0", "cpr") in news
    assert ("P7", "cpr") not in news


@pytest.mark.parametrize(
    ("desk", "party", "last"),
    [
        (replace(DESK, closes=660.0), {}, 655.0),  # 660 and 10 of grace, less 2.5 to walk and 14 of work: 653.5
        (DESK, {"leave_by": 645.0}, 645.0),
        (DESK, {"errands": (CPR._replace(until=650.0),)}, 650.0),
    ],
)
def test_no_window_is_told_to_end_after_the_last_moment_it_could_be_called(
    desk: Desk, party: dict[str, object], last: float
) -> None:
    waits = replace(_queue(1, desk).parties[0], **party)
    late = replace(DESK, code="T1", services=frozenset({"tax"}), closes=720.0)
    scene = replace(_queue(1, desk), parties=(waits,), desks=(desk, late))
    made = Forecast(600.0, {("P0", "cpr"): [620.0, 630.0, 640.0, 645.0, 710.0]})
    assert to_publish(scene, made, PLAIN)["P0", "cpr"].hi == last


def _told(scene: Scene, window: Window) -> Scene:
    return replace(scene, parties=tuple(replace(p, told={"cpr": window, END: window}) for p in scene.parties))


def test_a_window_that_holds_is_not_told_again() -> None:
    scene = _told(_queue(1), Window(600.0, 620.0, 640.0, 580.0))
    made = Forecast(600.0, {("P0", "cpr"): [610.0, 620.0, 645.0], ("P0", END): [630.0, 635.0, 660.0]})
    assert to_publish(scene, made, PLAIN) == {}


def test_a_window_that_would_more_likely_break_is_told_again() -> None:
    scene = _told(_queue(1), Window(600.0, 610.0, 615.0, 580.0))
    made = Forecast(600.0, {("P0", "cpr"): [610.0, 620.0, 645.0], ("P0", END): [600.0, 605.0, 610.0]})
    news = to_publish(scene, made, PLAIN)
    assert set(news) == {("P0", "cpr"), ("P0", END)}
    assert news["P0", "cpr"].hi >= 645.0
    assert news["P0", "cpr"].before == 600.0


def test_an_end_that_a_call_told_anew_outlasts_is_told_anew_with_it() -> None:
    scene = _told(_queue(1), Window(600.0, 610.0, 635.0, 580.0))
    made = Forecast(600.0, {("P0", "cpr"): [610.0, 640.0, 645.0], ("P0", END): [624.0, 630.0, 634.0]})
    call, end = (to_publish(scene, made, PLAIN)["P0", key] for key in ("cpr", END))
    assert end.hi == call.hi > 635.0
    still = Forecast(600.0, {("P0", "cpr"): [610.0, 620.0, 630.0], ("P0", END): [624.0, 630.0, 634.0]})
    assert to_publish(scene, still, PLAIN) == {}


def test_a_turn_that_comes_clearly_earlier_and_soon_is_told() -> None:
    scene = _told(_queue(1), Window(640.0, 650.0, 660.0, 580.0))
    near = Forecast(600.0, {("P0", "cpr"): [605.0, 610.0, 615.0]})
    far = Forecast(600.0, {("P0", "cpr"): [620.0, 630.0, 640.0]})
    assert ("P0", "cpr") in to_publish(scene, near, PLAIN)
    assert to_publish(scene, far, PLAIN) == {}


def test_who_would_be_called_before_the_time_told_is_asked_back() -> None:
    scene = _told(_queue(1), Window(640.0, 650.0, 660.0, 580.0))
    news = come_now(Board(read(scene)))
    assert news["P0", "cpr"].lo == 600.0
    assert news["P0", "cpr"].before == 640.0


def test_a_broken_promise_widens_and_a_kept_one_narrows_a_little() -> None:
    window = Window(600.0, 610.0, 620.0)
    plain = Widening(1.0, 1.0)
    late, kept, early = (plain.learned(window, at) for at in (630.0, 610.0, 590.0))
    assert late.above > 1.0 > kept.above
    assert early.below > 1.0 > kept.below
    for _ in range(200):
        late = late.learned(window, 630.0)
    assert late.above == Widening.BOUNDS[1]


def test_the_share_of_a_sample_is_read_between_its_points_and_stops_where_today_does() -> None:
    assert point([0.0, 10.0, 20.0], 0.5) == 10.0
    assert point([0.0, 10.0, 20.0], 0.25) == 5.0
    assert point([0.0, 10.0, inf], 0.9) == inf
    assert window_of([inf, inf], Widening(), 600.0, 900.0) is None


@given(
    st.lists(st.floats(600.0, 900.0), min_size=2, max_size=16),
    st.floats(600.0, 900.0),
    st.floats(*Widening.BOUNDS),
    st.floats(*Widening.BOUNDS),
)
def test_the_likely_time_lies_within_its_window_whenever_desks_close(
    times: list[float], latest: float, below: float, above: float
) -> None:
    found = window_of(sorted(times), Widening(below, above), 600.0, latest)
    assert found is not None
    assert found.lo <= found.at <= found.hi


def test_a_slow_desk_is_believed_slow_the_more_it_has_shown() -> None:
    one = desk_paces([Done("C1", "cpr", 14.0, 28.0)])["C1"]
    ten = desk_paces([Done("C1", "cpr", 14.0, 28.0)] * 10)["C1"]
    assert 1.0 < one < ten < 2.0


def test_what_has_lasted_long_is_expected_to_last_on() -> None:
    assert mean_left(14.0, 0.5, 0.0) == 14.0
    assert mean_left(14.0, 0.5, 40.0) > 5.0
    assert left_at(14.0, 0.5, 10.0, 0.1) < left_at(14.0, 0.5, 10.0, 0.9)
    assert left_at(14.0, 0.0, 10.0, 0.5) == 4.0


def test_what_has_lasted_far_too_long_is_given_a_quarter_of_that_again() -> None:
    assert left_at(14.0, 0.5, 400.0, 0.5) == 100.0
    assert mean_left(14.0, 0.5, 400.0) == 100.0


def test_a_desk_away_for_a_while_calls_nobody_until_it_is_back() -> None:
    away = replace(DESK, away=((600.0, 640.0),), idle=False)
    board = Board(Reading(_queue(2, away)))
    outcome = play(board, expected_future(board))
    assert outcome.starts == [{0: 640.0}, {0: 656.5}]


def test_a_desk_that_stands_idle_is_away_when_its_time_comes() -> None:
    later = Party("P1", 1, 580.0, (CPR,), State.ABSENT, ready_at=610.0)
    board = Board(Reading(Scene(600.0, (replace(DESK, away=((605.0, 640.0),)),), (later,))))
    assert play(board, expected_future(board)).starts == [{0: 640.0}]


def test_of_the_kinds_that_may_come_each_comes_as_often_as_it_does() -> None:
    kinds = (Newcomer(1.0, (CPR,)), Newcomer(3.0, (TAX,)))
    board = Board(Reading(_queue(1)))
    assert [board.one_of(kinds, c).services for c in (0.1, 0.3, 0.99)] == [("cpr",), ("tax",), ("tax",)]


def test_whoever_is_called_within_the_time_told_is_not_asked_back() -> None:
    assert come_now(Board(read(_told(_queue(1), Window(600.0, 605.0, 615.0, 580.0))))) == {}


def test_only_the_call_is_asked_back_and_not_what_is_done_in_the_same_sitting() -> None:
    doctor = Errand("doctor", "doctor", 5.0, after=frozenset({"cpr"}))
    told = {"cpr": Window(640.0, 650.0, 660.0, 580.0), "doctor": Window(655.0, 660.0, 670.0, 580.0)}
    party = Party("P0", 0, 580.0, (CPR, doctor), free_since=580.0, told=told)
    both = replace(DESK, services=frozenset({"cpr", "doctor"}))
    assert set(come_now(Board(read(Scene(600.0, (both,), (party,)))))) == {("P0", "cpr")}


def test_what_was_learned_is_kept_within_bounds_until_the_next_such_day() -> None:
    assert Widening.of(9.0, 0.1) == Widening(2.5, 0.7)
    day = learned({"call": Widening(), "end": Widening()}, END, Window(600.0, 610.0, 620.0), 700.0)
    assert day["call"] == Widening()
    assert day["end"].above > Widening().above

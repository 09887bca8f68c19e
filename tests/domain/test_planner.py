"""The exact planner of one party, held against brute force. FLOORS in the environment says on how many random floors."""

import os
from collections.abc import Set
from dataclasses import replace
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.pace import expected_free
from app.domain.planner import plan
from app.domain.scene import Desk, Errand, Party, Scene
from app.domain.timeline import Timeline, disjoint, timelines
from tests.domain import floors

SEEDS = st.integers(0, 1_000_000)
FLOORS = int(os.environ.get("FLOORS", "2000"))


def _floor(seed: int) -> tuple[Scene, Party, dict[str, Timeline]]:
    rng = Random(seed)
    scene = floors.scene(seed, parties=0, desks=rng.randint(1, 3))
    lines = {
        d.code: Timeline(
            d.code,
            d.services,
            d.opens,
            d.closes + scene.grace,
            disjoint((a := scene.now + rng.uniform(0, 120), a + rng.uniform(2, 40)) for _ in range(rng.randint(0, 4))),
            ((b := scene.now + rng.uniform(0, 60), b + 30.0),) if rng.random() < 0.4 else (),
            rng.choice((0.8, 1.0, 1.3)),
        )
        for d in scene.desks
    }
    return scene, floors.party(rng, 1, scene.now), lines


def _ways(keys: tuple[Errand, ...]) -> list[list[tuple[Errand, ...]]]:
    """Every way to cut an order of errands into sittings."""
    if not keys:
        return [[]]
    return [[keys[:n], *rest] for n in range(1, len(keys) + 1) for rest in _ways(keys[n:])]


def _finish(scene: Scene, party: Party, lines: dict[str, Timeline], way: list[tuple[Errand, ...]], at: float) -> float:
    """The earliest end of these sittings in this order, over every choice of desks; times are tried one by one."""
    if not way:
        return at
    best = float("inf")
    wanted = {e.key for e in party.errands}
    left = {e.key for sitting in way for e in sitting}
    for line in lines.values():
        ready, ok, open_ = at, True, set(left)
        for e in way[0]:
            ok &= e.service in line.services and not (e.after & wanted & open_)
            ok &= not e.desks or line.desk in e.desks
            ready = max(ready, e.not_before, scene.outages.get(e.service, 0.0))
            open_.discard(e.key)
        if not ok:
            continue
        length = scene.overhead + line.pace * sum(e.minutes for e in way[0])
        candidates = [max(ready, line.opens), *(b for _, b in line.busy), *(b for _, b in line.pauses)]
        start = min(
            at
            for at in candidates
            if at >= max(ready, line.opens)
            and not any(a <= at < b for a, b in line.pauses)
            and all(b <= at + 1e-6 or a >= at + length - 1e-6 for a, b in line.busy)
        )
        late = (party.leave_by is not None and start > party.leave_by) or any(start > e.until for e in way[0])
        if not late and start + length <= line.latest_end + 1e-6:
            best = min(best, _finish(scene, party, lines, way[1:], start + length))
    return best


def _brute(scene: Scene, party: Party, lines: dict[str, Timeline]) -> tuple[int, float]:
    """How many errands can be done at most, and the earliest finish of so many."""
    ready = max(scene.now, party.ready_at)
    for count in range(len(party.errands), 0, -1):
        finishes = [
            _finish(scene, party, lines, way, ready)
            for order in permutations(party.errands, count)
            if all(
                not (e.after & {x.key for x in party.errands} - {x.key for x in order[:n]}) for n, e in enumerate(order)
            )
            for way in _ways(order)
        ]
        if finishes and min(finishes) < float("inf"):
            return count, min(finishes)
    return 0, ready


@pytest.mark.parametrize("part", range(4))
def test_no_other_order_combination_or_desk_finishes_earlier(part: int) -> None:
    for seed in range(part, FLOORS, 4):
        scene, party, lines = _floor(seed)
        found = plan(scene, party, lines)
        count, finish = _brute(scene, party, lines)
        assert sum(len(s.errands) for s in found.sittings) == count, seed
        assert found.finish == pytest.approx(finish), seed


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_no_plan_breaks_a_prerequisite_an_hour_a_desks_services_or_overlaps(seed: int) -> None:
    scene, party, lines = _floor(seed)
    _keeps_the_rules(scene, party, lines, max(scene.now, party.ready_at))


@settings(max_examples=150, deadline=None)
@given(SEEDS, st.integers(0, 5))
def test_no_plan_on_a_full_floor_does_either_nor_takes_a_party_from_the_desk_it_is_at(seed: int, n: int) -> None:
    scene = floors.scene(seed)
    party = scene.parties[n]
    lines = timelines(scene, party)
    seat = next((d for d in scene.desks if d.sitting and d.sitting.party == party.key), None)
    doing = {e.key for e in seat.sitting.errands} if seat and seat.sitting else set[str]()
    ready = expected_free(seat, scene.now, lines[seat.code].pace) if seat else max(scene.now, party.ready_at)
    _keeps_the_rules(scene, party, lines, ready, doing)


def _keeps_the_rules(
    scene: Scene, party: Party, lines: dict[str, Timeline], at: float, done: Set[str] = frozenset()
) -> None:
    errands = {e.key: e for e in party.errands}
    gone, planned = set(done), set[str]()
    for sitting in plan(scene, party, lines).sittings:
        line = lines[sitting.desk]
        assert sitting.start >= at and line.opens <= sitting.start and sitting.end <= line.latest_end + 1e-6
        assert not any(a <= sitting.start < b for a, b in line.pauses)
        assert all(b <= sitting.start + 1e-6 or a >= sitting.end - 1e-6 for a, b in line.busy)
        assert party.leave_by is None or sitting.start <= party.leave_by
        for key in sitting.errands:
            errand = errands[key]
            assert errand.service in line.services and (not errand.desks or line.desk in errand.desks)
            assert errand.not_before <= sitting.start <= errand.until
            assert scene.outages.get(errand.service, 0.0) <= sitting.start
            assert errand.after & set(errands) <= gone
            assert key not in planned | set(done)
            gone.add(key)
            planned.add(key)
        at = sitting.end


def test_what_cannot_be_reached_says_why_with_its_figures() -> None:
    desk = Desk("D1", frozenset({"cpr", "mitid"}), 510.0, 780.0)
    party = Party("A", 1, 765.0, (Errand("c", "cpr", 14.0), Errand("m", "mitid", 10.0), Errand("t", "tax", 8.0)))
    found = plan(Scene(765.0, (desk,), (party,)), party)
    reasons = {u.errand: u for u in found.unreachable}
    assert reasons["t"].code == "no_desk"
    assert reasons["c"].code == "closes"
    assert reasons["c"].values["closes"] == 780.0
    assert reasons["c"].values["earliest"] == 765.0 + 2.5 + 10.0


def test_what_hangs_on_something_unreachable_says_so() -> None:
    desk = Desk("D1", frozenset({"cpr", "mitid"}), 510.0, 780.0)
    party = Party("A", 1, 770.0, (Errand("c", "cpr", 14.0), Errand("m", "mitid", 5.0, after=frozenset({"c"}))))
    found = plan(Scene(770.0, (desk,), (party,)), party)
    assert {u.errand: u.code for u in found.unreachable} == {"c": "closes", "m": "needs"}


def test_leaving_one_errand_out_gives_an_earlier_finish() -> None:
    desks = (
        Desk("D1", frozenset({"cpr", "mitid"}), 510.0, 900.0),
        Desk("T1", frozenset({"tax"}), 510.0, 900.0, until=640.0, idle=False),
    )
    party = Party("A", 1, 600.0, (Errand("c", "cpr", 14.0), Errand("t", "tax", 8.0)))
    found = plan(Scene(600.0, desks, (party,)), party)
    assert found.finish == pytest.approx(650.5)
    assert found.without[0] == ("t", pytest.approx(616.5))


def test_to_leave_out_all_there_is_to_do_is_no_choice() -> None:
    desk = Desk("D1", frozenset({"cpr", "mitid"}), 510.0, 900.0)
    alone = Party("A", 1, 600.0, (Errand("c", "cpr", 14.0),))
    assert plan(Scene(600.0, (desk,), (alone,)), alone).without == ()
    both = replace(alone, errands=(*alone.errands, Errand("m", "mitid", 5.0)))
    assert {w.errand for w in plan(Scene(600.0, (desk,), (both,)), both).without} == {"c", "m"}


def test_those_who_came_earlier_are_planned_before() -> None:
    desk = Desk("D1", frozenset({"cpr"}), 510.0, 900.0)
    first, second = (Party(k, n, 590.0 + n, (Errand("c", "cpr", 14.0),)) for n, k in enumerate("AB"))
    scene = Scene(600.0, (desk,), (first, second))
    assert plan(scene, second).sittings[0].start == pytest.approx(616.5)
    assert plan(scene, first).sittings[0].start == pytest.approx(600.0)


def test_a_party_that_is_at_a_desk_is_planned_from_its_end() -> None:
    scene = floors.scene(3, parties=2, desks=2)
    party = replace(scene.parties[0], ready_at=630.0, leave_by=None)
    assert all(s.start >= 630.0 for s in plan(scene, party).sittings)


def test_a_break_waits_for_a_sitting_that_began_before_it() -> None:
    desk = Desk("D1", frozenset({"cpr"}), 510.0, 900.0, breaks=((610.0, 30.0),))
    first, second = (Party(k, n, 590.0 + n, (Errand("c", "cpr", 14.0),)) for n, k in enumerate("AB"))
    scene = Scene(600.0, (desk,), (first, second))
    assert plan(scene, first).sittings[0].start == 600.0
    assert timelines(scene, second)["D1"].pauses == ((616.5, 646.5),)
    assert plan(scene, second).sittings[0].start == 646.5


def test_whoever_has_to_leave_before_an_errand_could_start_is_told_that() -> None:
    desk = Desk("D1", frozenset({"cpr"}), 510.0, 900.0, idle=False, until=640.0)
    party = Party("A", 1, 600.0, (Errand("c", "cpr", 14.0),), leave_by=630.0)
    found = plan(Scene(600.0, (desk,), (party,)), party)
    assert [(u.code, u.values["leaves"]) for u in found.unreachable] == [("leaves", 630.0)]


def test_an_errand_that_may_not_start_so_late_says_so() -> None:
    desk = Desk("D1", frozenset({"cpr"}), 510.0, 900.0, idle=False, until=640.0)
    party = Party("A", 1, 600.0, (Errand("c", "cpr", 14.0, until=620.0),))
    found = plan(Scene(600.0, (desk,), (party,)), party)
    assert [(u.code, u.values["until"]) for u in found.unreachable] == [("late", 620.0)]

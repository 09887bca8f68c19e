"""How the line sees a floor: which stops desks plan with, and what given times mean."""

from dataclasses import replace

from app.domain.floor import Floor
from app.domain.line import Turn, Why
from app.domain.sight import scene_of
from app.domain.stop import State
from app.domain.turns import reason, turns
from app.domain.visit import Visit
from tests.builders import aalborg
from tests.screens.day import a_booking, a_floor, a_stop, a_visit, clock


def line(floor: Floor, desk: str, at: str = "10:00") -> list[Turn]:
    return turns(floor, aalborg(), clock(at), desk)


def numbers(floor: Floor, desk: str, at: str = "10:00") -> list[int]:
    return [t.party.number for t in line(floor, desk, at)]


def cpr_and_mitid(cpr: State = State.WAITING, **more: object) -> Visit:
    return a_visit(a_stop("a.1", "cs.cpr", cpr), a_stop("a.2", "cs.mitid", State.LOCKED), number=127, **more)


def test_a_stop_behind_one_without_its_papers_is_not_called() -> None:
    blocked = cpr_and_mitid(papers_missing=frozenset({"address"}))
    assert line(a_floor(blocked, open_desks="cs-2"), "cs-2") == []
    assert numbers(a_floor(cpr_and_mitid(), open_desks="cs-2"), "cs-2") == [127]


def test_what_follows_in_a_sitting_takes_its_time_there_though_a_paper_for_it_turned_out_to_be_missing() -> None:
    called = cpr_and_mitid(State.CALLED, papers_missing=frozenset({"identity"}))
    free = a_floor(called, open_desks="cs-2")
    floor = free.with_desk(replace(free.desk("cs-2"), visit=called.id, stop="a.1", sitting=("a.2",)))
    desk = next(d for d in scene_of(floor, aalborg(), clock("10:00")).desks if d.code == "cs-2")
    assert desk.sitting is not None
    assert [e.key for e in desk.sitting.errands] == ["a.1", "a.2"]


def test_a_stop_behind_a_missed_or_a_held_one_is_not_called() -> None:
    for state in (State.MISSED, State.HELD):
        assert line(a_floor(cpr_and_mitid(state), open_desks="cs-2"), "cs-2") == []


def test_a_stop_whose_witness_comes_later_waits_and_holds_nothing_else_up() -> None:
    stops = a_stop("a.1", "cs.mitid"), a_stop("a.2", "cs.tax")
    without = a_visit(*stops, papers_missing=frozenset({"witness"}))
    assert [t.errands for t in line(a_floor(without, open_desks="tax-1"), "tax-1")] == [("a.2",)]
    there = a_visit(*stops, papers_seen=frozenset({"witness"}))
    (turn,) = line(a_floor(there, open_desks="tax-1"), "tax-1")
    assert set(turn.errands) == {"a.1", "a.2"}


def booked(name: str, number: int, at: str, arrived: str) -> Visit:
    stop = a_stop(f"{name}.1", "siri.residence", appointment=clock(at), since=clock(arrived))
    return a_visit(stop, number=number, arrival="booked", arrived_at=clock(arrived), booking=name.upper())


def test_a_given_time_goes_first_from_then_on_and_not_before() -> None:
    early, walk_in = booked("b", 128, "10:00", "09:40"), booked("c", 129, "09:50", "09:20")
    floor = a_floor(early, walk_in, open_desks="siri-1")
    assert numbers(floor, "siri-1", "09:45") == [129, 128]
    assert [t.why.code for t in line(floor, "siri-1", "10:01")] == ["booked_time", "booked_time"]


def test_whoever_is_here_too_early_is_not_called_before_the_authority_allows() -> None:
    floor = a_floor(booked("b", 128, "11:00", "09:00"), open_desks="siri-1")
    assert numbers(floor, "siri-1", "10:29") == []
    assert numbers(floor, "siri-1", "10:30") == [128]


def test_who_comes_later_than_allowed_keeps_the_stop_and_loses_the_precedence() -> None:
    late, on_time = booked("b", 128, "09:30", "09:45"), booked("c", 129, "09:50", "09:50")
    floor = a_floor(late, on_time, open_desks="siri-1")
    assert numbers(floor, "siri-1", "09:55") == [129, 128]


def test_while_an_authority_runs_late_its_bookings_are_still_expected() -> None:
    waiting, coming = booked("b", 128, "09:30", "09:25"), a_booking("X", "09:50")
    on_time = a_floor(bookings=(coming,), open_desks="siri-1")
    assert scene_of(on_time, aalborg(), clock("10:05")).expected == ()
    late = a_floor(waiting, bookings=(coming,), open_desks="siri-1")
    assert len(scene_of(late, aalborg(), clock("10:05")).expected) == 1


def test_who_is_overtaken_is_counted_once_for_each_who_came_later() -> None:
    first = a_visit(a_stop("a.1", "cs.tax", since=clock("09:00")), number=127)
    later = [
        a_visit(a_stop(f"{n}.1", "cs.tax", State.DONE, called_at=clock("09:30")), number=130, arrived_at=clock("09:20"))
        for n in "bc"
    ]
    scene = scene_of(a_floor(first, *later), aalborg(), clock("10:00"))
    assert scene.overtaken == {first.id: 2}


def test_the_figures_of_a_reason_are_moments_whole_minutes_and_names() -> None:
    why = Why("asked_for", {"desk": "cs-2", "at": 630.0, "minutes": 12.4})
    found = reason(why, a_floor(cpr_and_mitid(), open_desks="cs-2"), aalborg(), clock("10:00"))
    assert found == {"desk": "cs-2", "at": clock("10:30"), "minutes": 12}


def test_a_desk_that_nobody_has_opened_has_no_line() -> None:
    assert numbers(a_floor(cpr_and_mitid(), open_desks="cs-2"), "cs-2") == [127]
    assert line(a_floor(cpr_and_mitid(), open_desks="cs-2"), "cs-1") == []

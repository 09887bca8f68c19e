"""The tablet's lanes: where a stop lies on the time axis, and what is said of it."""

from datetime import timedelta

from app.actions import calling, citizen, planning, serving
from app.screens import floorwalker
from app.screens.floorwalker import FloorScreen
from app.screens.lanes import COLUMNS, STEP
from tests.builders import Hall


def floor(hall: Hall) -> FloorScreen:
    known = hall.store.known_here("aalborg")
    p = known.picture
    return floorwalker.show(p.floor, known.house, hall.clock(), p.seq, p.epoch)


def test_the_axis_begins_at_a_half_hour_and_now_lies_on_it(hall: Hall) -> None:
    hall.clock.forward(minutes=42)
    axis = floor(hall).axis
    assert (axis.start.minute, axis.end - axis.start) == (0, COLUMNS * STEP)
    assert axis.start + axis.now * STEP - hall.clock.at < timedelta(minutes=2)
    assert [m.column for m in axis.marks] == [1, 16, 31, 46, 61]


def test_what_is_done_lies_before_now_and_what_is_promised_after(hall: Hall) -> None:
    hall.open()
    visit = hall.arrives("cs.tax", "ihnd.career")
    hall.do(lambda w: calling.call_next(w, "tax-1"))
    hall.do(lambda w: serving.start(w, "tax-1"))
    hall.clock.forward(minutes=10)
    hall.do(lambda w: serving.finish(w, "tax-1"))
    hall.do(lambda w: planning.journey(w, visit.id, None, None, False))
    screen = floor(hall)
    (lane,) = screen.lanes
    kinds = {s.service: (s.kind, s.column >= screen.axis.now) for s in lane.segments}
    assert kinds == {"cs.tax": ("done", False), "ihnd.career": ("future", True)}
    assert lane.later == []


def test_a_broken_promise_is_late_and_waits_at_now(hall: Hall) -> None:
    visit = hall.arrives("ihnd.career")
    hall.open()
    hall.do(lambda w: planning.journey(w, visit.id, None, None, False))
    hall.clock.forward(minutes=50)
    screen = floor(hall)
    (lane,) = screen.lanes
    assert [(s.kind, s.late, s.column) for s in lane.segments] == [("future", True, screen.axis.now)]


def test_what_follows_at_the_desk_lies_right_after_what_is_done_there_now(hall: Hall) -> None:
    hall.open("cs-3")
    visit = hall.arrives("cs.cpr", "cs.mitid", "cs.tax")
    planned = [hall.clock.at + timedelta(minutes=40 * n) for n in range(len(visit.stops))]
    told = {stop.id: (at, at, at) for stop, at in zip(visit.stops, planned, strict=True)}
    hall.do(lambda w: planning.promise(w, visit.id, told, None, "first"))
    for act in (calling.call_next, serving.start):
        hall.do(lambda w, act=act: act(w, "cs-3"))
    (lane,) = floor(hall).lanes
    assert [(s.service, s.kind, s.late) for s in lane.segments] == [
        ("cs.cpr", "now", False),
        ("cs.mitid", "future", False),
        ("cs.tax", "future", False),
    ]
    assert [s.end for s in lane.segments[:2]] == [s.start for s in lane.segments[1:]]


def test_stops_that_nobody_has_a_time_for_are_named_beside_the_lane(hall: Hall) -> None:
    hall.arrives("cs.tax")
    assert [(lane.later, lane.segments) for lane in floor(hall).lanes] == [(["cs.tax"], [])]


def test_stops_of_one_party_never_lie_on_one_another(hall: Hall) -> None:
    hall.open()
    visit = hall.arrives("cs.cpr", "cs.mitid", "cs.tax", "ihnd.career")
    hall.do(lambda w: planning.journey(w, visit.id, None, None, False))
    (lane,) = floor(hall).lanes
    taken = [(s.track, c) for s in lane.segments for c in range(s.column, s.column + s.span)]
    assert len(taken) == len(set(taken))
    assert all(s.column >= 1 and s.column + s.span <= COLUMNS + 1 for s in lane.segments)


def test_what_is_promised_after_the_end_of_the_axis_is_no_stop_without_a_time(hall: Hall) -> None:
    hall.open()
    visit = hall.arrives("cs.cpr", "cs.tax")
    late = hall.clock.at + timedelta(hours=4)
    told = {visit.stops[1].id: (late, late + timedelta(minutes=15), late)}
    hall.do(lambda w: planning.promise(w, visit.id, told, None, "later"))
    (lane,) = floor(hall).lanes
    assert (lane.segments, lane.beyond, lane.later) == ([], ["cs.tax"], ["cs.cpr"])


def test_a_name_that_is_wider_than_its_bar_has_room_on_a_track(hall: Hall) -> None:
    visit = hall.arrives("ihnd.reception", "cs.tax", "cs.mitid")
    times = [hall.clock.at + timedelta(minutes=n) for n in (0, 12, 106)]
    told = {stop.id: (at, at + timedelta(minutes=5), at) for stop, at in zip(visit.stops, times, strict=True)}
    hall.do(lambda w: planning.promise(w, visit.id, told, None, "later"))
    (lane,) = floor(hall).lanes
    assert [(s.service, s.track, s.at_end) for s in lane.segments] == [
        ("ihnd.reception", 1, False),
        ("cs.tax", 2, False),
        ("cs.mitid", 1, True),
    ]


def test_who_was_said_to_have_left_can_be_called_back_for_a_minute(hall: Hall) -> None:
    visit = hall.arrives("cs.tax")
    hall.do(lambda w: citizen.depart(w, visit.id))
    assert [(u.what, u.number) for u in floor(hall).undos] == [("left", 101)]
    hall.clock.forward(seconds=61)
    assert floor(hall).undos == []

"""A service's own cut-off: not begun in its last minutes before closing, by the line, the play, the planner and the intake."""

from dataclasses import replace

from app.domain.floor import Floor
from app.domain.futures import Board, expected_future
from app.domain.house import House
from app.domain.index import Reading
from app.domain.intake import too_late
from app.domain.journey import journey_of
from app.domain.playing import play
from app.domain.scene import Desk, Errand, Party, Scene
from app.domain.turns import turns
from app.web.journeys import why_not
from tests.builders import aalborg
from tests.screens.day import a_floor, a_stop, a_visit, clock


def house(minutes: int) -> House:
    """The sample house, where tax is not begun in so many minutes before three o'clock."""
    services = dict(aalborg().services)
    services["cs.tax"] = replace(services["cs.tax"], cut_off=minutes)
    return replace(aalborg(), services=services)


def floor() -> Floor:
    return a_floor(a_visit(a_stop("a.1", "cs.tax"), a_stop("a.2", "cs.cpr")), open_desks="tax-1 cs-1")


def test_the_desk_does_not_call_for_it_any_more_but_for_the_rest() -> None:
    assert [len(turns(floor(), house(60), clock("13:59"), d)) for d in ("tax-1", "cs-1")] == [1, 1]
    assert [len(turns(floor(), house(60), clock("14:01"), d)) for d in ("tax-1", "cs-1")] == [0, 1]
    assert [len(turns(floor(), house(0), clock("14:01"), d)) for d in ("tax-1", "cs-1")] == [1, 1]


def test_nobody_gets_a_number_for_it_any_more() -> None:
    empty = a_floor(open_desks="tax-1")
    assert not too_late(empty, house(60), clock("13:55"), ["cs.tax"])
    assert too_late(empty, house(60), clock("14:01"), ["cs.tax"])
    assert not too_late(empty, house(0), clock("14:01"), ["cs.tax"])


def test_nobody_gets_a_number_for_it_before_its_desk_has_opened_either() -> None:
    assert too_late(a_floor(open_desks="cs-1"), house(60), clock("14:01"), ["cs.tax"])
    assert not too_late(a_floor(open_desks="cs-1"), house(0), clock("14:01"), ["cs.tax"])


def test_a_journey_says_until_when_it_is_begun() -> None:
    at, shut = clock("14:05"), house(60)
    journey = journey_of(floor(), shut, at, floor().visits["a"])
    (missed,) = journey.not_today
    assert (missed.service, missed.code, missed.closes) == ("cs.tax", "late", clock("14:00"))
    assert "begun until 14:00" in why_not(missed, shut, "en")
    assert [s.service for s in journey.steps] == ["cs.cpr"]


def test_no_future_begins_it_later() -> None:
    desk = Desk("T1", frozenset({"tax"}), 510.0, 900.0)
    parties = tuple(Party(f"P{n}", n, 580.0 + n, (Errand("tax", "tax", 10.0, until=620.0),)) for n in range(4))
    outcome = play(board := Board(Reading(Scene(600.0, (desk,), parties))), expected_future(board))
    assert [s.get(0) for s in outcome.starts] == [600.0, 612.5, None, None]


def test_who_would_miss_it_otherwise_goes_before_those_who_came_earlier() -> None:
    early, late = a_visit(a_stop("a.1", "cs.cpr"), number=100), a_visit(a_stop("b.1", "cs.tax"), number=101)
    now = a_floor(early, replace(late, arrived_at=clock("09:20")), open_desks="cs-3 cs-1 tax-1")
    order = [[t.party.number for t in turns(now, h, clock("13:50"), "cs-3")] for h in (house(0), house(60))]
    assert order == [[100, 101], [101, 100]]

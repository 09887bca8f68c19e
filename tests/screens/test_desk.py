"""The desk: the line with the reason for every place, in figures that a page can word."""

from dataclasses import replace

from app.domain.lines import Lines
from app.domain.stop import State
from app.screens import citizen
from app.screens.desk import DeskScreen, show
from tests.builders import aalborg
from tests.screens.day import a_floor, a_stop, a_visit, clock, told


def desk(*visits: object, at: str = "10:00", code: str = "tax-1") -> DeskScreen:
    floor = a_floor(*visits, open_desks=code)  # visits of the tests
    return show(floor, aalborg(), clock(at), 1, "e", code)


def waiting(name: str, number: int, arrived: str = "09:00", **more: object) -> object:
    return a_visit(a_stop(f"{name}.1", "cs.tax"), number=number, arrived_at=clock(arrived), **more)


def test_who_is_here_longest_is_said_with_the_minutes() -> None:
    (entry,) = desk(waiting("a", 127)).line
    assert (entry.why, entry.why_values) == ("here_longest", {"minutes": 60})


def test_a_window_that_ends_is_said_with_its_end() -> None:
    late, other = waiting("a", 127, "09:30", windows={"a.1": told("09:40", "10:02")}), waiting("b", 128)
    entry = next(e for e in desk(late, other).line if e.number == 127)
    assert (entry.why, entry.why_values) == ("window_ends", {"at": clock("10:02")})


def test_a_window_that_ends_elsewhere_is_said_with_its_service() -> None:
    stops = a_stop("a.1", "cs.tax"), a_stop("a.2", "ihnd.career")
    windows = {"a.1": told("10:00", "10:15"), "a.2": told("09:40", "09:55")}
    (entry,) = desk(a_visit(*stops, windows=windows)).line
    assert entry.window and entry.window.end == clock("10:15")
    assert entry.why_values == {"at": clock("09:55"), "service": "ihnd.career"}


def test_closing_soon_is_said_with_the_time_that_presses() -> None:
    (entry,) = desk(waiting("a", 127), at="14:40").line
    assert (entry.why, entry.why_values) == ("closing_soon", {"at": clock("15:00")})


def test_a_given_time_is_said_with_it() -> None:
    stop = a_stop("a.1", "siri.residence", appointment=clock("10:00"))
    (entry,) = desk(a_visit(stop, arrived_at=clock("09:45")), at="10:05", code="siri-1").line
    assert (entry.why, entry.why_values) == ("booked_time", {"at": clock("10:00")})


def test_what_is_over_for_today_is_not_offered_besides() -> None:
    served = a_visit(a_stop("a.1", "cs.tax", State.SERVING, desk="tax-1"))

    def offered(at: str) -> list[str]:
        floor = a_floor(served, open_desks="tax-1")
        floor = floor.with_desk(replace(floor.desk("tax-1"), visit=served.id, stop="a.1"))
        hand = show(floor, aalborg(), clock(at), 1, "e", "tax-1").in_hand
        assert hand is not None
        return hand.addable

    assert {"cs.cpr", "cs.mitid", "ihnd.career"} <= set(offered("14:59"))
    assert offered("15:05") == []


def test_priority_goes_at_most_every_third_call_and_says_so() -> None:
    floor = a_floor(waiting("a", 127), waiting("b", 128, "09:10", priority=True), open_desks="tax-1")
    first = show(floor, aalborg(), clock("10:00"), 1, "e", "tax-1").line[0]
    assert (first.number, first.why) == (128, "priority")
    just = floor.with_desk(replace(floor.desk("tax-1"), since_priority=1))
    assert show(just, aalborg(), clock("10:00"), 1, "e", "tax-1").line[0].number == 127


def test_a_citizens_place_is_read_from_the_very_line_that_the_clerk_sees() -> None:
    visits = [waiting(n, 127 + k, f"09:{k:02d}", priority=k == 2) for k, n in enumerate("abcde")]
    floor = a_floor(*visits, open_desks="tax-1")  # visits of the tests
    line = show(floor, aalborg(), clock("10:00"), 1, "e", "tax-1").line
    lines = Lines(floor, aalborg(), clock("10:00"))
    places = [citizen.show(floor, aalborg(), clock("10:00"), 1, "e", e.visit, lines).next for e in line]
    assert [p.ahead for p in places if p] == [0, 1, 2, 3, 4]


def test_errands_of_one_sitting_are_shown_as_a_short_list() -> None:
    stops = a_stop("a.1", "cs.cpr"), a_stop("a.2", "cs.mitid", State.LOCKED)
    (entry,) = desk(a_visit(*stops), code="cs-2").line
    assert entry.services == ["cs.cpr", "cs.mitid"]

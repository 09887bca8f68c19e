"""What must be told: first windows, moved ones with their reason, and what is in doubt."""

from datetime import timedelta

from app.actions import calling, serving
from app.domain.floor import DeskNow, DeskState, Floor, Outage
from app.domain.outlook import News, Seen, look_from, news_of, outlook, see
from app.domain.scene import Window
from app.domain.stop import State
from app.domain.visit import Visit
from tests.builders import Hall, aalborg
from tests.screens.day import a_floor, a_stop, a_visit, clock, told

TAX_DESKS = "cs-3 tax-1"


def waiting(name: str = "a", number: int = 127, **more: object) -> Visit:
    return a_visit(a_stop(f"{name}.1", "cs.tax"), number=number, **more)


def later(floor: Floor, at: str = "10:00", back: bool = False) -> News:
    """The news when a forecast moves the promise of stop a.1 to a quarter to eleven."""
    window = Window(635.0, 645.0, 655.0)
    seen = Seen({("a", "a.1"): window}, frozenset({("a", "a.1")} if back else ()), {})
    return news_of(floor, aalborg(), clock(at), seen)["a"]


def test_who_has_just_come_gets_a_first_window() -> None:
    found = outlook(a_floor(waiting(), open_desks=TAX_DESKS), aalborg(), clock("10:00"), 1)
    start, end, likely = found["a"].spans["a.1"]
    assert found["a"].why == "first"
    assert start <= likely <= end <= clock("10:20")


def test_equal_seeds_tell_equal_news() -> None:
    floor = a_floor(waiting(), waiting("b", 128), open_desks=TAX_DESKS)
    assert outlook(floor, aalborg(), clock("10:00"), 7) == outlook(floor, aalborg(), clock("10:00"), 7)


def test_a_look_for_those_to_ask_back_tells_nothing_else() -> None:
    floor = a_floor(waiting(), open_desks=TAX_DESKS)
    look = look_from(floor, aalborg(), clock("10:00"), 1, full=False)
    assert look is not None
    assert see(look) == Seen({}, frozenset(), None)


def test_whoever_would_be_called_before_the_time_they_know_is_asked_back() -> None:
    away = waiting(windows={"a.1": told("10:30", "10:45")})
    (news,) = outlook(a_floor(away, open_desks=TAX_DESKS), aalborg(), clock("10:00"), 1).values()
    assert news.why == "come_now"
    assert news.spans["a.1"][0] == clock("10:00")


def test_a_promise_moves_with_the_reason_for_it() -> None:
    promised = waiting(windows={"a.1": told("10:00", "10:15")})
    plain = a_floor(promised, open_desks=TAX_DESKS)
    assert later(plain).why == "later"
    assert later(plain, back=True).why == "come_now"
    down = Outage("cs.tax", clock("09:50"), clock("10:20"), "")
    assert later(a_floor(promised, open_desks=TAX_DESKS, outages={"cs.tax": down})).why == "service_down"
    paused = plain.with_desk(DeskNow("cs-3", DeskState.PAUSED, clock("09:55")))
    assert later(paused).why == "fewer_desks"
    was_paused = plain.with_desk(DeskNow("cs-3", DeskState.PAUSED, clock("09:20")))
    assert later(was_paused).why == "later"


def test_an_authority_that_runs_late_is_named_to_those_it_keeps() -> None:
    siri = a_stop("a.1", "siri.residence", appointment=clock("09:30"))
    kept = a_visit(siri, windows={"a.1": told("09:30", "09:45")}, arrived_at=clock("09:25"))
    assert later(a_floor(kept, open_desks="siri-1"), "10:10").why == "upstream_late"


def test_what_no_desk_can_do_any_more_is_in_doubt() -> None:
    floor = a_floor(waiting(), open_desks="cs-1")
    for code in TAX_DESKS.split():
        floor = floor.with_desk(DeskNow(code, DeskState.CLOSED, clock("09:50")))
    seen = Seen({}, frozenset(), {})
    assert news_of(floor, aalborg(), clock("10:00"), seen)["a"].doubts == {"a.1": "no_desk"}


def test_an_outage_that_ends_within_the_promise_puts_nothing_in_doubt() -> None:
    promised = waiting(windows={"a.1": told("10:00", "10:40")})
    seen = Seen({}, frozenset(), {})
    for back, doubts in (
        (clock("10:20"), {}),
        (clock("10:50"), {"a.1": "service_down"}),
        (None, {"a.1": "service_down"}),
    ):
        floor = a_floor(promised, open_desks=TAX_DESKS, outages={"cs.tax": Outage("cs.tax", clock("09:50"), back, "")})
        news = news_of(floor, aalborg(), clock("10:00"), seen)
        assert (news["a"].doubts if news else {}) == doubts


def test_near_closing_those_who_will_hardly_be_reached_are_found_and_the_others_are_not() -> None:
    crowd = [waiting(f"v{n}", 101 + n, arrived_at=clock("13:00") + timedelta(minutes=n)) for n in range(12)]
    found = outlook(a_floor(*crowd, open_desks="tax-1 cs-3"), aalborg(), clock("14:20"), 1)
    doubtful = {key for key, news in found.items() if news.doubts}
    assert "v0" not in doubtful
    assert {"v10", "v11"} <= doubtful
    assert {why for key in doubtful for why in found[key].doubts.values()} == {"closing"}


def test_a_doubt_that_was_told_is_not_taken_back_before_most_futures_do_without_it() -> None:
    def told_with(share: float, doubts: dict[str, str]) -> object:
        floor = a_floor(waiting(doubts=doubts), open_desks=TAX_DESKS)
        news = news_of(floor, aalborg(), clock("10:00"), Seen({}, frozenset(), {"a": {"a.1": share}}))
        return news["a"].doubts if news else "as before"

    none, closing = {}, {"a.1": "closing"}
    assert [told_with(share, none) for share in (0.1, 0.4, 0.6)] == ["as before", "as before", closing]
    assert [told_with(share, closing) for share in (0.6, 0.4, 0.1)] == ["as before", "as before", none]
    assert told_with(0.4, {"a.1": "service_down"}) == none  # that was no forecast's


def test_what_follows_in_the_sitting_that_has_begun_is_in_no_doubt(hall: Hall) -> None:
    hall.open("cs-3")
    visit = hall.arrives("cs.cpr", "cs.mitid", "cs.tax")
    for act in (calling.call_next, serving.start):
        hall.do(lambda w, act=act: act(w, "cs-3"))
        assert len(hall.floor().desks["cs-3"].sitting) == 2
        news = outlook(hall.floor(), aalborg(), hall.clock.at, 1)
        assert visit.id not in news or not news[visit.id].doubts


def test_thirty_students_at_once_all_hear_a_time_or_that_it_is_in_doubt() -> None:
    crowd = [waiting(f"v{n}", 101 + n) for n in range(30)]
    found = outlook(a_floor(*crowd, open_desks=TAX_DESKS), aalborg(), clock("10:00"), 1)
    assert all(news.spans or news.finish or news.doubts for news in found.values())  # far from their turn: the end
    assert len(found) == 30


def test_what_comes_after_something_in_doubt_says_so_and_an_empty_desk_is_named() -> None:
    stops = a_stop("a.1", "ihnd.reception"), a_stop("a.2", "cs.cpr", State.LOCKED)
    floor = a_floor(a_visit(*stops), open_desks="career-1 cs-1")
    seen = Seen({}, frozenset(), {"a": {"a.1": 1.0, "a.2": 1.0}})
    assert news_of(floor, aalborg(), clock("10:00"), seen)["a"].doubts == {"a.1": "unstaffed", "a.2": "needs"}


def test_a_promise_that_comes_sooner_says_so() -> None:
    floor = a_floor(waiting(windows={"a.1": told("11:30", "11:50")}), open_desks=TAX_DESKS)
    assert later(floor).why == "earlier"

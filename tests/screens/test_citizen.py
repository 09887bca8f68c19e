"""What a citizen sees of their own day, and what they may do."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.actions import calling, desks, serving
from app.actions import citizen as citizen_acts
from app.domain.errors import Refused
from app.domain.floor import Floor, Outage
from app.domain.lines import Lines
from app.domain.stop import State
from app.domain.visit import Member, Presence, Visit
from app.screens import citizen, floorwalker
from app.screens import visit as visit_screen
from app.screens.citizen import TicketScreen
from tests.builders import Hall, aalborg
from tests.screens.day import a_floor, a_stop, a_visit, clock, told

FAMILY = (Member("1", "adult"), Member("2", "adult"), Member("3", "child", 7))


def phone(visit: Visit, at: str = "10:00", **floor: Any) -> TicketScreen:
    return seen(a_floor(visit, **floor), visit.id, at)


def seen(floor: Floor, visit: str, at: str = "10:00") -> TicketScreen:
    return citizen.show(floor, aalborg(), clock(at), 7, "e", visit)


def test_the_phone_of_a_stranger_shows_nothing() -> None:
    with pytest.raises(Refused):
        seen(a_floor(a_visit(a_stop("a.1", "cs.tax"))), "b")


def test_a_call_says_the_desk_and_where_it_is() -> None:
    shown = phone(a_visit(a_stop("a.1", "cs.cpr", State.CALLED, desk="cs-3", calls=1)))
    assert shown.phase == "called"
    assert shown.next is not None
    assert shown.next.desk_label is not None
    assert (shown.next.desk_label["da"], shown.next.desk_label["en"]) == ("Borgerservice 3", "Citizen Services 3")
    assert shown.next.place is not None
    assert shown.next.place["en"] == "On the right of the hall"


def test_a_recall_is_a_call_of_its_own_so_that_the_phone_sounds_again() -> None:
    called = a_stop("a.1", "cs.cpr", State.CALLED, desk="cs-3", calls=1)
    first, second = phone(a_visit(called)).next, phone(a_visit(a_stop("a.1", "cs.cpr", State.CALLED, calls=2))).next
    assert first is not None
    assert second is not None
    assert first.call != second.call
    assert (first.again, second.again) == (False, True)


def test_nothing_may_be_done_from_the_phone_while_called() -> None:
    assert phone(a_visit(a_stop("a.1", "cs.cpr", State.CALLED, desk="cs-3"))).acts == []


def test_who_waits_may_ask_for_time_or_leave() -> None:
    assert phone(a_visit(a_stop("a.1", "cs.cpr"))).acts == ["step_out", "depart"]


def test_more_time_is_offered_twice_at_most() -> None:
    shown = phone(a_visit(a_stop("a.1", "cs.cpr"), step_outs=2))
    assert shown.acts == ["depart"]
    assert shown.step_outs_left == 0


def test_who_missed_the_call_may_rejoin_once_without_staff() -> None:
    once = phone(a_visit(a_stop("a.1", "cs.cpr", State.MISSED)))
    twice = phone(a_visit(a_stop("a.1", "cs.cpr", State.MISSED, rejoins=1)))
    assert (once.phase, once.acts) == ("missed", ["rejoin", "depart"])
    assert (twice.phase, twice.acts) == ("missed", ["depart"])


def test_who_stepped_out_sees_until_when_and_may_be_back_sooner() -> None:
    shown = phone(a_visit(a_stop("a.1", "cs.cpr"), away_until=clock("10:20"), step_outs=1))
    assert (shown.phase, shown.away_until) == ("away", clock("10:20"))
    assert "return" in shown.acts


ENDS = {  # called between; finished between 10:25 and 11:00 in truth; and as it is said
    "before it": (("10:15", "10:35"), ("10:25", "11:00")),
    "from its beginning": (("10:25", "10:55"), ("10:25", "11:00")),
    "from after its beginning": (("10:30", "10:55"), ("10:30", "11:00")),
    "past it": (("10:15", "11:05"), None),
    "after it": (("11:10", "11:25"), None),
}


@pytest.mark.parametrize(("call", "said"), ENDS.values(), ids=ENDS)
def test_phone_and_tablet_say_no_end_of_a_visit_from_before_its_last_call(
    call: tuple[str, str], said: tuple[str, str] | None
) -> None:
    stops = a_stop("a.1", "cs.cpr"), a_stop("a.2", "cs.tax")
    windows = {"a.1": told("10:00", "10:15"), "a.2": told(*call)}
    party = a_visit(*stops, windows=windows, finish=told("10:25", "11:00"))
    floor, house = a_floor(party), aalborg()
    tablet = floorwalker.show(floor, house, clock("10:00"), 1, "e").visits[0]
    assert tablet == visit_screen.show(floor, house, clock("10:00"), 1, "e", "a").visit.model_copy(update={"seq": 0})
    for shown in (phone(party).finish, tablet.finish):
        assert (shown and (shown.start, shown.end)) == (said and tuple(map(clock, said)))


def test_what_was_called_already_does_not_move_the_end() -> None:
    party = a_visit(a_stop("a.1", "cs.tax", State.SERVING), windows={"a.1": told("10:30", "10:45")})
    shown = phone(replace(party, finish=told("10:25", "11:00"))).finish
    assert shown
    assert shown.start == clock("10:25")


def test_who_left_may_come_back_until_the_day_is_closed() -> None:
    gone = a_visit(a_stop("a.1", "cs.cpr", State.DROPPED, why="left"), presence=Presence.LEFT)
    assert phone(gone).acts == ["reopen"]
    assert phone(gone, closed_at=clock("15:30")).acts == []


def test_who_was_carried_over_learns_the_day_and_the_hour() -> None:
    left = a_stop("a.1", "cs.cpr", State.DROPPED, why="day_closed")
    shown = phone(a_visit(left, presence=Presence.CARRIED_OVER, comes_back=date(2026, 11, 26)))
    assert (shown.phase, shown.comes_back) == ("carried_over", "2026-11-26")
    assert shown.comes_back_at is not None
    assert shown.comes_back_at.isoformat() == "2026-11-26T07:30:00+00:00"


def test_who_is_finished_learns_what_comes_by_post() -> None:
    shown = phone(a_visit(a_stop("a.1", "cs.cpr", State.DONE), presence=Presence.DONE))
    assert shown.phase == "done"
    assert [text["en"].split()[2] for text in shown.afterwards] == ["health"]
    assert shown.next is None
    assert shown.papers == []


def test_the_earliest_promise_is_what_comes_next() -> None:
    visit = a_visit(
        a_stop("a.1", "cs.tax"),
        a_stop("a.2", "cs.cpr"),
        windows={"a.1": told("11:40", "12:00"), "a.2": told("10:50", "11:00")},
    )
    shown = phone(visit).next
    assert shown is not None
    assert shown.service == "cs.cpr"


def test_a_promise_that_moved_says_what_was_told_before() -> None:
    visit = a_visit(a_stop("a.1", "cs.cpr"), windows={"a.1": told("11:10", "11:25", before="10:50")})
    shown = phone(visit).next
    assert shown is not None
    assert shown.was == clock("10:50")


def test_a_locked_stop_says_what_it_waits_for() -> None:
    visit = a_visit(a_stop("a.1", "cs.cpr"), a_stop("a.2", "cs.mitid", State.LOCKED))
    assert [text["en"] for text in phone(visit).stops[1].waits_for] == ["CPR"]


def test_what_follows_in_the_same_sitting_says_so_until_the_desk_lets_go(hall: Hall) -> None:
    hall.open("cs-3")
    visit = hall.arrives("cs.cpr", "cs.mitid", "cs.tax").id
    ticket = citizen.Ticket(visit)

    def following() -> set[str]:
        lines = Lines(hall.floor(), aalborg(), hall.clock.at)
        shown = ticket.show(hall.floor(), aalborg(), hall.clock.at, 1, "e", lines).whole
        assert shown.stops == seen(hall.floor(), visit).stops
        return {s.service for s in shown.stops if s.follows}

    assert following() == set()
    hall.do(lambda w: calling.call_next(w, "cs-3"))
    assert following() == {"cs.mitid", "cs.tax"}
    hall.do(lambda w: serving.start(w, "cs-3"))
    hall.do(lambda w: serving.finish(w, "cs-3"))
    assert len(following()) == 1
    hall.do(lambda w: calling.requeue(w, "cs-3"))
    assert following() == set()


def test_who_is_held_is_asked_to_stay() -> None:
    assert phone(a_visit(a_stop("a.1", "cs.cpr", State.HELD, desk="cs-3"))).phase == "stay"


def test_an_outage_is_told_with_its_expected_end() -> None:
    down = {"cs.cpr": Outage("cs.cpr", clock("09:50"), clock("11:00"), "the words of staff stay inside")}
    shown = phone(a_visit(a_stop("a.1", "cs.cpr")), outages=down)
    assert shown.next is not None
    assert shown.next.paused
    assert shown.next.expected_back == clock("11:00")
    assert "the words of staff" not in shown.model_dump_json()


def test_an_outage_is_told_at_every_stop_that_it_may_delay_and_at_none_that_is_over() -> None:
    down = {"cs.mitid": Outage("cs.mitid", clock("09:50"), clock("11:30"), "")}
    visit = a_visit(
        a_stop("a.1", "cs.cpr"), a_stop("a.2", "cs.mitid", State.LOCKED), a_stop("a.3", "cs.mitid", State.DONE)
    )
    stops = phone(visit, outages=down).stops
    assert [(s.paused, s.expected_back) for s in stops] == [(False, None), (True, clock("11:30")), (False, None)]


def test_papers_are_asked_for_once_and_hard_ones_first() -> None:
    visit = a_visit(
        a_stop("a.1", "cs.cpr"),
        a_stop("a.2", "cs.tax"),
        windows={"a.1": told("10:50", "11:00"), "a.2": told("11:40", "12:00")},
        papers_seen=frozenset({"identity"}),
        papers_missing=frozenset({"address"}),
    )
    first, second = phone(visit).papers
    assert [p.hard for p in first.papers] == sorted((p.hard for p in first.papers), reverse=True)
    assert {p.code for p in first.papers}.isdisjoint(p.code for p in second.papers)
    assert [p.code for p in first.papers if p.seen] == ["identity"]
    assert [p.code for p in first.papers if p.missing] == ["address"]


def test_the_party_is_counted_and_a_stop_for_some_of_it_says_so() -> None:
    visit = a_visit(
        a_stop("a.1", "cs.cpr", members=("1", "2", "3")), a_stop("a.2", "cs.mitid", members=("1", "2")), members=FAMILY
    )
    shown = phone(visit)
    assert (shown.party.adults, shown.party.children) == (2, 1)
    assert [stop.part for stop in shown.stops] == [False, True]


def test_a_stop_that_went_to_a_split_off_party_is_not_shown() -> None:
    visit = a_visit(a_stop("a.1", "cs.cpr"), a_stop("a.2", "cs.tax", State.DROPPED, why="split", members=()))
    assert [stop.service for stop in phone(visit).stops] == ["cs.cpr"]


def test_how_many_are_ahead_is_read_from_the_line_of_the_clerks() -> None:
    earlier = [
        a_visit(a_stop(f"{name}.1", "cs.tax"), number=110 + n, arrived_at=clock(f"08:{40 + n}"))
        for n, name in enumerate("bcd")
    ]
    me = a_visit(a_stop("a.1", "cs.tax"), arrived_at=clock("09:10"))
    shown = seen(a_floor(me, *earlier, open_desks="tax-1"), "a").next
    assert shown is not None
    assert shown.ahead == 3


def test_who_was_told_a_later_time_stands_behind_the_line_and_those_told_an_earlier_one() -> None:
    here = a_visit(a_stop("b.1", "cs.tax"), number=110, arrived_at=clock("08:40"))
    sooner = a_visit(a_stop("c.1", "cs.tax"), number=111, windows={"c.1": told("11:00", "11:15")})
    later = a_visit(a_stop("d.1", "cs.tax"), number=112, windows={"d.1": told("12:00", "12:15")})
    me = a_visit(a_stop("a.1", "cs.tax"), windows={"a.1": told("11:30", "11:45")})
    shown = seen(a_floor(me, here, sooner, later, open_desks="tax-1"), "a").next
    assert shown is not None
    assert shown.ahead == 2


def test_the_screen_of_one_party_says_nothing_about_another() -> None:
    other = a_visit(a_stop("stranger.1", "ihnd.career"), number=345, members=FAMILY, papers_missing=frozenset({"cv"}))
    me = a_visit(a_stop("a.1", "cs.tax"))
    told_of_me = seen(a_floor(me, other, open_desks="tax-1 career-1"), "a").model_dump_json()
    assert "345" not in told_of_me
    assert "career" not in told_of_me
    assert "stranger" not in told_of_me


def test_the_screen_stays_equal_while_only_time_goes_by() -> None:
    visit = a_visit(a_stop("a.1", "cs.cpr"), windows={"a.1": told("10:50", "11:00")})
    earlier, later = phone(visit, at="10:00"), phone(visit, at="10:05")
    assert earlier.model_copy(update={"at": later.at}) == later


def test_who_is_called_is_shown_one_desk_on_the_map_and_who_waits_all_that_serve_it_today() -> None:
    called = phone(a_visit(a_stop("a.1", "cs.tax", State.CALLED, desk="cs-3", calls=1))).next
    waiting = phone(a_visit(a_stop("a.1", "cs.tax"))).next
    assert called is not None
    assert waiting is not None
    assert (called.desks, waiting.desks) == (["cs-3"], ["cs-3", "tax-1"])


def test_a_time_worth_noting_is_a_promise_or_the_day_to_come_back() -> None:
    stop = a_stop("a.1", "cs.cpr")
    left = a_stop("a.1", "cs.cpr", State.DROPPED, why="day_closed")
    assert phone(a_visit(stop, windows={"a.1": told("10:50", "11:00")})).calendar
    assert phone(a_visit(left, presence=Presence.CARRIED_OVER, comes_back=date(2026, 11, 26))).calendar
    assert not phone(a_visit(stop)).calendar


def test_a_ticket_that_is_followed_shows_what_one_made_anew_shows(hall: Hall) -> None:
    """Whatever happens, to this party or to others; and it is made anew where only its place can be carried over."""
    hall.open("cs-1", "cs-2", "tax-1")
    visits = [hall.arrives(*services) for services in (("cs.cpr",), ("cs.cpr", "cs.tax"), ("cs.tax",), ("cs.cpr",))]
    followed = {v.id: citizen.Ticket(v.id) for v in visits}
    acts = [
        lambda w: calling.call_next(w, "cs-1"),
        lambda w: serving.start(w, "cs-1"),
        lambda w: desks.pause_service(w, "cs.tax", None, ""),
        lambda w: citizen_acts.step_out(w, visits[3].id, 10, True),
        lambda w: calling.call_next(w, "cs-2"),
        lambda w: calling.miss(w, "cs-2"),
        lambda w: desks.resume_service(w, "cs.tax"),
        lambda w: serving.finish(w, "cs-1"),
        lambda w: citizen_acts.come_back(w, visits[3].id, True),
        lambda w: calling.call_next(w, "tax-1"),
        lambda w: citizen_acts.depart(w, visits[3].id),
    ]
    for seq, act in enumerate(acts):
        hall.do(act)
        floor, at = hall.floor(), hall.clock()
        lines = Lines(floor, aalborg(), at)
        for visit, ticket in followed.items():
            anew = citizen.show(floor, aalborg(), at, seq, "e", visit, lines)
            assert ticket.show(floor, hall.store.known_here("aalborg").house, at, seq, "e", lines).whole == anew

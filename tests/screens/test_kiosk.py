"""What somebody sees who has just come in, and what the kiosk says honestly before it gives a number."""

from typing import Any

from app.domain.floor import Booking, Floor, Outage
from app.domain.stop import State
from app.screens import kiosk
from app.screens.kiosk import KioskScreen
from tests.builders import aalborg
from tests.screens.day import a_booking, a_floor, a_stop, a_visit, clock


def shown(floor: Floor, at: str = "10:00") -> KioskScreen:
    return kiosk.show(floor, aalborg(), clock(at), 7, "e")


def states(*bookings: Booking, at: str = "10:00") -> list[str]:
    return [b.state for b in shown(a_floor(bookings=bookings), at).bookings]


def why_not(service: str, at: str = "10:00", **floor: Any) -> str | None:
    offers = shown(a_floor(**floor), at).offers
    return next(o.why_not for o in offers if o.service == service)


def test_a_booking_checks_in_from_half_an_hour_before_until_the_grace_is_over() -> None:
    booked = a_booking("N1", "10:30")
    assert states(booked, at="09:59") == ["early"]
    assert states(booked, at="10:00") == ["ready"]
    assert states(booked, at="10:40") == ["ready"]
    assert states(booked, at="10:41") == ["late"]


def test_who_is_early_learns_from_when_check_in_is_open() -> None:
    (early,) = shown(a_floor(bookings=(a_booking("N1", "11:00"),))).bookings
    assert early.opens == clock("10:30")


def test_only_bookings_of_the_next_hours_fill_the_list() -> None:
    assert states(a_booking("N1", "14:30"), at="08:30") == []


def test_a_booking_that_was_cancelled_or_has_checked_in_is_not_listed() -> None:
    assert states(a_booking("N1", "10:10", cancelled=True), a_booking("N2", "10:10", visit="a")) == []


def test_bookings_that_are_alike_are_one_choice_and_the_first_reference_is_taken() -> None:
    floor = a_floor(bookings=(a_booking("N2", "10:10", 2), a_booking("N1", "10:10", 2)))
    (only,) = shown(floor).bookings
    assert (only.ref, only.alike, only.plain) == ("N1", 2, True)


def test_the_service_is_named_only_where_time_and_people_do_not_tell_bookings_apart() -> None:
    alike = (a_booking("N1", "10:10"), a_booking("N2", "10:10", service="siri.biometrics"), a_booking("N3", "10:20"))
    assert [b.plain for b in shown(a_floor(bookings=alike)).bookings] == [False, False, True]


def test_a_party_that_was_carried_over_is_found_apart_from_the_bookings() -> None:
    back = a_booking("back-1", "08:30", 3, "ihnd.reception", services=("ihnd.reception", "cs.cpr"), came_from="x")
    screen = shown(a_floor(bookings=(back,)))
    assert screen.bookings == []
    assert [(c.persons, [text["en"] for text in c.labels]) for c in screen.comebacks] == [(3, ["CPR"])]


def test_nobody_gets_a_number_for_siri_without_a_booking() -> None:
    screen = shown(a_floor())
    assert not any(offer.service.startswith("siri.") for offer in screen.offers)
    assert [text["en"] for text in screen.booked_only] == [
        "EU residence document",
        "Biometrics (fingerprints and photo)",
    ]


def test_career_and_reception_give_a_number_while_there_is_time() -> None:
    assert why_not("ihnd.career", open_desks="career-1") is None
    assert why_not("ihnd.reception", open_desks="ihnd-1") is None


def test_a_career_talk_that_cannot_end_before_closing_is_refused_before_a_number_is_given() -> None:
    assert why_not("ihnd.career", at="14:50", open_desks="career-1") == "too_late"


def test_a_long_line_makes_it_too_late_sooner() -> None:
    waiting = [a_visit(a_stop(f"v{n}.1", "ihnd.career"), number=110 + n) for n in range(6)]
    screen = shown(a_floor(*waiting, open_desks="career-1"), "13:00")
    assert next(o.why_not for o in screen.offers if o.service == "ihnd.career") == "too_late"


def test_who_is_finished_does_not_count_in_the_line() -> None:
    finished = [a_visit(a_stop(f"v{n}.1", "ihnd.career", State.DONE), number=110 + n) for n in range(6)]
    screen = shown(a_floor(*finished, open_desks="career-1"), "13:00")
    assert next(o.why_not for o in screen.offers if o.service == "ihnd.career") is None


def test_a_service_that_is_down_gives_no_number() -> None:
    down = {"ihnd.career": Outage("ihnd.career", clock("09:00"), None, "x")}
    assert why_not("ihnd.career", open_desks="career-1", outages=down) == "paused"


def test_what_is_down_says_until_when_where_that_is_known() -> None:
    down = {"ihnd.career": Outage("ihnd.career", clock("09:00"), clock("11:30"), "x")}
    offers = shown(a_floor(open_desks="career-1", outages=down), "10:00").offers
    assert {o.service: o.expected_back for o in offers} == {"ihnd.career": clock("11:30"), "ihnd.reception": None}


def test_after_closing_the_kiosk_says_when_each_authority_opens_again() -> None:
    screen = shown(a_floor(bookings=(a_booking("N1", "15:30"),)), "15:30")
    assert (screen.state, screen.bookings) == ("closed", [])
    assert {(n.authority, n.day, n.opens.isoformat()) for n in screen.next_open} == {
        (code, "2026-11-26", "2026-11-26T07:30:00+00:00") for code in ("siri", "ihnd", "cs")
    }
    assert all(offer.why_not == "closed" for offer in screen.offers)


def test_before_opening_bookings_may_check_in_already() -> None:
    screen = shown(a_floor(bookings=(a_booking("N1", "08:30"),)), "08:10")
    assert screen.state == "before_opening"
    assert [b.state for b in screen.bookings] == ["ready"]


def test_the_list_tells_time_and_people_and_holds_no_name() -> None:
    (one,) = shown(a_floor(bookings=(a_booking("N1", "10:10", 2),))).bookings
    assert set(one.model_dump()) == {"ref", "at", "persons", "service", "label", "alike", "plain", "opens", "state"}

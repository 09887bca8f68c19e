"""A company's newcomers: times that are kept for them, numbers when they come, nothing about who they are."""

from dataclasses import replace
from datetime import date, time

import pytest

from app.actions import companies
from app.domain.errors import Refusal, Refused
from app.domain.grouped import Group, Wanted
from tests.builders import Hall

ASKED = Group("", "Nordværk A/S", date(2026, 11, 26), time(9), 20, 2, (Wanted("nordic", 3), Wanted("third_country", 1)))


def bookings(hall: Hall, group: Group) -> dict[str, bool]:
    floor = hall.do(lambda w: w.floor_of(group.day))
    return {ref: b.cancelled for ref, b in floor.bookings.items() if ref.startswith(group.id)}


def test_each_newcomer_has_a_time_on_that_day_and_checks_in_by_the_groups_link(hall: Hall) -> None:
    group = hall.do(lambda w: companies.reserve(w, ASKED), "floorwalker")
    assert len(bookings(hall, group)) == 4
    hall.clock.forward(days=1)
    first = hall.do(lambda w: companies.check_in(w, group.id, f"{group.id}-01", "pl"), "company")
    hall.clock.forward(minutes=10)
    second = hall.do(lambda w: companies.check_in(w, group.id, f"{group.id}-04", "en"), "company")
    assert (first.number, second.number) == (101, 102)
    assert (first.pathway, second.pathway, first.language) == ("nordic", "third_country", "pl")
    with pytest.raises(Refused) as refused:
        hall.do(lambda w: companies.check_in(w, group.id, f"{group.id}-01", "en"))
    assert refused.value.code is Refusal.ALREADY_CHECKED_IN


def test_nobody_checks_in_on_another_day(hall: Hall) -> None:
    group = hall.do(lambda w: companies.reserve(w, ASKED))
    with pytest.raises(Refused) as refused:
        hall.do(lambda w: companies.check_in(w, group.id, f"{group.id}-01", "en"))
    assert refused.value.code is Refusal.BOOKING_NOT_TODAY


def test_a_group_that_is_called_off_gives_its_times_back(hall: Hall) -> None:
    group = hall.do(lambda w: companies.reserve(w, ASKED))
    hall.do(lambda w: companies.call_off(w, group.id))
    assert set(bookings(hall, group).values()) == {True}
    with pytest.raises(Refused) as refused:
        hall.do(lambda w: companies.call_off(w, group.id))
    assert refused.value.code is Refusal.UNKNOWN_GROUP


def test_a_day_that_is_over_takes_no_group(hall: Hall) -> None:
    with pytest.raises(Refused) as refused:
        hall.do(lambda w: companies.reserve(w, replace(ASKED, day=date(2026, 11, 23))))
    assert refused.value.code is Refusal.GROUP_OUTSIDE_HOURS


def test_two_groups_of_one_day_do_not_mix(hall: Hall) -> None:
    one, two = (hall.do(lambda w: companies.reserve(w, ASKED)) for _ in range(2))
    assert one.id != two.id and not bookings(hall, one).keys() & bookings(hall, two).keys()

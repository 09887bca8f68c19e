"""Opening hours as moments: closing days, breaks and the two nights the clocks are put."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.domain.hours import (
    closes_at,
    desk_intervals,
    is_open,
    local_day,
    next_open_day,
    open_intervals,
    opens_at,
    service_intervals,
    staffed_desks,
    whole_day,
)
from app.domain.house import Hours, House
from app.houses.reading import SAMPLE, load

WEDNESDAY = date(2026, 11, 25)
TUESDAY = date(2026, 11, 24)
OPEN_DAY = date(2027, 8, 25)


@pytest.fixture(scope="module")
def aalborg() -> House:
    return load(SAMPLE)


def utc(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), UTC)


def always(house: House, *hours: Hours) -> House:
    """The same house, with Citizen Services open at these hours every day of the year."""
    cs = replace(house.authorities["cs"], week=(hours,) * 7, closed=frozenset(), special={})
    return replace(house, authorities={**house.authorities, "cs": cs}, holiday_dates=frozenset())


def test_winter_hours_are_an_hour_behind_the_wall(aalborg: House) -> None:
    assert open_intervals(aalborg, "cs", WEDNESDAY) == ((utc(WEDNESDAY, "07:30"), utc(WEDNESDAY, "14:00")),)


def test_summer_hours_are_two_hours_behind_the_wall(aalborg: House) -> None:
    day = date(2027, 6, 2)
    assert open_intervals(aalborg, "cs", day) == ((utc(day, "06:30"), utc(day, "13:00")),)


def test_the_house_is_closed_on_tuesdays_and_at_weekends(aalborg: House) -> None:
    days = [TUESDAY, date(2026, 11, 28), date(2026, 11, 29)]
    assert [open_intervals(aalborg, "cs", day) for day in days] == [(), (), ()]


def test_the_house_is_closed_on_holidays_and_customary_days(aalborg: House) -> None:
    maundy_thursday, christmas_eve = date(2027, 3, 25), date(2026, 12, 24)
    assert open_intervals(aalborg, "cs", maundy_thursday) == open_intervals(aalborg, "cs", christmas_eve) == ()


def test_each_authority_keeps_its_own_closing_days(aalborg: House) -> None:
    between_the_years = date(2026, 12, 28)
    assert not open_intervals(aalborg, "siri", between_the_years)
    assert open_intervals(aalborg, "cs", between_the_years)


def test_special_hours_replace_those_of_the_week(aalborg: House) -> None:
    assert closes_at(aalborg, "cs", utc(OPEN_DAY, "08:00")) == utc(OPEN_DAY, "14:00")
    assert closes_at(aalborg, "siri", utc(OPEN_DAY, "08:00")) == utc(OPEN_DAY, "13:00")


def test_special_hours_open_even_a_holiday(aalborg: House) -> None:
    siri = replace(aalborg.authorities["siri"], special={date(2027, 1, 1): (Hours(time(9), time(10)),)})
    house = replace(aalborg, authorities={"siri": siri})
    assert len(open_intervals(house, "siri", date(2027, 1, 1))) == 1


def test_the_door_is_open_from_opening_until_just_before_closing(aalborg: House) -> None:
    moments = [utc(WEDNESDAY, clock) for clock in ("07:29", "07:30", "13:59", "14:00")]
    assert [is_open(aalborg, "cs", at) for at in moments] == [False, True, True, False]


def test_opening_and_closing_are_known_all_day_and_not_on_closed_days(aalborg: House) -> None:
    evening = utc(WEDNESDAY, "20:00")
    assert opens_at(aalborg, "cs", evening) == utc(WEDNESDAY, "07:30")
    assert closes_at(aalborg, "cs", evening) == utc(WEDNESDAY, "14:00")
    closed = utc(TUESDAY, "09:00")
    assert opens_at(aalborg, "cs", closed) is closes_at(aalborg, "cs", closed) is None


def test_the_day_of_the_house_is_from_its_first_door_to_its_last(aalborg: House) -> None:
    spans = [open_intervals(aalborg, code, WEDNESDAY)[0] for code in aalborg.authorities]
    assert whole_day(aalborg, WEDNESDAY) == (min(s[0] for s in spans), max(s[1] for s in spans))
    assert whole_day(aalborg, TUESDAY) is None


def test_the_local_day_begins_at_local_midnight(aalborg: House) -> None:
    assert local_day(aalborg, utc(TUESDAY, "22:59")) == TUESDAY
    assert local_day(aalborg, utc(TUESDAY, "23:00")) == WEDNESDAY


def test_the_next_open_day_skips_tuesdays_weekends_and_holidays(aalborg: House) -> None:
    assert next_open_day(aalborg, "cs", date(2026, 11, 23)) == WEDNESDAY
    assert next_open_day(aalborg, "cs", date(2027, 3, 24)) == date(2027, 3, 31)


def test_an_authority_that_never_opens_has_no_next_open_day(aalborg: House) -> None:
    assert next_open_day(always(aalborg), "cs", WEDNESDAY) is None


def test_a_desk_is_not_staffed_in_its_break(aalborg: House) -> None:
    assert desk_intervals(aalborg, "cs-1", WEDNESDAY) == (
        (utc(WEDNESDAY, "07:30"), utc(WEDNESDAY, "10:30")),
        (utc(WEDNESDAY, "11:00"), utc(WEDNESDAY, "14:00")),
    )


def test_a_break_after_an_early_closing_takes_nothing_away(aalborg: House) -> None:
    friday, late = date(2026, 11, 27), replace(aalborg.desks["cs-1"], breaks=(Hours(time(13), time(13, 30)),))
    house = replace(aalborg, desks={"cs-1": late})
    assert desk_intervals(house, "cs-1", friday) == open_intervals(house, "cs", friday)


def test_a_break_over_the_opening_or_the_closing_shortens_the_day(aalborg: House) -> None:
    breaks = (Hours(time(8), time(9)), Hours(time(14, 30), time(15, 30)))
    house = replace(aalborg, desks={"cs-1": replace(aalborg.desks["cs-1"], breaks=breaks)})
    assert desk_intervals(house, "cs-1", WEDNESDAY) == ((utc(WEDNESDAY, "08:00"), utc(WEDNESDAY, "13:30")),)


def test_a_break_as_long_as_the_day_leaves_nothing(aalborg: House) -> None:
    desk = replace(aalborg.desks["cs-1"], breaks=(Hours(time(8), time(16)),))
    assert desk_intervals(replace(aalborg, desks={"cs-1": desk}), "cs-1", WEDNESDAY) == ()


def test_an_extra_desk_is_staffed_only_on_its_dates(aalborg: House) -> None:
    assert desk_intervals(aalborg, "siri-3", date(2027, 8, 26)) == ()
    assert len(staffed_desks(aalborg, WEDNESDAY)) == 9
    assert len(staffed_desks(aalborg, OPEN_DAY)) == len(aalborg.desks)


def test_a_service_is_served_while_any_of_its_desks_is(aalborg: House) -> None:
    assert service_intervals(aalborg, "cs.cpr", WEDNESDAY) == open_intervals(aalborg, "cs", WEDNESDAY)
    assert len(service_intervals(aalborg, "ihnd.career", WEDNESDAY)) == 2


def test_the_days_the_clocks_are_put_keep_their_wall_clock_hours(aalborg: House) -> None:
    house = always(aalborg, Hours(time(8, 30), time(15)))
    spring, autumn = date(2027, 3, 28), date(2027, 10, 31)
    assert open_intervals(house, "cs", spring) == ((utc(spring, "06:30"), utc(spring, "13:00")),)
    assert open_intervals(house, "cs", autumn) == ((utc(autumn, "07:30"), utc(autumn, "14:00")),)


def test_the_spring_night_is_an_hour_shorter_and_the_autumn_night_longer(aalborg: House) -> None:
    house = always(aalborg, Hours(time(0, 30), time(5, 30)))
    lengths = [
        closes - opens
        for day in (date(2027, 3, 28), date(2027, 10, 31))
        for opens, closes in open_intervals(house, "cs", day)
    ]
    assert lengths == [timedelta(hours=4), timedelta(hours=6)]


def test_the_hour_that_the_spring_night_skips_is_never_open(aalborg: House) -> None:
    assert open_intervals(always(aalborg, Hours(time(2), time(3))), "cs", date(2027, 3, 28)) == ()


def test_the_hour_that_the_autumn_night_has_twice_is_open_twice(aalborg: House) -> None:
    night = date(2027, 10, 31)
    house = always(aalborg, Hours(time(2), time(2, 59)))
    assert open_intervals(house, "cs", night) == ((utc(night, "00:00"), utc(night, "01:59")),)

"""Holidays are computed, and the computed ones are right."""

import subprocess
import sys
from datetime import date

import pytest
from holidays import country_holidays

from app.houses.almanac import YEARS, each_year, holidays_of
from app.houses.reading import SAMPLE, load

DANISH = {
    2026: "01-01 04-02 04-03 04-05 04-06 05-14 05-24 05-25 12-25 12-26",
    2027: "01-01 03-25 03-26 03-28 03-29 05-06 05-16 05-17 12-25 12-26",
    2028: "01-01 04-13 04-14 04-16 04-17 05-25 06-04 06-05 12-25 12-26",
}


@pytest.mark.parametrize("year", DANISH)
def test_the_computed_danish_holidays_are_those_of_the_calendar(year: int) -> None:
    known = {date.fromisoformat(f"{year}-{day}") for day in DANISH[year].split()}
    assert {day for day in holidays_of("DK") if day.year == year} == known


def test_great_prayer_day_is_a_working_day() -> None:
    assert date(2027, 4, 23) not in holidays_of("DK")


def test_the_house_closes_on_the_customary_days_it_lists_and_no_other() -> None:
    closed = load(SAMPLE).holiday_dates
    assert {date(2028, 6, 5), date(2026, 12, 24), date(2027, 12, 31)} <= closed
    assert date(2028, 5, 1) not in closed


def test_a_leap_day_comes_only_in_leap_years() -> None:
    assert each_year([(2, 29)], range(2027, 2029)) == {date(2028, 2, 29)}


def test_a_country_nobody_knows_is_refused() -> None:
    with pytest.raises(LookupError):
        holidays_of("XX")


def test_a_country_read_alone_has_the_holidays_that_the_library_gives_it() -> None:
    for country in ("DK", "SE", "NO", "DE", "LT", "PL", "UA", "SAU"):
        assert holidays_of(country) == frozenset(country_holidays(country, years=YEARS))


def test_other_countries_are_not_brought_in() -> None:
    look = "import sys; from app.houses.almanac import holidays_of; assert holidays_of('DK')"
    look += "; print('holidays.holiday_base' in sys.modules, 'holidays.countries' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True", "False"]

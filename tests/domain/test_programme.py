"""The programme's clock: wall-clock events keep their wall clock across both nights that change it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.errors import Refusal, Refused
from app.domain.programme import Occasion, Repeat, coming, days_of, ends_at, require_real_times, series_of, starts_at

ZONE = ZoneInfo("Europe/Copenhagen")
TALK = Occasion("talk", {"da": "Foredrag", "en": "Talk"}, date(2026, 11, 25), time(16), time(18), "Here")


def on(day: str, starts: str, ends: str) -> Occasion:
    return replace(TALK, day=date.fromisoformat(day), starts=time.fromisoformat(starts), ends=time.fromisoformat(ends))


def span(occasion: Occasion) -> tuple[str, str]:
    return tuple(f"{at(occasion, ZONE):%m-%dT%H:%M}" for at in (starts_at, ends_at))


def test_an_event_of_summer_and_one_of_winter_start_at_the_same_wall_clock() -> None:
    assert span(on("2026-10-24", "16:00", "18:00")) == ("10-24T14:00", "10-24T16:00")
    assert span(on("2026-10-26", "16:00", "18:00")) == ("10-26T15:00", "10-26T17:00")


def test_an_event_through_the_autumn_night_lasts_the_hour_longer_that_the_night_is() -> None:
    night = on("2026-10-24", "22:00", "04:00")
    assert span(night) == ("10-24T20:00", "10-25T03:00")
    assert ends_at(night, ZONE) - starts_at(night, ZONE) == timedelta(hours=7)


def test_an_event_through_the_spring_night_lasts_the_hour_less() -> None:
    night = on("2027-03-27", "22:00", "04:00")
    assert ends_at(night, ZONE) - starts_at(night, ZONE) == timedelta(hours=5)


def test_of_an_hour_that_the_night_has_twice_the_first_is_meant() -> None:
    assert span(on("2026-10-25", "02:15", "02:45")) == ("10-25T00:15", "10-25T00:45")


@pytest.mark.parametrize(("starts", "ends"), [("02:30", "05:00"), ("01:00", "02:30")])
def test_a_time_that_the_spring_night_skips_is_refused(starts: str, ends: str) -> None:
    with pytest.raises(Refused) as refused:
        require_real_times(on("2027-03-28", starts, ends), ZONE)
    assert refused.value.code is Refusal.NO_SUCH_TIME
    require_real_times(on("2027-03-27", starts, ends), ZONE)


def test_a_weekly_series_keeps_its_wall_clock_across_the_change() -> None:
    weekly = series_of(on("2026-10-19", "16:00", "18:00"), Repeat("week", 3))
    assert [span(o)[0] for o in weekly] == ["10-19T14:00", "10-26T15:00", "11-02T15:00"]
    assert [o.code for o in weekly] == ["talk-20261019", "talk-20261026", "talk-20261102"]
    assert {o.series for o in weekly} == {"talk"}


def test_a_monthly_series_keeps_to_its_weekday_and_takes_the_last_where_there_is_no_fifth() -> None:
    days = list(days_of(date(2026, 9, 30), Repeat("month", 4)))
    assert days == [date(2026, 9, 30), date(2026, 10, 28), date(2026, 11, 25), date(2026, 12, 30)]
    assert list(days_of(date(2026, 12, 9), Repeat("month", 2))) == [date(2026, 12, 9), date(2027, 1, 13)]


def test_skipped_dates_are_left_out() -> None:
    assert len(list(days_of(date(2026, 12, 16), Repeat("week", 3, frozenset({date(2026, 12, 23)}))))) == 2


def test_what_still_runs_is_coming_and_what_ended_is_not() -> None:
    programme = {"talk": TALK}
    assert coming(programme, ZONE, datetime(2026, 11, 25, 16, 59, tzinfo=UTC)) == (TALK,)
    assert coming(programme, ZONE, datetime(2026, 11, 25, 17, 0, tzinfo=UTC)) == ()

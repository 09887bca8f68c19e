"""The intake stop: nobody gets a number for what cannot be done today any more."""

import pytest

from app.actions import desks
from app.domain.errors import Refusal, Refused
from tests.builders import Hall


def test_too_late_is_said_before_a_number_is_issued(hall: Hall) -> None:
    hall.open("tax-1")
    hall.clock.forward(hours=5, minutes=52)
    with pytest.raises(Refused, match=Refusal.TOO_LATE_TODAY.value):
        hall.arrives("cs.tax", anyway=False)
    assert hall.floor().last_number == 0


def test_staff_may_take_somebody_in_anyway_and_a_kiosk_may_not(hall: Hall) -> None:
    hall.open("tax-1")
    hall.clock.forward(hours=5, minutes=52)
    with pytest.raises(Refused, match=Refusal.TOO_LATE_TODAY.value):
        hall.arrives("cs.tax", anyway=True, by_staff=False)
    assert hall.arrives("cs.tax", anyway=True).number == 101


def test_one_thing_that_can_still_be_done_is_enough(hall: Hall) -> None:
    hall.open("tax-1", "cs-1")
    hall.clock.forward(hours=5, minutes=43)
    assert hall.arrives("cs.cpr", "cs.doctor", anyway=False).number == 101


def test_a_long_line_stops_the_intake_earlier(hall: Hall) -> None:
    hall.open("tax-1", "cs-3")
    hall.clock.forward(hours=4)
    for _ in range(16):
        hall.arrives("cs.tax")
    with pytest.raises(Refused, match=Refusal.TOO_LATE_TODAY.value):
        hall.arrives("cs.tax", anyway=False)


def test_a_desk_that_has_not_opened_yet_may_still_open_and_one_that_closed_may_not(hall: Hall) -> None:
    hall.open("cs-1")
    assert hall.arrives("cs.tax", anyway=False).number == 101
    hall.open("cs-3", "tax-1")
    for code in ("cs-3", "tax-1"):
        hall.do(lambda w, c=code: desks.close_desk(w, c))
    with pytest.raises(Refused, match=Refusal.TOO_LATE_TODAY.value):
        hall.arrives("cs.tax", anyway=False)

"""Numbers: issued in order and never twice, past those that were printed ahead; refused when there are none left."""

import pytest

from app.domain.errors import Refusal, Refused
from app.domain.numbering import LAST, RESERVED, next_number, spare_numbers, typed_number


def refusal(act: object) -> Refusal:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_a_day_begins_at_101_and_goes_on_at_1001_after_899() -> None:
    assert [next_number(last) for last in (0, 101, 898, 899, 1001)] == [101, 102, 899, 1001, 1002]


def test_a_day_that_has_given_its_last_number_says_so() -> None:
    assert next_number(LAST - 1) == LAST
    assert refusal(lambda: next_number(LAST)) is Refusal.NO_MORE_NUMBERS


def test_a_tablet_is_given_numbers_from_the_top_of_those_printed_ahead_while_there_are_enough() -> None:
    assert spare_numbers({999}, 3) == [998, 997, 996]
    assert refusal(lambda: spare_numbers(RESERVED[3:], 4)) is Refusal.NO_MORE_NUMBERS


def test_only_an_unused_number_that_was_printed_ahead_can_be_typed_in() -> None:
    assert typed_number(900, taken=False) == 900
    assert refusal(lambda: typed_number(900, taken=True)) is Refusal.NUMBER_TAKEN
    assert refusal(lambda: typed_number(101, taken=False)) is Refusal.NUMBER_NOT_RESERVED

"""The roll of an event: never more than its places, and nobody overtakes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Refusal, Refused
from app.domain.roll import CANCELLED, IN, WAITING, Roll, entered, moving_up
from tests.builders import MORNING


def states(roll: Roll) -> list[str]:
    return [s.state for s in roll.sign_ups]


def signed(roll: Roll, *parties: int) -> Roll:
    for persons in parties:
        roll, _ = entered(roll, None, persons, MORNING, None)
    return roll


def left(roll: Roll, place: int) -> Roll:
    gone = replace(roll.sign_ups[place - 1], state=CANCELLED)
    roll = roll.with_changed(gone)
    for moved in list(moving_up(roll)):
        roll = roll.with_changed(moved)
    return roll


def test_parties_get_places_until_there_are_none_and_then_wait_in_order() -> None:
    roll = signed(Roll("talk", 3), 2, 1, 1, 1)
    assert states(roll) == [IN, IN, WAITING, WAITING]
    assert states(left(roll, 2)) == [IN, CANCELLED, IN, WAITING]


def test_a_small_party_does_not_overtake_a_large_one_that_waits() -> None:
    roll = signed(Roll("talk", 3), 2, 2, 1)
    assert states(roll) == [IN, WAITING, WAITING]
    assert states(left(roll, 1)) == [CANCELLED, IN, IN]


def test_without_a_limit_nobody_waits() -> None:
    assert states(signed(Roll("talk", None), 20, 20)) == [IN, IN]


def test_a_visit_has_one_standing_sign_up() -> None:
    roll, _ = entered(Roll("talk", 3), "20261125-101", 1, MORNING, None)
    with pytest.raises(Refused) as refused:
        entered(roll, "20261125-101", 1, MORNING, None)
    assert refused.value.code is Refusal.SIGNED_UP_ALREADY


@given(
    capacity=st.integers(0, 12),
    acts=st.lists(st.tuples(st.booleans(), st.integers(1, 5)), max_size=40),
)
def test_whatever_happens_places_are_never_oversold_and_who_waits_first_is_next(
    capacity: int, acts: list[tuple[bool, int]]
) -> None:
    roll = Roll("talk", capacity)
    for asks, number in acts:
        if asks or not roll.sign_ups:
            roll = signed(roll, number)
        else:
            roll = left(roll, (number - 1) % len(roll.sign_ups) + 1)
        assert roll.taken <= capacity
        assert next(moving_up(roll), None) is None

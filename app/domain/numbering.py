"""Numbers: per site and local date, in order of issue, so that a number tells nothing about why someone came."""

from collections.abc import Collection

from app.domain.errors import Refusal, Refused

FIRST = 101
RESERVED = range(900, 1000)
"""Printed ahead on paper for when the system is down, and typed in afterwards."""
LAST = 9999


def next_number(last: int) -> int:
    """The number after `last` (0 when none was issued today): 101 to 899, then 1001 and up."""
    if last < FIRST:
        return FIRST
    number = last + 1
    if number in RESERVED:
        number = RESERVED.stop + 1
    if number > LAST:
        raise Refused(Refusal.NO_MORE_NUMBERS)
    return number


def spare_numbers(taken: Collection[int], count: int) -> list[int]:
    """So many numbers for a tablet to give without network, from the top: paper is printed from the bottom."""
    free = [number for number in reversed(RESERVED) if number not in taken]
    if len(free) < count:
        raise Refused(Refusal.NO_MORE_NUMBERS)
    return free[:count]


def typed_number(number: int, taken: bool) -> int:
    """A number from a paper slip; refuses one that was never printed ahead, and one already in use today."""
    if number not in RESERVED:
        raise Refused(Refusal.NUMBER_NOT_RESERVED, number=number)
    if taken:
        raise Refused(Refusal.NUMBER_TAKEN, number=number)
    return number

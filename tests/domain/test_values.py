"""Values made of other values: the same as the standard library's way, and as careful."""

import dataclasses

import pytest

from app.domain.scene import Party
from app.domain.values import replace
from tests.screens.day import a_floor, a_stop, a_visit, clock


def test_a_value_made_of_another_is_what_the_library_makes() -> None:
    visit = a_visit(a_stop("a.1", "cs.tax"))
    stop = visit.stops[0]
    assert replace(stop, calls=2, desk="tax-1") == dataclasses.replace(stop, calls=2, desk="tax-1")
    assert replace(visit, priority=True) == dataclasses.replace(visit, priority=True)
    floor = a_floor(visit, open_desks="tax-1")
    assert replace(floor, closed_at=clock("15:00")) == dataclasses.replace(floor, closed_at=clock("15:00"))
    assert (stop.calls, visit.priority, floor.closed_at) == (0, False, None)


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="Stop has no field cals"):
        replace(a_stop("a.1", "cs.tax"), cals=2)


def test_what_works_something_out_as_it_is_made_is_not_made_this_way() -> None:
    with pytest.raises(AssertionError):
        replace(Party("P1", 1, 580.0, ()), number=2)

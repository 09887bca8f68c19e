"""Figures that could tell who somebody is are not told, and cannot be worked out from the others."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.small_cells import LEAST, told


def test_counts_of_one_to_four_are_hidden_and_zero_is_not() -> None:
    assert told({"x": 4, "y": 3, "z": 9, "n": 0}) == ({"x": None, "y": None, "z": 9, "n": 0}, 16)


def test_one_hidden_count_takes_the_next_smallest_with_it() -> None:
    assert told({"x": 2, "y": 7, "z": 9}) == ({"x": None, "y": None, "z": 9}, 18)


def test_where_all_is_small_the_total_is_hidden_too() -> None:
    assert told({"x": 2, "y": 0}) == ({"x": None, "y": 0}, None)
    assert told({"x": 1, "y": 2}) == ({"x": None, "y": None}, None)


def test_nobody_is_nobody() -> None:
    assert told({"x": 0, "y": 0}) == ({"x": 0, "y": 0}, 0)


@given(st.dictionaries(st.sampled_from("abcde"), st.integers(0, 12), min_size=1))
def test_no_small_count_is_told_or_follows_from_the_total(row: dict[str, int]) -> None:
    cells, total = told(row)
    assert all(cell is None or cell == 0 or cell >= LEAST for cell in cells.values())
    assert total is None or total == 0 or total >= LEAST
    hidden = [name for name, cell in cells.items() if cell is None]
    if total is not None and hidden:
        assert len(hidden) > 1
        assert sum(row[name] for name in hidden) >= LEAST

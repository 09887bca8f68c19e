"""The sketch of the hall in the house file: read whole, or its mistakes named."""

import pytest

from app.houses.mistakes import HouseRefused
from app.houses.reading import SAMPLE, read_house
from tests.builders import aalborg

TEXT = SAMPLE.read_text(encoding="utf-8")


def test_every_desk_of_the_sample_house_is_drawn_inside_the_sketch() -> None:
    house = aalborg()
    assert house.sketch is not None
    width, height = house.sketch.size
    assert all(d.spot and 0 < d.spot[0] < width and 0 < d.spot[1] < height for d in house.desks.values())


def test_a_house_without_a_sketch_is_a_house() -> None:
    begin, end = TEXT.index("[sketch]"), TEXT.index("[[desk]]")
    assert read_house(TEXT[:begin] + TEXT[end:], "house.toml").sketch is None


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("size = [100, 70]", "size = [100]", "wrong_type"),
        ("box = [2, 16, 26, 30]", 'box = [2, 16, 26, "30"]', "wrong_type"),
        ("box = [2, 16, 26, 30]", "box = [2, 16, 99, 30]", "outside_sketch"),
        ("spot = [9, 24]", "spot = [9, -24]", "wrong_type"),
    ],
)
def test_a_mistake_in_the_sketch_is_named(right: str, wrong: str, code: str) -> None:
    assert right in TEXT
    with pytest.raises(HouseRefused) as refused:
        read_house(TEXT.replace(right, wrong, 1), "house.toml")
    assert code in [mistake.code for mistake in refused.value.mistakes]

"""A company's newcomers: a time each, within hours, by pathway."""

from datetime import date, time

import pytest

from app.domain.errors import Refusal, Refused
from app.domain.grouped import Group, Wanted, slots_of
from tests.builders import aalborg

TWELVE = Group(
    "g1", "Nordværk A/S", date(2026, 11, 26), time(9), 20, 2, (Wanted("nordic", 4), Wanted("third_country", 2))
)


def test_each_newcomer_gets_a_time_and_those_of_one_pathway_come_together() -> None:
    slots = slots_of(TWELVE, aalborg())
    assert [f"{s.starts_at:%H:%M}" for s in slots] == ["08:00", "08:00", "08:20", "08:20", "08:40", "08:40"]
    assert [s.pathway for s in slots] == ["nordic"] * 4 + ["third_country"] * 2
    assert len({s.ref for s in slots}) == 6


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"day": date(2026, 11, 24)}, Refusal.GROUP_OUTSIDE_HOURS),  # a Tuesday
        ({"starts": time(15, 50), "every": 60}, Refusal.GROUP_OUTSIDE_HOURS),
        ({"wanted": (Wanted("nordic", 61),)}, Refusal.GROUP_SIZE),
        ({"wanted": ()}, Refusal.GROUP_SIZE),
        ({"wanted": (Wanted("refer_home", 1),)}, Refusal.REFER_HOME),
        ({"wanted": (Wanted("nobody", 1),)}, Refusal.UNKNOWN_PATHWAY),
    ],
)
def test_what_the_house_cannot_keep_is_refused(change: dict[str, object], code: Refusal) -> None:
    from dataclasses import replace

    with pytest.raises(Refused) as refused:
        slots_of(replace(TWELVE, **change), aalborg())  # fields of Group
    assert refused.value.code is code

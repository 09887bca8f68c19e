"""Numbers that a tablet keeps for the time without network."""

import pytest

from app.actions import reception, slips
from app.actions.reception import Arrival
from app.domain.errors import Refusal, Refused
from app.store import eventlog, floors
from tests.builders import Hall, party


def typed(number: int, holder: str | None = None) -> Arrival:
    return Arrival("walk_in", party(), number=number, holder=holder)


def test_a_tablet_keeps_five_numbers_from_the_top_and_no_more(hall: Hall) -> None:
    assert hall.do(lambda w: slips.reserve(w, "a")) == [995, 996, 997, 998, 999]
    assert hall.do(lambda w: slips.reserve(w, "a")) == [995, 996, 997, 998, 999]
    assert hall.do(lambda w: slips.reserve(w, "b")) == [990, 991, 992, 993, 994]


def test_what_was_given_is_made_up_for(hall: Hall) -> None:
    hall.do(lambda w: slips.reserve(w, "a"))
    assert hall.do(lambda w: reception.arrive(w, typed(999, "a"))).number == 999
    assert hall.do(lambda w: slips.reserve(w, "a")) == [994, 995, 996, 997, 998]


@pytest.mark.parametrize("holder", [None, "b"])
def test_a_kept_number_is_given_by_its_tablet_only(hall: Hall, holder: str | None) -> None:
    hall.do(lambda w: slips.reserve(w, "a"))
    with pytest.raises(Refused) as refused:
        hall.do(lambda w: reception.arrive(w, typed(997, holder)))
    assert refused.value.code is Refusal.NUMBER_TAKEN


def test_paper_goes_on_from_the_bottom(hall: Hall) -> None:
    hall.do(lambda w: slips.reserve(w, "a"))
    assert hall.do(lambda w: reception.arrive(w, typed(900))).number == 900


def test_a_hundred_numbers_are_all_there_are(hall: Hall) -> None:
    for n in range(20):
        hall.do(lambda w, n=n: slips.reserve(w, f"tablet {n}"))
    with pytest.raises(Refused) as refused:
        hall.do(lambda w: slips.reserve(w, "one more"))
    assert refused.value.code is Refusal.NO_MORE_NUMBERS


def test_rows_and_log_agree_on_what_is_kept(both: Hall) -> None:
    both.do(lambda w: slips.reserve(w, "a"))
    day = both.clock.at.date()
    kept = both.store.read_here(
        lambda db: (floors.read_floor(db, "aalborg", day).slips, eventlog.replayed(db, "aalborg", day).slips)
    )
    assert kept[0] == kept[1] == dict.fromkeys(("995", "996", "997", "998", "999"), "a")

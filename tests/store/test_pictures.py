"""A picture holds the events up to its number and no further, whatever other processes do while it is made."""

import pytest

from app.actions import calling
from app.store import eventlog, floors
from app.store.store import Store
from tests.builders import MORNING, Clock, Hall
from tests.conftest import SECRET


def test_an_act_of_another_process_in_the_middle_is_neither_lost_nor_taken_twice(
    both: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Store(both.store.url, Clock(), SECRET)
    other.known_here("aalborg")
    both.open("tax-1")
    both.arrives("cs.tax")
    real = eventlog.after

    def interrupted(db, site, seq, limit=500):
        monkeypatch.setattr(eventlog, "after", real)
        both.do(lambda w: calling.call_next(w, "tax-1"))  # an act that taken twice is refused
        return real(db, site, seq, limit)

    monkeypatch.setattr(eventlog, "after", interrupted)
    other.known_here("aalborg")
    both.arrives("cs.cpr")
    picture = other.known_here("aalborg").picture
    rows = both.store.read_here(lambda db: floors.read_floor(db, "aalborg", MORNING.date()))
    assert (picture.floor, picture.seq) == (rows, both.store.known_here("aalborg").picture.seq)
    other.close()

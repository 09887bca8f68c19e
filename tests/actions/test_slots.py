"""Hard appointments of Citizen Services in the same line: their desk, their time, their lateness."""

import pytest

from app.actions import calling, desks, reception
from app.actions.bookings import Imported, import_bookings
from app.actions.reception import Arrival
from app.domain.booking_list import read_bookings
from app.domain.errors import Refusal, Refused
from app.domain.sight import scene_of, turns
from app.domain.visit import Visit
from tests.builders import Hall, aalborg, party

SLOT = "Skranke;Dato;Tid;Minutter\ncs-2;25-11-2026;09:10;20\n"
REF = "cs-cs-2-0910"


def listed(hall: Hall, text: str = SLOT) -> Imported:
    return hall.do(lambda w: import_bookings(w, read_bookings(text.encode(), aalborg())))


def comes(hall: Hall) -> Visit:
    return hall.do(lambda w: reception.arrive(w, Arrival("booked", party(), booking=REF)))


def line(hall: Hall, desk: str) -> list[str]:
    return [t.party.key for t in turns(hall.floor(), aalborg(), hall.clock.at, desk)]  # type: ignore[arg-type]


def test_the_same_list_again_changes_nothing_and_a_new_length_updates_it(hall: Hall) -> None:
    assert listed(hall) == Imported(1, 0, 0)
    assert listed(hall) == Imported(0, 0, 0)
    assert listed(hall, SLOT.replace(";20", ";30")) == Imported(0, 1, 0)


def test_a_slot_binds_its_desk_and_its_reserved_minutes_are_planned_with(hall: Hall) -> None:
    hall.open()
    listed(hall)
    visit = comes(hall)
    assert (line(hall, "cs-2"), line(hall, "cs-1")) == ([visit.id], [])
    scene = scene_of(hall.floor(), aalborg(), hall.clock.at)  # type: ignore[arg-type]
    assert scene.parties[0].errands[0].minutes == 20.0


def test_from_its_time_on_a_slot_goes_before_those_who_came_earlier(hall: Hall) -> None:
    hall.open("cs-2")
    listed(hall)
    walk_in, booked = hall.arrives("cs.cpr"), comes(hall)
    hall.clock.forward(minutes=11)
    assert line(hall, "cs-2") == [booked.id, walk_in.id]


def test_walk_ins_fill_what_would_stand_idle_before_it(hall: Hall) -> None:
    hall.open("cs-2")
    listed(hall, SLOT.replace("09:10", "10:30"))
    walk_in = hall.arrives("cs.cpr")
    assert hall.do(lambda w: calling.call_next(w, "cs-2")).visit.id == walk_in.id


def test_whoever_comes_later_than_allowed_takes_a_turn_at_any_desk_and_is_shown_late(hall: Hall) -> None:
    hall.open()
    listed(hall)
    hall.clock.forward(minutes=30)
    visit = comes(hall)
    assert line(hall, "cs-1") == [visit.id]
    errand = scene_of(hall.floor(), aalborg(), hall.clock.at).parties[0].errands[0]  # type: ignore[arg-type]
    assert errand.due is None


def test_a_kiosk_keeps_to_the_authoritys_own_early_rule(hall: Hall) -> None:
    listed(hall, SLOT.replace("09:10", "09:20"))
    kiosk = Arrival("booked", party(), booking="cs-cs-2-0920", by_staff=False)
    with pytest.raises(Refused, match=Refusal.BOOKING_TOO_EARLY.value):
        hall.do(lambda w: reception.arrive(w, kiosk))
    hall.clock.forward(minutes=6)
    assert hall.do(lambda w: reception.arrive(w, kiosk)).number == 101


def test_when_its_desk_closes_for_the_day_another_one_may_call(hall: Hall) -> None:
    hall.open()
    listed(hall)
    visit = comes(hall)
    hall.do(lambda w: desks.close_desk(w, "cs-2"))
    assert line(hall, "cs-1") == [visit.id]


def test_those_who_go_on_alone_keep_the_time_and_the_desk(hall: Hall) -> None:
    hall.open()
    listed(hall)
    visit = hall.do(lambda w: reception.arrive(w, Arrival("booked", party(2), booking=REF)))
    alone = hall.do(lambda w: reception.split(w, visit.id, ("m2",)))
    assert set(line(hall, "cs-2")) == {visit.id, alone.id}
    assert line(hall, "cs-1") == []

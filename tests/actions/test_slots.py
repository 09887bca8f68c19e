"""Hard appointments of Citizen Services in the same line: their desk, their time, their lateness."""

import pytest

from app.actions import calling, desks, planning, reception, slots
from app.actions.bookings import Imported, import_bookings
from app.actions.reception import Arrival
from app.domain.booking_list import read_bookings
from app.domain.errors import Refusal, Refused
from app.domain.ids import moment
from app.domain.sight import scene_of
from app.domain.slot import minutes_late, slot_of
from app.domain.turns import turns
from app.domain.visit import Member, Visit
from tests.builders import Hall, aalborg, party

SLOT = "Skranke;Dato;Tid;Minutter\ncs-2;25-11-2026;09:10;20\n"
REF = "cs-cs-2-0910"


def listed(hall: Hall, text: str = SLOT) -> Imported:
    return hall.do(lambda w: import_bookings(w, read_bookings(text.encode(), aalborg())))


def comes(hall: Hall) -> Visit:
    return hall.do(lambda w: reception.arrive(w, Arrival("booked", party(), booking=REF)))


def line(hall: Hall, desk: str) -> list[str]:
    return [t.party.key for t in turns(hall.floor(), aalborg(), hall.clock.at, desk)]


def test_the_same_list_again_changes_nothing_and_a_new_length_updates_it(hall: Hall) -> None:
    assert listed(hall) == Imported(1, 0, 0)
    assert listed(hall) == Imported(0, 0, 0)
    assert listed(hall, SLOT.replace(";20", ";30")) == Imported(0, 1, 0)


def test_a_slot_binds_its_desk_and_its_reserved_minutes_are_planned_with(hall: Hall) -> None:
    hall.open()
    listed(hall)
    visit = comes(hall)
    assert (line(hall, "cs-2"), line(hall, "cs-1")) == ([visit.id], [])
    scene = scene_of(hall.floor(), aalborg(), hall.clock.at)
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
    errand = scene_of(hall.floor(), aalborg(), hall.clock.at).parties[0].errands[0]
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


def from_siri(hall: Hall) -> Visit:
    """A party that SIRI has just handed over, with CPR to come."""
    hall.open()
    visit = hall.arrives("siri.residence", "cs.cpr", arrival="booked")
    hall.served("siri-1", outcome="issued")
    return hall.visit(visit)


def test_a_slot_is_joined_to_the_open_stop_of_a_party_that_is_here_for_something_else(hall: Hall) -> None:
    visit = from_siri(hall)
    listed(hall)
    joined = hall.do(lambda w: slots.join_slot(w, visit.id, REF))
    stop = joined.of_service("cs.cpr")
    assert stop is not None and stop.appointment is not None
    assert len(joined.stops) == len(hall.visit(visit).stops) == 3
    assert hall.floor().bookings[REF].visit == visit.id
    hall.served("ihnd-1")
    assert (line(hall, "cs-2"), line(hall, "cs-1")) == ([visit.id], [])
    hall.clock.forward(minutes=30)
    later = hall.arrives("cs.cpr")
    assert line(hall, "cs-2") == [visit.id, later.id]


def test_whoever_siri_kept_past_their_slot_is_not_late(hall: Hall) -> None:
    visit = from_siri(hall)
    listed(hall)
    hall.do(lambda w: slots.join_slot(w, visit.id, REF))
    hall.clock.forward(minutes=60)
    stop = hall.visit(visit).of_service("cs.cpr")
    assert stop is not None
    assert minutes_late(aalborg(), hall.visit(visit), stop) == 0
    alone = slot_of(hall.floor(), aalborg(), hall.visit(visit), stop)
    assert alone is not None and alone.desk == "cs-2"


def test_a_slot_for_something_not_planned_yet_adds_its_stop(hall: Hall) -> None:
    hall.open()
    listed(hall)
    visit = hall.arrives("ihnd.career")
    assert [s.service for s in hall.do(lambda w: slots.join_slot(w, visit.id, REF)).stops] == ["ihnd.career", "cs.cpr"]


def test_a_slot_is_joined_once_and_only_while_it_stands(hall: Hall) -> None:
    hall.open()
    listed(hall)
    visit, other = hall.arrives("cs.cpr"), hall.arrives("cs.cpr")
    hall.do(lambda w: slots.join_slot(w, visit.id, REF))
    for who, ref, why in (
        (other, REF, Refusal.ALREADY_CHECKED_IN),
        (other, "cs-nothing", Refusal.UNKNOWN_BOOKING),
    ):
        with pytest.raises(Refused, match=why.value):
            hall.do(lambda w, who=who, ref=ref: slots.join_slot(w, who.id, ref))
    listed(hall, "Skranke;Dato;Tid;Minutter;Status\ncs-1;25-11-2026;10:10;20;Aflyst\n")
    with pytest.raises(Refused, match=Refusal.BOOKING_CANCELLED.value):
        hall.do(lambda w: slots.join_slot(w, other.id, "cs-cs-1-1010"))
    listed(hall, "Skranke;Dato;Tid;Minutter\ncs-1;25-11-2026;11:10;20\n")
    with pytest.raises(Refused, match=Refusal.ALREADY_CHECKED_IN.value):
        hall.do(lambda w: slots.join_slot(w, visit.id, "cs-cs-1-1110"))
    hall.do(lambda w: calling.call_visit(w, "cs-1", other.id))
    with pytest.raises(Refused, match=Refusal.VISIT_ELSEWHERE.value):
        hall.do(lambda w: slots.join_slot(w, other.id, "cs-cs-1-1110"))


def test_a_service_that_concerns_nobody_of_the_party_takes_no_slot(hall: Hall) -> None:
    hall.open()
    listed(hall, "Skranke;Dato;Tid;Minutter\ncareer-1;25-11-2026;11:10;20\n")
    child = hall.arrives("cs.cpr", adults=0, children=1, members=(Member("m1", "child", 9),))
    with pytest.raises(Refused, match=Refusal.SERVICE_NOT_SERVED.value):
        hall.do(lambda w: slots.join_slot(w, child.id, "ihnd-career-1-1110"))


def test_when_its_desk_pauses_past_the_time_the_party_is_to_be_told_and_another_desk_may_take_it(hall: Hall) -> None:
    hall.open()
    listed(hall)
    visit, walk_in = comes(hall), hall.arrives("cs.cpr")
    hall.do(lambda w: desks.pause_desk(w, "cs-2", moment("2026-11-25T08:09:00Z")))
    assert not hall.visit(visit).doubts, "back in time"
    hall.do(lambda w: desks.pause_desk(w, "cs-2", moment("2026-11-25T09:00:00Z")))
    assert dict(hall.visit(visit).doubts) == {visit.stops[0].id: "desk_away"}
    assert not hall.visit(walk_in).doubts
    hall.clock.forward(minutes=12)
    assert line(hall, "cs-1") == [walk_in.id]
    hall.do(lambda w: slots.any_desk(w, visit.id))
    assert not hall.visit(visit).doubts
    assert line(hall, "cs-1") == [visit.id, walk_in.id]
    assert listed(hall) == Imported(0, 0, 0), "the list that comes again does not bind it again"


def test_the_journey_offers_another_desk_where_that_is_clearly_earlier(hall: Hall) -> None:
    hall.open()
    listed(hall)
    visit = comes(hall)
    choices = lambda: [c.kind for c in hall.do(lambda w: planning.journey(w, visit.id, None, None, True)).choices]
    assert choices() == []
    hall.do(lambda w: desks.pause_desk(w, "cs-2", moment("2026-11-25T09:30:00Z")))
    assert choices() == ["other_desk"]
    hall.do(lambda w: slots.any_desk(w, visit.id))
    assert choices() == []

"""Slots: a time that an authority's own booking system gave, joined to a party that is in the house; and its desk let go."""

from dataclasses import replace

from app.actions import planning, reception
from app.actions.bookings import list_booking
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.slot import booking_of
from app.domain.stop import State
from app.domain.visit import Visit
from app.store.work import Work


def join_slot(work: Work, visit: str, ref: str) -> Visit:
    """The party has this time as well: its stop for the service takes it, or one is added. Refuses a time that is somebody's."""
    party, booking = reception.require_active(work, visit), work.floor.bookings.get(ref)
    if booking is None or booking.came_from is not None:
        raise Refused(Refusal.UNKNOWN_BOOKING)
    if booking.cancelled:
        raise Refused(Refusal.BOOKING_CANCELLED)
    if booking.visit is not None:
        raise Refused(Refusal.ALREADY_CHECKED_IN, number=work.floor.visits[booking.visit].number)
    stop = party.of_service(booking.service)
    if stop is not None and stop.state not in (State.WAITING, State.LOCKED):
        raise Refused(Refusal.VISIT_ELSEWHERE, desk=stop.desk)
    if stop is not None and stop.appointment is not None:
        raise Refused(Refusal.ALREADY_CHECKED_IN, number=party.number)
    joined = stop.id if stop else reception.add_stop(work, visit, booking.service)
    if joined is None:
        raise Refused(Refusal.SERVICE_NOT_SERVED)
    work.record(Kind.SLOT_JOINED, visit, joined, booking=ref)
    planning.look_again(work)
    return work.floor.visit(visit)


def any_desk(work: Work, visit: str) -> Visit:
    """What was given to the party at one desk may be done at any other that does it; its time stays."""
    party = reception.require_active(work, visit)
    for stop in party.open_stops:
        booking = booking_of(work.floor, party, stop) if stop.appointment else None
        if booking is not None and booking.at_desk is not None:
            list_booking(work, work.day, replace(booking, at_desk=None))
    planning.look_again(work)
    return work.floor.visit(visit)

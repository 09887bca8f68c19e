"""Times that an authority's own booking system gave: how they bind the line, and what lateness does to them.

The clock never takes such a time from anybody. Who comes later than the authority allows keeps the stop, loses its precedence and
its desk, and is shown as late: the authority decides.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.floor import Booking, DeskState, Floor
from app.domain.house import House
from app.domain.stop import State, Stop
from app.domain.visit import Visit

PAUSE = timedelta(minutes=15)
"""A pause that nobody gave an end is believed to last so long from now."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What a given time means for the line."""

    starts_at: datetime
    opens: datetime  # may be called from here on
    late: int  # minutes that the party checked in after its time, where that is more than the authority allows; else 0
    minutes: float | None = None  # how long the authority reserved
    desk: str | None = None  # the only desk it may be served at


def slot_of(floor: Floor, house: House, visit: Visit, stop: Stop) -> Slot | None:
    """The given time of a stop; None for one that nobody gave a time."""
    if stop.appointment is None:
        return None
    authority, booking = house.authorities[stop.authority], booking_of(floor, visit, stop)
    late = minutes_late(house, visit, stop)
    opens = stop.appointment - timedelta(minutes=authority.early_minutes)
    minutes = booking.minutes if booking else None
    bound = booking.at_desk if booking and not late and _staffed(floor, booking.at_desk) else None
    return Slot(stop.appointment, opens, late, minutes, bound)


def minutes_late(house: House, visit: Visit, stop: Stop) -> int:
    """By how much a party checked in after its given time, where that is more than the authority allows; else 0."""
    allowed = timedelta(minutes=house.authorities[stop.authority].late_minutes)
    over = visit.arrived_at - stop.appointment if stop.appointment else timedelta()
    return int(over.total_seconds() // 60) if over > allowed else 0


def booking_of(floor: Floor, visit: Visit, stop: Stop) -> Booking | None:
    """The booking that gave the time, also for those who went on from the visit with a number of their own."""
    came = [visit]
    while (last := came[-1]).came_from in floor.visits:
        came.append(floor.visits[last.came_from or ""])
    for booking in [floor.bookings.get(v.booking or "") for v in came]:
        if booking and booking.service == stop.service:
            return booking
    joined = {v.id for v in came}
    return next((b for b in floor.bookings.values() if b.visit in joined and b.service == stop.service), None)


def desk_away(floor: Floor, slot: Slot, at: datetime) -> bool:
    """Whether the only desk that may serve this time will hardly be there for it: paused past it, or not opened yet."""
    if slot.desk is None:
        return False
    now = floor.desk(slot.desk)
    if now.state is DeskState.PAUSED:
        return (now.until or at + PAUSE) > slot.starts_at
    return now.state is DeskState.CLOSED and at >= slot.starts_at


def _staffed(floor: Floor, desk: str | None) -> bool:
    """A desk that has closed for the day binds nobody: any other that does the service may call."""
    now = floor.desk(desk or "")
    return not (now.state is DeskState.CLOSED and now.since is not None)


def late_by(floor: Floor, authority: str, at: datetime) -> timedelta:
    """How far behind its given times an authority runs: by who has waited longest past theirs, or since they came late."""
    waits = [
        at - max(s.appointment, v.arrived_at)
        for v in floor.active
        for s in v.stops
        if s.authority == authority and s.state is State.WAITING and s.appointment is not None
    ]
    return max([timedelta(), *waits])

"""Doubt: which open stops of a party may not be reached today, and why. Who has one must be told, at once and by somebody."""

from collections.abc import Collection
from datetime import datetime

from app.domain import doors, hours
from app.domain.floor import DeskState, Floor
from app.domain.house import House
from app.domain.stop import State
from app.domain.visit import Visit

OPEN = frozenset({State.LOCKED, State.WAITING})

SERVICE_DOWN, NO_DESK, UNSTAFFED, NEEDS, CLOSING = "service_down", "no_desk", "unstaffed", "needs", "closing"
"""It is out of order for longer than the promise, no desk does it any more today, nobody is at a desk for it yet, it comes after
something in doubt, or the line will hardly reach it."""

SEEN_AHEAD = frozenset({UNSTAFFED, NEEDS, CLOSING})
"""What only a forecast can tell."""


def doubts_of(floor: Floor, house: House, at: datetime, visit: Visit, hardly: Collection[str]) -> dict[str, str]:
    """Stop -> why, of one party; `hardly` are the stops that a forecast seldom reaches."""
    found: dict[str, str] = {}
    for stop in visit.open_stops:
        if stop.state in OPEN and stop.service in house.services:
            why = _why(floor, house, at, visit, stop.id, hardly)
            if why is not None:
                doubtful = {visit.stop(s).service for s in found}
                behind = stop.id in hardly and doubtful & set(doors.locked_by(visit, house, stop))
                found[stop.id] = NEEDS if behind else why
    return found


def _why(floor: Floor, house: House, at: datetime, visit: Visit, stop: str, hardly: Collection[str]) -> str | None:
    service = visit.stop(stop).service
    if _down_too_long(floor, house, at, visit, stop):
        return SERVICE_DOWN
    if not _served(floor, house, at, service):
        return NO_DESK
    if stop not in hardly:
        return None
    nows = [floor.desk(d.code) for d in house.desks.values() if service in d.services]
    return UNSTAFFED if all(n.state is DeskState.CLOSED for n in nows) else CLOSING


def _down_too_long(floor: Floor, house: House, at: datetime, visit: Visit, stop: str) -> bool:
    service = visit.stop(stop).service
    outage = floor.outages.get(service)
    if outage is None:
        return False
    closes, told = hours.closes_at(house, house.services[service].authority, at), visit.windows.get(stop)
    back = outage.expected_back
    return back is None or (closes is not None and back >= closes) or (told is not None and told.end < back)


def _served(floor: Floor, house: House, at: datetime, service: str) -> bool:
    """Whether a desk may still do it today: one that nobody has closed for the day, within its hours."""
    for desk in house.desks.values():
        now = floor.desk(desk.code)
        closed = now.state is DeskState.CLOSED and now.since is not None
        spans = hours.desk_intervals(house, desk.code, floor.day) if service in desk.services and not closed else ()
        if spans and (at < spans[-1][1] or now.stop is not None):
            return True
    return False


def open_doubts(visit: Visit) -> dict[str, str]:
    """What is in doubt of what a party still waits for, in the order of its stops."""
    return {s.id: visit.doubts[s.id] for s in visit.stops if s.state in OPEN and s.id in visit.doubts}

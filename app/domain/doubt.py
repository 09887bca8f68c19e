"""Doubt: which open stops of a party may not be reached today, and why. Who has one must be told, at once and by somebody."""

from collections.abc import Collection
from datetime import datetime

from app.domain import doors, hours
from app.domain.floor import DeskState, Floor
from app.domain.house import House
from app.domain.slot import desk_away, slot_of
from app.domain.stop import State, Stop
from app.domain.visit import Visit

OPEN = frozenset({State.LOCKED, State.WAITING})

SERVICE_DOWN, DESK_AWAY, NO_DESK, UNSTAFFED = "service_down", "desk_away", "no_desk", "unstaffed"
NEEDS, CLOSING = "needs", "closing"
"""It is out of order for longer than the promise, the only desk that may do it will not be there for its time, no desk does it any
more today, nobody is at a desk for it yet, it comes after something in doubt, or the line will hardly reach it."""

SEEN_AHEAD = frozenset({UNSTAFFED, NEEDS, CLOSING})
"""What only a forecast can tell."""


class Doubts:
    """What may not be reached on this floor; what holds for a service is found once for all who need it."""

    def __init__(self, floor: Floor, house: House, at: datetime) -> None:
        self._floor, self._house, self._at = floor, house, at
        self._served: dict[str, str | None] = {}

    def of(self, visit: Visit, hardly: Collection[str]) -> dict[str, str]:
        """Stop -> why, of one party; `hardly` are the stops that a forecast seldom reaches.

        What follows in a sitting that has begun is called in no future, and reached all the same.
        """
        found: dict[str, str] = {}
        hardly = set(hardly).difference(self._floor.follows(visit))
        for stop in visit.open_stops:
            if stop.state in OPEN and stop.service in self._house.services:
                why = self._why(visit, stop, hardly)
                if why is not None:
                    doubtful = {visit.stop(s).service for s in found}
                    behind = stop.id in hardly and doubtful & set(doors.locked_by(visit, self._house, stop))
                    found[stop.id] = NEEDS if behind else why
        return found

    def _why(self, visit: Visit, stop: Stop, hardly: Collection[str]) -> str | None:
        if self._down_too_long(visit, stop):
            return SERVICE_DOWN
        slot = slot_of(self._floor, self._house, visit, stop)
        if slot is not None and desk_away(self._floor, slot, self._at):
            return DESK_AWAY
        if stop.service not in self._served:
            self._served[stop.service] = self._not_served(stop.service)
        lacking = self._served[stop.service]
        if lacking == NO_DESK:
            return NO_DESK
        return (lacking or CLOSING) if stop.id in hardly else None

    def _down_too_long(self, visit: Visit, stop: Stop) -> bool:
        outage, told = self._floor.outages.get(stop.service), visit.windows.get(stop.id)
        if outage is None:
            return False
        closes, back = hours.closes_at(self._house, stop.authority, self._at), outage.expected_back
        return back is None or (closes is not None and back >= closes) or (told is not None and told.end < back)

    def _not_served(self, service: str) -> str | None:
        """That no desk does it any more today, or that nobody has sat down at one yet; None where somebody has."""
        found: str | None = NO_DESK
        for desk in self._house.desks.values():
            now = self._floor.desk(desk.code)
            closed = now.state is DeskState.CLOSED and now.since is not None
            doing = service in desk.services and not closed
            spans = hours.desk_intervals(self._house, desk.code, self._floor.day) if doing else ()
            if spans and (self._at < spans[-1][1] or now.stop is not None):
                if now.state is not DeskState.CLOSED:
                    return None
                found = UNSTAFFED
        return found


def open_doubts(visit: Visit) -> dict[str, str]:
    """What is in doubt of what a party still waits for, in the order of its stops."""
    return {s.id: visit.doubts[s.id] for s in visit.stops if s.state in OPEN and s.id in visit.doubts}

"""The outcome, not the visit, opens the next door.

A locked stop waits for earlier stops of the same visit. Each requirement of its service binds a member only when the
visit holds such an earlier stop for that member; it is met when that stop ended with an outcome that opens the door,
and shut for good when it ended otherwise. A stop opens for the members whose requirements are all met, once every
member's are decided; members whose door is shut leave it, and a stop that nobody is left for is dropped.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import Enum

from app.domain.events import Event, Kind
from app.domain.floor import Floor
from app.domain.house import House, Requirement
from app.domain.replay import apply
from app.domain.stop import State, Stop
from app.domain.visit import Visit


class Door(Enum):
    """How a requirement stands for one member."""

    OPEN = "open"
    UNDECIDED = "undecided"
    SHUT = "shut"


def settle(floor: Floor, house: House, visit_id: str, at: datetime) -> Iterator[Event]:
    """The events that follow from the outcomes so far: doors that open, members who leave a stop, stops nobody can reach."""
    while event := _next(floor.visits[visit_id], house, at):
        yield event
        floor = apply(floor, event)


def _next(visit: Visit, house: House, at: datetime) -> Event | None:
    for stop in visit.stops:
        if stop.state is not State.LOCKED:
            continue
        doors = {member: door(visit, house, stop, member) for member in stop.members}
        able = tuple(m for m in stop.members if doors[m] is not Door.SHUT)
        if not able:
            return Event(Kind.DROPPED, at, visit.id, stop.id, None, {"why": "door_shut"})
        if len(able) < len(stop.members):
            return Event(Kind.NARROWED, at, visit.id, stop.id, None, {"members": list(able), "why": "door_shut"})
        if all(d is Door.OPEN for d in doors.values()):
            return Event(Kind.UNLOCKED, at, visit.id, stop.id)
    return None


def door(visit: Visit, house: House, stop: Stop, member: str) -> Door:
    """Whether `stop` may be served for `member` as things stand."""
    requires = house.services[stop.service].requires if stop.service in house.services else ()
    found = [_one(visit, requirement, member) for requirement in requires]
    if Door.SHUT in found:
        return Door.SHUT
    return Door.UNDECIDED if Door.UNDECIDED in found else Door.OPEN


def _one(visit: Visit, requirement: Requirement, member: str) -> Door:
    earlier = [s for s in visit.stops if s.service == requirement.service and member in s.members]
    if not earlier or any(_opens(s, requirement, member) for s in earlier):
        return Door.OPEN
    if any(s.state not in (State.DONE, State.DROPPED) for s in earlier):
        return Door.UNDECIDED
    return Door.SHUT


def _opens(stop: Stop, requirement: Requirement, member: str) -> bool:
    if stop.state is not State.DONE:
        return False
    return not requirement.outcomes or stop.outcomes.get(member) in requirement.outcomes


def locked_by(visit: Visit, house: House, stop: Stop) -> tuple[str, ...]:
    """The services that a locked stop still waits for, in the order of the house file."""
    if stop.state is not State.LOCKED or stop.service not in house.services:
        return ()
    waits = house.services[stop.service].requires
    return tuple(r.service for r in waits if any(_one(visit, r, m) is Door.UNDECIDED for m in stop.members))


def first_state(visit: Visit, house: House, service: str, members: tuple[str, ...], at: datetime) -> State:
    """The state in which a new stop begins: waiting, or locked behind something of this visit."""
    probe = Stop("", service, "", members, State.LOCKED, at, at)
    opens = all(door(visit, house, probe, m) is Door.OPEN for m in members)
    return State.WAITING if opens else State.LOCKED

"""The floorwalker's tablet: whom to receive, who is in the house and when, which desks and services run."""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from app.domain.floor import Floor
from app.domain.house import House
from app.domain.stop import State
from app.domain.visit import Presence, Visit
from app.screens.desk import undoes
from app.screens.devices import DeviceShape, SenderShape
from app.screens.lanes import Axis, Lane, axis, lane
from app.screens.shapes import DeskShape, Shape, Time, VisitShape, desk_shape, visit_shape

MOST_SHAPES = 2048

T = TypeVar("T", bound=tuple[Any, ...])


class ToReceive(Shape):
    """A party that waits for a floorwalker."""

    visit: str
    number: int
    adults: int
    children: int
    language: str
    interpreter: str | None
    priority: bool
    came_from: str | None  # the authority that hands over; none for a walk-in
    outcome: str | None
    since: Time
    alarmed: bool
    taken_by: str | None = None


class ServiceShape(Shape):
    """Whether a service runs."""

    code: str
    paused: bool
    expected_back: Time | None = None
    notice: str = ""


class UndoShape(Shape):
    """An act of the floor that can be taken back until then."""

    what: str  # call start finish: of a reception; left: a departure
    desk: str | None
    visit: str
    number: int
    until: Time


class FloorScreen(Shape):
    """What a floorwalker sees."""

    seq: int
    epoch: str
    at: Time
    to_receive: list[ToReceive]
    visits: list[VisitShape]
    axis: Axis
    lanes: list[Lane]
    desks: list[DeskShape]
    services: list[ServiceShape]
    undos: list[UndoShape]
    expected: int  # bookings that have not come yet
    devices: list[DeviceShape] = []
    senders: list[SenderShape] = []


def show(floor: Floor, house: House, at: datetime, seq: int, epoch: str) -> FloorScreen:
    """The tablet's first page; who waits longest for a floorwalker comes first."""
    waiting = [t for v in floor.active if (t := _to_receive(v, house)) is not None]
    minute = at.replace(second=0, microsecond=0)  # lanes say times in minutes: within one they stay as they are
    on = axis(minute)
    return FloorScreen(
        seq=seq,
        epoch=epoch,
        at=at,
        to_receive=sorted(waiting, key=lambda t: (not t.alarmed, t.since, t.number)),
        visits=[_shape(v, house) for v in floor.active],
        axis=on,
        lanes=[_lane(v, floor.follows(v), house, minute, on) for v in floor.active],
        desks=[desk_shape(code, floor, house) for code, d in house.desks.items() if not d.only or floor.day in d.only],
        services=[_service(code, floor) for code in house.services],
        undos=undos(floor, house, at),
        expected=sum(not b.cancelled and b.visit is None for b in floor.bookings.values()),
    )


_shapes: dict[int, tuple[Visit, House, VisitShape]] = {}
"""By the identity of a visit, which never changes: an event makes one of them anew, and the tablet shows them all."""

_lanes: dict[int, tuple[Visit, House, datetime, Lane]] = {}
"""The same for lanes, each as it was drawn last."""


def _shape(visit: Visit, house: House) -> VisitShape:
    """A visit as the tablet lists it, made once."""
    known = _shapes.get(id(visit))
    if known is None or known[0] is not visit or known[1] is not house:
        known = visit, house, visit_shape(visit, house, 0)
        _keep(_shapes, known)
    return known[2]


def _lane(visit: Visit, follows: tuple[str, ...], house: House, minute: datetime, on: Axis) -> Lane:
    """A visit's lane, made once a minute; the same one as long as it says the same."""
    known = _lanes.get(id(visit))
    if known is None or known[0] is not visit or known[1] is not house or known[2] != minute:
        made = lane(visit, follows, house, minute, on)
        known = visit, house, minute, known[3] if known and known[3] == made else made
        _keep(_lanes, known)
    return known[3]


def _keep(kept: dict[int, T], made: T) -> None:
    if len(kept) >= MOST_SHAPES:
        kept.clear()
    kept[id(made[0])] = made


def undos(floor: Floor, house: House, at: datetime) -> list[UndoShape]:
    """What the floor may take back now, newest first: the last act of each reception, and who was said to have left."""
    span = timedelta(seconds=house.undo_seconds)
    found = []
    for code in (c for c, d in house.desks.items() if d.roaming):
        last = floor.desk(code).last
        if last is not None and at < last.at + span:
            number, what = floor.visits[last.visit].number, undoes(last, floor.desk(code).stop)
            found.append(UndoShape(what=what, desk=code, visit=last.visit, number=number, until=last.at + span))
    for visit in floor.visits.values():
        if visit.presence is Presence.LEFT and visit.ended_at is not None and at < visit.ended_at + span:
            until = visit.ended_at + span
            found.append(UndoShape(what="left", desk=None, visit=visit.id, number=visit.number, until=until))
    return sorted(found, key=lambda u: u.until, reverse=True)


def _to_receive(visit: Visit, house: House) -> ToReceive | None:
    stop = visit.of_service(house.reception)
    if stop is None or stop.state not in (State.WAITING, State.CALLED):
        return None
    given = [s for s in visit.stops if s.state is State.DONE and s.outcomes]
    children = sum(m.kind == "child" for m in visit.members)
    said = {o for s in given for o in s.outcomes.values()}
    return ToReceive(
        visit=visit.id,
        number=visit.number,
        adults=len(visit.members) - children,
        children=children,
        language=visit.language,
        interpreter=visit.interpreter,
        priority=visit.priority,
        came_from=visit.offer.giver if visit.offer and visit.offer.giver != stop.authority else None,
        outcome=said.pop() if len(said) == 1 else None,
        since=stop.since,
        alarmed=visit.offer is not None and visit.offer.alarmed,
        taken_by=stop.desk if stop.state is State.CALLED else None,
    )


def _service(code: str, floor: Floor) -> ServiceShape:
    outage = floor.outages.get(code)
    if outage is None:
        return ServiceShape(code=code, paused=False)
    return ServiceShape(code=code, paused=True, expected_back=outage.expected_back, notice=outage.notice)

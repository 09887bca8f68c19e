"""The shapes that several screens and answers share: a visit and its stops, as the outside knows them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from app.domain import doors
from app.domain.doubt import open_doubts
from app.domain.floor import Floor
from app.domain.house import House
from app.domain.ids import iso
from app.domain.journey import is_tentative
from app.domain.pathway import missing_hard, papers_for
from app.domain.slot import minutes_late
from app.domain.stop import State, Stop
from app.domain.visit import Visit
from app.domain.visit import Window as Promise

Time = Annotated[datetime, PlainSerializer(iso, when_used="json")]
"""A moment; RFC 3339 in UTC with Z as JSON."""

Span = tuple[datetime, datetime]
"""From and to."""

Words = dict[str, str]
"""A label in several languages."""


class Shape(BaseModel):
    """A part of a screen or an answer; never changed once made."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)


class Window(Shape):
    """A promise: called between these moments."""

    start: Time = Field(alias="from")
    end: Time = Field(alias="to")


class MemberShape(Shape):
    """A person of the party."""

    id: str
    kind: str
    age: int | None = None


class PapersShape(Shape):
    """What is not there yet for a stop."""

    missing: list[str]
    blocking: list[str] = []


class StopShape(Shape):
    """One service within a visit."""

    id: str
    service: str
    authority: str
    state: State
    members: list[str]
    desk: str | None = None
    window: Window | None = None
    appointment: Time | None = None
    since: Time
    called_at: Time | None = None
    started_at: Time | None = None
    ended_at: Time | None = None
    outcome: str | None = None  # when all members share it
    outcomes: dict[str, str] = {}
    locked_by: list[str] = []
    papers: PapersShape
    why: str | None = None
    tentative: bool = False  # stands only if an outcome still to come allows it
    doubt: str | None = None  # why it may not be reached today
    late: int = 0  # minutes after a given time, where that is more than the authority allows


class HandoffShape(Shape):
    """A visit on its way to another authority."""

    giver: str
    taker: str
    since: Time
    alarmed: bool


class VisitShape(Shape):
    """A party's day."""

    id: str
    number: int
    token: str | None = None
    link: str | None = None
    state: str
    arrival: str
    arrived_at: Time
    members: list[MemberShape]
    language: str
    pathway: str | None = None
    priority: bool
    interpreter: str | None = None
    leave_by: Time | None = None
    away_until: Time | None = None
    comes_back: str | None = None
    owner: str
    handoff: HandoffShape | None = None
    stops: list[StopShape]
    finish: Window | None = None
    moved: str | None = None  # why a promise was last told or moved
    noted: bool = False
    seq: int


def visit_shape(visit: Visit, house: House, seq: int, token: str | None = None, base_url: str = "") -> VisitShape:
    """A visit as the outside knows it; with its token only for who may have it."""
    offer = visit.offer
    return VisitShape(
        id=visit.id,
        number=visit.number,
        token=token,
        link=f"{base_url}/t/{token}" if token else None,
        state=visit.presence.value,
        arrival=visit.arrival,
        arrived_at=visit.arrived_at,
        members=[MemberShape(id=m.id, kind=m.kind, age=m.age) for m in visit.members],
        language=visit.language,
        pathway=visit.pathway,
        priority=visit.priority,
        interpreter=visit.interpreter,
        leave_by=visit.leave_by,
        away_until=visit.away_until,
        comes_back=visit.comes_back.isoformat() if visit.comes_back else None,
        owner=visit.owner,
        handoff=HandoffShape(giver=offer.giver, taker=offer.taker, since=offer.at, alarmed=offer.alarmed)
        if offer
        else None,
        stops=[stop_shape(s, visit, house) for s in visit.stops],
        finish=finish_shape(visit),
        moved=visit.moved,
        noted=visit.noted,
        seq=seq,
    )


def stop_shape(stop: Stop, visit: Visit, house: House) -> StopShape:
    """One stop of a visit as the outside knows it."""
    said = set(stop.outcomes.values())
    return StopShape(
        id=stop.id,
        service=stop.service,
        authority=stop.authority,
        state=stop.state,
        members=list(stop.members),
        desk=stop.desk,
        window=window_shape(visit.windows.get(stop.id)),
        appointment=stop.appointment,
        since=stop.since,
        called_at=stop.called_at,
        started_at=stop.started_at,
        ended_at=stop.ended_at,
        outcome=said.pop() if len(said) == 1 else None,
        outcomes=dict(stop.outcomes),
        locked_by=list(doors.locked_by(visit, house, stop)),
        papers=papers_shape(stop, visit, house),
        why=stop.why,
        tentative=is_tentative(visit, house, stop.id),
        doubt=open_doubts(visit).get(stop.id) if visit.doubts else None,
        late=minutes_late(house, visit, stop) if stop.authority in house.authorities else 0,
    )


def papers_shape(stop: Stop, visit: Visit, house: House) -> PapersShape:
    """Which papers of this stop are known to be missing, and which of these block it."""
    if stop.service not in house.services:
        return PapersShape(missing=[])
    needs = papers_for(house, visit.pathway, stop.service)
    missing = [n.paper for n in needs if n.paper in visit.papers_missing]
    return PapersShape(
        missing=missing, blocking=list(missing_hard(house, visit.pathway, stop.service, visit.papers_missing))
    )


def window_shape(promise: Promise | None) -> Window | None:
    """A promise as it is shown."""
    return Window(start=promise.start, end=promise.end) if promise else None


def finish_shape(visit: Visit) -> Window | None:
    """When the visit should be over, as it is said beside its calls."""
    over = visit.finish
    told = [
        visit.windows[s.id]
        for s in visit.open_stops
        if s.id in visit.windows and s.state in (State.WAITING, State.LOCKED)
    ]
    said = after_calls((over.start, over.end) if over else None, [(w.start, w.end) for w in told])
    return Window(start=said[0], end=said[1]) if said else None


def after_calls(over: Span | None, calls: Iterable[Span]) -> Span | None:
    """The end of a visit beside its calls: from the last of them on at the earliest.

    Not said while a call that moved alone reaches past it, for both cannot be true.
    """
    known = list(calls)
    if over is None or any(end > over[1] for _, end in known):
        return None
    return max([over[0], *(start for start, _ in known)]), over[1]


class DeskShape(Shape):
    """A desk as it stands."""

    id: str
    authority: str
    services: list[str]
    state: str
    since: Time | None = None
    until: Time | None = None
    visit: str | None = None
    stop: str | None = None
    number: int | None = None
    at_desk: State | None = None  # called or serving


def desk_shape(code: str, floor: Floor, house: House) -> DeskShape:
    """A desk as the outside knows it."""
    desk, now, found = house.desks[code], floor.desk(code), floor.in_hand(code)
    return DeskShape(
        id=code,
        authority=desk.authority,
        services=list(desk.services),
        state=now.state.value,
        since=now.since,
        until=now.until,
        visit=now.visit,
        stop=now.stop,
        number=floor.visits[now.visit].number if now.visit else None,
        at_desk=found[1].state if found else None,
    )

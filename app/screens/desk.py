"""A clerk's desk: who is in hand, who comes next and why, and what the table of moves allows now."""

from datetime import datetime, timedelta

from app.domain import hours
from app.domain.errors import Refusal, Refused
from app.domain.floor import DeskState, Floor, LastAct
from app.domain.house import House
from app.domain.line import Turn, Why
from app.domain.lines import Lines
from app.domain.pathway import papers_for
from app.domain.stop import IN_HAND, Move, State, Stop, may_move
from app.domain.turns import reason
from app.domain.visit import Visit
from app.screens.shapes import (
    DeskShape,
    MemberShape,
    Shape,
    StopShape,
    Time,
    Window,
    desk_shape,
    stop_shape,
    window_shape,
)

SHOWN = 20


class InHand(Shape):
    """The party at the desk."""

    visit: str
    number: int
    members: list[MemberShape]
    language: str
    interpreter: str | None
    priority: bool
    noted: bool
    stop: StopShape
    outcomes: list[str]  # what a finish may say
    sitting: list[StopShape]  # what follows without a new call
    papers: list[str]  # those that block come first
    papers_hard: list[str]
    papers_seen: list[str]
    papers_missing: list[str]
    hands_on: bool  # whether the outcome decides if a floorwalker receives them next
    addable: list[str]


class LineEntry(Shape):
    """A party in line, with the reason for its place as a code and figures."""

    visit: str
    number: int
    service: str
    services: list[str]
    persons: int
    since: Time
    window: Window | None
    why: str
    why_values: dict[
        str, Time | float | str
    ] = {}  # `at` is a moment, `minutes` a length, `service` another than is called


class HeldEntry(Shape):
    """A stop set aside here."""

    visit: str
    number: int
    service: str
    since: Time


class Colleague(Shape):
    """Another desk, and whom it has in hand: who is called where."""

    desk: str
    state: str
    number: int | None
    at_desk: State | None  # called or serving
    since: Time | None


class DeskScreen(Shape):
    """What a clerk sees."""

    seq: int
    epoch: str
    at: Time
    desk: DeskShape
    in_hand: InHand | None
    line: list[LineEntry]
    waiting: int
    held: list[HeldEntry]
    colleagues: list[Colleague]
    moves: list[str]
    undo_until: Time | None
    undo_of: str | None  # call, start or finish
    undo_number: int | None


def show(
    floor: Floor, house: House, at: datetime, seq: int, epoch: str, desk: str, lines: Lines | None = None
) -> DeskScreen:
    """The screen of one desk; `lines` are shared with other screens. Refuses a desk that the house does not have."""
    if desk not in house.desks:
        raise Refused(Refusal.UNKNOWN_DESK, desk=desk)
    shape = desk_shape(desk, floor, house)
    found = floor.in_hand(desk)
    order = (lines or Lines(floor, house, at)).turns(desk)
    last = floor.desk(desk).last
    undo_until = last.at + timedelta(seconds=house.undo_seconds) if last else None
    open_still = undo_until is not None and at < undo_until
    return DeskScreen(
        seq=seq,
        epoch=epoch,
        at=at,
        desk=shape,
        in_hand=_in_hand(floor, house, at, desk, *found) if found else None,
        line=[
            _entry(floor, turn, why, reason(why, floor, house, at)) for turn, why in ((t, t.why) for t in order[:SHOWN])
        ],
        waiting=len(order),
        held=_held(floor, house, desk),
        colleagues=_colleagues(floor, house, desk),
        moves=moves(floor, desk, open_still),
        undo_until=undo_until if open_still else None,
        undo_of=undoes(last, floor.desk(desk).stop) if last and open_still else None,
        undo_number=floor.visits[last.visit].number if last and open_still else None,
    )


def undoes(last: LastAct, in_hand: str | None) -> str:
    """Which act an undo would take back, by what the desk had in hand before it and has now."""
    if last.in_hand is None:
        return Move.CALL.value
    return Move.START.value if last.in_hand == in_hand else Move.FINISH.value


def moves(floor: Floor, desk: str, undoable: bool) -> list[str]:
    """What may be done at this desk now: read from the table of moves."""
    found = floor.in_hand(desk)
    state = floor.desk(desk).state
    here = [Move.RECALL, Move.START, Move.FINISH, Move.MISS, Move.REQUEUE, Move.HOLD]
    offered = [m.value for m in here if found and may_move(found[1], m)]
    if found is None and state is DeskState.OPEN:
        offered.append(Move.CALL.value)
    return offered + ([Move.UNDO.value] if undoable else [])


def _in_hand(floor: Floor, house: House, at: datetime, desk: str, visit: Visit, stop: Stop) -> InHand:
    service = house.services.get(stop.service)
    wanted = {s.service for s in visit.open_stops}
    needs = sorted(papers_for(house, visit.pathway, stop.service), key=lambda n: not n.hard) if service else []
    return InHand(
        visit=visit.id,
        number=visit.number,
        members=[MemberShape(id=m.id, kind=m.kind, age=m.age) for m in visit.members],
        language=visit.language,
        interpreter=visit.interpreter,
        priority=visit.priority,
        noted=visit.noted,
        stop=stop_shape(stop, visit, house),
        outcomes=list(service.outcomes) if service else [],
        sitting=[stop_shape(visit.stop(s), visit, house) for s in floor.desk(desk).sitting],
        papers=[n.paper for n in needs],
        papers_hard=[n.paper for n in needs if n.hard],
        papers_seen=sorted(visit.papers_seen),
        papers_missing=sorted(visit.papers_missing),
        hands_on=bool(service and service.unlocking),
        addable=[s for s in _still_to_be_had(floor, house, at) if s not in wanted],
    )


def _still_to_be_had(floor: Floor, house: House, at: datetime) -> list[str]:
    """The services for which one may come without an appointment, and whose authority is not closed for the rest of the day."""
    walk_in = [s for s in house.services.values() if s.walk_in]
    return [s.code for s in walk_in if any(at < end for _, end in hours.open_intervals(house, s.authority, floor.day))]


def _entry(floor: Floor, turn: Turn, why: Why, values: dict[str, datetime | float | str]) -> LineEntry:
    visit = floor.visits[turn.party.key]
    stop = visit.stop(turn.errands[0])
    if turn.why.code == "window_ends" and (ends := _ends_first(visit)) not in (None, stop):
        values = values | {"service": ends.service}
    return LineEntry(
        visit=visit.id,
        number=visit.number,
        service=stop.service,
        services=[visit.stop(s).service for s in turn.errands],
        persons=len(stop.members),
        since=visit.arrived_at,
        window=window_shape(visit.windows.get(stop.id)),
        why=why.code,
        why_values=values,
    )


def _ends_first(visit: Visit) -> Stop | None:
    """The open stop whose window ends first."""
    told = [s for s in visit.open_stops if s.id in visit.windows]
    return min(told, key=lambda s: visit.windows[s.id].end, default=None)


def _held(floor: Floor, house: House, desk: str) -> list[HeldEntry]:
    """Stops set aside by this desk, for parties that stand nowhere else."""
    return [
        HeldEntry(visit=v.id, number=v.number, service=s.service, since=s.since)
        for v in floor.active
        for s in v.stops
        if s.state is State.HELD and s.desk == desk and not any(o.state in IN_HAND for o in v.stops)
    ]


def _colleagues(floor: Floor, house: House, desk: str) -> list[Colleague]:
    """The other desks that are staffed now, those of the same authority first."""
    own = house.desks[desk].authority
    codes = sorted((c for c in house.desks if c != desk), key=lambda c: house.desks[c].authority != own)
    return [_colleague(floor, code) for code in codes if floor.desk(code).state is not DeskState.CLOSED]


def _colleague(floor: Floor, code: str) -> Colleague:
    found, now = floor.in_hand(code), floor.desk(code)
    if found is None:
        return Colleague(desk=code, state=now.state.value, number=None, at_desk=None, since=now.since)
    visit, stop = found
    return Colleague(desk=code, state=now.state.value, number=visit.number, at_desk=stop.state, since=stop.since)

"""Calling: next, a specific one, again, missed, put back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.actions import telling
from app.actions.reception import require_active, settle
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.floor import DeskState
from app.domain.ids import call_id
from app.domain.stop import Move, Stop, may_move, require_move
from app.domain.turns import next_turn, reason, turns_behind
from app.domain.visit import Visit
from app.store.work import Work

BEHIND = 2
"""A party that missed its call, or was put back, comes behind the next two."""


@dataclass(frozen=True, slots=True)
class Called:
    """A call as it was made."""

    id: str
    visit: Visit
    stop: Stop
    again: bool
    why: str
    why_values: Mapping[str, datetime | float | str] = field(default_factory=dict)  # the figures that word it


def call_next(work: Work, desk: str) -> Called:
    """Call whoever the line says is next at this desk."""
    require_free(work, desk)
    # The index alone, no call tried on futures: the clerk's line, the citizens' places and this call are one order.
    turn = next_turn(work.floor, work.house, work.at, desk)
    if turn is None:
        raise Refused(Refusal.LINE_EMPTY)
    why = turn.why
    values = reason(why, work.floor, work.house, work.at)
    called = _call(work, desk, turn.party.key, turn.errands, why.code, why.code == "priority")
    return replace(called, why_values=values)


def call_visit(work: Work, desk: str, visit: str) -> Called:
    """Call one party out of turn: always possible while the table of moves allows it, and kept with its reason."""
    require_free(work, desk)
    party = require_active(work, visit)
    if party.in_hand:
        raise Refused(Refusal.VISIT_ELSEWHERE, desk=party.in_hand.desk, number=party.number)
    served = work.house.desks[desk].services
    here = [s for s in party.waiting if s.service in served]
    if not here:
        _refuse_call(party, served)
    able = [s for s in here if s.service not in work.floor.outages]
    if not able:
        raise Refused(Refusal.SERVICE_PAUSED, service=here[0].service)
    return _call(work, desk, visit, tuple(s.id for s in able), "asked_for", False)


def _refuse_call(party: Visit, served: tuple[str, ...]) -> None:
    """Nothing waits here: say what stands in the way."""
    for stop in party.open_stops:
        if stop.service in served:
            raise Refused(Refusal.ILLEGAL_MOVE, move=Move.CALL.value, state=stop.state.value)
    raise Refused(Refusal.SERVICE_NOT_SERVED)


def _call(work: Work, desk: str, visit: str, stops: tuple[str, ...], why: str, priority: bool) -> Called:
    first, *then = stops
    party = work.floor.visit(visit)
    call = call_id(first, party.stop(first).calls + 1)
    work.record(Kind.CALLED, visit, first, desk, call=call, sitting=then, why=why, priority=priority)
    accept(work, visit, work.house.desks[desk].authority)
    telling.now(work, visit, call)
    party = work.floor.visit(visit)
    return Called(call, party, party.stop(first), False, why)


def accept(work: Work, visit: str, authority: str) -> None:
    """The authority whose desk takes the party answers for it from now on."""
    party = work.floor.visit(visit)
    if party.owner != authority or party.offer is not None:
        work.record(Kind.ACCEPTED, visit, taker=authority)


def recall(work: Work, desk: str) -> Called:
    """Call the party in hand once more: a call of its own, heard and shown as one."""
    visit, stop = require_in_hand(work, desk)
    require_move(stop, Move.RECALL)
    call = call_id(stop.id, stop.calls + 1)
    work.record(Kind.RECALLED, visit.id, stop.id, desk, call=call)
    telling.now(work, visit.id, call)
    party = work.floor.visit(visit.id)
    return Called(call, party, party.stop(stop.id), True, "recalled")


def miss(work: Work, desk: str) -> Stop:
    """Nobody came. They may rejoin; the desk is free."""
    visit, stop = require_in_hand(work, desk)
    require_move(stop, Move.MISS)
    work.record(Kind.MISSED, visit.id, stop.id, desk)
    settle(work, visit.id)
    return work.floor.visit(visit.id).stop(stop.id)


def requeue(work: Work, desk: str) -> Stop:
    """Put the party in hand back in line, behind the next two."""
    visit, stop = require_in_hand(work, desk)
    require_move(stop, Move.REQUEUE)
    behind = turns_behind(work.floor, work.house, work.at, stop, BEHIND)
    work.record(Kind.REQUEUED, visit.id, stop.id, desk, behind=list(behind))
    return work.floor.visit(visit.id).stop(stop.id)


def rejoin(work: Work, visit: str, by_staff: bool) -> Visit:
    """A party that missed its call is back: behind the next two, never at the back. Once for each stop without staff."""
    party = require_active(work, visit)
    missed = [s for s in party.open_stops if may_move(s, Move.REJOIN)]
    if not missed:
        raise Refused(Refusal.ILLEGAL_MOVE, move=Move.REJOIN.value, state=party.presence.value)
    if not by_staff and any(s.rejoins for s in missed):
        raise Refused(Refusal.REJOINED_BEFORE)
    for stop in missed:
        behind = turns_behind(work.floor, work.house, work.at, stop, BEHIND)
        work.record(Kind.REJOINED, visit, stop.id, behind=list(behind), by_staff=by_staff)
    return work.floor.visit(visit)


def require_desk(work: Work, desk: str) -> None:
    """Refuse a desk that the house does not have."""
    if desk not in work.house.desks:
        raise Refused(Refusal.UNKNOWN_DESK, desk=desk)


def require_free(work: Work, desk: str) -> None:
    """The desk is open and has nobody in hand."""
    require_desk(work, desk)
    now = work.floor.desk(desk)
    if now.state is not DeskState.OPEN:
        raise Refused(Refusal.DESK_NOT_OPEN, state=now.state.value)
    if now.stop is not None:
        raise Refused(Refusal.DESK_BUSY, number=work.floor.visits[now.visit or ""].number)


def require_in_hand(work: Work, desk: str) -> tuple[Visit, Stop]:
    """The party and stop that the desk has in hand."""
    require_desk(work, desk)
    found = work.floor.in_hand(desk)
    if found is None:
        raise Refused(Refusal.NOTHING_IN_HAND)
    return found

"""Serving: start, hold, resume, finish with an outcome for each member, undo."""

from collections.abc import Mapping
from datetime import timedelta

from app.actions import reception
from app.actions.calling import accept, require_desk, require_free, require_in_hand
from app.domain import doors
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.ids import call_id
from app.domain.stop import Move, State, Stop, require_move
from app.domain.visit import Visit
from app.store.work import Work


def start(work: Work, desk: str) -> Stop:
    """The party is here."""
    visit, stop = require_in_hand(work, desk)
    require_move(stop, Move.START)
    work.record(Kind.STARTED, visit.id, stop.id, desk)
    return work.floor.visit(visit.id).stop(stop.id)


def hold(work: Work, desk: str) -> Stop:
    """Set the stop aside (a copy is fetched); the desk may call another meanwhile."""
    visit, stop = require_in_hand(work, desk)
    require_move(stop, Move.HOLD)
    work.record(Kind.HELD, visit.id, stop.id, desk)
    return work.floor.visit(visit.id).stop(stop.id)


def resume(work: Work, desk: str, visit: str) -> Stop:
    """Take up a held stop again, at this desk."""
    require_free(work, desk)
    party = reception.require_active(work, visit)
    if party.in_hand:
        raise Refused(Refusal.VISIT_ELSEWHERE, desk=party.in_hand.desk, number=party.number)
    served = work.house.desks[desk].services
    held = next((s for s in party.open_stops if s.state is State.HELD and s.service in served), None)
    if held is None:
        raise Refused(Refusal.ILLEGAL_MOVE, move=Move.RESUME.value, state="not_held")
    work.record(Kind.RESUMED, visit, held.id, desk)
    accept(work, visit, work.house.desks[desk].authority)
    return work.floor.visit(visit).stop(held.id)


def finish(
    work: Work,
    desk: str,
    outcome: str | None = None,
    outcomes: Mapping[str, str] | None = None,
    add: tuple[str, ...] = (),
    hand_over: bool | None = None,
) -> tuple[Visit, Stop]:
    """Finish the stop in hand; the outcome decides what opens. The rest of the sitting follows at once.

    `outcome` speaks for every member, `outcomes` for each. `add` are further services wanted. `hand_over` sends the
    party to a floorwalker whatever the outcome (true), or not (false); left out, the outcome decides.
    """
    visit, stop = require_in_hand(work, desk)
    require_move(stop, Move.FINISH)
    said = _outcomes(work, stop, outcome, outcomes or {})
    sitting = work.floor.desk(desk).sitting
    work.record(Kind.FINISHED, visit.id, stop.id, desk, outcomes=said)
    for service in add:
        _add_wanted(work, visit.id, service)
    if hand_over is False:
        _drop_reception(work, visit.id)
    for event in doors.settle(work.floor, work.house, visit.id, work.at):
        work.happened(event)
    if hand_over and work.floor.visit(visit.id).of_service(work.house.reception) is None:
        reception.add_stop(work, visit.id, work.house.reception)
    reception.settle(work, visit.id)
    _follow(work, desk, visit.id, sitting)
    party = work.floor.visit(visit.id)
    return party, party.stop(stop.id)


def _outcomes(work: Work, stop: Stop, outcome: str | None, outcomes: Mapping[str, str]) -> dict[str, str]:
    """One outcome for each member of the stop, of those that the service knows."""
    known = work.house.services[stop.service].outcomes
    if not known:
        return {}
    for member in outcomes:
        if member not in stop.members:
            raise Refused(Refusal.MEMBER_UNKNOWN, member=member)
    said = {m: outcomes.get(m) or outcome for m in stop.members}
    for member, word in said.items():
        if word is None:
            raise Refused(Refusal.OUTCOME_MISSING, member=member, known=", ".join(known))
        if word not in known:
            raise Refused(Refusal.OUTCOME_UNKNOWN, outcome=word, known=", ".join(known))
    return {m: word for m, word in said.items() if word}


def _add_wanted(work: Work, visit: str, service: str) -> None:
    if service not in work.house.services:
        raise Refused(Refusal.UNKNOWN_SERVICE, service=service)
    if not work.house.services[service].walk_in:
        raise Refused(Refusal.NO_WALK_INS, service=service)
    if work.floor.visit(visit).of_service(service):
        raise Refused(Refusal.SERVICE_ALREADY_IN_VISIT, service=service)
    reception.add_stop(work, visit, service)


def _drop_reception(work: Work, visit: str) -> None:
    stop = work.floor.visit(visit).of_service(work.house.reception)
    if stop is not None and stop.state in (State.LOCKED, State.WAITING):
        work.record(Kind.DROPPED, visit, stop.id, why="not_handed_over")


def _follow(work: Work, desk: str, visit: str, sitting: tuple[str, ...]) -> None:
    """The next stop of the sitting goes on without a new call: the party sits there already."""
    party = work.floor.visit(visit)
    ready = [s for s in sitting if party.stop(s).state is State.WAITING]
    if not ready or not party.active:
        return
    first, *then = ready
    call = call_id(first, party.stop(first).calls + 1)
    work.record(Kind.CALLED, visit, first, desk, call=call, sitting=then, why="same_sitting", priority=False)
    work.record(Kind.STARTED, visit, first, desk)


def undo(work: Work, desk: str) -> Visit:
    """Take back the desk's last call, start or finish, within the house's seconds and while nobody has built on it."""
    require_desk(work, desk)
    last = work.floor.desk(desk).last
    if last is None or work.at - last.at > timedelta(seconds=work.house.undo_seconds):
        raise Refused(Refusal.UNDO_TOO_LATE, seconds=work.house.undo_seconds)
    party = work.floor.visit(last.visit)
    gone = {m for s in last.stops for m in s.members} - {m.id for m in party.members}
    if gone or any(max(s.since, s.added_at) > last.at for s in party.stops):
        raise Refused(Refusal.UNDO_TOO_LATE, seconds=work.house.undo_seconds)
    work.record(Kind.UNDONE, party.id, desk=desk)
    return work.floor.visit(party.id)

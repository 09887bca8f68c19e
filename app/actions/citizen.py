"""What a citizen does from the phone, and staff for them: more time, back again, leave."""

from datetime import timedelta

from app.actions import reception
from app.actions.calling import rejoin
from app.domain import doors, hours
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.ids import iso
from app.domain.stop import Move, State, may_move
from app.domain.visit import Presence, Visit
from app.store.work import Work

LONGEST_AWAY = 120
"""Minutes; who needs longer comes back as an arrival."""


def step_out(work: Work, visit: str, minutes: int, by_staff: bool) -> Visit:
    """Away for some minutes: not called until then, the place kept. At most as often as the house allows without staff."""
    party = reception.require_active(work, visit)
    _require_free(party, by_staff)
    if not by_staff and party.step_outs >= work.house.step_outs:
        raise Refused(Refusal.STEP_OUTS_USED, times=work.house.step_outs)
    until = work.at + timedelta(minutes=minutes)
    closes = [hours.closes_at(work.house, s.authority, work.at) for s in party.open_stops]
    last = max((c for c in closes if c is not None), default=None)
    if minutes > LONGEST_AWAY or (last is not None and until >= last):
        raise Refused(Refusal.AWAY_TOO_LONG, minutes=LONGEST_AWAY)
    work.record(Kind.STEPPED_OUT, visit, until=iso(until))
    return work.floor.visit(visit)


def come_back(work: Work, visit: str, by_staff: bool) -> Visit:
    """Back in the house: out of a step-out, into line again after a missed call, or a visit that had left opens again."""
    party = work.floor.visit(visit)
    if party.presence is Presence.LEFT:
        return _reopen(work, party)
    reception.require_active(work, visit)
    if party.away_until is not None:
        work.record(Kind.RETURNED, visit)
    if any(may_move(s, Move.REJOIN) for s in party.open_stops):
        return rejoin(work, visit, by_staff)
    return work.floor.visit(visit)


def _reopen(work: Work, party: Visit) -> Visit:
    """The same visit, the same number, the first arrival time: what was dropped by leaving is wanted again."""
    if work.floor.closed_at is not None:
        raise Refused(Refusal.DAY_CLOSED)
    work.record(Kind.REOPENED, party.id)
    for stop in party.stops:
        if stop.state is State.DROPPED and stop.why == "left":
            again = doors.first_state(work.floor.visit(party.id), work.house, stop.service, stop.members, work.at)
            work.record(Kind.RESTORED, party.id, stop.id, state=again.value)
    reception.settle(work, party.id)
    return work.floor.visit(party.id)


def depart(work: Work, visit: str, by_staff: bool = True) -> Visit:
    """The party leaves the queue for today. Whoever comes back the same day gets the same visit."""
    party = reception.require_active(work, visit)
    _require_free(party, by_staff)
    for stop in party.open_stops:
        work.record(Kind.DROPPED, visit, stop.id, why="left")
    work.record(Kind.ENDED, visit, state=Presence.LEFT.value, comes_back=None)
    return work.floor.visit(visit)


def _require_free(party: Visit, by_staff: bool) -> None:
    """Staff are told which desk has the party; whose call it is sees that on the page, in words that are not for staff."""
    if party.in_hand and by_staff:
        raise Refused(Refusal.VISIT_ELSEWHERE, desk=party.in_hand.desk)
    if party.in_hand:
        raise Refused(Refusal.ILLEGAL_MOVE, state=party.in_hand.state.value)

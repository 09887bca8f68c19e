"""Sending on: a wrong or further service, without losing the first arrival time."""

from app.actions import reception
from app.actions.calling import require_in_hand
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.stop import Move, require_move
from app.domain.visit import Visit
from app.store.work import Work


def send_on(work: Work, desk: str, to_service: str, note: str | None = None) -> Visit:
    """The party in hand goes to another service now; the stop that was wrong is dropped."""
    visit, stop = require_in_hand(work, desk)
    if to_service not in work.house.services:
        raise Refused(Refusal.UNKNOWN_SERVICE, service=to_service)
    if not work.house.services[to_service].walk_in:
        raise Refused(Refusal.NO_WALK_INS, service=to_service)
    require_move(stop, Move.REQUEUE)
    work.record(Kind.REQUEUED, visit.id, stop.id, desk, behind=[])
    work.record(Kind.DROPPED, visit.id, stop.id, why="sent_on")
    if work.floor.visit(visit.id).of_service(to_service) is None:
        reception.add_stop(work, visit.id, to_service, stop.members)
    if note:
        reception.add_note(work, visit.id, note)
    party = work.floor.visit(visit.id)
    taker = work.house.services[to_service].authority
    if party.owner != taker and party.offer is None:
        work.record(Kind.OFFERED, visit.id, giver=party.owner, taker=taker)
    reception.settle(work, visit.id)
    return work.floor.visit(visit.id)

"""Sweeps: what the clock does. Each asks only what is due by now, so that running late or twice does no harm."""

from datetime import date, datetime, timedelta

from app.actions.calling import miss
from app.actions.coming_back import expect_back, lead_back
from app.actions.referring import forget_due
from app.domain import hours
from app.domain.events import Kind
from app.domain.floor import DeskState, Floor
from app.domain.house import House
from app.domain.stop import IN_HAND, State
from app.domain.visit import Visit
from app.store.work import Work

CLOSE_AFTER = timedelta(minutes=30)
"""After the last desk's hours; who is still in hand then is waited for."""


def due(floor: Floor, house: House, at: datetime) -> bool:
    """Whether a sweep would do anything: asked on a floor in memory, so that a quiet minute costs no lock."""
    return (
        any(_no_show_due(floor, house, desk, at) for desk in floor.desks)
        or any(_alarm_due(v, house, at) or _back_due(v, at) for v in floor.active)
        or any(d.state is DeskState.PAUSED and d.until is not None and d.until <= at for d in floor.desks.values())
        or close_due(floor, house, at)
    )


def sweep(work: Work) -> None:
    """Miss who did not come, alarm what nobody took, end step-outs and pauses that are over, close the day."""
    for desk in list(work.floor.desks):
        if _no_show_due(work.floor, work.house, desk, work.at):
            miss(work, desk)
    for visit in work.floor.active:
        if _alarm_due(visit, work.house, work.at):
            work.record(Kind.HANDOFF_ALARMED, visit.id)
        if _back_due(visit, work.at):
            work.record(Kind.RETURNED, visit.id)
    for now in list(work.floor.desks.values()):
        if now.state is DeskState.PAUSED and now.until is not None and now.until <= work.at:
            work.record(Kind.DESK_OPENED, desk=now.code)
    if close_due(work.floor, work.house, work.at):
        close_day(work)


def _no_show_due(floor: Floor, house: House, desk: str, at: datetime) -> bool:
    found = floor.in_hand(desk)
    if found is None or found[1].state is not State.CALLED:
        return False
    return at - found[1].since >= timedelta(minutes=house.no_show_minutes)


def _alarm_due(visit: Visit, house: House, at: datetime) -> bool:
    offer = visit.offer
    return offer is not None and not offer.alarmed and at - offer.at >= timedelta(minutes=house.handoff_minutes)


def _back_due(visit: Visit, at: datetime) -> bool:
    return visit.away_until is not None and visit.away_until <= at


def close_due(floor: Floor, house: House, at: datetime) -> bool:
    """Whether the day is over: hours ended a while ago, nobody in hand, and there was a day at all."""
    if floor.closed_at is not None or not floor.visits:
        return False
    ends = [end for code in house.authorities for _, end in hours.open_intervals(house, code, floor.day)]
    if not ends or at < max(ends) + CLOSE_AFTER:
        return False
    return not any(s.state in IN_HAND for v in floor.active for s in v.stops)


def close_day(work: Work) -> None:
    """Close every desk and carry over who is left: a come-back for the next open day, with right of way."""
    for visit in work.floor.active:
        _carry_over(work, visit)
    for desk in list(work.floor.desks.values()):
        if desk.state is not DeskState.CLOSED:
            work.record(Kind.DESK_CLOSED, desk=desk.code)
    forget_due(work)
    work.record(Kind.DAY_CLOSED)
    work.wipe_personal(work.day)


def close_late(work: Work, day: date) -> None:
    """Close a day that nobody closed, as when the system was down until after midnight; who was in hand is put back first."""
    work.turn_to(day)
    if work.floor.closed_at is not None:
        return
    for visit in work.floor.active:
        for stop in visit.stops:
            if stop.state in IN_HAND:
                work.record(Kind.REQUEUED, visit.id, stop.id, stop.desk, behind=[])
    close_day(work)


def _carry_over(work: Work, visit: Visit) -> None:
    left = visit.open_stops
    for stop in left:
        work.record(Kind.DROPPED, visit.id, stop.id, why="day_closed")
    back = expect_back(work, visit, tuple(dict.fromkeys(s.service for s in left)))
    comes_back = back.isoformat() if back else None
    work.record(Kind.ENDED, visit.id, state="carried_over", comes_back=comes_back)
    if back:
        lead_back(work, visit.id)

"""Desks and services: open, pause, close; down and up again."""

from datetime import datetime

from app.actions import planning
from app.actions.calling import require_desk
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.floor import DeskNow, DeskState
from app.domain.ids import iso_or_none
from app.store.work import Work


def open_desk(work: Work, desk: str) -> DeskNow:
    """The desk calls from now on. Opening an open desk changes nothing."""
    require_desk(work, desk)
    if work.floor.closed_at is not None:
        raise Refused(Refusal.DAY_CLOSED)
    if work.floor.desk(desk).state is not DeskState.OPEN:
        work.record(Kind.DESK_OPENED, desk=desk)
        planning.look_again(work)
    return work.floor.desk(desk)


def pause_desk(work: Work, desk: str, until: datetime | None) -> DeskNow:
    """The desk calls nobody until it opens again; a party in hand is served to its end."""
    require_desk(work, desk)
    if work.floor.desk(desk).state is DeskState.CLOSED:
        raise Refused(Refusal.DESK_NOT_OPEN, state=DeskState.CLOSED.value)
    work.record(Kind.DESK_PAUSED, desk=desk, until=iso_or_none(until))
    planning.look_again(work)
    return work.floor.desk(desk)


def close_desk(work: Work, desk: str) -> DeskNow:
    """The desk is done for today. Refused while it has a party in hand: nobody is left standing."""
    require_desk(work, desk)
    now = work.floor.desk(desk)
    if now.stop is not None:
        raise Refused(Refusal.DESK_BUSY, number=work.floor.visits[now.visit or ""].number)
    if now.state is not DeskState.CLOSED:
        work.record(Kind.DESK_CLOSED, desk=desk)
        planning.look_again(work)
    return work.floor.desk(desk)


def pause_service(work: Work, service: str, expected_back: datetime | None, notice: str) -> None:
    """A service is down: its line stands still with its order kept; everything else goes on."""
    if service not in work.house.services:
        raise Refused(Refusal.UNKNOWN_SERVICE, service=service)
    work.record(Kind.SERVICE_PAUSED, service=service, expected_back=iso_or_none(expected_back), notice=notice)
    planning.look_again(work)


def resume_service(work: Work, service: str) -> None:
    """The service is back; the line goes on in its order. Resuming one that runs changes nothing."""
    if service not in work.house.services:
        raise Refused(Refusal.UNKNOWN_SERVICE, service=service)
    if service in work.floor.outages:
        work.record(Kind.SERVICE_RESUMED, service=service)
        planning.look_again(work)

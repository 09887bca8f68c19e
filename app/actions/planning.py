"""Planning: one tap for today, and promises that are published, kept and moved with their reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from app.actions import reception
from app.domain import doors
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.ids import iso, iso_or_none
from app.domain.journey import Journey, Span, journey_of, rounded
from app.domain.stop import Move, State, may_move
from app.domain.visit import Visit
from app.store.work import Work

PlanKey: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """A journey found without the site's lock, and what it was found for."""

    key: PlanKey
    journey: Journey


def journey(
    work: Work,
    visit: str,
    services: tuple[str, ...] | None,
    leave_by: datetime | None,
    dry_run: bool,
    looked: Looked | None = None,
) -> Journey:
    """Plan the party's open stops for today, or exactly `services`: missing ones are added, unwanted ones dropped.

    What it gives is what the line's own rule leads to; booked, its windows are the promise. What was looked at before the
    lock is taken as it is while the party still wants and may do just that.
    """
    undo = work.mark()
    party = choose(work, visit, services, leave_by)
    if looked is not None and looked.key == plan_key(party):
        found = looked.journey
    else:
        found = journey_of(work.floor, work.house, work.at, party)
    if dry_run:
        work.back_to(undo)
    elif found.steps:
        promise(work, visit, {s.stop: s.window for s in found.steps}, found.finish, "planned")
    return found


def choose(work: Work, visit: str, services: tuple[str, ...] | None, leave_by: datetime | None) -> Visit:
    """Let the party want exactly `services`, and go by `leave_by`; refuses when nothing is left to plan."""
    reception.require_active(work, visit)
    if leave_by is not None:
        work.record(Kind.LEAVE_BY_SET, visit, leave_by=iso_or_none(leave_by))
    if services is not None:
        _choose(work, visit, services)
    party = work.floor.visit(visit)
    if not party.open_stops:
        raise Refused(Refusal.NOTHING_TO_PLAN)
    return party


def plan_key(party: Visit) -> PlanKey:
    """What a journey of this party depends on, of the party itself."""
    stops = tuple((s.id, s.service, s.state.value, s.members) for s in party.open_stops)
    return party.id, stops, party.leave_by, party.papers_missing


def _choose(work: Work, visit: str, services: tuple[str, ...]) -> None:
    for service in services:
        if service not in work.house.services:
            raise Refused(Refusal.UNKNOWN_SERVICE, service=service)
    party = work.floor.visit(visit)
    for stop in party.open_stops:
        if (
            stop.service not in services
            and stop.service != work.house.reception
            and stop.state in (State.WAITING, State.LOCKED)
        ):
            work.record(Kind.DROPPED, visit, stop.id, why="not_wanted")
    for service in services:
        if any(s.service == service and s.state is State.DONE for s in party.stops):
            continue
        if work.floor.visit(visit).of_service(service) is None:
            if not work.house.services[service].walk_in:
                raise Refused(Refusal.NO_WALK_INS, service=service)
            _want(work, visit, service)
    reception.settle(work, visit)


def _want(work: Work, visit: str, service: str) -> None:
    """A service once dropped is taken up again; another is added."""
    dropped = next(
        (s for s in work.floor.visit(visit).stops if s.service == service and may_move(s, Move.RESTORE)), None
    )
    if dropped is None or not dropped.members:
        reception.add_stop(work, visit, service)
        return
    state = doors.first_state(work.floor.visit(visit), work.house, service, dropped.members, work.at)
    work.record(Kind.RESTORED, visit, dropped.id, state=state.value)


def promise(work: Work, visit: str, windows: Mapping[str, Span], finish: Span | None, why: str) -> None:
    """Publish windows: the event is the promise, and its reason goes with it to the phone."""
    told = {stop: _facts(span) for stop, span in windows.items()}
    work.record(Kind.PLANNED, visit, windows=told, finish=_facts(finish) if finish else None, why=why)


def _facts(span: Span) -> list[str]:
    return [iso(at) for at in rounded(span)]


def republish(work: Work, windows: Mapping[str, tuple[Mapping[str, Span], Span | None, str]]) -> None:
    """What a forecast found must be told, for visits that still wait for it."""
    for visit, (spans, finish, why) in windows.items():
        party = work.floor.visits.get(visit)
        if party is None or not party.active:
            continue
        open_now = {s.id for s in party.open_stops if s.state in (State.WAITING, State.LOCKED)}
        still = {stop: span for stop, span in spans.items() if stop in open_now}
        if still or finish:
            promise(work, visit, still, finish, why)

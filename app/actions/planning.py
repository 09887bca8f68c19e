"""Planning: one tap for today, and promises that are published, kept and moved with their reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from app.actions import reception
from app.domain import doors
from app.domain.doubt import SEEN_AHEAD, Doubts, open_doubts
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.floor import Learned
from app.domain.ids import iso, iso_or_none
from app.domain.journey import Journey, Span, journey_of
from app.domain.outlook import News
from app.domain.stop import Move, State, may_move
from app.domain.visit import Visit, Window
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

    What it gives is what the line's own rule leads to; booked, its windows are the promise. A window that was told before and
    still holds stands. What was looked at before the lock is taken as it is while the party still wants and may do just that.
    """
    undo = work.mark()
    party, anew = choose(work, visit, services, leave_by)
    if looked is not None and looked.key == plan_key(party):
        found = looked.journey
    else:
        found = journey_of(work.floor, work.house, work.at, party, anew)
    if dry_run:
        work.back_to(undo)
    else:
        windows = {s.stop: s.window for s in found.steps if not _told(party.windows.get(s.stop), s.window)}
        finish = None if _told(party.finish, found.finish) else found.finish
        if windows or finish:
            promise(work, visit, windows, finish, "planned")
    return found


def _told(told: Window | None, span: Span | None) -> bool:
    return told is not None and span is not None and (told.start, told.end) == span[:2]


def choose(work: Work, visit: str, services: tuple[str, ...] | None, leave_by: datetime | None) -> tuple[Visit, bool]:
    """Let the party want exactly `services`, and go by `leave_by`; whether that is anything else than before.

    Refuses when nothing is left to plan.
    """
    before = plan_key(reception.require_active(work, visit))
    if leave_by is not None:
        work.record(Kind.LEAVE_BY_SET, visit, leave_by=iso_or_none(leave_by))
    if services is not None:
        _choose(work, visit, services)
    party = work.floor.visit(visit)
    if not party.open_stops:
        raise Refused(Refusal.NOTHING_TO_PLAN)
    return party, plan_key(party) != before


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
    return [iso(at) for at in span]


def republish(work: Work, found: Mapping[str, News]) -> None:
    """What a forecast found must be told, for visits that still wait for it; what was told meanwhile stands.

    What stands still or is closed is read from the floor as it is now: the forecast may have looked before it was.
    """
    doubting = Doubts(work.floor, work.house, work.at)
    for visit, news in found.items():
        party = work.floor.visits.get(visit)
        if party is None or not party.active:
            continue
        open_now = {s.id for s in party.open_stops if s.state in (State.WAITING, State.LOCKED)}
        still = {stop: s for stop, s in news.spans.items() if stop in open_now and _stands(party, stop, news)}
        if still or (news.finish and open_now):
            promise(work, visit, still, news.finish, news.why)
        if news.doubts is not None:
            hardly = [stop for stop, why in news.doubts.items() if why in SEEN_AHEAD]
            doubt(work, visit, doubting.of(work.floor.visit(visit), hardly))


def _stands(party: Visit, stop: str, news: News) -> bool:
    """Whether the promise that is to be moved is still the one the forecast saw."""
    told = party.windows.get(stop)
    return (told.told if told else None) == news.base.get(stop)


def doubt(work: Work, visit: str, doubts: Mapping[str, str]) -> None:
    """Say which stops of a party may not be reached today; nothing where nothing is new."""
    if dict(work.floor.visit(visit).doubts) != dict(doubts):
        work.record(Kind.DOUBTED, visit, doubts=dict(doubts))


def look_again(work: Work) -> None:
    """What stands still or has closed was just changed: everybody concerned is told at once, whatever the forecast finds later."""
    doubting = Doubts(work.floor, work.house, work.at)
    for party in work.floor.active:
        hardly = [stop for stop, why in party.doubts.items() if why in SEEN_AHEAD]
        doubt(work, party.id, doubting.of(party, hardly))


def leave_out(work: Work, visit: str) -> Visit:
    """The party does without what is in doubt; the rest of its day goes on."""
    party = reception.require_active(work, visit)
    for stop in open_doubts(party):
        work.record(Kind.DROPPED, visit, stop, why="not_wanted")
    reception.settle(work, visit)
    return work.floor.visit(visit)


def warn(work: Work, visit: str) -> Visit:
    """Somebody has told the party what is in doubt. Saying so again changes nothing."""
    party = reception.require_active(work, visit)
    untold = [stop for stop in open_doubts(party) if stop not in party.warned]
    if untold:
        work.record(Kind.WARNED, visit, stops=untold)
    return work.floor.visit(visit)


def learn(work: Work, learned: Learned) -> None:
    """Begin the day with what past days taught; only once a day."""
    if work.floor.learned is None and work.floor.closed_at is None:
        work.record(
            Kind.LEARNED,
            services={code: list(sums) for code, sums in learned.services.items()},
            desks={code: list(sums) for code, sums in learned.desks.items()},
            rates={hour: dict(kinds) for hour, kinds in learned.rates.items()},
            widening={key: list(halves) for key, halves in learned.widening.items()},
        )

"""Coming back: what could not be done today is done another day, before those who come anew."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from app.actions import reception
from app.actions.bookings import list_booking
from app.actions.hand_outs import give_hand_out
from app.domain import hours
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.floor import Booking
from app.domain.stop import Move, State, may_move
from app.domain.visit import Presence, Visit
from app.store.work import Work

WHYS = ("paper_missing", "decision_pending", "service_down", "no_time")
"""Why something was not done today: said to the citizen, with what to bring."""


def come_back_later(work: Work, visit: str, why: str, services: Iterable[str] = (), day: date | None = None) -> Visit:
    """A come-back ticket: these services, or all that is left, on `day` or the next open one, with right of way.

    A visit that is over for today may have one too: a pending decision ends it before anybody can ask.
    """
    party = work.floor.visit(visit)
    if work.floor.closed_at is not None:
        raise Refused(Refusal.DAY_CLOSED)
    if why not in WHYS or party.presence is Presence.CARRIED_OVER:
        raise Refused(Refusal.CANNOT_COME_BACK)
    wanted = tuple(services) or _left(party)
    if not wanted or any(code not in work.house.services for code in wanted):
        raise Refused(Refusal.CANNOT_COME_BACK)
    for stop in party.open_stops:
        if stop.service in wanted:
            if not may_move(stop, Move.DROP):
                raise Refused(Refusal.VISIT_ELSEWHERE, desk=stop.desk)
            work.record(Kind.DROPPED, visit, stop.id, why="come_back")
    back = expect_back(work, party, wanted, day)
    if back is None:
        raise Refused(Refusal.CANNOT_COME_BACK)
    work.record(Kind.COME_BACK_GIVEN, visit, services=list(wanted), on=back.isoformat(), why=why)
    lead_back(work, visit)
    if party.active:
        _settle(work, visit, back)
    return work.floor.visit(visit)


def _left(party: Visit) -> tuple[str, ...]:
    """What is open, or was shut today by what was decided."""
    shut = (s for s in party.stops if s.state is State.DROPPED and s.why in ("door_shut", "left"))
    return tuple(dict.fromkeys(s.service for s in (*party.open_stops, *shut)))


def _settle(work: Work, visit: str, back: date) -> None:
    party = work.floor.visit(visit)
    if not party.open_stops:
        work.record(Kind.ENDED, visit, state=Presence.CARRIED_OVER.value, comes_back=back.isoformat())
    else:
        reception.settle(work, visit)


def lead_back(work: Work, visit: str) -> None:
    """What a party that comes back keeps of today: a hand-out, and a link of the ticket that leads there until then."""
    party = work.floor.visit(visit)
    give_hand_out(work, party)
    work.keep_link(party)


def expect_back(work: Work, party: Visit, services: tuple[str, ...], day: date | None = None) -> date | None:
    """List a party as expected back, with these services and those of a come-back it has; the day, if there is one."""
    authority = work.house.services[services[0]].authority
    after = max(work.day, work.today - timedelta(days=1))  # a day that is closed late leads to no day that is over
    on = day or hours.next_open_day(work.house, authority, after)
    if on is None or on <= work.day:
        return None
    spans = hours.open_intervals(work.house, authority, on)
    if not spans:
        raise Refused(Refusal.GROUP_OUTSIDE_HOURS, day=on.isoformat())
    ref = f"back-{party.id}"
    earlier = _earlier(work, party, ref)
    every = tuple(dict.fromkeys((*(earlier.services if earlier else ()), *services)))
    coming = Booking(
        ref=ref,
        service=every[0],
        pathway=party.pathway,
        starts_at=spans[0][0],
        persons=len(party.members),
        cancelled=False,
        interpreter=party.interpreter is not None,
        services=reception.with_reception(work, every),
        came_from=party.id,
    )
    if earlier is not None and party.comes_back not in (None, on):
        list_booking(work, party.comes_back or on, replace(earlier, cancelled=True))
    list_booking(work, on, coming)
    return on


def _earlier(work: Work, party: Visit, ref: str) -> Booking | None:
    return work.floor_of(party.comes_back).bookings.get(ref) if party.comes_back else None

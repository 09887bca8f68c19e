"""The wall display: numbers and places, nothing about anybody. Not even the types it is made of could hold a name."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.domain import hours
from app.domain.floor import Floor
from app.domain.house import House
from app.domain.ids import call_id
from app.domain.stop import State, Stop
from app.domain.visit import Visit
from app.domain.visit import Window as Promise
from app.screens.shapes import Shape, Time, Window, Words, window_shape

SHOWN_WHILE_SERVED = timedelta(minutes=5)
"""A call stays on the wall a while after the party has sat down, for who looks up late."""

SOON = 6
"""Entries of each authority."""


class Call(Shape):
    """A number and where it goes. `again` is a recall: the same number, another id."""

    id: str
    number: int
    desk: str
    label: Words
    place: Words
    authority: str
    at: Time
    again: bool
    state: State


class SoonEntry(Shape):
    """A number that will be called before long."""

    number: int
    window: Window | None


class SoonGroup(Shape):
    """Who is soon at one authority."""

    authority: str
    label: Words
    entries: list[SoonEntry]
    more: int  # who wait besides


class Show(Shape):
    """Something of today's programme."""

    at: Time
    until: Time
    title: Words
    place: str


class Board(Shape):
    """What the hall sees."""

    seq: int
    epoch: str
    at: Time
    house: Words
    state: str  # before_opening, open, closing or closed
    opens_at: Time | None
    timezone: str
    version: str = ""
    begun: bool  # somebody was called today
    now: list[Call]
    soon: list[SoonGroup]
    notices: list[Words]
    programme: list[Show] = []


def show(
    floor: Floor, house: House, at: datetime, seq: int, epoch: str, version: str = "", programme: Iterable[Show] = ()
) -> Board:
    """The board of this moment, newest call first."""
    state, opens_at = _state(floor, house, at)
    waiting = _waiting(floor)
    return Board(
        seq=seq,
        epoch=epoch,
        at=at,
        house=dict(house.name),
        state=state,
        opens_at=opens_at,
        timezone=house.timezone,
        version=version,
        begun=any(s.calls for v in floor.visits.values() for s in v.stops),
        now=calls(floor, house, at),
        soon=[_soon(house, code, waiting[code]) for code in house.authorities if code in waiting],
        notices=[_notice(house, service) for service in floor.outages],
        programme=list(programme),
    )


def calls(floor: Floor, house: House, at: datetime) -> list[Call]:
    """Every number that is called, or sat down a moment ago; newest first."""
    found = [_call(v, s, house) for v in floor.active for s in v.stops if s.desk in house.desks and _shown(s, at)]
    return sorted(found, key=lambda c: (c.at, c.id), reverse=True)


def _shown(stop: Stop, at: datetime) -> bool:
    if stop.state is State.CALLED:
        return True
    return stop.state is State.SERVING and stop.calls > 0 and at - stop.since < SHOWN_WHILE_SERVED


def _call(visit: Visit, stop: Stop, house: House) -> Call:
    desk = house.desks[stop.desk or ""]
    return Call(
        id=call_id(stop.id, stop.calls),
        number=visit.number,
        desk=desk.code,
        label=dict(desk.label),
        place=dict(desk.place),
        authority=desk.authority,
        at=stop.called_at if stop.state is State.SERVING and stop.called_at else stop.since,
        again=stop.calls > 1,
        state=stop.state,
    )


def _waiting(floor: Floor) -> dict[str, list[tuple[Promise | None, Visit]]]:
    """Who is in the hall and waits, by the authority that is planned to call them first; with the window told for it."""
    found: dict[str, list[tuple[Promise | None, Visit]]] = {}
    for visit in floor.active:
        if visit.in_hand is None and visit.away_until is None and visit.waiting:
            stop = min(visit.waiting, key=visit.planned)
            found.setdefault(stop.authority, []).append((visit.windows.get(stop.id), visit))
    return found


def _soon(house: House, authority: str, waiting: list[tuple[Promise | None, Visit]]) -> SoonGroup:
    """The next numbers of an authority: by their windows, then by arrival."""
    waiting.sort(key=lambda w: (w[0].start if w[0] else w[1].arrived_at, w[1].number))
    entries = [SoonEntry(number=v.number, window=window_shape(w)) for w, v in waiting[:SOON]]
    return SoonGroup(
        authority=authority,
        label=dict(house.authorities[authority].name),
        entries=entries,
        more=max(0, len(waiting) - SOON),
    )


def _notice(house: House, service: str) -> Words:
    """A service is down, in the two languages of the hall; never the free words of staff."""
    label = house.services[service].label if service in house.services else {"da": service, "en": service}
    return {"da": f"{label['da']}: driftsstop", "en": f"{label['en']}: out of service for now"}


def _state(floor: Floor, house: House, at: datetime) -> tuple[str, datetime | None]:
    spans = [span for code in house.authorities for span in hours.open_intervals(house, code, floor.day)]
    if not spans or floor.closed_at is not None:
        return "closed", _next_opening(floor, house)
    opens, closes = min(s[0] for s in spans), max(s[1] for s in spans)
    if at < opens:
        return "before_opening", opens
    if at >= closes:
        closing = any(v.in_hand for v in floor.active)
        return ("closing", None) if closing else ("closed", _next_opening(floor, house))
    return "open", None


def _next_opening(floor: Floor, house: House) -> datetime | None:
    """When the first authority opens again on another day."""
    days = [(code, day) for code in house.authorities if (day := hours.next_open_day(house, code, floor.day))]
    return min((hours.open_intervals(house, code, day)[0][0] for code, day in days), default=None)

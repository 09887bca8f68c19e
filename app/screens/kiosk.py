"""The kiosk: who may check in now, what can still be done today, and honest reasons where it cannot."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.domain import hours
from app.domain.floor import Booking, Floor
from app.domain.house import House
from app.domain.intake import too_late
from app.screens.shapes import Shape, Time, Words

SOON = timedelta(hours=3)
"""Bookings that open for check-in within this are explained; later ones only crowd the list."""

PAST = timedelta(hours=2)
"""So long a booking that came too late is explained."""


class KioskBooking(Shape):
    """Bookings of one time, size and service, told apart by nothing that names anybody."""

    ref: str  # one that has not checked in yet; whoever comes first takes it
    at: Time
    persons: int
    service: str
    label: Words
    alike: int  # so many of them
    plain: bool  # time and number of people say which one it is
    opens: Time  # check-in from here
    state: str  # ready, early or late


class Comeback(Shape):
    """A party carried over from an earlier day: checks in any time."""

    ref: str
    persons: int
    labels: list[Words]


class Offer(Shape):
    """A ticket that the kiosk gives without a booking; `why_not` says why it does not now."""

    service: str
    label: Words
    why_not: str | None  # closed, paused or too_late
    expected_back: Time | None = None  # of what is paused
    closes: Time | None


class NextOpen(Shape):
    """When an authority opens next."""

    authority: str
    label: Words
    day: str
    opens: Time
    closes: Time


class KioskScreen(Shape):
    """What somebody sees who has just come in."""

    seq: int
    epoch: str
    at: Time
    site: str
    state: str  # before_opening, open or closed
    opens_at: Time | None
    closes_at: Time | None
    bookings: list[KioskBooking]
    comebacks: list[Comeback]
    offers: list[Offer]
    next_open: list[NextOpen]
    booked_only: list[Words]  # services that take nobody without a booking
    municipalities: list[str]
    phone: str


def show(floor: Floor, house: House, at: datetime, seq: int, epoch: str) -> KioskScreen:
    """The kiosk of this moment."""
    opens, closes = _day(floor, house)
    state = _state(floor, at, opens, closes)
    return KioskScreen(
        seq=seq,
        epoch=epoch,
        at=at,
        site=house.site,
        state=state,
        opens_at=opens,
        closes_at=closes,
        bookings=list(_bookings(floor, house, at)) if state != "closed" else [],
        comebacks=list(_comebacks(floor, house)) if state != "closed" else [],
        offers=[_offer(floor, house, at, s, state) for s in _offered(house)],
        next_open=list(_next_open(floor, house)),
        booked_only=[dict(s.label) for s in house.services.values() if not s.walk_in],
        municipalities=list(house.municipalities),
        phone=house.phone,
    )


def _day(floor: Floor, house: House) -> tuple[datetime | None, datetime | None]:
    spans = [span for code in house.authorities for span in hours.open_intervals(house, code, floor.day)]
    return min((s[0] for s in spans), default=None), max((s[1] for s in spans), default=None)


def _state(floor: Floor, at: datetime, opens: datetime | None, closes: datetime | None) -> str:
    if floor.closed_at is not None or opens is None or closes is None or at >= closes:
        return "closed"
    return "before_opening" if at < opens else "open"


def _bookings(floor: Floor, house: House, at: datetime) -> Iterator[KioskBooking]:
    """Those not checked in yet, by time; alike ones as one."""
    groups: dict[tuple[datetime, int, str], list[Booking]] = {}
    for booking in floor.bookings.values():
        if not booking.cancelled and booking.visit is None and not booking.came_from:
            groups.setdefault((booking.starts_at, booking.persons, booking.service), []).append(booking)
    shared = [key[:2] for key in groups]
    for (starts, persons, code), alike in sorted(groups.items()):
        authority = house.authorities[house.services[code].authority]
        opens = starts - timedelta(minutes=authority.early_minutes)
        late = at > starts + timedelta(minutes=authority.late_minutes)
        if starts + PAST < at or opens - SOON > at:
            continue
        yield KioskBooking(
            ref=min(b.ref for b in alike),
            at=starts,
            persons=persons,
            service=code,
            label=dict(house.services[code].label),
            alike=len(alike),
            plain=shared.count((starts, persons)) == 1,
            opens=opens,
            state="late" if late else "early" if at < opens else "ready",
        )


def _comebacks(floor: Floor, house: House) -> Iterator[Comeback]:
    for booking in floor.bookings.values():
        if booking.came_from and booking.visit is None and not booking.cancelled:
            labels = [dict(house.services[s].short) for s in booking.services if s != house.reception]
            yield Comeback(ref=booking.ref, persons=booking.persons, labels=labels)


def _offered(house: House) -> tuple[str, ...]:
    """Tickets without a booking: the reception, and what its own authority does for everybody who walks in."""
    own = house.services[house.reception].authority
    others = [s.code for s in house.services.values() if s.authority == own and s.walk_in and s.code != house.reception]
    return (*others, house.reception)


def _offer(floor: Floor, house: House, at: datetime, service: str, state: str) -> Offer:
    spans = hours.service_intervals(house, service, floor.day)
    outage = floor.outages.get(service)
    return Offer(
        service=service,
        label=dict(house.services[service].label),
        why_not=_why_not(floor, house, at, service, state),
        closes=spans[-1][1] if spans else None,
        expected_back=outage.expected_back if outage else None,
    )


def _why_not(floor: Floor, house: House, at: datetime, service: str, state: str) -> str | None:
    """Why no ticket is given now; asked before a number is issued."""
    authority = house.services[service].authority
    closes = hours.closes_at(house, authority, at)
    if state == "closed" or closes is None or at >= closes:
        return "closed"
    if service in floor.outages:
        return "paused"
    return "too_late" if too_late(floor, house, at, (service,)) else None


def _next_open(floor: Floor, house: House) -> Iterator[NextOpen]:
    for code, authority in house.authorities.items():
        day = hours.next_open_day(house, code, floor.day)
        if day is not None:
            spans = hours.open_intervals(house, code, day)
            label = dict(authority.name)
            yield NextOpen(authority=code, label=label, day=day.isoformat(), opens=spans[0][0], closes=spans[-1][1])

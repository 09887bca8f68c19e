"""A Wednesday at the sample house, said in a few words: visits, stops and moments by the wall clock."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.floor import Booking, DeskNow, DeskState, Floor
from app.domain.stop import State, Stop
from app.domain.visit import Member, Visit, Window
from tests.builders import aalborg

DAY = date(2026, 11, 25)
ADULT = (Member("1", "adult"),)


def clock(text: str) -> datetime:
    """The moment of that day at which the house's clock shows `text`."""
    hour, minute = text.split(":")
    zone = ZoneInfo(aalborg().timezone)
    return datetime(DAY.year, DAY.month, DAY.day, int(hour), int(minute), tzinfo=zone).astimezone(UTC)


def a_stop(name: str, service: str, state: State = State.WAITING, **more: Any) -> Stop:
    """A stop of the visit that `name` begins with: `a.1` belongs to visit `a`."""
    made = Stop(name, service, aalborg().services[service].authority, ("1",), state, clock("09:30"), clock("09:00"))
    return replace(made, **more)


def a_visit(*stops: Stop, number: int = 127, members: tuple[Member, ...] = ADULT, **more: Any) -> Visit:
    """A visit with these stops, named after the first."""
    name = stops[0].id.rpartition(".")[0]
    made = Visit(name, number, "walk_in", members, "en", clock("09:00"), stops[0].authority, stops=stops)
    return replace(made, **more)


def told(start: str, end: str, before: str | None = None) -> Window:
    """A promise told at half past nine."""
    return Window(clock(start), clock(end), clock(start), clock("09:30"), clock(before) if before else None)


def a_booking(ref: str, at: str, persons: int = 1, service: str = "siri.residence", **more: Any) -> Booking:
    """A booking at SIRI."""
    return replace(Booking(ref, service, None, clock(at), persons, False, False), **more)


def a_floor(*visits: Visit, bookings: tuple[Booking, ...] = (), open_desks: str = "", **more: Any) -> Floor:
    """The floor with these visits; `open_desks` are named with blanks between."""
    desks: Mapping[str, DeskNow] = {d: DeskNow(d, DeskState.OPEN, clock("08:30")) for d in open_desks.split()}
    return Floor(
        "aalborg",
        DAY,
        140,
        visits={v.id: v for v in visits},
        bookings={b.ref: b for b in bookings},
        desks=desks,
        **more,
    )

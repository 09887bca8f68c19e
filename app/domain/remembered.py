"""What the sight keeps from one floor to the next: most parties and desks stand as they stood at the last call."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from typing import NamedTuple, TypeAlias

from app.domain import hours
from app.domain.floor import DeskNow
from app.domain.house import House
from app.domain.scene import Desk, Party
from app.domain.visit import Visit

MEMORIES = 4
MOST_PARTIES = 4096
MOST_DAYS = 64

Made: TypeAlias = tuple[Visit, Party]
"""A party and what it was made of: a visit never changes, it is followed by another."""


class Memory(NamedTuple):
    """The parties as they were made lately, under one house and with the same lengths learned."""

    house: House
    factors: Mapping[str, float]
    parties: dict[str, Made]  # by visit


_memories: tuple[Memory, ...] = ()


def parties_of(house: House, factors: Mapping[str, float]) -> dict[str, Made]:
    """The parties made under this house with these lengths; after a length has changed, those whom it does not concern."""
    global _memories
    known = _memories
    for memory in known:
        if memory.house is house and memory.factors is factors:
            return memory.parties
    old = next((m for m in known if m.house is house), Memory(house, factors, {}))
    other = {s for s in old.factors.keys() | factors.keys() if old.factors.get(s) != factors.get(s)}
    kept = {
        k: made
        for k, made in tuple(old.parties.items())  # at once: a screen may remember another meanwhile
        if made[0].active and other.isdisjoint(s.service for s in made[0].stops)
    }
    _memories = (Memory(house, factors, kept), *known[: MEMORIES - 1])
    return kept


def keep(parties: dict[str, Made], visit: Visit, party: Party) -> None:
    """Remember a party; a memory that is full begins anew."""
    if len(parties) >= MOST_PARTIES:
        parties.clear()
    parties[visit.id] = visit, party


class Place(NamedTuple):
    """What a desk is all day, as far as the scene needs it; minutes after local midnight."""

    code: str
    authority: str
    services: frozenset[str]
    opens: float
    closes: float
    breaks: tuple[tuple[float, float], ...]  # begin and length


class KnownDesk(NamedTuple):
    """A desk that serves nobody, with what it was made of: the same from `since` on, before `until`."""

    now: DeskNow | None  # None: nobody has opened it today
    since: float
    until: float
    desk: Desk


class Placed(NamedTuple):
    """The desks whose authority opens on a day, and as which of them the scene saw each last."""

    house: House
    places: tuple[Place, ...]
    desks: dict[str, KnownDesk]


_placed: dict[tuple[int, date], Placed] = {}


def places_of(house: House, day: date, minutes: Callable[[datetime], float]) -> Placed:
    """The desks whose authority opens on a day; worked out once for a house, which never changes."""
    known = _placed.get((id(house), day))
    if known is None or known.house is not house:
        if len(_placed) >= MOST_DAYS:
            _placed.clear()
        known = _placed[id(house), day] = Placed(house, tuple(_places(house, day, minutes)), {})
    return known


def _places(house: House, day: date, minutes: Callable[[datetime], float]) -> Iterator[Place]:
    for desk in house.desks.values():
        spans = hours.open_intervals(house, desk.authority, day)
        if spans:
            opens, closes = minutes(spans[0][0]), minutes(spans[-1][1])
            breaks = tuple((_clock(b.opens), _clock(b.closes) - _clock(b.opens)) for b in desk.breaks)
            yield Place(desk.code, desk.authority, frozenset(desk.services), opens, closes, breaks)


def _clock(at: time) -> float:
    return at.hour * 60.0 + at.minute

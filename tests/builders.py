"""Builders: a house, a floor and works, where a test says only what matters to it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import TypeVar

from app.actions import calling, desks, reception, serving
from app.actions.reception import Arrival
from app.domain.floor import Floor
from app.domain.house import House
from app.domain.ids import moment
from app.domain.visit import Member, Visit
from app.houses.reading import SAMPLE, load
from app.store.store import Store
from app.store.work import Work

T = TypeVar("T")

MORNING = moment("2026-11-25T08:00:00Z")
"""Nine o'clock in Aalborg on a Wednesday: the house is open."""

DESKS = ("siri-1", "siri-2", "ihnd-1", "ihnd-2", "career-1", "cs-1", "cs-2", "cs-3", "tax-1")


@cache
def aalborg() -> House:
    """The sample house."""
    return load(SAMPLE)


class Clock:
    """A clock that a test moves."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Each look is a millisecond later, so that no two works share a moment."""
        self.at += timedelta(milliseconds=1)
        return self.at

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)


class Hall:
    """The sample house on a real store, for tests of use cases."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock = store, clock

    def do(self, act: Callable[[Work], T], actor: str = "test") -> T:
        """One work."""
        return self.store.run_here("aalborg", act, actor)

    def floor(self) -> Floor:
        """Today's floor as this process knows it."""
        return self.store.known_here("aalborg").picture.floor

    def open(self, *codes: str) -> None:
        """Open desks; all, if none is named."""
        for code in codes or DESKS:
            self.do(lambda w, c=code: desks.open_desk(w, c))

    def arrives(self, *services: str, adults: int = 1, children: int = 0, **more: object) -> Visit:
        """A party walks in for these services."""
        who = Arrival("walk_in", party(adults, children), services=services, anyway=True)
        who = replace(who, **more)  # fields of Arrival, by name
        return self.do(lambda w: reception.arrive(w, who))

    def visit(self, visit: Visit) -> Visit:
        """The visit as it is now."""
        return self.store.known_here("aalborg").picture.floor.visits[visit.id]

    def served(self, desk: str, **outcome: object) -> Visit:
        """The next party at this desk is called, seated and finished."""
        self.do(lambda w: calling.call_next(w, desk))
        self.do(lambda w: serving.start(w, desk))
        return self.do(lambda w: serving.finish(w, desk, **outcome))[0]  # finish's own names


def party(adults: int = 1, children: int = 0) -> tuple[Member, ...]:
    """Members in order, adults first."""
    kinds = ["adult"] * adults + ["child"] * children
    return tuple(Member(f"m{n}", kind) for n, kind in enumerate(kinds, 1))


def states(visit: Visit) -> dict[str, str]:
    """Service to state."""
    return {s.service: s.state.value for s in visit.stops}

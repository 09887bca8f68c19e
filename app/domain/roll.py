"""The roll of an event: who has a place, who waits for one. First come, first served, and nobody overtakes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.errors import Refusal, Refused

IN, WAITING, CANCELLED = "in", "waiting", "cancelled"
MOST_PERSONS = 20


@dataclass(frozen=True, slots=True)
class SignUp:
    """A party on the roll: how many, never who. `visit` is forgotten when the citizen takes it back."""

    id: str
    place: int  # in order of asking, from 1
    at: datetime
    persons: int
    state: str
    visit: str | None = None
    remind_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Roll:
    """All sign-ups of one event, in order of asking."""

    occasion: str
    capacity: int | None
    sign_ups: tuple[SignUp, ...] = ()

    @property
    def taken(self) -> int:
        """Persons who have a place."""
        return sum(s.persons for s in self.sign_ups if s.state == IN)

    @property
    def waiting(self) -> tuple[SignUp, ...]:
        """Parties that wait for one, first come first."""
        return tuple(s for s in self.sign_ups if s.state == WAITING)

    @property
    def free(self) -> int | None:
        """Places left; None without a limit."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)

    def of_visit(self, visit: str) -> SignUp | None:
        """The standing sign-up of a visit, if any."""
        return next((s for s in self.sign_ups if s.visit == visit and s.state != CANCELLED), None)

    def find(self, sign_up: str) -> SignUp:
        """The sign-up with this id; refuses an unknown one."""
        found = next((s for s in self.sign_ups if s.id == sign_up), None)
        if found is None:
            raise Refused(Refusal.UNKNOWN_SIGN_UP)
        return found

    def with_changed(self, changed: SignUp) -> "Roll":
        """The same roll, this sign-up changed."""
        return replace(self, sign_ups=tuple(changed if s.id == changed.id else s for s in self.sign_ups))


def entered(
    roll: Roll, visit: str | None, persons: int, at: datetime, remind_at: datetime | None
) -> tuple[Roll, SignUp]:
    """The roll with one party more: in while there is room and nobody waits before it, else at the end of the waiting."""
    if visit is not None and roll.of_visit(visit):
        raise Refused(Refusal.SIGNED_UP_ALREADY)
    room = roll.capacity is None or (not roll.waiting and roll.taken + persons <= roll.capacity)
    place = len(roll.sign_ups) + 1
    new = SignUp(f"{roll.occasion}.{place}", place, at, persons, IN if room else WAITING, visit, remind_at)
    return replace(roll, sign_ups=(*roll.sign_ups, new)), new


def moving_up(roll: Roll) -> Iterator[SignUp]:
    """Who gets a place now: from the front of the waiting, until the first party that does not fit."""
    taken = roll.taken
    for sign_up in roll.waiting:
        if roll.capacity is not None and taken + sign_up.persons > roll.capacity:
            return
        taken += sign_up.persons
        yield replace(sign_up, state=IN)

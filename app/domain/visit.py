"""A party's day at one site: one number, one link, one journey."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from app.domain.errors import Refusal, Refused
from app.domain.stop import IN_HAND, OVER, State, Stop
from app.domain.values import replace

NEVER = datetime.max.replace(tzinfo=UTC)


class Presence(StrEnum):
    """Whether the day of a visit still runs, and how it ended."""

    ACTIVE = "active"
    DONE = "done"
    LEFT = "left"
    CARRIED_OVER = "carried_over"


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the party: a kind, perhaps an age, never a name."""

    id: str
    kind: str  # adult or child
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A promise: called between `start` and `end`, most likely at `likely`."""

    start: datetime
    end: datetime
    likely: datetime
    told: datetime  # when it was published
    before: datetime | None = None  # the lower end that the citizen believes until the news has arrived


@dataclass(frozen=True, slots=True)
class Offer:
    """A visit on its way from one authority to the next; the giver owns it until it is accepted."""

    giver: str
    taker: str
    at: datetime
    alarmed: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """One party's day. The number is what is called; the link's token opens it and is derived, never kept here."""

    id: str
    number: int
    arrival: str  # walk_in, booked or referred
    members: tuple[Member, ...]
    language: str
    arrived_at: datetime
    owner: str  # the authority that answers for the party now
    booking: str | None = None
    pathway: str | None = None
    priority: bool = False
    interpreter: str | None = None
    leave_by: datetime | None = None
    away_until: datetime | None = None
    step_outs: int = 0
    presence: Presence = Presence.ACTIVE
    ended_at: datetime | None = None
    comes_back: date | None = None
    came_from: str | None = None  # split from, or carried over from
    offer: Offer | None = None
    papers_seen: frozenset[str] = frozenset()
    papers_missing: frozenset[str] = frozenset()
    noted: bool = False  # a note is kept apart, until the day closes
    link: int = 1  # which of its links is good
    stops: tuple[Stop, ...] = ()
    windows: Mapping[str, Window] = field(default_factory=dict)  # by stop
    finish: Window | None = None
    moved: str | None = None  # why a promise was last moved
    doubts: Mapping[str, str] = field(default_factory=dict)  # stop -> why it may not be reached today
    warned: tuple[str, ...] = ()  # stops in doubt of which somebody has told them
    onward: Mapping[str, str] = field(default_factory=dict)  # referral -> consent
    reach: tuple[str, ...] = ()  # how a message reaches the party: sms, push.… for each phone; addresses are kept apart
    told: tuple[str, ...] = ()  # the stops of which they were told that they are soon

    def stop(self, stop_id: str) -> Stop:
        """The stop with this id."""
        return next(stop for stop in self.stops if stop.id == stop_id)

    def with_stop(self, changed: Stop, **more: Any) -> "Visit":
        """The same visit, this stop changed, and with it what else changes."""
        return replace(self, stops=tuple([changed if s.id == changed.id else s for s in self.stops]), **more)

    @property
    def active(self) -> bool:
        """The party is in the house, or expected back today."""
        return self.presence is Presence.ACTIVE

    @property
    def in_hand(self) -> Stop | None:
        """The stop at which the party stands now, if any."""
        return next((s for s in self.stops if s.state in IN_HAND), None)

    @property
    def open_stops(self) -> tuple[Stop, ...]:
        """The stops still to come or under way."""
        return tuple(s for s in self.stops if s.state not in OVER)

    @property
    def waiting(self) -> tuple[Stop, ...]:
        """The stops that a desk may call."""
        return tuple(s for s in self.stops if s.state is State.WAITING)

    def planned(self, stop: Stop) -> tuple[datetime, str]:
        """By what stops come one after another: the time told for each, else its appointment, else none of this day."""
        window = self.windows.get(stop.id)
        return (window.start if window else stop.appointment or NEVER), stop.id

    def of_service(self, service: str) -> Stop | None:
        """The open stop for this service, if any."""
        return next((s for s in self.open_stops if s.service == service), None)

    def member(self, member_id: str) -> Member:
        """The member with this id; refuses a stranger."""
        for member in self.members:
            if member.id == member_id:
                return member
        raise Refused(Refusal.MEMBER_UNKNOWN, member=member_id)

"""The floor: everything true of one site on one day, as one value that never changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import compress, islice
from operator import is_not

from app.domain.errors import Refusal, Refused
from app.domain.stop import Stop
from app.domain.values import replace
from app.domain.visit import Offer, Presence, Visit


class DeskState(StrEnum):
    """Whether a desk calls."""

    CLOSED = "closed"
    OPEN = "open"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class LastAct:
    """What was true before a desk's last act: enough to undo it exactly."""

    at: datetime
    visit: str
    stops: tuple[Stop, ...]
    owner: str
    offer: Offer | None
    in_hand: str | None  # the stop that the desk had in hand
    sitting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeskNow:
    """A desk today."""

    code: str
    state: DeskState = DeskState.CLOSED
    since: datetime | None = None
    until: datetime | None = None  # a pause with an end
    visit: str | None = None
    stop: str | None = None  # the stop in hand
    sitting: tuple[str, ...] = ()  # stops of the same visit that follow without a new call
    since_priority: int = 99  # calls since the last one that went by priority; many, while none has
    last: LastAct | None = None


@lru_cache(maxsize=1024)
def _unopened(code: str) -> DeskNow:
    """A desk that nobody opened today; always the same value, so that what follows from it need not be worked out again."""
    return DeskNow(code)


@dataclass(frozen=True, slots=True)
class Outage:
    """A service that is down for the moment."""

    service: str
    since: datetime
    expected_back: datetime | None
    notice: str


@dataclass(frozen=True, slots=True)
class Booking:
    """Somebody expected today, from an authority's booking list, or come back from an earlier day."""

    ref: str
    service: str
    pathway: str | None
    starts_at: datetime
    persons: int
    cancelled: bool
    interpreter: bool
    services: tuple[str, ...] = ()  # of a come-back: what was not done
    came_from: str | None = None  # of a come-back: the visit that was carried over
    visit: str | None = None
    at_desk: str | None = None  # the only one that may serve it
    minutes: float | None = None  # how long the authority reserved


@dataclass(frozen=True, slots=True)
class Learned:
    """What past days taught, as this day began with it. Sums of minutes are pairs: expected, actual."""

    services: Mapping[str, tuple[float, ...]]
    desks: Mapping[str, tuple[float, ...]]
    rates: Mapping[str, Mapping[str, float]]  # hour -> services in their order -> parties an hour
    widening: Mapping[str, tuple[float, ...]]  # call, end -> by how much a window is widened below, above


@dataclass(frozen=True, slots=True)
class Floor:
    """One site, one local date."""

    site: str
    day: date
    last_number: int = 0
    closed_at: datetime | None = None
    visits: Mapping[str, Visit] = field(default_factory=dict)
    desks: Mapping[str, DeskNow] = field(default_factory=dict)
    outages: Mapping[str, Outage] = field(default_factory=dict)
    bookings: Mapping[str, Booking] = field(default_factory=dict)
    slips: Mapping[str, str] = field(default_factory=dict)  # a number kept for a tablet without network -> that tablet
    learned: Learned | None = None

    def visit(self, visit_id: str) -> Visit:
        """The visit with this id; refuses an unknown one."""
        if visit_id not in self.visits:
            raise Refused(Refusal.UNKNOWN_VISIT, visit=visit_id)
        return self.visits[visit_id]

    def desk(self, code: str) -> DeskNow:
        """The desk as it stands; one that nobody opened today is closed."""
        return self.desks.get(code) or _unopened(code)

    def with_visit(self, visit: Visit) -> "Floor":
        """The same floor, this visit changed or new."""
        return replace(self, visits={**self.visits, visit.id: visit})

    def with_desk(self, desk: DeskNow) -> "Floor":
        """The same floor, this desk changed."""
        return replace(self, desks={**self.desks, desk.code: desk})

    @property
    def active(self) -> tuple[Visit, ...]:
        """The visits whose day still runs, in order of arrival."""
        return tuple([v for v in self.visits.values() if v.presence is _ACTIVE])

    def visits_since(self, before: "Floor") -> list[Visit]:
        """The visits that are new or other than on a floor that this one came from; looked for without a step of ours for each."""
        now, then = self.visits.values(), before.visits.values()
        # Visits keep their order. Where they did not, one too many would be named, and never one too few.
        return [*compress(now, map(is_not, now, then)), *islice(now, len(then), None)]

    def in_hand(self, desk: str) -> tuple[Visit, Stop] | None:
        """What a desk has called or serves now."""
        now = self.desk(desk)
        if now.visit is None or now.stop is None:
            return None
        visit = self.visits[now.visit]
        return visit, visit.stop(now.stop)

    def follows(self, visit: Visit) -> tuple[str, ...]:
        """The stops that follow at the desk where the party is now, without a new call."""
        now = visit.in_hand
        return self.desk(now.desk).sitting if now and now.desk else ()


_ACTIVE = Presence.ACTIVE


@dataclass(frozen=True, slots=True)
class Picture:
    """A floor and the number of the last event that it holds."""

    floor: Floor
    seq: int
    epoch: str

"""The scene: what the line, the promise and the planner need to know of a floor, as one small frozen value.

Times are minutes after local midnight, lengths are minutes. Whoever makes a scene leaves out what is over: parties that left,
errands that are done. Nothing here knows how a floor is stored or where a simulated day comes from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from math import inf
from typing import NamedTuple, TypeAlias

from app.domain.sitting import Shape, shape_of

END = ""
"""The errand key under which the end of the whole visit is promised."""


class Errand(NamedTuple):
    """One thing a party still has to do at a desk; for all of the party or for some members, at one desk at a time."""

    key: str  # unique within the party
    service: str
    minutes: float  # expected for this party, from now: work already done is taken off
    spread: float = 0.5  # standard deviation over mean
    after: frozenset[str] = (
        frozenset()
    )  # keys of the party's own errands that must be done first; unknown keys count as done
    not_before: float = 0.0  # a booking may be called only from here on (its time less what the authority allows)
    due: float | None = None  # a booking's time; from then on it goes before walk-ins
    until: float = inf  # may not start later than this (the authority's late rule)
    desks: frozenset[str] = frozenset()  # only at these desks; empty: wherever the service is done


class Window(NamedTuple):
    """A promise as it was published: called between lo and hi, most likely at."""

    lo: float
    at: float
    hi: float
    told: float = 0.0  # when it was published
    before: float = 0.0  # the lower end believed until this message has arrived; 0: nothing was told


class State(Enum):
    """What a party is doing. Only a waiting one can be called."""

    WAITING = "waiting"
    SERVING = "serving"  # its errands of the sitting in progress stand in the desk's sitting and in `errands`
    ABSENT = "absent"  # called and not there, or stepped out; expected back at `ready_at`


@dataclass(frozen=True, slots=True)
class Party:
    """A visit: who came together, what they still need, what they were told."""

    key: str
    number: int  # the printed one; the last tie-breaker
    since: float  # check-in; waiting is counted from here all day
    errands: tuple[Errand, ...]  # still open, the sitting in progress included
    state: State = State.WAITING
    ready_at: float = 0.0  # an absent party's expected return; a waiting one is not called before this
    free_since: float = 0.0  # since when it waits for the next call
    leave_by: float | None = None  # the citizen's own limit: a sitting must start before it
    priority: bool = False
    told: Mapping[str, Window] = field(default_factory=dict)  # by errand key; END for the end of the visit
    shape: Shape = field(init=False, compare=False, repr=False)
    window_ends: float = field(init=False, compare=False)  # of the first told for an errand still open; inf: none was
    told_from: float = field(init=False, compare=False)  # the first time told for any open errand; 0: one has none
    told_at: float = field(init=False, compare=False)  # when the last of these was published

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "shape", shape_of(self.errands))
        windows = [self.told[e.key] for e in self.errands if e.key in self.told] if self.told else []
        whole = len(windows) == len(self.errands) > 0
        put(self, "window_ends", min([w.hi for w in windows], default=inf))
        put(self, "told_from", min([w.lo for w in windows]) if whole else 0.0)
        put(self, "told_at", max([w.told for w in windows]) if whole else 0.0)


class Sitting(NamedTuple):
    """One party at one desk, doing errands in order."""

    party: str
    errands: tuple[Errand, ...]  # all of it, in order
    current: int  # which one is in progress
    began: float  # when that one began; later than now while the party is on its way


@dataclass(frozen=True, slots=True)
class Desk:
    """A staffed place and what it may still do today."""

    code: str
    services: frozenset[str]
    opens: float
    closes: float
    idle: bool = True  # open, staffed and free now
    breaks: tuple[
        tuple[float, float], ...
    ] = ()  # still to come: start, minutes; a due one waits for the sitting in progress
    until: float | None = None  # believed end of a running break, pause or recall
    away: tuple[tuple[float, float], ...] = ()  # announced absences: from, to
    sitting: Sitting | None = None
    calls_since_priority: int = 99


class Newcomer(NamedTuple):
    """A kind of party that may still come, with how often it does among the others of its list."""

    weight: float
    errands: tuple[Errand, ...]


Kinds: TypeAlias = tuple[Newcomer, ...]


class Expected(NamedTuple):
    """Somebody likely to check in: a booking, or a party still upstream (at SIRI)."""

    at: float
    spread: float  # standard deviation in minutes
    chance: float
    kinds: Kinds


class Rate(NamedTuple):
    """Walk-ins, so many an hour between two times."""

    start: float
    end: float
    per_hour: float
    kinds: Kinds


class Done(NamedTuple):
    """A finished errand of today: who did it and how long it took against what was expected."""

    desk: str
    service: str
    expected: float
    minutes: float


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A site at one moment. Compared by identity, so that what is read from one scene can be remembered with it."""

    now: float
    desks: tuple[Desk, ...]
    parties: tuple[Party, ...]
    overhead: float = 2.5  # minutes a sitting costs before its first errand: call, walk, papers
    grace: float = 0.0  # a sitting may be expected to end this long after its desk closes
    outages: Mapping[str, float] = field(default_factory=dict)  # service that is down -> believed end
    expected: tuple[Expected, ...] = ()
    rates: tuple[Rate, ...] = ()
    history: tuple[Done, ...] = ()
    overtaken: Mapping[str, int] = field(
        default_factory=dict
    )  # party -> how many who came later were called for what it was ready for
    early: float = 5.0  # a call more than this before a told window finds people away
    notice: float = 4.0  # minutes until a message has brought somebody back
    priority_bonus: float = 20.0
    priority_every: int = 3  # at most every n-th call of a desk goes by priority

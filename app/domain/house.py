"""The house: what is set up once and read by every rule. Loaded from one file, replaced whole, never changed in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from app.domain.directory import Entry
    from app.domain.programme import Occasion

Text: TypeAlias = Mapping[str, str]
"""One wording in several languages: language code -> words. Danish and English are always there."""


def words(text: Text, language: str) -> str:
    """The wording in `language`, else in English."""
    return text.get(language) or text["en"]


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens` to `closes` on the wall clock of the site; never across midnight."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Authority:
    """Who runs desks. Each keeps its own hours, closing days and late rule."""

    code: str
    name: Text
    week: tuple[tuple[Hours, ...], ...]  # Monday first; an empty tuple is a closed day
    closed: frozenset[date]  # its own closing days, beyond the country's holidays
    special: Mapping[date, tuple[Hours, ...]]  # other hours on one date
    early_minutes: int  # a booking may check in this long before its time
    late_minutes: int  # the grace after it


@dataclass(frozen=True, slots=True)
class Paper:
    """Something a citizen brings."""

    code: str
    label: Text
    hint: Text  # what often is wrong with it; may be empty


@dataclass(frozen=True, slots=True)
class Need:
    """A service needs a paper; a hard need blocks the slot, a soft one warns.

    An awaited one may come during the day, as a witness does: marked as missing it holds its own stop until it is seen.
    """

    paper: str
    hard: bool
    pathways: frozenset[str] = frozenset()  # only for these; empty: for all
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class Requirement:
    """A stop opens for a member once that member's earlier stop of `service` ended with one of `outcomes` (any, if empty)."""

    service: str
    outcomes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Service:
    """What a citizen comes for. Codes never change; labels are translated."""

    code: str
    authority: str
    label: Text
    short: Text  # fits a lane of the tablet
    minutes: float  # mean for one adult
    per_adult: float  # minutes for each further adult
    per_child: float
    spread: float  # standard deviation over mean
    outcomes: tuple[str, ...] = ()  # what a finish may say; empty: just done
    unlocking: frozenset[str] = frozenset()  # outcomes that hand the visit on to the floorwalker
    requires: tuple[Requirement, ...] = ()
    papers: tuple[Need, ...] = ()
    walk_in: bool = True  # false: only with a booking
    everyone: bool = False  # the whole party must be present
    min_age: int = 0  # members known to be younger are left out
    afterwards: Text = field(default_factory=dict)  # what comes by post afterwards, and when; may be empty
    cut_off: int = 0  # not begun in the last so many minutes before its authority closes


@dataclass(frozen=True, slots=True)
class Pathway:
    """Which stops a kind of newcomer needs, in the usual order."""

    code: str
    label: Text
    stops: tuple[str, ...]
    optional: tuple[str, ...] = ()
    advice: Text = field(default_factory=dict)  # said aloud when the pathway ends here (refer home, decision pending)


@dataclass(frozen=True, slots=True)
class Desk:
    """A staffed place. A floorwalker is a roaming desk."""

    code: str
    authority: str
    label: Text
    services: tuple[str, ...]
    place: Text  # where it is, in words
    roaming: bool = False
    breaks: tuple[Hours, ...] = ()
    only: frozenset[date] = frozenset()  # staffed on these dates alone; empty: every open day
    spot: tuple[float, float] | None = None  # where it stands in the sketch of the house


@dataclass(frozen=True, slots=True)
class Room:
    """A part of the house as the sketch draws it: left, top, width, height."""

    label: Text
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Sketch:
    """A small map of the house for phones, seen from above, in units of its own."""

    size: tuple[float, float]
    rooms: tuple[Room, ...]
    entrance: tuple[float, float]  # where one comes in, upwards


@dataclass(frozen=True, slots=True)
class BookedService:
    """How a booking list names a service: matched without regard to case and surrounding blanks."""

    name: str
    service: str
    pathway: str | None


@dataclass(frozen=True, slots=True)
class Demo:
    """What a drawn day of this house looks like; only the demo reads it."""

    walk_ins: tuple[tuple[Hours, str, float], ...]  # between hours: pathway, people an hour
    no_show: float  # share of bookings that never come
    outcomes: Mapping[str, Mapping[str, float]]  # pathway -> outcome -> share
    absent: float  # share of calls that find nobody


@dataclass(frozen=True, slots=True)
class Question:
    """What triage asks; an answer is one of these codes."""

    code: str
    label: Text
    answers: Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the triage table: who gave these answers takes this pathway, with a reason where it says no."""

    when: Mapping[str, frozenset[str]]  # question -> the answers that fit; a question not named does not matter
    pathway: str
    reason: str | None = None  # a code of the house's refusals


@dataclass(frozen=True, slots=True)
class House:
    """One site, whole."""

    site: str
    name: Text
    address: str
    phone: str
    timezone: str
    holidays: str  # country whose public and customary holidays close the house, such as DK
    languages: tuple[str, ...]
    municipalities: tuple[str, ...]  # whose residents get a CPR number here
    authorities: Mapping[str, Authority]
    services: Mapping[str, Service]
    papers: Mapping[str, Paper]
    pathways: Mapping[str, Pathway]
    desks: Mapping[str, Desk]
    booked: tuple[BookedService, ...]
    reception: str  # the service of a floorwalker's reception
    no_show_minutes: int  # called this long without coming: missed
    handoff_minutes: int  # offered this long without an owner: alarm
    undo_seconds: int
    walk_minutes: float  # from one desk to the next, papers and greeting included
    grace_minutes: float  # how long after closing a sitting may be expected to end
    interpreter_factor: float  # an interpreted sitting takes this much longer
    priority_every: int  # at most every n-th call of a desk goes by priority
    step_outs: int  # how often a citizen may ask for more time
    demo: Demo
    holiday_dates: frozenset[date] = frozenset()  # computed at reading; no authority opens, unless by its special hours
    questions: Mapping[str, Question] = field(default_factory=dict)  # in the order triage asks them
    rules: tuple[Rule, ...] = ()  # the first that fits decides
    refusals: Mapping[str, Text] = field(default_factory=dict)  # reason code -> what is said to the citizen
    sketch: Sketch | None = None  # where the desks are, for phones
    directory: Mapping[str, "Entry"] = field(default_factory=dict)  # as the file has it; staff carry it on
    programme: Mapping[str, "Occasion"] = field(default_factory=dict)  # the same

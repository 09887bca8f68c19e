"""A journey as it is told: which stops today, between when and when, what not and why, and what else could be chosen."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain import planner, promise
from app.domain.floor import Floor
from app.domain.futures import Board
from app.domain.house import House
from app.domain.ids import iso, iso_or_none
from app.domain.index import read
from app.domain.pathway import missing_hard
from app.domain.planner import Unreachable
from app.domain.promise import Widening
from app.domain.scene import END, Party, Scene, Window
from app.domain.sight import Sight
from app.domain.stop import State
from app.domain.visit import Visit

Span = tuple[datetime, datetime, datetime]
"""From, to, most likely."""

SAMPLES = 8
"""Enough for a first window; the forecast behind it looks again at once."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stop of the journey."""

    stop: str
    service: str
    desk: str | None
    window: Span


@dataclass(frozen=True, slots=True)
class NotToday:
    """A service that can't be done today: a stable code, and when it would have been possible against when desks close."""

    service: str
    code: str
    closes: datetime | None = None
    earliest: datetime | None = None
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """What would be if one service were left for another day."""

    without: str
    finish: datetime


@dataclass(frozen=True, slots=True)
class Journey:
    """The rest of a party's day."""

    steps: tuple[Step, ...]
    finish: Span | None
    not_today: tuple[NotToday, ...]
    alternatives: tuple[Alternative, ...]

    @property
    def feasible(self) -> bool:
        """Whether everything can be done today."""
        return not self.not_today

    def as_json(self) -> dict[str, Any]:
        """The journey as an answer."""
        return {
            "feasible": self.feasible,
            "stops": [
                {"stop": s.stop, "service": s.service, "desk": s.desk, "window": _window(s.window)} for s in self.steps
            ],
            "finish": _window(self.finish) if self.finish else None,
            "not_today": [
                {
                    "service": n.service,
                    "code": n.code,
                    "detail": words(n),
                    "closes": iso_or_none(n.closes),
                    "earliest": iso_or_none(n.earliest),
                    "papers": list(n.papers),
                }
                for n in self.not_today
            ],
            "alternatives": [{"without": a.without, "finish": iso(a.finish)} for a in self.alternatives],
        }


def _window(span: Span) -> dict[str, str]:
    return {"from": iso(span[0]), "to": iso(span[1])}


WORDS = {
    "papers_missing": "A paper that is needed is missing: {papers}.",
    "no_desk": "No desk serves this today.",
    "closes": "The desks close before it could be done.",
    "late": "Its time has passed.",
    "leaves": "It does not fit before the party has to leave.",
    "needs": "It needs something else first that cannot be done today.",
    "line_too_long": "So many are waiting that it will hardly be reached today.",
}


def words(missed: NotToday) -> str:
    """Why not, in a sentence."""
    return WORDS[missed.code].format(papers=", ".join(missed.papers))


def journey_of(floor: Floor, house: House, at: datetime, visit: Visit) -> Journey:
    """What the line's own rule leads to for this party, and the exact planner's reasons for what it does not reach."""
    sight = Sight(floor, house, at)
    scene = sight.scene()
    party = next((p for p in scene.parties if p.key == visit.id), None)
    blocked = tuple(_blocked(visit, house))
    if party is None:
        return Journey((), None, blocked, ())
    exact = planner.plan(scene, party)
    windows = first_windows(scene, party)
    reached = {k for s in exact.sittings for k in s.errands}
    services = {e.key: e.service for e in party.errands}
    desks = {k: s.desk for s in exact.sittings for k in s.errands}
    moment = _clock(sight)
    steps = [
        Step(key, services[key], desks.get(key), (moment(w.lo), moment(w.hi), moment(w.at)))
        for key, w in windows.items()
        if key != END and key in reached
    ]
    steps.sort(key=lambda s: s.window[2])
    done = windows.get(END)
    too_long = [NotToday(services[k], "line_too_long") for k in services if k in reached and k not in windows]
    return Journey(
        steps=tuple(steps),
        finish=(moment(done.lo), moment(done.hi), moment(done.at)) if done and not exact.unreachable else None,
        not_today=(*blocked, *(_unreachable(u, services, moment) for u in exact.unreachable), *too_long),
        alternatives=tuple(Alternative(services[w.errand], moment(w.finish)) for w in exact.without),
    )


Moment = Callable[[float], datetime]


def _clock(sight: Sight) -> Moment:
    def moment(minutes: float) -> datetime:
        return datetime.fromtimestamp(sight.midnight, UTC) + timedelta(minutes=round(minutes, 3))

    return moment


def first_windows(scene: Scene, party: Party) -> dict[str, Window]:
    """The windows of one party as the line's rule plays out, a few times over; errands that seldom come today have none."""
    made = promise.forecast(Board(read(scene)), seed=party.number, count=SAMPLES)
    latest = max((d.closes for d in scene.desks), default=scene.now) + scene.grace
    found = {}
    for key in (*(e.key for e in party.errands), END):
        window = promise.window_of(made.times[party.key, key], Widening(), scene.now, latest)
        if window is not None:
            found[key] = window
    return found


def _blocked(visit: Visit, house: House) -> list[NotToday]:
    """Stops that a missing hard paper keeps from any desk."""
    found = []
    for stop in visit.open_stops:
        if stop.state in (State.WAITING, State.LOCKED) and stop.service in house.services:
            papers = missing_hard(house, visit.pathway, stop.service, visit.papers_missing)
            if papers:
                found.append(NotToday(stop.service, "papers_missing", papers=papers))
    return found


def _unreachable(missed: Unreachable, services: dict[str, str], moment: Moment) -> NotToday:
    closes, earliest = missed.values.get("closes"), missed.values.get("earliest")
    return NotToday(
        services[missed.errand],
        missed.code,
        moment(closes) if isinstance(closes, float | int) else None,
        moment(earliest) if isinstance(earliest, float | int) else None,
    )

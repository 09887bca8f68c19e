"""A journey as it is told: which stops today, between when and when, what not and why, and what else could be chosen.

Three steps, so that the long one may be done elsewhere: `ask` reads the floor, `answer` computes from plain values alone, `told`
puts the answer into moments. `journey_of` is all three.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import inf
from typing import NamedTuple

from app.domain import hours, planner, promise
from app.domain.events import Event, Kind
from app.domain.floor import Floor
from app.domain.futures import Board
from app.domain.house import House
from app.domain.ids import visit_id
from app.domain.index import read
from app.domain.kept import widening
from app.domain.numbering import next_number
from app.domain.pathway import awaited, missing_hard
from app.domain.planner import Plan
from app.domain.promise import Widening
from app.domain.replay import apply
from app.domain.scene import END, Party, Scene, Window
from app.domain.sight import Sight
from app.domain.stop import State
from app.domain.visit import Visit

Span = tuple[datetime, datetime, datetime]
"""From, to, most likely."""

WORTH = 10.0
"""So many minutes earlier must a split family be done for it to be worth offering."""

TIME = frozenset(("closes", "late", "leaves", "line_too_long", "no_desk", "paused", "needs"))
"""Codes of what only today stands against: another day it can be done."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stop of the journey; a tentative one stands only if an outcome still to come allows it."""

    stop: str
    service: str
    desk: str | None
    window: Span
    tentative: bool = False


@dataclass(frozen=True, slots=True)
class NotToday:
    """A service that can't be done today: a stable code, and the figures that word it."""

    service: str
    code: str  # papers_missing awaited no_desk closes late leaves needs line_too_long paused
    closes: datetime | None = None
    earliest: datetime | None = None
    papers: tuple[str, ...] = ()
    needs: str | None = None  # the service that would have to come first
    leaves: datetime | None = None
    minutes: float | None = None  # how long it would take


@dataclass(frozen=True, slots=True)
class Alternative:
    """What would be if one service were left for another day: the rest is done by `finish`."""

    without: str
    rest: tuple[str, ...]
    finish: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """Something else that could be chosen: wait for what is missing, split the family, another desk, come back another day."""

    kind: str  # wait split other_desk come_back
    services: tuple[str, ...]
    finish: datetime | None = None
    papers: tuple[str, ...] = ()
    members: tuple[str, ...] = ()  # who would go with a number of their own
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """The rest of a party's day."""

    steps: tuple[Step, ...]
    finish: Span | None
    not_today: tuple[NotToday, ...]
    alternatives: tuple[Alternative, ...]
    choices: tuple[Choice, ...] = ()

    @property
    def feasible(self) -> bool:
        """Whether everything can be done today."""
        return not self.not_today


class Question(NamedTuple):
    """What has to be computed for a journey: plain values only."""

    scene: Scene
    party: str | None  # none when nothing of it can be planned
    complete: Party | None  # the party as if every paper were here
    split: tuple[Scene, tuple[str, str]] | None  # the scene after a split, and the two parties
    anywhere: Party | None  # the party as if what it was given at one desk could be done at any
    widening: Mapping[str, Widening]
    anew: bool  # something else is wanted than before: the end of the visit is told anew


class Answer(NamedTuple):
    """What was computed."""

    plan: Plan
    windows: dict[str, Window]
    complete: Plan | None
    split: float | None  # when the later of the two would be done
    anywhere: Plan | None


def journey_of(floor: Floor, house: House, at: datetime, visit: Visit, anew: bool = False) -> Journey:
    """What the line's own rule leads to for this party, and the exact planner's reasons for what it does not reach."""
    question = ask(floor, house, at, visit, anew)
    return told(floor, house, at, visit, answer(question))


def ask(floor: Floor, house: House, at: datetime, visit: Visit, anew: bool) -> Question:
    """Read the floor for a party's journey."""
    sight = Sight(floor, house, at)
    scene = sight.scene()
    here = next((p for p in scene.parties if p.key == visit.id), None)
    party, complete, anywhere = here.key if here else None, None, None
    if here and any(e.desks for e in here.errands):
        anywhere = replace(here, errands=tuple(e._replace(desks=frozenset()) for e in here.errands))
    if any(_blocking(visit, house, s.service) for s in visit.open_stops if s.service in house.services):
        complete = sight.party(replace(visit, papers_missing=frozenset()))
    split = _split(floor, house, at, visit) if party else None
    return Question(scene, party, complete, split, anywhere, widening(floor), anew)


def _split(floor: Floor, house: House, at: datetime, visit: Visit) -> tuple[Scene, tuple[str, str]] | None:
    """The scene in which the last adult has gone on with a number of their own; none where that cannot help."""
    adults = [m.id for m in visit.members if m.kind == "adult"]
    open_ = [s for s in visit.open_stops if s.service in house.services]
    together = any(house.services[s.service].everyone for s in open_)
    if (
        len(adults) < 2
        or len(open_) < 2
        or together
        or visit.in_hand
        or not all(adults[-1] in s.members for s in open_)
    ):
        return None
    number = next_number(floor.last_number)
    new = visit_id(floor.day, number)
    event = Event(Kind.SPLIT, at, visit.id, facts={"members": adults[-1:], "into": new, "number": number})
    return Sight(apply(floor, event), house, at).scene(), (visit.id, new)


def answer(question: Question) -> Answer | None:
    """Compute a journey: the exact plan of the party, the windows of the line's own rule, and what else could be."""
    scene = question.scene
    complete = planner.plan(scene, question.complete) if question.complete and question.complete.errands else None
    party = next((p for p in scene.parties if p.key == question.party), None)
    if party is None:
        return None if complete is None else Answer(Plan((), scene.now, (), ()), {}, complete, None, None)
    split = None
    if question.split is not None:
        apart, keys = question.split
        plans = [planner.plan(apart, p) for p in apart.parties if p.key in keys]
        if len(plans) == len(keys) and not any(p.unreachable for p in plans):
            split = max(p.finish for p in plans)
    anywhere = planner.plan(scene, question.anywhere) if question.anywhere else None
    return Answer(planner.plan(scene, party), windows_of(scene, party, question), complete, split, anywhere)


def windows_of(scene: Scene, party: Party, question: Question) -> dict[str, Window]:
    """The party's windows by the same rule as every forecast's: what was told stands while it holds; what seldom comes has none."""
    made = promise.forecast(Board(read(scene)), seed=party.number)
    told = {key: w for key, w in party.told.items() if key != END or not question.anew}
    alone = replace(scene, parties=(replace(party, told=told),))
    found = told | {key: w for (_, key), w in promise.to_publish(alone, made, question.widening).items()}
    return {key: w for key, w in found.items() if promise.point(made.times[party.key, key], 0.5) < inf}


def told(floor: Floor, house: House, at: datetime, visit: Visit, found: Answer | None) -> Journey:
    """An answer in moments, with the reasons that the floor itself gives."""
    blocked = tuple(_blocked(visit, house))
    if found is None:
        return Journey((), None, blocked, (), tuple(_back(house, floor, blocked)))
    telling = _Telling(floor, house, at, visit, found)
    missed = (*blocked, *telling.missed())
    return Journey(
        steps=telling.steps(),
        finish=telling.finish(),
        not_today=missed,
        alternatives=telling.alternatives(bool(missed)),
        choices=(*telling.waits(blocked), *telling.splits(), *telling.elsewhere(), *_back(house, floor, missed)),
    )


class _Telling:
    """Puts one answer into moments."""

    def __init__(self, floor: Floor, house: House, at: datetime, visit: Visit, found: Answer) -> None:
        self.floor, self.house, self.visit, self.found = floor, house, visit, found
        self.at = Sight(floor, house, at).moment
        self.reached = {k for s in found.plan.sittings for k in s.errands}
        # The plan puts whoever came earlier first, the line need not: what it will reach is promised, and never denied beside it.
        self.promised = frozenset(found.windows) - {END}
        self.denied = [u for u in found.plan.unreachable if u.errand not in self.promised]

    def service(self, stop: str) -> str:
        return self.visit.stop(stop).service

    def span(self, window: Window) -> Span:
        return self.at(window.lo), self.at(window.hi), self.at(window.at)

    def steps(self) -> tuple[Step, ...]:
        desks = {k: s.desk for s in self.found.plan.sittings for k in s.errands}
        steps = [
            Step(key, self.service(key), desks.get(key), self.span(w), is_tentative(self.visit, self.house, key))
            for key, w in self.found.windows.items()
            if key in self.promised
        ]
        return tuple(sorted(steps, key=lambda s: s.window[2]))

    def finish(self) -> Span | None:
        done = self.found.windows.get(END)
        return self.span(done) if done and not self.denied else None

    def alternatives(self, some_missed: bool) -> tuple[Alternative, ...]:
        """What else could be left; where some is missed already, only while something of the day remains."""
        found = [
            Alternative(
                self.service(w.errand),
                tuple(s.service for s in self.steps() if s.stop != w.errand),
                self.at(w.finish),
            )
            for w in self.found.plan.without
        ]
        return tuple(a for a in found if a.rest or not some_missed)

    def missed(self) -> list[NotToday]:
        """What the planner cannot reach, and what the line will hardly reach."""
        found = []
        for u in self.denied:
            values = {k: self.at(v) for k, v in u.values.items() if k != "minutes" and isinstance(v, float | int)}
            first = u.values.get("errand")
            found.append(
                NotToday(
                    self.service(u.errand),
                    "paused" if self.service(u.errand) in self.floor.outages and u.code == "closes" else u.code,
                    closes=values.get("closes") or values.get("until"),
                    earliest=values.get("earliest"),
                    needs=self.service(first) if isinstance(first, str) else None,
                    leaves=values.get("leaves"),
                    minutes=minutes if isinstance(minutes := u.values.get("minutes"), float | int) else None,
                )
            )
        hardly = self.reached - self.promised
        why = (
            NotToday("", "leaves", leaves=self.visit.leave_by) if self.visit.leave_by else NotToday("", "line_too_long")
        )
        return found + [replace(why, service=self.service(k)) for k in sorted(hardly)]

    def waits(self, blocked: tuple[NotToday, ...]) -> list[Choice]:
        """Waiting for a paper or a witness, while all could still be done if it came now."""
        plan = self.found.complete
        if plan is None or plan.unreachable or not blocked:
            return []
        papers = tuple(dict.fromkeys(p for n in blocked for p in n.papers))
        return [Choice("wait", tuple(n.service for n in blocked), self.at(plan.finish), papers)]

    def splits(self) -> list[Choice]:
        split, plan = self.found.split, self.found.plan
        if split is None or plan.unreachable or split > plan.finish - WORTH:
            return []
        goes = [m.id for m in self.visit.members if m.kind == "adult"][-1]
        return [Choice("split", (), self.at(split), members=(goes,))]

    def elsewhere(self) -> list[Choice]:
        """Another desk than the one that was given, where more can be done there, or the same clearly earlier."""
        plan, other = self.found.plan, self.found.anywhere
        if other is None:
            return []
        more = len(other.unreachable) < len(plan.unreachable)
        if not more and (len(other.unreachable) > len(plan.unreachable) or other.finish > plan.finish - WORTH):
            return []
        return [Choice("other_desk", (), self.at(other.finish))]


def is_tentative(visit: Visit, house: House, stop_id: str) -> bool:
    """Whether a stop stands only if an outcome still to come allows it."""
    stop = visit.stop(stop_id)
    if stop.state is not State.LOCKED or stop.service not in house.services:
        return False
    open_ = {s.service for s in visit.open_stops if set(s.members) & set(stop.members)}
    return any(r.outcomes and r.service in open_ for r in house.services[stop.service].requires)


def _blocking(visit: Visit, house: House, service: str) -> tuple[str, ...]:
    return missing_hard(house, visit.pathway, service, visit.papers_missing)


def _blocked(visit: Visit, house: House) -> list[NotToday]:
    """Stops that a missing paper keeps from any desk, and those behind them."""
    found, shut = [], set[str]()
    for stop in visit.open_stops:
        if stop.state not in (State.WAITING, State.LOCKED) or stop.service not in house.services:
            continue
        papers = _blocking(visit, house, stop.service)
        first = [r.service for r in house.services[stop.service].requires if r.service in shut]
        if papers:
            waits = papers == awaited(house, visit.pathway, stop.service, visit.papers_missing)
            found.append(NotToday(stop.service, "awaited" if waits else "papers_missing", papers=papers))
            shut.add(stop.service)
        elif stop.state is State.LOCKED and first:
            found.append(NotToday(stop.service, "needs", needs=first[0]))
            shut.add(stop.service)
    return found


def _back(house: House, floor: Floor, missed: tuple[NotToday, ...]) -> list[Choice]:
    """Coming back on the next open day, with right of way, for what only today stands against."""
    services = tuple(dict.fromkeys(n.service for n in missed if n.code in TIME))
    if not services:
        return []
    day = hours.next_open_day(house, house.services[services[0]].authority, floor.day)
    return [Choice("come_back", services, day=day)] if day else []

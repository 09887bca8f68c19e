"""The index: how good it is that this desk calls this party for these errands now, in minutes of waiting.

`Reading` holds what all scores of one scene share: who needs which desk, and which services are the bottleneck of the rest of the
day. The part of a score that follows from a party's shape is worked out once per shape and kind of desk.
"""

from collections.abc import Container, Iterable
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import NamedTuple

from app.domain.pace import desk_paces
from app.domain.scene import Desk, Errand, Party, Scene, State
from app.domain.sitting import Shape, bits, shape_of, sittings


@dataclass(frozen=True, slots=True)
class Weights:
    """The rule's numbers. Flat over a wide range; every one is in minutes of waiting."""

    work: float = 0.5  # a minute of work left
    finish: float = 10.0  # the sitting ends the visit
    others: float = 0.5  # a minute of somebody else's waiting at this desk or another
    tight: float = 0.7  # load from which a bottleneck desk is kept for its own
    foreign: float = 2.0  # the most a minute outside the bottleneck costs there
    window_lead: float = 5.0  # so long before a window's end it begins to press
    window: float = 4.0  # a minute of that
    slack: float = 30.0  # closing presses from so little slack on
    closing: float = 60.0  # and by so much at none
    hopeless: float = 30.0
    patience: int = 3  # overtaken more often than this,
    overtaken: float = 25.0  # every further time counts like so much waiting


WEIGHTS = Weights()
BOOKED = 1000.0
"""A booking whose time has come stands above every walk-in."""


class Option(NamedTuple):
    """One sitting a desk could offer a shape, with the part of its score that time does not change."""

    worth: float
    mask: int
    order: tuple[int, ...]
    minutes: float  # expected at pace 1, overhead included
    services: frozenset[str]


class Reading:
    """What all scores of one scene share."""

    def __init__(self, scene: Scene, weights: Weights = WEIGHTS) -> None:
        self.scene, self.weights = scene, weights
        paces = desk_paces(scene.history)
        self.desks = [d for d in scene.desks if d.closes > scene.now]
        self._last: dict[Shape, float] = {}
        self.pace = {d.code: paces.get(d.code, 1.0) for d in scene.desks}
        self.at: dict[str, list[Desk]] = {}  # service -> desks that still do it today
        for desk in self.desks:
            for service in desk.services:
                self.at.setdefault(service, []).append(desk)
        self.shapes = [(p, shape_of(p.errands)) for p in scene.parties]
        self.crowd = self._crowd()
        self.bottleneck, self.price = self._bottleneck()
        self._options: dict[tuple[Shape, int, str, bool], list[Option]] = {}

    def weighed(self, weights: Weights) -> "Reading":
        """The same scene read with other weights."""
        other = copy(self)
        other.weights, other._options = weights, {}
        other.price = self.price * weights.foreign / self.weights.foreign
        return other

    def _crowd(self) -> dict[str, float]:
        """Desk -> waiting parties who would use it, each shared over the desks that could serve them."""
        counts: dict[Shape, int] = {}
        for party, shape in self.shapes:
            if party.state is State.WAITING:
                counts[shape] = counts.get(shape, 0) + 1
        crowd = {d.code: 0.0 for d in self.desks}
        for shape, count in counts.items():
            able = {
                d.code
                for k, service in enumerate(shape.services)
                if not shape.needs[k] and service not in self.scene.outages
                for d in self.at.get(service, ())
            }
            for code in able:
                crowd[code] += count / len(able)
        return crowd

    def _bottleneck(self) -> tuple[frozenset[str], float]:
        """The services with the highest load for the rest of the day, and what a foreign minute costs at their desks."""
        work = self._work()
        places: dict[frozenset[str], float] = {}  # services grouped by the very desks that do them
        for service, minutes in work.items():
            codes = frozenset(d.code for d in self.at.get(service, ()))
            if codes and minutes > 0:
                places[codes] = places.get(codes, 0.0) + minutes
        room = {d.code: minutes_left(d, self.scene.now) for d in self.desks}
        load, where = highest_load(places, room)
        services = frozenset(s for s in work if s in self.at and {d.code for d in self.at[s]} <= where)
        share = min(1.0, max(0.0, (load - self.weights.tight) / (1.0 - self.weights.tight)))
        return services, self.weights.foreign * share

    def _work(self) -> dict[str, float]:
        """Service -> minutes of desk work known and expected for the rest of the day."""
        scene, work = self.scene, dict[str, float]()
        weighted: list[tuple[float, tuple[Errand, ...]]] = [(1.0, p.errands) for p in scene.parties]
        for expected in scene.expected:
            weighted += _spread_out(expected.chance, expected.kinds)
        for rate in scene.rates:
            hours = (rate.end - max(rate.start, scene.now)) / 60.0
            if hours > 0:
                weighted += _spread_out(rate.per_hour * hours, rate.kinds)
        for weight, errands in weighted:
            for e in errands:
                work[e.service] = work.get(e.service, 0.0) + weight * (e.minutes + scene.overhead * 0.6)
        return work

    def options(self, shape: Shape, left: int, desk: Desk, repaired: bool = False) -> list[Option]:
        """Every sitting this desk could offer while `left` is open, best first; hours and times not yet looked at.

        `repaired`: as if whatever is down now worked again.
        """
        key = (shape, left, desk.code, repaired)
        found = self._options.get(key)
        if found is None:
            found = self._options[key] = self._weigh(shape, left, desk, () if repaired else self.scene.outages)
        return found

    def _weigh(self, shape: Shape, left: int, desk: Desk, down: Container[str]) -> list[Option]:
        scene, w = self.scene, self.weights
        pace, crowd = self.pace[desk.code], self.crowd.get(desk.code, 0.0)
        here = 0
        gain: dict[int, float] = {}
        for k in bits(left):
            service = shape.services[k]
            only = shape.desks[k]
            if service in desk.services and service not in down and (not only or desk.code in only):
                here |= 1 << k
                gain[k] = self._gain(shape, k, desk, crowd, pace)
        base = -w.work * sum(shape.minutes[k] for k in bits(left)) - w.others * crowd * scene.overhead
        found = []
        for mask, order in sittings(shape.needs, left, here):
            worth = base + sum(gain[k] for k in order) + (w.finish if mask == left else 0.0)
            minutes = scene.overhead + sum(shape.minutes[k] for k in order)
            found.append(Option(worth, mask, order, minutes, frozenset(shape.services[k] for k in order)))
        found.sort(key=lambda o: (-round(o.worth, 9), -len(o.order), o.minutes, o.mask))
        return found

    def _gain(self, shape: Shape, k: int, desk: Desk, crowd: float, pace: float) -> float:
        """What doing one errand at this desk costs and saves everybody else."""
        w, minutes, service = self.weights, shape.minutes[k], shape.services[k]
        elsewhere = [self.crowd[d.code] for d in self.at.get(service, ()) if d.code != desk.code]
        if elsewhere:
            saved = sum(elsewhere) / len(elsewhere) * (minutes + self.scene.overhead)
        else:
            saved = crowd * minutes * pace
        gain = w.others * (saved - crowd * minutes * pace)
        if self.price and service not in self.bottleneck and desk.services & self.bottleneck:
            gain -= self.price * minutes
        return gain

    def work_left(self, party: Party) -> float:
        """Minutes a party still has to spend at desks, a sitting's cost for every second errand included."""
        return sum(e.minutes for e in party.errands) + self.scene.overhead * (1 + len(party.errands)) / 2.0

    def passed_over(self, party: Party) -> float:
        """What having been overtaken too often adds to a party's score."""
        return self.weights.overtaken * max(0, party.overtaken - self.weights.patience)

    def urgency(self, party: Party, work: float, at: float) -> tuple[float, float]:
        """What a window's end and what closing add to the score at a moment."""
        w = self.weights
        due = min((party.told[e.key].hi for e in party.errands if e.key in party.told), default=None)
        window = 0.0 if due is None else w.window * max(0.0, at - (due - w.window_lead))
        return window, self.closing(self.last_for(shape_of(party.errands), party.leave_by), work, at)

    def last_for(self, shape: Shape, leave_by: float | None) -> float:
        """When it is too late for a party: the citizen's own limit, or the first of its services to end for the day."""
        last = self._last.get(shape)
        if last is None:
            ends = [max((d.closes for d in self.at.get(s, ())), default=inf) for s in shape.services]
            last = self._last[shape] = min(ends, default=inf) + self.scene.grace
        return last if leave_by is None else min(last, leave_by)

    def closing(self, last: float, work: float, at: float) -> float:
        """What the end of the day adds to the score of somebody with `work` left until `last`."""
        w = self.weights
        slack = last - at - work
        if slack >= w.slack:
            return 0.0
        return -w.hopeless if slack < 0.0 else w.closing * (1.0 - slack / w.slack)


@lru_cache(maxsize=8)
def read(scene: Scene) -> Reading:
    """The reading of a scene, made once."""
    return Reading(scene)


def minutes_left(desk: Desk, now: float) -> float:
    """How long the desk can still work today, breaks and announced absences taken off."""
    start = max(now, desk.opens, desk.until or 0.0)
    lost = sum(minutes for _, minutes in desk.breaks)
    lost += sum(max(0.0, min(b, desk.closes) - max(a, start)) for a, b in desk.away)
    return max(0.0, desk.closes - start - lost)


def highest_load(places: dict[frozenset[str], float], room: dict[str, float]) -> tuple[float, frozenset[str]]:
    """The desks whose own work fills them most: work only they can do over their minutes, over all unions of places."""
    unions: set[frozenset[str]] = set()
    for codes in places:
        unions |= {codes | u for u in unions if len(unions) < 256} | {codes}
    best, where = 0.0, frozenset[str]()
    for union in sorted(unions, key=lambda u: (len(u), sorted(u))):
        need = sum(minutes for codes, minutes in places.items() if codes <= union)
        load = need / max(1.0, sum(room[c] for c in union))
        if load > best + 1e-9:
            best, where = load, union
    return best, where


def _spread_out(
    total: float, kinds: Iterable[tuple[float, tuple[Errand, ...]]]
) -> list[tuple[float, tuple[Errand, ...]]]:
    kinds = list(kinds)
    whole = sum(weight for weight, _ in kinds) or 1.0
    return [(total * weight / whole, errands) for weight, errands in kinds]

"""The futures of a scene: a board that all of them share, and drawings of everything uncertain.

Everything follows from the scene and the seed, so the same futures answer every question asked about one moment.
"""

from bisect import bisect
from functools import lru_cache
from itertools import accumulate
from math import exp, inf
from random import Random
from statistics import NormalDist
from typing import NamedTuple

from app.domain.index import Reading
from app.domain.pace import PRIOR_MINUTES, expected_free, left_at, lognormal
from app.domain.scene import END, Desk, Kinds, Party, Scene, State
from app.domain.sitting import Shape, shape_of

SAMPLES = 16
"""So many futures of one moment are drawn."""

TABLE = 512
PACE_SPREAD = 0.12
"""How much desks differ, before anything was learned about one."""

HORIZON = 45.0
"""Who comes later than this from now is not played."""

REPAIR_SPREAD = 15.0

EXPECTED = -1_000_000
"""The start of a future in which every errand takes as long as expected."""

NEVER = -inf


class Future(NamedTuple):
    """One drawing of what is uncertain. Times in minutes after midnight."""

    start: int  # where in the tables of service times this future begins
    paces: tuple[float, ...]
    free: tuple[float, ...]  # desk -> when it can first call
    arrivals: tuple[tuple[float, Shape], ...]
    repaired: float  # when what is down works again


class Stand(NamedTuple):
    """What a party with these errands left is worth at each kind of desk, and by when it should be called."""

    worth: tuple[float, ...]
    work: float  # minutes it still has to spend at desks
    last: float  # so long before its services end for the day


class Board:
    """What all futures of one scene share."""

    def __init__(self, reading: Reading) -> None:
        scene = reading.scene
        self.scene, self.reading = scene, reading
        self.desks = [d for d in scene.desks if d.closes > scene.now or d.sitting is not None]
        self.paces = [reading.pace[d.code] for d in self.desks]
        asked = {code for p in scene.parties for e in p.errands for code in e.desks}
        kind = [(len(d.services), sorted(d.services), d.code if d.code in asked else "") for d in self.desks]
        kinds = [k for n, k in enumerate(sorted(kind)) if k not in sorted(kind)[:n]]
        self.kinds = [self.desks[kind.index(k)] for k in kinds]
        self.kind_of = [kinds.index(k) for k in kind]
        self.last = max((d.closes for d in self.desks), default=scene.now)
        self.shapes = [p.shape for p in scene.parties]
        self.left = [shape.everything for shape in self.shapes]
        self.ready = [_ready(p, scene) for p in scene.parties]
        self.since = [p.since - reading.passed_over(p) for p in scene.parties]
        self.leave = [p.leave_by for p in scene.parties]
        self.overhead = scene.overhead
        self.serving: dict[int, int] = {}  # desk -> party in the sitting in progress
        self._seat()
        self.pressed = [
            (w.hi - 2.0, n, k)
            for n, p in enumerate(scene.parties)
            for k, e in enumerate(p.errands)
            if (w := p.told.get(e.key)) is not None
        ]
        self.timed = [(n, k, e) for n, p in enumerate(scene.parties) if p.shape.timed for k, e in enumerate(p.errands)]
        self.latest = [d.closes + scene.grace for d in self.desks]
        self.unsettled = [bool(left) or n in self.serving.values() for n, left in enumerate(self.left)]
        wanted = {
            d.code: PRIOR_MINUTES + sum(h.expected for h in scene.history if h.desk == d.code) for d in self.desks
        }
        self.doubt = [(PRIOR_MINUTES / wanted[d.code]) ** 0.5 for d in self.desks]
        self._stands: dict[tuple[Shape, int, bool], Stand] = {}
        self._sorts: dict[int, tuple[list[Shape], list[float]]] = {}

    def _seat(self) -> None:
        place = {p.key: n for n, p in enumerate(self.scene.parties)}
        for d, desk in enumerate(self.desks):
            if desk.sitting is not None and desk.sitting.party in place:
                n = place[desk.sitting.party]
                doing = {e.key for e in desk.sitting.errands[desk.sitting.current :]}
                self.left[n] = sum(1 << k for k, e in enumerate(self.scene.parties[n].errands) if e.key not in doing)
                self.serving[d] = n

    def free_at(self, d: int) -> float:
        """When a desk is expected to be done with what it does now."""
        return expected_free(self.desks[d], self.scene.now, self.paces[d])

    def stand(self, shape: Shape, left: int, repaired: bool) -> Stand:
        """The stand of a shape with `left` still open."""
        key = (shape, left, repaired)
        found = self._stands.get(key)
        if found is None:
            worth = tuple([self.reading.top(shape, left, d, repaired) for d in self.kinds])
            work = shape.work(left) + self.overhead * (1 + left.bit_count()) / 2.0
            found = self._stands[key] = Stand(worth, work, self.reading.last_for(shape, None) - work)
        return found

    def one_of(self, kinds: Kinds, chance: float) -> Shape:
        """The shape of one of these kinds, each as often as it comes."""
        found = self._sorts.get(id(kinds))
        if found is None:
            found = self._sorts[id(kinds)] = (
                [shape_of(k.errands) for k in kinds],
                list(accumulate(k.weight for k in kinds)),
            )
        shapes, weights = found
        return shapes[bisect(weights, chance * weights[-1], 0, len(weights) - 1)]


def draw(board: Board, seed: int, count: int) -> list[Future]:
    """So many futures of a scene; equal seeds draw equal futures."""
    rng = Random(seed)
    seated = {d: _quantiles(rng, count) for d, desk in enumerate(board.desks) if desk.sitting is not None}
    return [_future(board, rng, {d: q[n] for d, q in seated.items()}) for n in range(count)]


def expected_future(board: Board) -> Future:
    """Everything takes as long as expected, nobody else comes."""
    free = tuple(board.free_at(n) for n in range(len(board.desks)))
    repaired = max(board.scene.now + 1.0, max(board.scene.outages.values(), default=0.0))
    return Future(EXPECTED, tuple(board.paces), free, (), repaired)


def _quantiles(rng: Random, count: int) -> list[float]:
    """Evenly spread chances in random order: few draws that still cover the whole range."""
    order = [(n + rng.random()) / count for n in range(count)]
    rng.shuffle(order)
    return order


def _future(board: Board, rng: Random, chances: dict[int, float]) -> Future:
    scene = board.scene
    paces = tuple(pace * exp(PACE_SPREAD * board.doubt[d] * rng.gauss(0.0, 1.0)) for d, pace in enumerate(board.paces))
    free = tuple(_free(desk, scene.now, paces[d], chances.get(d, 0.5)) for d, desk in enumerate(board.desks))
    repaired = max(scene.now + 1.0, max(scene.outages.values(), default=0.0) + rng.gauss(0.0, REPAIR_SPREAD))
    return Future(rng.randrange(TABLE), paces, free, tuple(_arrivals(board, rng)), repaired)


def _free(desk: Desk, now: float, pace: float, chance: float) -> float:
    if desk.sitting is None:
        return expected_free(desk, now, pace)
    running = desk.sitting.errands[desk.sitting.current]
    left = left_at(running.minutes * pace, running.spread, now - desk.sitting.began, chance)
    return (
        max(now, desk.sitting.began)
        + left
        + pace * sum(e.minutes for e in desk.sitting.errands[desk.sitting.current + 1 :])
    )


def _arrivals(board: Board, rng: Random) -> list[tuple[float, Shape]]:
    found, now = [], board.scene.now
    far = now + HORIZON
    for who in board.scene.expected:
        if who.at <= far and (who.chance >= 1.0 or rng.random() < who.chance):
            found.append((max(now, rng.gauss(who.at, who.spread)), board.one_of(who.kinds, rng.random())))
    for rate in board.scene.rates:
        at = max(now, rate.start)
        while rate.per_hour > 0 and (at := at + rng.expovariate(rate.per_hour / 60.0)) < min(far, rate.end):
            found.append((at, board.one_of(rate.kinds, rng.random())))
    return sorted(found, key=lambda a: a[0])


@lru_cache(maxsize=4096)
def tables_of(shape: Shape) -> tuple[list[float], ...]:
    """Per errand of a shape, TABLE service times that stand for its whole distribution."""
    return tuple([m * x for x in _factors(s)] for m, s in zip(shape.minutes, shape.spread, strict=True))


@lru_cache(maxsize=256)
def _factors(spread: float) -> list[float]:
    mu, sigma = lognormal(1.0, spread)
    normal = NormalDist()
    values = [exp(mu + sigma * normal.inv_cdf((n + 0.5) / TABLE)) for n in range(TABLE)]
    Random(TABLE).shuffle(values)
    return values


def _ready(party: Party, scene: Scene) -> float:
    """From when on a party not at a desk can be called: back from an absence, or called back from a later time told."""
    if party.state is State.ABSENT:
        return max(scene.now, party.ready_at)
    believed = [w.lo if scene.now - w.told >= scene.notice else w.before for key, w in party.told.items() if key != END]
    roams = party.free_since + scene.notice <= scene.now and min(believed, default=0.0) > scene.now + scene.early
    back = min(scene.now + scene.notice, min(believed) - scene.early) if roams else scene.now
    return max(back, party.ready_at)

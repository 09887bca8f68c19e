"""Playing the rest of a day forward under the line's own rule: the same futures for every question asked about one moment.

A `Board` is what all futures of a scene share; a `Future` is one drawing of everything uncertain; `Board.play` runs one to its
end. Everything follows from the scene and the seed.
"""

from bisect import bisect
from functools import lru_cache
from heapq import heapify, heappop, heappush
from itertools import accumulate
from math import exp, inf
from random import Random
from statistics import NormalDist
from typing import NamedTuple, TypeAlias

from app.domain.index import Option, Reading
from app.domain.pace import PRIOR_MINUTES, expected_free, left_at, lognormal
from app.domain.scene import END, Desk, Kinds, Party, Scene, State
from app.domain.sitting import Shape, bits, shape_of

TABLE = 512
PACE_SPREAD = 0.12
"""How much desks differ, before anything was learned about one."""

CLOSE_LOOK = 100.0
"""So long before the end of the day the pressure of closing is brought up to date, every TICK minutes."""

TICK = 6.0
HORIZON = 100.0
"""Who comes later than this from now is not played."""

UNFINISHED = 60.0
"""What it costs not to finish today, beyond waiting until closing."""

PRESSURE = 16.0
"""What the end of a told window adds to a party's score, all at once."""

REPAIR_SPREAD = 15.0

EXPECTED = -1_000_000
"""The start of a future in which every errand takes as long as expected."""

LOOK, REPAIR, BREAK, PRESS, LEAVE = 1, 2, 10, 10_000, 1_000_000
"""Codes of what moves besides desks and parties; they come before both at the same moment."""

Start: TypeAlias = tuple[int, int, Option]
"""A call that is taken as made: desk, party, sitting, by their places in the scene."""

_NEVER = -inf


class Future(NamedTuple):
    """One drawing of what is uncertain. Times in minutes after midnight."""

    start: int  # where in the tables of service times this future begins
    paces: tuple[float, ...]
    free: tuple[float, ...]  # desk -> when it can first call
    arrivals: tuple[tuple[float, Shape], ...]
    repaired: float  # when what is down works again


class Outcome(NamedTuple):
    """What one future brought: per party of the scene the start of each open errand, and the end of the visit."""

    starts: list[dict[int, float]]
    ends: list[float]  # inf: not today
    cost: float  # sum of the ends of all visits; an unfinished one ends UNFINISHED after closing
    busy: list[list[tuple[float, float]]]  # per desk: its sittings
    pauses: list[list[tuple[float, float]]]  # per desk: its breaks


class _Stand(NamedTuple):
    """What a party with these errands left is worth at each kind of desk."""

    worth: tuple[float, ...]
    options: tuple[list[Option], ...]
    work: float


class Board:
    """What all futures of one scene share."""

    def __init__(self, reading: Reading) -> None:
        scene = reading.scene
        self.scene, self.reading = scene, reading
        self.desks = [d for d in scene.desks if d.closes > scene.now]
        self.paces = [reading.pace[d.code] for d in self.desks]
        kinds = sorted({d.services for d in self.desks}, key=lambda s: (len(s), sorted(s)))
        self.kinds = [next(d for d in self.desks if d.services == s) for s in kinds]
        self.kind_of = [kinds.index(d.services) for d in self.desks]
        self.last = max((d.closes for d in self.desks), default=scene.now)
        self.shapes = [shape for _, shape in reading.shapes]
        self.left = [shape.everything for shape in self.shapes]
        self.ready = [_ready(p, scene) for p in scene.parties]
        self.serving: dict[int, int] = {}  # desk -> party in the sitting in progress
        self._seat()
        self.pressed = [
            (w.hi - 1.0, n, k)
            for n, p in enumerate(scene.parties)
            for k, e in enumerate(p.errands)
            if (w := p.told.get(e.key)) is not None
        ]
        self.latest = [d.closes + scene.grace for d in self.desks]
        self.unsettled = [bool(left) or n in self.serving.values() for n, left in enumerate(self.left)]
        wanted = {
            d.code: PRIOR_MINUTES + sum(h.expected for h in scene.history if h.desk == d.code) for d in self.desks
        }
        self.doubt = [(PRIOR_MINUTES / wanted[d.code]) ** 0.5 for d in self.desks]
        self._stands: dict[tuple[Shape, int, bool], _Stand] = {}

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

    def stand(self, shape: Shape, left: int, repaired: bool) -> _Stand:
        """Worth and options of a shape with `left` still open, at each kind of desk."""
        key = (shape, left, repaired)
        found = self._stands.get(key)
        if found is None:
            options = tuple(self.reading.options(shape, left, d, repaired) for d in self.kinds)
            count = left.bit_count()
            work = sum(shape.minutes[k] for k in bits(left)) + self.scene.overhead * (1 + count) / 2.0
            found = self._stands[key] = _Stand(tuple(o[0].worth if o else _NEVER for o in options), options, work)
        return found

    def play(
        self, future: Future, made: tuple[Start, ...] = (), to_the_end: bool = False, until: float = inf
    ) -> Outcome:
        """Play one future on, after the calls already `made` now; stops at `until` or once every party of the scene is settled."""
        return _Run(self, future, to_the_end).run(made, until)


class _Run:
    """One future being played."""

    def __init__(self, board: Board, future: Future, to_the_end: bool) -> None:
        scene, arrivals = board.scene, future.arrivals
        self.board, self.future = board, future
        self.present = len(board.shapes)
        self.count = self.present + len(arrivals)
        self.shapes = board.shapes + [shape for _, shape in arrivals]
        self.left = board.left + [shape.everything for _, shape in arrivals]
        self.since = [p.since for p in scene.parties] + [at for at, _ in arrivals]
        self.leave: list[float | None] = [p.leave_by for p in scene.parties] + [None] * len(arrivals)
        self.rows = [[_NEVER] * self.count for _ in board.kinds]
        self.options: list[tuple[list[Option], ...]] = [()] * self.count
        self.work, self.closing, self.pressed = ([0.0] * self.count for _ in range(3))
        self.waiting: list[int] = []
        self.idle: list[list[int]] = [[] for _ in board.kinds]
        self.breaks = [list(d.breaks) for d in board.desks]
        self.busy: list[list[tuple[float, float]]] = [[] for _ in board.desks]
        self.pauses: list[list[tuple[float, float]]] = [[] for _ in board.desks]
        self.starts: list[dict[int, float]] = [{} for _ in range(self.present)]
        self.ends = [inf] * self.count
        self.settled = self.count if to_the_end else self.present
        self.unsettled = sum(1 for p in range(self.settled) if p >= self.present or board.unsettled[p])
        self.repaired = not scene.outages
        self.close_look = board.last - CLOSE_LOOK
        self.events: list[tuple[float, int]] = []

    def run(self, made: tuple[Start, ...], until: float) -> Outcome:
        """To the end, after the calls already made."""
        self._prepare(made)
        events, count = self.events, self.count
        while events and self.unsettled:
            at, what = heappop(events)
            if at > until:
                break
            if what >= count:
                self._desk_free(at, what - count)
            elif what >= 0:
                self._arrive(at, what)
            else:
                self._remind(at, -what)
        closed = self.board.last + UNFINISHED
        cost = sum(end if end < inf else closed for end in self.ends[: self.settled])
        for d, breaks in enumerate(self.breaks):
            for planned, minutes in breaks:
                start = max([planned, *(end for begun, end in self.busy[d] if begun < planned)])
                self.pauses[d].append((start, start + minutes))
        return Outcome(self.starts, self.ends[: self.present], cost, self.busy, self.pauses)

    def _prepare(self, made: tuple[Start, ...]) -> None:
        board, now, events, count = self.board, self.board.scene.now, self.events, self.count
        called = {d for d, _, _ in made}
        busy = set(board.serving.values()) | {p for _, p, _ in made}
        for d, at in enumerate(self.future.free):
            if d not in called:
                events.append((at, count + d))
            if d in board.serving:
                self._leave_desk(at, board.serving[d])
        events += [(max(now, at), p) for p, at in enumerate(board.ready) if p not in busy]
        events += [(at, p + self.present) for p, (at, _) in enumerate(self.future.arrivals)]
        events += [(at, -PRESS - n) for n, (at, _, _) in enumerate(board.pressed) if at > now]
        events += [(at, -LEAVE - p) for p, at in enumerate(self.leave) if at is not None and at > now]
        if not self.repaired:
            events.append((self.future.repaired, -REPAIR))
        events.append((max(now, self.close_look), -LOOK))
        heapify(events)
        for d, p, option in made:
            self._start(now, d, p, option)

    def _remind(self, at: float, what: int) -> None:
        """Something other than a desk or a party moves: closing nears, a window ends, somebody must go, a break is due."""
        if what == LOOK:
            if at < self.board.last:
                heappush(self.events, (at + TICK, -LOOK))
            for p in self.waiting:
                self._press(p, self._closing(p, at) - self.closing[p])
        elif what == REPAIR:
            self.repaired = True
            for p in self.waiting[:]:
                self.waiting.remove(p)
                self._arrive(at, p)
        elif what >= LEAVE:
            if what - LEAVE in self.waiting:
                self.waiting.remove(what - LEAVE)
                self._settle(what - LEAVE)
        elif what >= PRESS:
            _, p, k = self.board.pressed[what - PRESS]
            if self.left[p] >> k & 1 and not self.pressed[p]:
                self.pressed[p] = PRESSURE
                if p in self.waiting:
                    for row in self.rows:
                        row[p] += PRESSURE
        elif (d := what - BREAK) in (idle := self.idle[self.board.kind_of[d]]):
            idle.remove(d)
            self._desk_free(at, d)

    def _closing(self, p: int, at: float) -> float:
        return self.board.reading.closing(self.leave[p], self.work[p], at)

    def _press(self, p: int, more: float) -> None:
        if more:
            self.closing[p] += more
            for row in self.rows:
                row[p] += more

    def _settle(self, p: int) -> None:
        if p < self.settled:
            self.unsettled -= 1

    def _desk_free(self, at: float, d: int) -> None:
        """A desk can call: it takes its break, closes, calls the best, or waits for somebody to come."""
        desk, breaks = self.board.desks[d], self.breaks[d]
        if breaks and breaks[0][0] <= at:
            end = at + breaks.pop(0)[1]
            self.pauses[d].append((at, end))
            heappush(self.events, (end, self.count + d))
            return
        for start, end in desk.away:
            if start <= at < end:
                heappush(self.events, (end, self.count + d))
                return
        if at >= desk.closes or self._call(at, d, self.board.kind_of[d]):
            return
        self.idle[self.board.kind_of[d]].append(d)
        for start in [b[0] for b in breaks[:1]] + [a for a, _ in desk.away if a > at]:
            heappush(self.events, (start, -BREAK - d))

    def _call(self, at: float, d: int, kind: int) -> bool:
        row, waiting = self.rows[kind], self.waiting
        while waiting:
            p = max(waiting, key=row.__getitem__)
            if row[p] == _NEVER:
                return False
            if self._try(at, d, p, kind):
                waiting.remove(p)
                return True
        return False

    def _try(self, at: float, d: int, p: int, kind: int) -> bool:
        """Start the best sitting that still ends in time; if there is none, this kind of desk is over for the party."""
        latest = self.board.latest[d] - at
        for option in self.options[p][kind]:
            if option.minutes <= latest:
                self._start(at, d, p, option)
                return True
        self.rows[kind][p] = _NEVER
        return False

    def _arrive(self, at: float, p: int) -> None:
        """A party can be called: by the idle desk where it is worth most, or it waits."""
        leave, left = self.leave[p], self.left[p]
        if leave is not None and at >= leave:
            self._settle(p)
            return
        stand = self.board.stand(self.shapes[p], left, self.repaired)
        self.options[p], self.work[p] = stand.options, stand.work
        self.closing[p] = self._closing(p, at) if leave is not None or at >= self.close_look else 0.0
        own = self.closing[p] + self.pressed[p] - self.since[p]
        best, where = _NEVER, -1
        for kind, worth in enumerate(stand.worth):
            score = self.rows[kind][p] = worth + own
            if score > best and self.idle[kind]:
                best, where = score, kind
        if where >= 0 and self._try(at, self.idle[where][0], p, where):
            del self.idle[where][0]
        else:
            self.waiting.append(p)

    def _start(self, at: float, d: int, p: int, option: Option) -> None:
        """A sitting with its drawn lengths; desk and party are free at its end."""
        board, future = self.board, self.future
        tables, pace, where = _tables(self.shapes[p]), future.paces[d], future.start + 31 * p
        end, called = at + board.scene.overhead, at
        starts = self.starts[p] if p < self.present else {}
        for k in option.order:
            starts[k] = called
            end += pace * (tables[k][(where + 7 * k) % TABLE] if where >= 0 else self.shapes[p].minutes[k])
            called = end
        self.busy[d].append((at, end))
        self.left[p] &= ~option.mask
        heappush(self.events, (end, self.count + d))
        self._leave_desk(end, p)

    def _leave_desk(self, at: float, p: int) -> None:
        if self.left[p]:
            heappush(self.events, (at, p))
        else:
            self.ends[p] = at
            self._settle(p)


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
    return Future(rng.randrange(TABLE), paces, free, tuple(sorted(_arrivals(scene, rng), key=lambda a: a[0])), repaired)


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


def _arrivals(scene: Scene, rng: Random) -> list[tuple[float, Shape]]:
    found = []
    far = scene.now + HORIZON
    for who in scene.expected:
        if who.at > far:
            continue
        if who.chance >= 1.0 or rng.random() < who.chance:
            found.append((max(scene.now, rng.gauss(who.at, who.spread)), _one(who.kinds, rng)))
    for rate in scene.rates:
        at = max(scene.now, rate.start)
        while rate.per_hour > 0 and (at := at + rng.expovariate(rate.per_hour / 60.0)) < min(far, rate.end):
            found.append((at, _one(rate.kinds, rng)))
    return found


def _one(kinds: Kinds, rng: Random) -> Shape:
    shapes, weights = _sorts(kinds)
    return shapes[bisect(weights, rng.random() * weights[-1], 0, len(weights) - 1)]


@lru_cache(maxsize=64)
def _sorts(kinds: Kinds) -> tuple[list[Shape], list[float]]:
    return [shape_of(k.errands) for k in kinds], list(accumulate(k.weight for k in kinds))


@lru_cache(maxsize=4096)
def _tables(shape: Shape) -> tuple[list[float], ...]:
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

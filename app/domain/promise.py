"""Windows: forecasts of the line's own rule, told at check-in, kept, and moved only when they would break.

A forecast plays the day forward under many futures. A window is its 10, 50 and 90 % points, widened by what the day has taught
(adaptive conformal inference: Gibbs & Candes 2021), rounded out. Every open errand and the end of the visit have one from check-in
on. All is pure: the seed is given, what was learned is a value that is handed back.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple, TypeAlias

from app.domain.futures import SAMPLES, Board, draw, expected_future
from app.domain.playing import play
from app.domain.scene import END, Errand, Party, Scene, State, Window

Promised: TypeAlias = tuple[str, str]
"""Whose promise, for which errand: party key and errand key, or END."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How promises are made. Minutes unless said otherwise."""

    step: float = 5.0  # both ends of a window are whole multiples of this
    least: float = 10.0  # and are never narrower
    stay: float = 7.0  # who may be called within this is asked to stay in the hall
    soon: float = 16.0  # an earlier turn is told only when it is nearer than this
    look: float = 14.0  # so far ahead it is checked who would be called before the time told
    refresh: float = 4.0  # a forecast is not made again sooner, unless somebody new came
    broken: float = 0.5  # told again when the chance of missing the window passes this


TERMS = Terms()


@dataclass(frozen=True, slots=True)
class Widening:
    """By how much the halves of a window are widened; learned from every kept and broken one, carried to the next such day."""

    below: float = 0.85
    above: float = 1.9

    STEP = 0.12
    TARGETS = (0.11, 0.04)  # so many may come before their window, so many after
    BOUNDS = (0.7, 2.5)

    @classmethod
    def of(cls, below: float, above: float) -> "Widening":
        """What another such day has taught, within bounds."""
        least, most = cls.BOUNDS
        return cls(min(most, max(least, below)), min(most, max(least, above)))

    def learned(self, window: Window, called: float) -> "Widening":
        """After a call: a little wider where it fell outside, a very little narrower where it did not."""
        early, late = self.TARGETS
        return Widening.of(
            self.below + self.STEP * ((called < window.lo) - early),
            self.above + self.STEP * ((called > window.hi) - late),
        )


def learned(widening: Mapping[str, Widening], key: str, first: Window, called: float) -> dict[str, Widening]:
    """What the day has taught after a call, or the end of a visit, against the window told last for it.

    Windows of calls and of ends learn apart. The value is carried to the next day of the same weekday.
    """
    kind = "end" if key == END else "call"
    return {**widening, kind: widening[kind].learned(first, called)}


class Forecast(NamedTuple):
    """For every open errand and the end of every visit: the times it came in the futures played, sorted; inf: not today."""

    at: float
    times: Mapping[Promised, list[float]]


def forecast(board: Board, seed: int, count: int = SAMPLES) -> Forecast:
    """Play `count` futures on."""
    times: dict[Promised, list[float]] = {}
    outcomes = [play(board, future) for future in draw(board, seed, count)]
    for n, party in enumerate(board.scene.parties):
        starts = [o.starts[n] for o in outcomes]
        for k, errand in enumerate(party.errands):
            times[party.key, errand.key] = sorted([s.get(k, inf) for s in starts])
        times[party.key, END] = sorted([o.ends[n] for o in outcomes])
    return Forecast(board.scene.now, times)


def point(times: Sequence[float], share: float) -> float:
    """The `share` quantile of sorted times; inf once it reaches those that do not come today."""
    place = share * (len(times) - 1)
    low = int(place)
    high = min(low + 1, len(times) - 1)
    if times[high] == inf:
        return inf if place > low or times[low] == inf else times[low]
    return times[low] + (times[high] - times[low]) * (place - low)


def window_of(
    times: Sequence[float], widening: Widening, now: float, latest: float, terms: Terms = TERMS
) -> Window | None:
    """The window of one promise, with the likely time in it; nothing if more likely than not it cannot be kept today.

    It is over by `latest`, or by the likely time where that is later: a desk that is quicker than the house file calls for longer.
    """
    middle = point(times, 0.5)
    if middle == inf:
        return None
    low = middle - widening.below * (middle - point(times, 0.1))
    end = max(latest, middle)
    high = min(end, middle + widening.above * (min(end, point(times, 0.9)) - middle))
    nearest = math.floor(low / terms.step + 0.5) * terms.step
    return rounded(nearest if nearest >= now + terms.stay else now, middle, high, now, terms)


def rounded(lo: float, at: float, hi: float, now: float, terms: Terms) -> Window:
    """Out to whole steps, and never narrower than the least: a promise is not sharper than it is known."""
    lower = math.floor(min(lo, at) / terms.step) * terms.step
    return Window(lower, at, math.ceil(max(hi, lo + terms.least) / terms.step) * terms.step, now)


def to_publish(
    scene: Scene, made: Forecast, widening: Mapping[str, Widening], terms: Terms = TERMS
) -> dict[Promised, Window]:
    """What must be told now: first windows, windows that would break, turns that come clearly earlier."""
    closed = max((d.closes for d in scene.desks), default=scene.now) + scene.grace
    news: dict[Promised, Window] = {}
    for party in scene.parties:
        errands = {e.key: e for e in party.errands}
        last = 0.0  # the end of the last window told now: no visit ends before its calls
        for key in (*errands, END):
            times = made.times.get((party.key, key))
            old = party.told.get(key)
            if times is None or (old is not None and not _moves(old, times, key, party, scene.now, terms, last)):
                continue
            latest = closed if key == END else _last_call(scene, party, errands[key])
            window = window_of(times, widening["end" if key == END else "call"], scene.now, latest, terms)
            if window is not None:
                last = max(last, window.hi)
                news[party.key, key] = window._replace(
                    hi=last if key == END else window.hi, before=believed(old, scene)
                )
    return news


def _last_call(scene: Scene, party: Party, errand: Errand) -> float:
    """When it is too late to call for an errand: no desk could end it in time, or its own time or the citizen's is over."""
    ends = (d.closes for d in scene.desks if errand.service in d.services and d.code in (errand.desks or {d.code}))
    last = max(ends, default=scene.now) + scene.grace - scene.overhead - errand.minutes
    return min(last, errand.until, inf if party.leave_by is None else party.leave_by)


def _moves(old: Window, times: Sequence[float], key: str, party: Party, now: float, terms: Terms, last: float) -> bool:
    """Whether a told window would more likely break than hold, its calls outlast it, or the turn comes clearly earlier and soon."""
    late = sum(t > old.hi + 0.5 for t in times) / len(times)
    middle = point(times, 0.5)
    if late > terms.broken:
        return middle < inf
    if key == END:
        return old.hi < last
    return party.state is State.WAITING and middle < old.lo - 1.0 and middle < now + terms.soon


def believed(old: Window | None, scene: Scene) -> float:
    """The lower end a citizen goes by at this moment: the last message that had time to arrive."""
    if old is None:
        return 0.0
    return old.lo if scene.now - old.told >= scene.notice else old.before


def come_now(board: Board, terms: Terms = TERMS) -> dict[Promised, Window]:
    """Who, at expected times, would be called before the time they were told: asked back now."""
    scene = board.scene
    outcome = play(board, expected_future(board), until=scene.now + terms.look)
    news: dict[Promised, Window] = {}
    for party, starts in zip(scene.parties, outcome.starts, strict=True):
        if starts and party.state is State.WAITING:
            k = min(starts, key=starts.__getitem__)  # the call; what is done in the same sitting needs no message
            at, told = starts[k], party.told.get(party.errands[k].key)
            if told is not None and at < told.lo - 1.0:
                window = rounded(scene.now, at, max(told.hi, at + terms.least), scene.now, terms)
                news[party.key, party.errands[k].key] = window._replace(before=believed(told, scene))
    return news

"""The index: how good it is that this desk calls this party for these errands now, in minutes of waiting.

`Reading` holds what all scores of one scene share: who needs which desk, and which services are the bottleneck of the rest of the
day. The part of a score that follows from a party's shape is worked out once per shape and kind of desk.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf
from typing import NamedTuple

from app.domain.load import bottleneck, crowd, long_away
from app.domain.pace import desk_paces
from app.domain.scene import Desk, Party, Scene, State
from app.domain.sitting import Shape, whole_sittings


@dataclass(frozen=True, slots=True)
class Weights:
    """The rule's numbers. Flat over a wide range; every one is in minutes of waiting."""

    work: float = 0.5  # a minute of work left
    finish: float = 10.0  # the sitting ends the visit
    others: float = 0.5  # a minute of somebody else's waiting at this desk or another
    tight: float = 0.7  # load from which a bottleneck desk is kept for its own
    foreign: float = 2.0  # the most a minute outside the bottleneck costs there
    window_lead: float = 7.0  # so long before a window's end it begins to press
    window: float = 6.0  # a minute of that
    slack: float = 30.0  # closing presses from so little slack on
    closing: float = 60.0  # and by so much at none
    hopeless: float = 30.0
    patience: int = 3  # overtaken more often than this,
    overtaken: float = 40.0  # every further time counts like so much waiting


WEIGHTS = Weights()
EPS = 1e-6
"""Minutes that are no difference."""

BOOKED = 1000.0
"""A booking whose time has come stands above every walk-in."""


class Option(NamedTuple):
    """One sitting a desk could offer a shape, with the part of its score that time does not change."""

    worth: float
    mask: int
    order: tuple[int, ...]
    minutes: float  # expected at pace 1, overhead included
    services: frozenset[str]


def _best_first(option: Option) -> tuple[float, int, float, int]:
    return -round(option.worth, 9), -len(option.order), option.minutes, option.mask


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
        away = {d.code for d in self.desks if (d.until or d.away) and long_away(d, scene.now)}
        self.sharing: Mapping[str, list[Desk]] = self.at  # service -> those of them that share its work at the moment
        if away:
            self.sharing = {s: [d for d in desks if d.code not in away] for s, desks in self.at.items()}
        here, waiting = Counter([p.shape for p in scene.parties]), State.WAITING
        others = [p.shape for p in scene.parties if p.state is not waiting]
        self.crowd = crowd(scene, self.sharing, here - Counter(others) if others else here)
        self.bottleneck, load = bottleneck(scene, self.at, here)
        self.price = weights.foreign * min(1.0, max(0.0, (load - weights.tight) / (1.0 - weights.tight)))
        self._options: dict[tuple[Shape, int, str, bool], list[Option]] = {}
        self._places: dict[tuple[Shape, str], tuple[int, list[float]]] = {}
        self._elsewhere: dict[tuple[str, str], float | None] = {}
        self._work: dict[Shape, float] = {}
        self._closing: dict[Shape, float] = {}

    def options(self, shape: Shape, left: int, desk: Desk, repaired: bool = False) -> list[Option]:
        """Every sitting this desk could offer while `left` is open, best first; hours and times not yet looked at.

        `repaired`: as if whatever is down now worked again.
        """
        key = (shape, left, desk.code, repaired)
        found = self._options.get(key)
        if found is None:
            overhead, here = self.scene.overhead, self._here(shape, left, desk, repaired)
            found = self._options[key] = [
                Option(worth, mask, order, overhead + minutes, services)
                for worth, (mask, order, minutes, services) in zip(
                    self._worths(shape, left, here, desk), whole_sittings(shape, left, here), strict=True
                )
            ]
            found.sort(key=_best_first)
        return found

    def able(self, shape: Shape, desk: Desk) -> list[Option]:
        """Of these, with all errands open, those that this desk could end before it closes."""
        end = desk.closes + self.scene.grace + EPS - self.scene.now
        return [o for o in self.options(shape, shape.everything, desk) if o.minutes <= end]

    def top(self, shape: Shape, left: int, desk: Desk, repaired: bool = False) -> float:
        """What the best of these is worth; -inf if there is none."""
        here = self._here(shape, left, desk, repaired)
        return max(self._worths(shape, left, here, desk), default=-inf) if here else -inf

    def _here(self, shape: Shape, left: int, desk: Desk, repaired: bool) -> int:
        """The errands of `left` that this desk does now."""
        able = self._at_desk(shape, desk)[0]
        if self.scene.outages and not repaired:
            able &= ~sum(1 << k for k, s in enumerate(shape.services) if s in self.scene.outages)
        return able & left

    def _worths(self, shape: Shape, left: int, here: int, desk: Desk) -> list[float]:
        """Of every sitting the part of its score that time does not change."""
        w, gain = self.weights, self._at_desk(shape, desk)[1]
        base = -w.work * shape.work(left) - w.others * self.crowd.get(desk.code, 0.0) * self.scene.overhead
        found = []
        for mask, order, _, _ in whole_sittings(shape, left, here):
            worth = base + w.finish if mask == left else base
            for k in order:
                worth += gain[k]
            found.append(worth)
        return found

    def _at_desk(self, shape: Shape, desk: Desk) -> tuple[int, list[float]]:
        """Which errands of a shape this desk does at all, and what doing each there is worth to everybody else."""
        key = (shape, desk.code)
        found = self._places.get(key)
        if found is None:
            if desk.services.isdisjoint(shape.services):
                return 0, []
            able, w = 0, self.weights
            gain: list[float] = []
            kept = self.price if desk.services & self.bottleneck else 0.0
            for k, (service, minutes, only) in enumerate(zip(shape.services, shape.minutes, shape.desks, strict=True)):
                able |= (service in desk.services and (not only or desk.code in only)) << k
                foreign = kept * minutes if service not in self.bottleneck else 0.0
                gain.append(w.others * self._saved(service, minutes, desk) - foreign)
            found = self._places[key] = able, gain
        return found

    def _saved(self, service: str, minutes: float, desk: Desk) -> float:
        """What doing an errand at this desk costs those who wait here, against what it saves those who wait elsewhere."""
        key = (service, desk.code)
        if key not in self._elsewhere:
            others = [self.crowd[d.code] for d in self.sharing.get(service, ()) if d.code != desk.code]
            self._elsewhere[key] = sum(others) / len(others) if others else None
        elsewhere = self._elsewhere[key]
        if elsewhere is None:
            return 0.0
        here = self.crowd.get(desk.code, 0.0) * minutes * self.pace[desk.code]
        return elsewhere * (minutes + self.scene.overhead) - here

    def work_left(self, shape: Shape) -> float:
        """Minutes a party still has to spend at desks, a sitting's cost for every second errand included."""
        found = self._work.get(shape)
        if found is None:
            found = sum(shape.minutes) + self.scene.overhead * (1 + len(shape.minutes)) / 2.0
            self._work[shape] = found
        return found

    @cached_property
    def present(self) -> list[tuple[Party, Shape, float]]:
        """Whoever could be called now, with the part of the score that is their own: age, closing, window, being passed over."""
        now, waiting, presses = self.scene.now, State.WAITING, self.scene.now + self.weights.window_lead
        overtaken, alike, found = self.scene.overtaken, self._closing, []
        reach, known = now + self.scene.early, now - self.scene.notice
        for party in self.scene.parties:
            if party.told_from > reach and party.free_since <= known and party.told_at <= known:
                continue  # believes a later time for all that it needs, and would be found away
            shape = party.shape
            if party.state is not waiting or party.ready_at > now + EPS or now >= (party.leave_by or inf):
                continue
            if shape in alike and party.leave_by is None:  # most are one of many
                standing = now - party.since + alike[shape]
            else:
                standing = now - party.since + self._pressed(party, shape, now)
            if party.window_ends < presses:
                standing += self.window(party, now)
            if party.key in overtaken:
                standing += self.passed_over(party)
            found.append((party, shape, standing))
        return found

    def passed_over(self, party: Party) -> float:
        """What having been overtaken too often adds to a party's score."""
        return self.weights.overtaken * max(0, self.scene.overtaken.get(party.key, 0) - self.weights.patience)

    def _pressed(self, party: Party, shape: Shape, now: float) -> float:
        """What closing adds to the score of a party that waits now: all of a shape who have no limit of their own share it."""
        if party.leave_by is not None or shape.timed:
            return self.closing(self._last_of(party, shape) - self.work_left(shape) - now)
        found = self._closing[shape] = self.closing(self.last_for(shape, None) - self.work_left(shape) - now)
        return found

    def window(self, party: Party, at: float) -> float:
        """What the end of the next window adds to the score at a moment."""
        over = at - party.window_ends + self.weights.window_lead
        return self.weights.window * over if over > 0.0 else 0.0

    def urgency(self, party: Party, shape: Shape, work: float, at: float) -> tuple[float, float]:
        """What a window's end and what closing add to the score at a moment."""
        return self.window(party, at), self.closing(self._last_of(party, shape) - work - at)

    def last_for(self, shape: Shape, leave_by: float | None) -> float:
        """When it is too late for a party: the citizen's own limit, or the first of its services to end for the day."""
        last = self._last.get(shape)
        if last is None:
            ends = [max((d.closes for d in self.at.get(s, ())), default=inf) for s in shape.services]
            last = self._last[shape] = min(ends, default=inf) + self.scene.grace
        return last if leave_by is None else min(last, leave_by)

    def _last_of(self, party: Party, shape: Shape) -> float:
        """The same for a party, an errand's own time included."""
        last = self.last_for(shape, party.leave_by)
        return min(last, min(e.until + e.minutes for e in party.errands)) if shape.timed else last

    def closing(self, slack: float) -> float:
        """What the end of the day adds to the score of somebody who has so many minutes more than the work left needs."""
        w = self.weights
        if slack >= w.slack:
            return 0.0
        return -w.hopeless if slack < 0.0 else w.closing * (1.0 - slack / w.slack)


@lru_cache(maxsize=8)
def read(scene: Scene) -> Reading:
    """The reading of a scene, made once."""
    return Reading(scene)

"""The exact planner of one party: can everything still be done today, when would each be, and if not, why not.

A dynamic programme over subsets of errands, over every order, every way to combine them in one sitting and every desk. It is exact
because after a given set of errands only the clock matters, and starting later never lets anybody finish earlier.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from app.domain.pace import expected_free
from app.domain.scene import Party, Scene, State
from app.domain.sitting import Shape, bits, sittings
from app.domain.timeline import Timeline, Timelines, timelines


class Planned(NamedTuple):
    """One sitting of a plan."""

    start: float
    end: float
    desk: str
    errands: tuple[str, ...]  # keys, in order


class Unreachable(NamedTuple):
    """An errand that cannot be done today: a stable code, and the figures that word it."""

    errand: str
    code: str  # no_desk closes leaves needs late
    values: Mapping[str, float | str]


class Without(NamedTuple):
    """What leaving one errand out would bring."""

    errand: str
    finish: float


@dataclass(frozen=True, slots=True)
class Plan:
    """As many of the party's errands as today allows, finished as early as can be."""

    sittings: tuple[Planned, ...]
    finish: float  # the end of the last sitting; now if there is none
    unreachable: tuple[Unreachable, ...]
    without: tuple[Without, ...]  # alternatives, the earliest finish first


class _Label(NamedTuple):
    """The best way to have a set of errands done: earliest, then fewest sittings, then the least versatile desks."""

    end: float
    sittings: int
    versatile: int
    before: int
    step: Planned | None


def plan(scene: Scene, party: Party, lines: Timelines | None = None) -> Plan:
    """Plan a party, in the scene or only thought of, on the desks' expected timelines (made from the scene if not given)."""
    lines = timelines(scene, party) if lines is None else lines
    shape, done = party.shape, _serving(scene, party)
    labels = _labels(scene, party, shape, lines, done)
    reached = min(labels, key=lambda mask: (-mask.bit_count(), *labels[mask][:3], mask))
    missed = list(bits(shape.everything & ~reached))
    return Plan(
        _route(labels, reached),
        labels[reached].end,
        tuple(_reason(scene, party, shape, lines, k, labels[reached].end, missed) for k in missed),
        _alternatives(party, labels, reached, done),
    )


def _serving(scene: Scene, party: Party) -> int:
    """The errands of the sitting in progress, taken as done at its end."""
    if party.state is not State.SERVING:
        return 0
    seated = {e.key for d in scene.desks if d.sitting and d.sitting.party == party.key for e in d.sitting.errands}
    return sum(1 << k for k, e in enumerate(party.errands) if e.key in seated)


def _ready(scene: Scene, party: Party, lines: Timelines) -> float:
    """From when on the party can be called."""
    seat = next((d for d in scene.desks if d.sitting and d.sitting.party == party.key), None)
    if seat is None:
        return max(scene.now, party.ready_at)
    return expected_free(seat, scene.now, lines[seat.code].pace if seat.code in lines else 1.0)


def _labels(scene: Scene, party: Party, shape: Shape, lines: Timelines, done: int) -> dict[int, _Label]:
    """Set of errands done -> the best way to get there. Sets are visited after all their subsets."""
    labels = {done: _Label(_ready(scene, party, lines), 0, 0, -1, None)}
    earliest = [max(e.not_before, scene.outages.get(e.service, 0.0)) for e in party.errands]
    here = {code: _able(shape, line) for code, line in lines.items()}
    rest = shape.everything & ~done
    for mask in sorted((done | _spread(rest, n) for n in range(1 << rest.bit_count())), key=lambda m: m.bit_count()):
        label = labels.get(mask)
        if label is None:
            continue
        left = shape.everything & ~mask
        for code, line in lines.items():
            for chosen, order in sittings(shape.needs, left, here[code]):
                step = _fit(scene, party, line, order, max(label.end, max(earliest[k] for k in order)))
                if step is not None:
                    new = _Label(step.end, label.sittings + 1, label.versatile + len(line.services), mask, step)
                    old = labels.get(mask | chosen)
                    if old is None or new[:3] < old[:3]:
                        labels[mask | chosen] = new
    return labels


def _spread(rest: int, n: int) -> int:
    """The n-th subset of a mask."""
    return sum(1 << k for place, k in enumerate(bits(rest)) if n >> place & 1)


def _able(shape: Shape, line: Timeline) -> int:
    return sum(
        1 << k
        for k, service in enumerate(shape.services)
        if service in line.services and (not shape.desks[k] or line.desk in shape.desks[k])
    )


def _fit(scene: Scene, party: Party, line: Timeline, order: tuple[int, ...], ready: float) -> Planned | None:
    """The earliest sitting at this desk, if one still ends in time."""
    errands = [party.errands[k] for k in order]
    length = scene.overhead + line.pace * sum(e.minutes for e in errands)
    start = line.earliest(ready, length)
    limit = min(inf if party.leave_by is None else party.leave_by, min(e.until for e in errands))
    if start > limit or not line.fits(start, length):
        return None
    return Planned(start, start + length, line.desk, tuple(e.key for e in errands))


def _route(labels: Mapping[int, _Label], mask: int) -> tuple[Planned, ...]:
    steps: list[Planned] = []
    while (step := labels[mask].step) is not None:
        steps.append(step)
        mask = labels[mask].before
    return tuple(reversed(steps))


def _alternatives(party: Party, labels: Mapping[int, _Label], reached: int, done: int) -> tuple[Without, ...]:
    """For every errand of the plan that nothing else in it needs: the finish without it, where something else is left to do."""
    found = [
        Without(party.errands[k].key, labels[rest].end)
        for k in bits(reached & ~done)
        if (rest := reached & ~(1 << k)) & ~done and rest in labels
    ]
    return tuple(sorted((w for w in found if w.finish < labels[reached].end), key=lambda w: (w.finish, w.errand)))


def _reason(
    scene: Scene, party: Party, shape: Shape, lines: Timelines, k: int, finish: float, missed: list[int]
) -> Unreachable:
    """Why an errand cannot be done today, as the last thing of the plan."""
    errand = party.errands[k]
    able = [line for line in lines.values() if _able(shape, line) >> k & 1]
    if not able:
        return Unreachable(errand.key, "no_desk", {"service": errand.service})
    needs = [n for n in missed if shape.needs[k] >> n & 1]
    if needs:
        return Unreachable(errand.key, "needs", {"errand": party.errands[needs[0]].key})
    ready = max(finish, errand.not_before, scene.outages.get(errand.service, 0.0))
    start, line = min(
        ((line.earliest(ready, scene.overhead + line.pace * errand.minutes), line) for line in able),
        key=lambda found: (found[0], found[1].desk),
    )
    values: dict[str, float | str] = {"earliest": start, "minutes": scene.overhead + errand.minutes}
    if errand.until < inf and start > errand.until:
        return Unreachable(errand.key, "late", values | {"until": errand.until})
    if party.leave_by is not None and start > party.leave_by:
        return Unreachable(errand.key, "leaves", values | {"leaves": party.leave_by})
    return Unreachable(
        errand.key, "closes", values | {"closes": max(x.latest_end for x in able) - scene.grace, "desk": line.desk}
    )

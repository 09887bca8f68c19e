"""Trying calls before making them: the index's own choice against a few others, on the same futures.

The index is overridden only where the gain stands clear of chance, and what overtaking costs in trust is part of the price.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import sqrt
from typing import TypeAlias

from app.domain.futures import SAMPLES, Board, Future, draw
from app.domain.index import WEIGHTS, Option, Weights
from app.domain.line import Call, chosen
from app.domain.playing import Start, played
from app.domain.scene import Errand, State

Plan: TypeAlias = list[tuple[Call, Option]]
"""The calls of all idle desks, each with the sitting it stands for."""

VARIANTS: tuple[Weights, ...] = (
    replace(WEIGHTS, work=1.0),
    replace(WEIGHTS, work=2.0),
    replace(WEIGHTS, work=-0.5),
    replace(WEIGHTS, work=0.0, finish=0.0),
    replace(WEIGHTS, finish=30.0),
    replace(WEIGHTS, finish=-30.0),
    replace(WEIGHTS, others=1.0),
    replace(WEIGHTS, others=2.0),
    replace(WEIGHTS, others=0.0, foreign=0.0),
    replace(WEIGHTS, foreign=5.0),
)
"""Other weights of the same index; only what they would call differently is tried."""

COUNT = 12
CLEAR = 1.0
"""An override must win by more than so many standard errors."""

MOST = 4
"""So many different plans are tried at most, the index's own among them."""

LOOK = 4
"""On so many futures first; only the most promising other plan is looked at more closely."""

HOPE = 0.5
"""It must be ahead by so many standard errors then."""

OVERTAKING = 5.0
"""Minutes that one earlier comer's being overtaken must be worth to the others; as much again for every time before."""


def best_calls(board: Board, seed: int, count: int = COUNT) -> list[Call]:
    """The calls of all idle desks after trying them on so many futures; with fewer than two, the index's own."""
    base = chosen(board.reading)
    plans = {_called(base): base}
    if base and count > 1:
        for weights in VARIANTS:
            other = chosen(board.reading.weighed(weights))
            plans.setdefault(_called(other), other)
    tried = list(plans.values())[:MOST]
    best = _winner(board, tried, draw(board, seed, SAMPLES)[:count]) if len(tried) > 1 else 0
    return [call for call, _ in tried[best]]


def _called(plan: Plan) -> tuple[Call, ...]:
    return tuple(sorted(call for call, _ in plan))


def _winner(board: Board, tried: list[Plan], futures: list[Future]) -> int:
    """Which of the tried plans to follow; the first is the index's own.

    A few futures show which other is worth a closer look; the rest are played for that one and the index's own only.
    """
    made = [_made(board, plan) for plan in tried]
    fee = [OVERTAKING * overtaken(board, plan) for plan in tried]
    saved = _saved(board, made, fee, range(1, len(made)), futures[:LOOK])
    best = max(saved, key=lambda n: (sum(saved[n]), -n))
    if not _stands_clear(saved[best], HOPE):
        return 0
    more = _saved(board, made, fee, [best], futures[LOOK:])
    return best if _stands_clear(saved[best] + more[best], CLEAR) else 0


def _saved(
    board: Board, made: list[tuple[Start, ...]], fee: list[float], which: Iterable[int], futures: list[Future]
) -> dict[int, list[float]]:
    """Minutes each of these plans saves against the index's own, future by future."""
    own = [played(board, future, made[0]).cost + fee[0] for future in futures]
    return {
        n: [cost - played(board, f, made[n]).cost - fee[n] for cost, f in zip(own, futures, strict=True)] for n in which
    }


def overtaken(board: Board, plan: Plan) -> int:
    """How many earlier comers would see somebody called for what they could do; once more for each time before."""
    since = {p.key: p.since for p in board.scene.parties}
    waiting = [(p, shape) for p, shape in board.reading.shapes if p.state is State.WAITING]
    passed = 0
    for call, option in plan:
        for other, shape in waiting:
            ready = any(s in option.services and not n for s, n in zip(shape.services, shape.needs, strict=True))
            if ready and other.since < since[call.party]:
                passed += 1 + other.overtaken
    return passed


def _stands_clear(values: list[float], errors: float) -> bool:
    """Whether the mean of these is above zero by so many of its standard errors."""
    mean = sum(values) / len(values)
    spread = sqrt(sum((v - mean) ** 2 for v in values) / max(1, len(values) - 1) / len(values))
    return mean > 0.0 and mean > errors * spread


def starts(board: Board, calls: list[Call]) -> tuple[Start, ...]:
    """Calls as the futures take them."""
    parties = {p.key: p for p in board.scene.parties}
    return _made(board, [(call, _option(board, parties[call.party].errands, call)) for call in calls])


def _option(board: Board, errands: tuple[Errand, ...], call: Call) -> Option:
    place = {e.key: k for k, e in enumerate(errands)}
    order = tuple(place[key] for key in call.errands)
    minutes = board.scene.overhead + sum(errands[k].minutes for k in order)
    return Option(0.0, sum(1 << k for k in order), order, minutes, frozenset(errands[k].service for k in order))


def _made(board: Board, plan: Plan) -> tuple[Start, ...]:
    desks = {d.code: n for n, d in enumerate(board.desks)}
    parties = {p.key: n for n, p in enumerate(board.scene.parties)}
    return tuple((desks[call.desk], parties[call.party], option) for call, option in plan)

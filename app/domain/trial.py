"""Trying calls before making them: the index's own choice against a few others, on the same futures.

The index is overridden only where the gain stands clear of chance.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import sqrt

from app.domain.futures import Board, Future, Start, draw
from app.domain.index import WEIGHTS, Option, Weights
from app.domain.line import Call, chosen

VARIANTS: tuple[Weights, ...] = (
    replace(WEIGHTS, work=1.0),
    replace(WEIGHTS, work=0.0, finish=0.0),
    replace(WEIGHTS, others=1.0),
    replace(WEIGHTS, others=0.0, foreign=0.0),
    replace(WEIGHTS, foreign=5.0),
    replace(WEIGHTS, finish=30.0),
)
CLEAR = 1.0
"""An override must win by more than so many standard errors."""

CLOSER = 2
"""So many others are looked at more closely."""


def best_calls(board: Board, seed: int, count: int = 12) -> list[Call]:
    """The calls of all idle desks after trying them on so many futures; with fewer than two, the index's own."""
    reading = board.reading
    base = chosen(reading)
    plans = {tuple(sorted(call for call, _ in base)): base}
    if base and count > 1:
        for weights in VARIANTS:
            other = chosen(reading.weighed(weights))
            plans.setdefault(tuple(sorted(call for call, _ in other)), other)
    if len(plans) < 2:
        return [call for call, _ in base]
    tried = list(plans.values())
    return [call for call, _ in tried[_winner(board, [_made(board, plan) for plan in tried], draw(board, seed, count))]]


def _winner(board: Board, tried: list[tuple[Start, ...]], futures: list[Future]) -> int:
    """Which of the tried calls to make; the first is the index's own.

    A few futures show which others are worth a closer look; the rest are played for those and the index's own only.
    """
    look = max(2, len(futures) // 3)
    saved = _saved(board, tried, range(1, len(tried)), futures[:look])
    likely = [n for n in sorted(saved, key=lambda n: -sum(saved[n])) if sum(saved[n]) > 0][:CLOSER]
    if not likely:
        return 0
    more = _saved(board, tried, likely, futures[look:])
    best, gain = 0, 0.0
    for n in likely:
        mean, error = _mean_and_error(saved[n] + more[n])
        if mean > CLEAR * error and mean > gain:
            best, gain = n, mean
    return best


def _saved(
    board: Board, tried: list[tuple[Start, ...]], which: Iterable[int], futures: list[Future]
) -> dict[int, list[float]]:
    """Minutes each of these calls saves against the index's own, future by future."""
    own = [board.play(f, tried[0], True).cost for f in futures]
    return {n: [a - board.play(f, tried[n], True).cost for a, f in zip(own, futures, strict=True)] for n in which}


def _mean_and_error(values: list[float]) -> tuple[float, float]:
    mean = sum(values) / len(values)
    return mean, sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1) / len(values))


def starts(board: Board, calls: list[Call]) -> tuple[Start, ...]:
    """The same calls as the futures take them."""
    desks = {d.code: n for n, d in enumerate(board.desks)}
    parties = {p.key: n for n, p in enumerate(board.scene.parties)}
    found = []
    for call in calls:
        n = parties[call.party]
        errands = board.scene.parties[n].errands
        order = tuple(next(k for k, e in enumerate(errands) if e.key == key) for key in call.errands)
        minutes = board.scene.overhead + sum(errands[k].minutes for k in order)
        found.append((desks[call.desk], n, Option(0.0, sum(1 << k for k in order), order, minutes)))
    return tuple(found)


def _made(board: Board, plan: list[tuple[Call, Option]]) -> tuple[Start, ...]:
    desks = {d.code: n for n, d in enumerate(board.desks)}
    parties = {p.key: n for n, p in enumerate(board.scene.parties)}
    return tuple((desks[call.desk], parties[call.party], option) for call, option in plan)

"""Trying calls before making them: the index's own choice against a few others, on the same futures.

The index is overridden only where the gain stands clear of chance.
"""

from dataclasses import replace
from math import sqrt

from app.domain.futures import Board, Start, draw
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
    futures = draw(board, seed, count)
    tried = list(plans.values())
    costs = [[board.play(f, _made(board, plan), True).cost for f in futures] for plan in tried]
    best, gain = 0, 0.0
    for n in range(1, len(tried)):
        saved = [a - b for a, b in zip(costs[0], costs[n], strict=True)]
        mean = sum(saved) / count
        error = sqrt(sum((s - mean) ** 2 for s in saved) / (count - 1) / count)
        if mean > CLEAR * error and mean > gain:
            best, gain = n, mean
    return [call for call, _ in tried[best]]


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

"""A desk's expected day from now on: when it is taken, and the earliest time something fits."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from app.domain.futures import Board, expected_future
from app.domain.index import Reading
from app.domain.playing import play
from app.domain.scene import Desk, Party, Scene

_EPS = 1e-6


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a desk does and when it is free."""

    desk: str
    services: frozenset[str]
    opens: float
    latest_end: float  # closing and the grace after it
    busy: tuple[tuple[float, float], ...] = ()  # sorted, disjoint: from, to
    pauses: tuple[
        tuple[float, float], ...
    ] = ()  # breaks: no sitting starts in one, but a break waits for a sitting's end
    pace: float = 1.0  # minutes here for a minute expected

    def earliest(self, ready: float, length: float) -> float:
        """The first time from `ready` on at which the desk is free for so long; closing is not looked at."""
        start = max(ready, self.opens)
        while True:
            moved = self._free(start, length)
            for begins, ends in self.pauses:
                if begins <= moved < ends:
                    moved = ends
            if moved == start:
                return start
            start = moved

    def _free(self, start: float, length: float) -> float:
        for n in range(max(0, bisect_right(self.busy, (start, start)) - 1), len(self.busy)):
            taken, free = self.busy[n]
            if free <= start + _EPS:
                continue
            if taken >= start + length - _EPS:
                break
            start = free
        return start

    def fits(self, start: float, length: float) -> bool:
        """Whether a sitting from `start` ends in time."""
        return start + length <= self.latest_end + _EPS


Timelines: TypeAlias = Mapping[str, Timeline]


def disjoint(spans: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Spans sorted and merged where they touch."""
    merged: list[tuple[float, float]] = []
    for start, end in sorted(s for s in spans if s[1] > s[0]):
        if merged and start <= merged[-1][1] + _EPS:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


def timelines(scene: Scene, party: Party) -> dict[str, Timeline]:
    """Every desk's expected day while those who stand before `party` are served under the line's own rule."""
    ahead = tuple(p for p in scene.parties if p.key != party.key and (p.since, p.number) <= (party.since, party.number))
    board = Board(Reading(replace(scene, parties=ahead, expected=(), rates=())))
    outcome = play(board, expected_future(board))
    return {
        desk.code: Timeline(
            desk.code,
            desk.services,
            max(desk.opens, scene.now),
            desk.closes + scene.grace,
            disjoint([*outcome.busy[n], *_own(desk, board.free_at(n), scene.now)]),
            tuple(outcome.pauses[n]),
            board.paces[n],
        )
        for n, desk in enumerate(board.desks)
    }


def _own(desk: Desk, free: float, now: float) -> list[tuple[float, float]]:
    """What the desk is taken by without anybody in the line: the sitting or pause in progress, announced absences."""
    return [(now, free) if free > now + _EPS else (now, now), *desk.away]

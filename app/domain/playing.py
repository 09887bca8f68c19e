"""Playing one future on to its end: desks call by the index, breaks and closing times come, people leave.

Parties and desks are their places in the board. The score of every waiting party at every kind of desk stands in a row, so that a
call is the maximum of a row.
"""

from heapq import heapify, heappop, heappush
from math import inf
from typing import NamedTuple, TypeAlias

from app.domain.futures import NEVER, TABLE, Board, Future, tables_of
from app.domain.index import BOOKED, Option

CLOSE_LOOK = 100.0
"""So long before the end of the day the pressure of closing is brought up to date, every TICK minutes."""

TICK = 8.0
UNFINISHED = 60.0
"""What it costs not to finish today, beyond waiting until closing."""

PRESSURE = 16.0
"""What the end of a told window adds to a party's score, all at once."""

LOOK, REPAIR, BREAK, PRESS, OPEN, DUE, LEAVE = 1, 2, 10, 10_000, 100_000, 200_000, 1_000_000
"""Codes of what moves besides desks and parties; they come before both at the same moment."""

Start: TypeAlias = tuple[int, int, Option]
"""A call that is taken as made: desk, party, sitting, by their places in the board."""


class Outcome(NamedTuple):
    """What one future brought: per party of the scene the start of each open errand, and the end of the visit."""

    starts: list[dict[int, float]]
    ends: list[float]  # inf: not today
    cost: float  # sum of the ends of all visits; an unfinished one ends UNFINISHED after closing
    busy: list[list[tuple[float, float]]]  # per desk: its sittings
    pauses: list[list[tuple[float, float]]]  # per desk: its breaks


def play(
    board: Board, future: Future, made: tuple[Start, ...] = (), to_the_end: bool = False, until: float = inf
) -> Outcome:
    """Play one future on, after the calls `made` now; stops at `until`, or once every party of the scene is settled."""
    return _Run(board, future, to_the_end).run(made, until)


class _Run:
    """One future being played."""

    def __init__(self, board: Board, future: Future, to_the_end: bool) -> None:
        scene, arrivals = board.scene, future.arrivals
        self.board, self.future = board, future
        self.present = len(board.shapes)
        self.count = self.present + len(arrivals)
        self.shapes = board.shapes + [shape for _, shape in arrivals]
        self.left = board.left + [shape.everything for _, shape in arrivals]
        self.since = [p.since - board.reading.passed_over(p) for p in scene.parties] + [at for at, _ in arrivals]
        self.leave: list[float | None] = [p.leave_by for p in scene.parties] + [None] * len(arrivals)
        self.rows = [[NEVER] * self.count for _ in board.kinds]
        self.options: list[tuple[list[Option], ...]] = [()] * self.count
        self.work, self.closing, self.pressed = ([0.0] * self.count for _ in range(3))
        self.last = [inf] * self.count
        self.shut = [0] * self.count  # errands whose own time has not come
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
        for n, (p, k, errand) in enumerate(board.timed):
            if errand.not_before > now:
                self.shut[p] |= 1 << k
                events.append((errand.not_before, -OPEN - n))
            if errand.due is not None:
                events.append((max(now, errand.due), -DUE - n))
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
            self._again(at, self.waiting)
        elif what >= LEAVE:
            if what - LEAVE in self.waiting:
                self.waiting.remove(what - LEAVE)
                self._settle(what - LEAVE)
        elif what >= DUE:
            p, k, _ = self.board.timed[what - DUE]
            self._raise(p, k, BOOKED)
        elif what >= OPEN:
            p, k, _ = self.board.timed[what - OPEN]
            self.shut[p] &= ~(1 << k)
            self._again(at, [p])
        elif what >= PRESS:
            _, p, k = self.board.pressed[what - PRESS]
            self._raise(p, k, PRESSURE)
        elif (d := what - BREAK) in (idle := self.idle[self.board.kind_of[d]]):
            idle.remove(d)
            self._desk_free(at, d)

    def _again(self, at: float, parties: list[int]) -> None:
        """Those of the parties that wait are looked at anew."""
        for p in [p for p in parties if p in self.waiting]:
            self.waiting.remove(p)
            self._arrive(at, p)

    def _raise(self, p: int, k: int, more: float) -> None:
        """An errand presses; a party is raised once."""
        if self.left[p] >> k & 1 and not self.pressed[p]:
            self.pressed[p] = more
            if p in self.waiting:
                for row in self.rows:
                    row[p] += more

    def _closing(self, p: int, at: float) -> float:
        return self.board.reading.closing(self.last[p], self.work[p], at)

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
            if row[p] == NEVER:
                return False
            if self._try(at, d, p, kind):
                waiting.remove(p)
                return True
        return False

    def _try(self, at: float, d: int, p: int, kind: int) -> bool:
        """Start the best sitting that still ends in time; if there is none, this kind of desk is over for the party."""
        latest, shut = self.board.latest[d] - at, self.shut[p]
        for option in self.options[p][kind]:
            if option.minutes <= latest and not option.mask & shut:
                self._start(at, d, p, option)
                return True
        self.rows[kind][p] = NEVER
        return False

    def _arrive(self, at: float, p: int) -> None:
        """A party can be called: by the idle desk where it is worth most, or it waits."""
        leave, left = self.leave[p], self.left[p]
        if leave is not None and at >= leave:
            self._settle(p)
            return
        stand = self.board.stand(self.shapes[p], left, self.repaired)
        self.options[p], self.work[p] = stand.options, stand.work
        self.last[p] = self.board.reading.last_for(self.shapes[p], leave)
        self.closing[p] = self._closing(p, at) if leave is not None or at >= self.close_look else 0.0
        own = self.closing[p] + self.pressed[p] - self.since[p]
        best, where = NEVER, -1
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
        tables, pace, where = tables_of(self.shapes[p]), future.paces[d], future.start + 31 * p
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

"""Playing one future on to its end: desks call by the index, breaks and closing times come, people leave.

Parties and desks are their places in the board. The score of every waiting party at every kind of desk stands in a row, so that a
call is the maximum of a row.
"""

from heapq import heapify, heappop, heappush
from math import inf
from typing import NamedTuple

from app.domain.futures import NEVER, TABLE, Board, Future, tables_of
from app.domain.index import BOOKED, EPS, Option

CLOSE_LOOK = 100.0
"""So long before the end of the day the pressure of closing is brought up to date, every TICK minutes."""

TICK = 8.0
PRESSURE = 30.0
"""What the end of a told window adds to a party's score, all at once."""

LOOK, REPAIR, BREAK, PRESS, OPEN, DUE, LATE, LEAVE = 1, 2, 10, 10_000, 100_000, 200_000, 300_000, 1_000_000
"""Codes of what moves besides desks and parties; they come before both at the same moment."""


class Outcome(NamedTuple):
    """What one future brought: per party of the scene the start of each open errand, and the end of the visit."""

    starts: list[dict[int, float]]
    ends: list[float]  # inf: not today
    busy: list[list[tuple[float, float]]]  # per desk: its sittings
    pauses: list[list[tuple[float, float]]]  # per desk: its breaks


def play(board: Board, future: Future, until: float = inf) -> Outcome:
    """Play one future on; stops at `until`, or once every party of the scene is settled."""
    return _Run(board, future).run(until)


class _Run:
    """One future being played. An event is a moment and a code: a party comes, a desk is done, or something reminds."""

    def __init__(self, board: Board, future: Future) -> None:
        scene, arrivals = board.scene, future.arrivals
        self.board, self.future = board, future
        self.present = len(board.shapes)
        self.count = self.present + len(arrivals)
        self.shapes = board.shapes + [shape for _, shape in arrivals]
        self.left = board.left + [shape.everything for _, shape in arrivals]
        self.since = board.since + [at for at, _ in arrivals]
        self.leave = board.leave + [None] * len(arrivals)
        self.rows = [[NEVER] * self.count for _ in board.kinds]
        self.closing, self.pressed, self.last = ([0.0] * self.count for _ in range(3))
        self.shut = [0] * self.count  # errands whose own time has not come, or is over
        self.waiting: list[int] = []
        self.idle: list[list[int]] = [[] for _ in board.kinds]
        self.resting = 0  # how many desks are idle
        self.seat = [-1] * len(board.desks)  # the party at each desk
        self.breaks = [list(d.breaks) for d in board.desks]
        self.busy: list[list[tuple[float, float]]] = [[] for _ in board.desks]
        self.pauses: list[list[tuple[float, float]]] = [[] for _ in board.desks]
        self.starts: list[dict[int, float]] = [{} for _ in range(self.present)]
        self.ends = [inf] * self.count
        self.unsettled = sum(board.unsettled)
        self.repaired = not scene.outages
        self.close_look = board.last - CLOSE_LOOK
        self.events: list[tuple[float, int]] = []

    def run(self, until: float) -> Outcome:
        """To the end."""
        self._prepare()
        events, count, seat, left = self.events, self.count, self.seat, self.left
        while events and self.unsettled:
            at, what = heappop(events)
            if at > until:
                break
            if what >= count:
                d = what - count
                p = seat[d]
                if p >= 0:
                    seat[d] = -1
                    if left[p]:
                        self._arrive(at, p)
                self._desk_free(at, d)
            elif what >= 0:
                self._arrive(at, what)
            else:
                self._remind(at, -what)
        self._due_breaks()
        return Outcome(self.starts, self.ends[: self.present], self.busy, self.pauses)

    def _due_breaks(self) -> None:
        """Breaks that the play did not come to: at their time, or after the sitting that runs then."""
        for d, breaks in enumerate(self.breaks):
            for planned, minutes in breaks:
                start = max([planned, *(end for begun, end in self.busy[d] if begun < planned)])
                self.pauses[d].append((start, start + minutes))

    def _prepare(self) -> None:
        board, now, events, count = self.board, self.board.scene.now, self.events, self.count
        busy = set(board.serving.values())
        for d, at in enumerate(self.future.free):
            events.append((at, count + d))
            if d in board.serving:
                self._seat(at, d, board.serving[d])
        events += [(at, p) for p, at in enumerate(board.ready) if p not in busy]
        events += [(at, p + self.present) for p, (at, _) in enumerate(self.future.arrivals)]
        events += [(at, -PRESS - n) for n, (at, _, _) in enumerate(board.pressed) if at > now]
        for n, (p, k, errand) in enumerate(board.timed):
            if errand.not_before > now:
                self.shut[p] |= 1 << k
                events.append((errand.not_before, -OPEN - n))
            if errand.due is not None:
                events.append((max(now, errand.due), -DUE - n))
            if errand.until < inf:
                events.append((max(now, errand.until) + EPS, -LATE - n))
        events += [(at, -LEAVE - p) for p, at in enumerate(board.leave) if at is not None and at > now]
        if not self.repaired:
            events.append((self.future.repaired, -REPAIR))
        events.append((max(now, self.close_look), -LOOK))
        heapify(events)

    def _remind(self, at: float, what: int) -> None:
        """Something other than a desk or a party moves: closing nears, a window ends, somebody must go, a break is due."""
        if what == LOOK:
            if at < self.board.last:
                heappush(self.events, (at + TICK, -LOOK))
            for p in self.waiting:
                self._press(p, self.board.reading.closing(self.last[p] - at) - self.closing[p])
        elif what == REPAIR:
            self.repaired = True
            self._again(at, self.waiting)
        elif what >= LEAVE:
            if what - LEAVE in self.waiting:
                self.waiting.remove(what - LEAVE)
                self._settle(what - LEAVE)
        elif what >= LATE:
            p, k, _ = self.board.timed[what - LATE]
            self.shut[p] |= 1 << k
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
            self.resting -= 1
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

    def _press(self, p: int, more: float) -> None:
        if more:
            self.closing[p] += more
            for row in self.rows:
                row[p] += more

    def _settle(self, p: int) -> None:
        if p < self.present:
            self.unsettled -= 1

    def _desk_free(self, at: float, d: int) -> None:
        """A desk can call: it takes its break, closes, calls the best, or waits for somebody to come."""
        desk, breaks, kind = self.board.desks[d], self.breaks[d], self.board.kind_of[d]
        if breaks and breaks[0][0] <= at:
            end = at + breaks.pop(0)[1]
            self.pauses[d].append((at, end))
            heappush(self.events, (end, self.count + d))
            return
        for start, end in desk.away:
            if start <= at < end:
                heappush(self.events, (end, self.count + d))
                return
        if at >= desk.closes or self._call(at, d, kind):
            return
        self.idle[kind].append(d)
        self.resting += 1
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
        board, shut = self.board, self.shut[p]
        latest = board.latest[d] - at
        for option in board.reading.options(self.shapes[p], self.left[p], board.kinds[kind], self.repaired):
            if option.minutes <= latest and not option.mask & shut:
                self._start(at, d, p, option)
                return True
        self.rows[kind][p] = NEVER
        return False

    def _arrive(self, at: float, p: int) -> None:
        """A party can be called: by the idle desk where it is worth most, or it waits."""
        leave = self.leave[p]
        if leave is not None and at >= leave:
            self._settle(p)
            return
        stand = self.board.stand(self.shapes[p], self.left[p], self.repaired)
        self.last[p] = stand.last if leave is None else min(stand.last, leave - stand.work)
        own = self.pressed[p] - self.since[p]
        if leave is not None or at >= self.close_look:
            self.closing[p] = self.board.reading.closing(self.last[p] - at)
            own += self.closing[p]
        for row, worth in zip(self.rows, stand.worth, strict=True):
            row[p] = worth + own
        if not self.resting or not self._taken(at, p, stand.worth):
            self.waiting.append(p)

    def _taken(self, at: float, p: int, worth: tuple[float, ...]) -> bool:
        """Whether the idle desk where the party is worth most begins with it at once."""
        best, where = NEVER, -1
        for kind, idle in enumerate(self.idle):
            if idle and worth[kind] > best:
                best, where = worth[kind], kind
        if where < 0 or not self._try(at, self.idle[where][0], p, where):
            return False
        del self.idle[where][0]
        self.resting -= 1
        return True

    def _start(self, at: float, d: int, p: int, option: Option) -> None:
        """A sitting with its drawn lengths; desk and party are free at its end."""
        future, shape = self.future, self.shapes[p]
        pace, where = future.paces[d], future.start + 31 * p
        end, called = at + self.board.overhead, at
        starts = self.starts[p] if p < self.present else {}
        tables = tables_of(shape) if where >= 0 else None
        for k in option.order:
            starts[k] = called
            end += pace * (tables[k][(where + 7 * k) % TABLE] if tables else shape.minutes[k])
            called = end
        self.busy[d].append((at, end))
        self.left[p] &= ~option.mask
        heappush(self.events, (end, self.count + d))
        self._seat(end, d, p)

    def _seat(self, until: float, d: int, p: int) -> None:
        """A party is at a desk until then."""
        self.seat[d] = p
        if not self.left[p]:
            self.ends[p] = until
            self._settle(p)

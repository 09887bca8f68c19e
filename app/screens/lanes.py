"""Lanes: a visit's journey on the tablet's time axis, in columns of two minutes, so that a page needs no inline styles."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from app.domain.house import House, words
from app.domain.stop import State, Stop
from app.domain.visit import Visit
from app.screens.shapes import Shape, Time

STEP = timedelta(minutes=2)
COLUMNS = 75
LEAST = 6
"""Columns that a segment takes at least, so that it can be seen."""

LETTER, EDGES, LATE, MANY = 1.3, 2, 10, 3
"""What a name needs where a column is narrowest, 7 px: columns a letter and around it; letters of 'late' and of ', 12'."""

TRACKS = 8

BEFORE = timedelta(minutes=15)
HALF = timedelta(minutes=30)


class Axis(Shape):
    """What the lanes are drawn on; columns are counted from 1."""

    start: Time
    end: Time
    now: int
    marks: list["Mark"]


class Mark(Shape):
    """A half hour on the axis."""

    at: Time
    column: int


class Segment(Shape):
    """One stop on a lane: where it lies, and what is true of it."""

    stop: str
    service: str
    kind: str  # done now future held missed
    late: bool
    start: Time
    end: Time
    column: int
    span: int
    track: int  # 1 and up; those that overlap, with their names, lie under one another
    at_end: bool  # its name has no room to its right


class Lane(Shape):
    """A visit's day as the tablet draws it; `beyond` is what comes after its end, `later` what no time is known for yet."""

    visit: str
    number: int
    persons: int
    priority: bool
    away_until: Time | None
    late: bool
    segments: list[Segment]
    beyond: list[str]
    later: list[str]


class _Span(NamedTuple):
    stop: Stop
    kind: str
    start: datetime
    end: datetime
    late: bool = False


def axis(at: datetime) -> Axis:
    """Two and a half hours around now, from a half hour on."""
    start = _half(at - BEFORE)
    end = start + COLUMNS * STEP
    marks = [Mark(at=start + n * HALF, column=int(n * HALF / STEP) + 1) for n in range(5)]
    return Axis(start=start, end=end, now=_column(at, start), marks=marks)


def lane(visit: Visit, follows: Collection[str], house: House, at: datetime, on: Axis) -> Lane:
    """One visit on the axis; what `follows` at the desk where the party is now comes next, whatever was planned for it."""
    found = [_span(stop, visit, house, at, stop.id in follows) for stop in visit.stops]
    spans = _in_turn([span for span in found if span is not None], at)
    drawn = [s for s in spans if s.end > on.start and s.start < on.end]
    known = {s.stop.id for s in spans}
    segments = _tracked(sorted((_segment(s, on) for s in drawn), key=lambda s: (s.column, s.stop)), house)
    return Lane(
        visit=visit.id,
        number=visit.number,
        persons=len(visit.members),
        priority=visit.priority,
        away_until=visit.away_until,
        late=any(s.late for s in segments),
        segments=segments,
        beyond=[s.stop.service for s in spans if s.start >= on.end],
        later=[stop.service for stop in visit.stops if _open(stop) and stop.id not in known],
    )


def _open(stop: Stop) -> bool:
    return stop.state in (State.WAITING, State.LOCKED)


def _span(stop: Stop, visit: Visit, house: House, at: datetime, follows: bool) -> _Span | None:
    """When a stop was, is or most likely will be; none where nobody knows, and for receptions that are over."""
    match stop.state:
        case State.DONE if stop.service != house.reception:
            return _Span(stop, "done", stop.started_at or stop.since, stop.ended_at or stop.since)
        case State.CALLED | State.SERVING:
            begun = stop.started_at or stop.since
            return _Span(stop, "now", begun, max(begun + expected(stop, visit, house), at))
        case State.HELD | State.MISSED:
            return _Span(stop, stop.state.value, stop.since, at)
        case State.WAITING | State.LOCKED if follows:
            return _Span(stop, "future", at, at + expected(stop, visit, house))
        case State.WAITING | State.LOCKED:
            return _promised(stop, visit, house, at)
        case _:
            return None


def _promised(stop: Stop, visit: Visit, house: House, at: datetime) -> _Span | None:
    window = visit.windows.get(stop.id)
    likely = window.likely if window else stop.appointment
    if likely is None:
        return None
    late = (window.end if window else likely) < at
    return _Span(stop, "future", likely, likely + expected(stop, visit, house), late)


def _in_turn(spans: list[_Span], at: datetime) -> list[_Span]:
    """One after another: nobody is at two desks at once, and what is still to come does not lie in the past."""
    free, placed = at, []
    for span in sorted(spans, key=lambda s: (s.kind == "future", s.start)):
        if span.kind == "future":
            start = max(span.start, free)
            span = span._replace(start=start, end=start + (span.end - span.start))
        if span.kind in ("now", "future"):
            free = max(span.end, span.start + LEAST * STEP)
        placed.append(span)
    return placed


def expected(stop: Stop, visit: Visit, house: House) -> timedelta:
    """How long the stop takes on the whole, by the house file."""
    service = house.services.get(stop.service)
    if service is None:
        return timedelta()
    children = sum(m.kind == "child" for m in visit.members if m.id in stop.members)
    adults = len(stop.members) - children
    minutes = service.minutes + service.per_adult * max(0, adults - 1) + service.per_child * children
    return timedelta(minutes=minutes)


def _segment(span: _Span, on: Axis) -> Segment:
    first = _column(span.start, on.start)
    width = max(LEAST, _column(span.end, on.start) - first)
    column = min(first, COLUMNS + 1 - LEAST)
    return Segment(
        stop=span.stop.id,
        service=span.stop.service,
        kind=span.kind,
        late=span.late,
        start=span.start,
        end=span.end,
        column=column,
        span=min(width, COLUMNS + 1 - column),
        track=1,
        at_end=False,
    )


def _tracked(segments: Iterable[Segment], house: House) -> list[Segment]:
    """Each on the first track where neither it nor its name covers another."""
    taken: list[list[tuple[int, int]]] = [[] for _ in range(TRACKS)]
    placed = []
    for segment in segments:
        end = segment.column + segment.span
        room = _room(segment, house)
        at_end = segment.column + room > COLUMNS + 1
        own = (min(segment.column, end - room), end) if at_end else (segment.column, max(end, segment.column + room))
        track = next(
            (n for n, others in enumerate(taken) if all(own[0] >= b or own[1] <= a for a, b in others)), TRACKS - 1
        )
        taken[track].append(own)
        placed.append(segment.model_copy(update={"track": track + 1, "at_end": at_end}))
    return placed


def _room(segment: Segment, house: House) -> int:
    """Columns that its name needs at most, in the longer of the languages of staff."""
    service = house.services.get(segment.service)
    name = max((words(service.short, code) for code in ("da", "en")), key=len) if service else segment.service
    letters = len(name) + LATE * segment.late + MANY * (segment.kind == "now")
    return ceil(letters * LETTER) + EDGES


def _column(moment: datetime, start: datetime) -> int:
    return min(max(1, int((moment - start) / STEP) + 1), COLUMNS)


def _half(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)

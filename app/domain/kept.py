"""How promises were kept: what a day teaches about windows, and what the manager may be shown of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from app.domain import small_cells
from app.domain.events import Event, Kind
from app.domain.floor import Floor
from app.domain.ids import moment
from app.domain.promise import Widening
from app.domain.scene import Window
from app.domain.visit import Presence
from app.domain.visit import Window as Told

CALL, END = "call", "end"


def widening(floor: Floor) -> dict[str, Widening]:
    """By how much windows are widened now: what the day began with, moved by every promise kept or broken since."""
    begun = floor.learned.widening if floor.learned else {}
    found = {key: Widening(*begun[key]) if key in begun else Widening() for key in (CALL, END)}
    for _, key, window, came in sorted(_judged(floor), key=lambda j: (j[0], j[1], j[3])):
        found[key] = found[key].learned(window, came)
    return found


def _judged(floor: Floor) -> Iterable[tuple[datetime, str, Window, float]]:
    """Every promise whose time has come, with what came."""
    for visit in floor.visits.values():
        for stop in visit.stops:
            told = visit.windows.get(stop.id)
            if told is not None and stop.called_at is not None and told.told < stop.called_at:
                yield stop.called_at, CALL, _minutes(told), stop.called_at.timestamp() / 60
        if visit.finish is not None and visit.presence is Presence.DONE and visit.ended_at is not None:
            yield visit.ended_at, END, _minutes(visit.finish), visit.ended_at.timestamp() / 60


def _minutes(told: Told) -> Window:
    return Window(told.start.timestamp() / 60, told.likely.timestamp() / 60, told.end.timestamp() / 60)


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise as it was first told and what came, in minutes; `moves` counts how often it was told anew."""

    visit: str
    stop: str | None  # none: the end of the visit
    width: float
    error: float  # came after the likeliest time; less than 0: before it
    last: float  # the same by the window told last
    inside: bool
    late: bool  # after the end of the first window
    moves: int


@dataclass(frozen=True, slots=True)
class Measured:
    """How well the house kept its promises; what is about few of them, or would give few away, is none."""

    promises: int | None
    kept: int | None  # came within the first window
    early: int | None
    late: int | None
    first_error: float | None  # median of how far the likeliest time first told was off
    last_error: float | None
    width: float | None  # median
    moves: float | None  # how often something was told anew, per party


@dataclass(slots=True)
class _Open:
    first: tuple[datetime, datetime, datetime]
    last: datetime
    moves: int = 0


def promises(events: Iterable[Event]) -> list[Promised]:
    """From the log of a day: every promise first told, with what came of it. Promises nobody could keep are not in it."""
    told: dict[tuple[str, str | None], _Open] = {}
    found = []
    for event in events:
        if event.visit is None:
            continue
        match event.kind:
            case Kind.PLANNED:
                _note(told, event.visit, event.facts)
            case Kind.CALLED if (known := told.pop((event.visit, event.stop), None)) is not None:
                found.append(_kept(event.visit, event.stop, known, event.at))
            case Kind.ENDED:
                known = told.pop((event.visit, None), None)
                if known is not None and event.facts["state"] == Presence.DONE.value:
                    found.append(_kept(event.visit, None, known, event.at))
    return found


def _note(told: dict[tuple[str, str | None], _Open], visit: str, facts: Mapping[str, object]) -> None:
    windows = facts["windows"]
    assert isinstance(windows, Mapping), "a plan holds windows by stop"
    for stop, times in (*windows.items(), *([(None, facts["finish"])] if facts["finish"] else [])):
        start, end, likely = (moment(t) for t in times)
        known = told.setdefault((visit, stop), _Open((start, end, likely), likely, -1))
        known.last, known.moves = likely, known.moves + 1


def _kept(visit: str, stop: str | None, known: _Open, came: datetime) -> Promised:
    start, end, likely = known.first
    return Promised(
        visit=visit,
        stop=stop,
        width=(end - start).total_seconds() / 60,
        error=(came - likely).total_seconds() / 60,
        last=(came - known.last).total_seconds() / 60,
        inside=start <= came <= end,
        late=came > end,
        moves=known.moves,
    )


def measured(kept: list[Promised]) -> Measured:
    """The figures of these promises, small counts and what would give them away left out."""
    counts = {
        "kept": sum(p.inside for p in kept),
        "late": sum(p.late for p in kept),
        "early": sum(not p.inside and not p.late for p in kept),
    }
    told, total = small_cells.told(counts)
    parties = len({p.visit for p in kept})
    if parties < small_cells.LEAST:
        return Measured(total if total == 0 else None, None, None, None, None, None, None, None)
    return Measured(
        promises=total,
        **told,
        first_error=round(median(abs(p.error) for p in kept), 1),
        last_error=round(median(abs(p.last) for p in kept), 1),
        width=median(p.width for p in kept),
        moves=round(sum(p.moves for p in kept) / parties, 2),
    )

"""The calls of the last minute, as the log tells them: what a display that was away for a moment still has to sound."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from app.domain.events import Kind
from app.domain.floor import Floor
from app.store.eventlog import Logged

KEPT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it happened. A recall has another id."""

    seq: int
    id: str
    visit: str
    number: int
    desk: str
    again: bool
    at: datetime


def recent_calls(old: tuple[Call, ...], logged: list[Logged], floor: Floor, at: datetime) -> tuple[Call, ...]:
    """The calls not older than a minute, in order: `old` ones, and those logged since.

    A stop that follows in the same sitting is no call: the party sits there.
    """
    found, known = list(old[bisect_right(old, at - KEPT, key=_when) :]), old[-1].seq if old else 0
    for entry in logged:
        event = entry.event
        if event.kind not in (Kind.CALLED, Kind.RECALLED) or event.facts.get("why") == "same_sitting":
            continue
        visit = floor.visits.get(event.visit or "")
        if visit and event.desk and entry.seq > known and at - event.at < KEPT:
            again = event.kind is Kind.RECALLED
            found.append(Call(entry.seq, event.facts["call"], visit.id, visit.number, event.desk, again, event.at))
    return tuple(found)


_when = attrgetter("at")

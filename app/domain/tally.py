"""The tally of a day so far: who was called for what, and the work that desks have done.

It is counted once; of the next floor only the visits that changed are looked at, so that a long day costs a call no more than a
short one. The last few are remembered: works see newer floors than screens do.
"""

from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from app.domain.floor import Floor
from app.domain.house import House
from app.domain.lengths import done_stops_of, factors_of, filed_minutes
from app.domain.slot import slot_of
from app.domain.stop import State
from app.domain.visit import Visit


class Call(NamedTuple):
    """A party was called for a service."""

    at: datetime
    arrived_at: datetime
    visit: str


class Sums(NamedTuple):
    """Minutes of finished work: expected by the house file, expected because an authority reserved them, and taken."""

    filed: float = 0.0
    reserved: float = 0.0
    actual: float = 0.0

    def plus(self, other: "Sums") -> "Sums":
        """Both together."""
        return Sums(self.filed + other.filed, self.reserved + other.reserved, self.actual + other.actual)


class _Deed(NamedTuple):
    """What one stop adds: its call, and its work once that is done."""

    service: str
    call: Call | None
    desk: str = ""
    filed: float = 0.0
    work: Sums | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What has happened on a floor, as the line needs it."""

    floor: Floor
    house: House
    active: Mapping[str, Visit] = field(default_factory=dict)  # whose day still runs, in order of arrival
    calls: Mapping[str, tuple[Call, ...]] = field(default_factory=dict)  # by service, in order
    work: Mapping[tuple[str, str], Sums] = field(default_factory=dict)  # by desk and service
    lengths: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # service -> minutes filed, minutes taken
    factors: Mapping[str, float] = field(default_factory=dict)  # service -> how much longer than filed it takes
    passed: Mapping[str, int] = field(
        default_factory=dict
    )  # visit -> how many later ones were called for what it is ready for
    behind: frozenset[str] = frozenset()  # who must let others go first


REMEMBERED = 4
_recent: tuple[Tally, ...] = ()
_behind: dict[str, Tally] = {}
"""For each site the last that none of those led to: who lags behind by many floors counts on from where such a look was before."""


def tally_of(floor: Floor, house: House) -> Tally:
    """The tally of a floor."""
    global _recent
    recent, behind = _recent, _behind.get(floor.site)
    for known in recent:
        if known.floor is floor and known.house is house:
            return known
    found = next((t for known in recent if (t := _followed(known, floor, house)) is not None), None)
    if found is None:
        found = (_followed(behind, floor, house) if behind else None) or counted(floor, house)
        _behind[floor.site] = found
    _recent = (found, *recent[: REMEMBERED - 1])
    return found


def counted(floor: Floor, house: House) -> Tally:
    """The same, counted from nothing."""
    found = _with(Tally(Floor(floor.site, floor.day), house), floor, list(floor.visits.values()))
    assert found is not None, "where nothing was counted, nothing can be taken back"
    return found


def _followed(known: Tally, floor: Floor, house: House) -> Tally | None:
    """What is known, with what has changed since; None where that can't be told from it."""
    was, before = known.floor, known.floor.visits
    same = was.site == floor.site and was.day == floor.day and was.bookings is floor.bookings
    if known.house is not house or not same or was.learned is not floor.learned:
        return None
    changed = floor.visits_since(was)
    if len(floor.visits) != len(before) + sum(visit.id not in before for visit in changed):
        return None
    return _with(known, floor, changed)


def _with(known: Tally, floor: Floor, changed: list[Visit]) -> Tally | None:
    """These visits counted too; None where one of them takes back what it had added."""
    fresh: list[tuple[str, Call]] = []
    active, work, lengths = dict(known.active), dict(known.work), dict(known.lengths)
    for visit in changed:
        before = known.floor.visits.get(visit.id)
        if visit.active and before and not before.active:
            return None  # where it stands among those who came later can't be told from here
        if visit.active:
            active[visit.id] = visit
        else:
            active.pop(visit.id, None)
        old = _deeds(known.floor, known.house, before) if before else {}
        new = _deeds(floor, known.house, visit)
        if any(stop not in new or not _goes_on(deed, new[stop]) for stop, deed in old.items()):
            return None
        for stop, deed in new.items():
            then = old.get(stop)
            if deed.call and not (then and then.call):
                fresh.append((deed.service, deed.call))
            if deed.work and not (then and then.work):
                at, (filed, taken) = (deed.desk, deed.service), lengths.get(deed.service, (0.0, 0.0))
                work[at] = work.get(at, Sums()).plus(deed.work)
                lengths[deed.service] = filed + deed.filed, taken + deed.work.actual
    calls = dict(known.calls)
    for service, call in fresh:
        made = list(calls.get(service, ()))
        insort(made, call)
        calls[service] = tuple(made)
    factors: Mapping[str, float] = known.factors
    if lengths != known.lengths or floor.learned is not known.floor.learned:
        factors = known.factors if (anew := factors_of(floor.learned, lengths)) == known.factors else anew
    passed = _passed(known.passed, floor.visits, active, changed, fresh, calls)
    behind = known.behind - {v.id for v in changed} | {v.id for v in changed if any(s.behind for s in v.waiting)}
    return Tally(floor, known.house, active, calls, work, lengths, factors, passed, behind)


def _goes_on(old: _Deed, new: _Deed) -> bool:
    """Whether what a stop has added still stands."""
    return (old.call is None or old.call == new.call) and (old.work is None or old == new)


def _deeds(floor: Floor, house: House, visit: Visit) -> dict[str, _Deed]:
    """What each stop of a visit adds."""
    found, done = {}, {stop.id: minutes for stop, minutes in done_stops_of(visit, house)}
    for stop in visit.stops:
        call = Call(stop.called_at, visit.arrived_at, visit.id) if stop.called_at else None
        if stop.id in done:
            slot, filed = slot_of(floor, house, visit, stop), filed_minutes(house, visit, stop)
            reserved = slot.minutes if slot else None
            work = Sums(filed, 0.0, done[stop.id]) if reserved is None else Sums(0.0, reserved, done[stop.id])
            found[stop.id] = _Deed(stop.service, call, stop.desk or "", filed, work)
        elif call:
            found[stop.id] = _Deed(stop.service, call)
    return found


def _passed(
    known: Mapping[str, int],
    visits: Mapping[str, Visit],
    active: Mapping[str, Visit],
    changed: list[Visit],
    fresh: list[tuple[str, Call]],
    calls: Mapping[str, tuple[Call, ...]],
) -> Mapping[str, int]:
    """Visit -> how many parties that came later were called for what it stood ready for; each counts once."""
    found, anew = dict(known), {visit.id for visit in changed}
    for visit in changed:
        found.pop(visit.id, None)
    for service, call in fresh:
        twice = len([s for s in visits[call.visit].stops if s.called_at is not None]) > 1
        for visit in active.values():
            if visit.arrived_at < call.arrived_at and visit.id not in anew and _ready(visit, service, call.at):
                if twice:  # it may have been counted here before
                    anew.add(visit.id)
                else:
                    found[visit.id] = found.get(visit.id, 0) + 1
    for key in anew & active.keys():
        if over := len(set(_over(active[key], calls))):
            found[key] = over
    return found


_WAITING = State.WAITING  # looked up once: every party that waits is asked at every call


def _ready(visit: Visit, service: str, at: datetime) -> bool:
    return service in [s.service for s in visit.stops if s.state is _WAITING and s.since < at]


def _over(visit: Visit, calls: Mapping[str, tuple[Call, ...]]) -> Iterator[str]:
    for stop in visit.waiting:
        made = calls.get(stop.service, ())
        for call in made[bisect_right(made, stop.since, key=lambda c: c.at) :]:
            if call.arrived_at > visit.arrived_at:
                yield call.visit

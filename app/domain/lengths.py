"""How long a stop is expected to take: by the house file, by who comes, and by what past days and today have shown."""

from collections.abc import Iterator, Mapping, Sequence

from app.domain.floor import Floor, Learned
from app.domain.house import House, Service
from app.domain.stop import State, Stop
from app.domain.visit import Visit

PRIOR = 120.0
"""So many minutes of work make the house file half believed."""

LEAST, MOST = 0.5, 2.0
"""A service is never believed to take less or more than this of what the house file says."""


def minutes_for(service: Service, kinds: Sequence[str]) -> float:
    """Mean minutes of a service for a party of these kinds, by the house file."""
    adults = kinds.count("adult")
    return service.minutes + service.per_adult * max(0, adults - 1) + service.per_child * (len(kinds) - adults)


def filed_minutes(house: House, visit: Visit, stop: Stop) -> float:
    """Mean minutes of a stop by the house file: for its members, longer where it is interpreted."""
    kinds = [m.kind for m in visit.members if m.id in stop.members]
    minutes = minutes_for(house.services[stop.service], kinds)
    return minutes * (house.interpreter_factor if visit.interpreter else 1.0)


def done_stops(floor: Floor, house: House) -> Iterator[tuple[Visit, Stop, float]]:
    """Every stop that a desk finished on this day, with the minutes it took."""
    for visit in floor.visits.values():
        for stop, minutes in done_stops_of(visit, house):
            yield visit, stop, minutes


def done_stops_of(visit: Visit, house: House) -> Iterator[tuple[Stop, float]]:
    """The same of one visit."""
    for stop in visit.stops:
        if stop.state is State.DONE and stop.started_at and stop.ended_at and stop.service in house.services:
            yield stop, (stop.ended_at - stop.started_at).total_seconds() / 60


def factor(expected: float, actual: float) -> float:
    """How much longer than filed: actual over expected, drawn towards 1, to whole hundredths."""
    return round(min(MOST, max(LEAST, (PRIOR + actual) / (PRIOR + expected))), 2)


def factors_of(learned: Learned | None, today: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """Service -> how much longer than filed it takes, by past days and by today's sums of minutes, filed and taken."""
    past = learned.services if learned else {}
    found = {}
    for code in past.keys() | today.keys():
        (expected, actual, *_), (filed, taken) = past.get(code, (0.0, 0.0)), today.get(code, (0.0, 0.0))
        found[code] = factor(expected + filed, actual + taken)
    return found

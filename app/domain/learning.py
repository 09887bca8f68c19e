"""What past days teach: how long services really take, how fast each desk is, who comes when. Never anything about a person.

Days are summed, older ones count less, and all is drawn towards the house file: a few odd days change little.
"""

from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from app.domain.floor import Floor, Learned
from app.domain.house import House
from app.domain.kept import widening
from app.domain.lengths import done_stops, factor, filed_minutes

FADES = 0.95
"""What a day counts against the one after it."""

MOST = 600.0
"""Minutes of past work that are believed at most: today must be able to say otherwise."""

Sums = dict[str, list[float]]
"""Service, or desk -> expected and actual minutes."""


def learned_from(days: Iterable[tuple[int, Floor]], house: House, weekday: int) -> Learned | None:
    """What these days (how many days ago, floor) teach for a day of this weekday; None when they teach nothing."""
    past = sorted(((ago, floor) for ago, floor in days if floor.visits), key=lambda d: d[0])
    if not past:
        return None
    services = _services(past, house)
    factors = {code: factor(*sums) for code, sums in services.items()}
    alike = next((floor for _, floor in past if floor.day.weekday() == weekday), None)
    return Learned(
        services=_believed(services),
        desks=_believed(_desks(past, house, factors)),
        rates=_rates(past, house),
        widening={k: (w.below, w.above) for k, w in widening(alike).items()} if alike else {},
    )


def _services(past: list[tuple[int, Floor]], house: House) -> Sums:
    sums: Sums = {}
    for ago, floor in past:
        for visit, stop, minutes in done_stops(floor, house):
            _add(sums, stop.service, FADES**ago, filed_minutes(house, visit, stop), minutes)
    return sums


def _desks(past: list[tuple[int, Floor]], house: House, factors: Mapping[str, float]) -> Sums:
    """What is a desk's own, once it is known how long its services take."""
    sums: Sums = {}
    for ago, floor in past:
        for visit, stop, minutes in done_stops(floor, house):
            expected = filed_minutes(house, visit, stop) * factors[stop.service]
            _add(sums, stop.desk or "", FADES**ago, expected, minutes)
    return sums


def _add(sums: Sums, key: str, weight: float, expected: float, actual: float) -> None:
    before = sums.get(key, [0.0, 0.0])
    sums[key] = [before[0] + weight * expected, before[1] + weight * actual]


def _believed(sums: Sums) -> dict[str, tuple[float, ...]]:
    found: dict[str, tuple[float, ...]] = {}
    for key, (expected, actual) in sums.items():
        share = min(1.0, MOST / expected) if expected > 0 else 0.0
        found[key] = round(expected * share, 1), round(actual * share, 1)
    return found


def _rates(past: list[tuple[int, Floor]], house: House) -> dict[str, dict[str, float]]:
    """Hour -> services in their order -> parties an hour that came without a given time."""
    weights = sum(FADES**ago for ago, _ in past)
    rates: dict[str, dict[str, float]] = {}
    for ago, floor in past:
        for hour, kind in _came(floor, house):
            kinds = rates.setdefault(hour, {})
            kinds[kind] = kinds.get(kind, 0.0) + FADES**ago / weights
    return {hour: {kind: round(n, 3) for kind, n in kinds.items()} for hour, kinds in rates.items()}


def _came(floor: Floor, house: House) -> Iterator[tuple[str, str]]:
    zone = ZoneInfo(house.timezone)
    for visit in floor.visits.values():
        wanted = [s.service for s in visit.stops if s.service in house.services]
        if wanted and visit.came_from is None and not any(s.appointment for s in visit.stops):
            yield str(visit.arrived_at.astimezone(zone).hour), " ".join(wanted)

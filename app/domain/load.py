"""The load of the rest of the day: who crowds at which desk, and which services are its bottleneck."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from app.domain.scene import Desk, Scene
from app.domain.sitting import Shape

At: TypeAlias = Mapping[str, Sequence[Desk]]
"""Service -> the desks that still do it today."""

SHARED_CALL = 0.6
"""So much of a sitting's overhead an errand costs on average, for some are done in one sitting."""

MOST_UNIONS = 256

LONG = 30.0
"""A desk that stays away for longer than this takes no work off the others meanwhile."""


def long_away(desk: Desk, now: float) -> bool:
    """Whether the desk is away now, and for long: others cannot leave their work to it."""
    far = now + LONG
    return (desk.until or now) > far or any(start <= now and end > far for start, end in desk.away)


def crowd(scene: Scene, at: At, waiting: Mapping[Shape, int]) -> dict[str, float]:
    """Desk -> waiting parties who would use it, each shared over the desks that could serve them."""
    found = {d.code: 0.0 for desks in at.values() for d in desks}
    for shape, count in waiting.items():
        able = {
            d.code
            for k, service in enumerate(shape.services)
            if not shape.needs[k] and service not in scene.outages
            for d in at.get(service, ())
        }
        for code in able:
            found[code] += count / len(able)
    return found


def bottleneck(scene: Scene, at: At, here: Mapping[Shape, int]) -> tuple[frozenset[str], float]:
    """The services with the highest load for the rest of the day, and that load: minutes of work over minutes of desks."""
    work = _work(scene, here)
    doing = {service: frozenset([d.code for d in at[service]]) for service in work if service in at}
    places: dict[frozenset[str], float] = {}  # services grouped by the very desks that do them
    for service, codes in doing.items():
        places[codes] = places.get(codes, 0.0) + work[service]
    desks = {d.code: d for service in doing for d in at[service]}
    load, where = highest_load(places, {code: minutes_left(d, scene.now) for code, d in desks.items()})
    return frozenset(s for s, codes in doing.items() if codes <= where), load


def _work(scene: Scene, here: Mapping[Shape, int]) -> dict[str, float]:
    """Service -> minutes of desk work known and expected for the rest of the day."""
    work: dict[str, float] = {}

    def add(count: float, service: str, minutes: float) -> None:
        work[service] = work.get(service, 0.0) + count * (minutes + scene.overhead * SHARED_CALL)

    for shape, parties in here.items():
        for service, minutes in zip(shape.services, shape.minutes, strict=True):
            add(parties, service, minutes)
    kinds = {id(who.kinds): who.kinds for who in scene.expected} | {id(r.kinds): r.kinds for r in scene.rates}
    for key, count in _coming(scene).items():
        whole = sum(k.weight for k in kinds[key]) or 1.0
        for kind in kinds[key]:
            for errand in kind.errands:
                add(count * kind.weight / whole, errand.service, errand.minutes)
    return work


def _coming(scene: Scene) -> dict[int, float]:
    """How many of each list of kinds are still expected; by identity, for the lists are few and long."""
    coming: dict[int, float] = {}
    for who in scene.expected:
        coming[id(who.kinds)] = coming.get(id(who.kinds), 0.0) + who.chance
    for rate in scene.rates:
        hours = max(0.0, rate.end - max(rate.start, scene.now)) / 60.0
        coming[id(rate.kinds)] = coming.get(id(rate.kinds), 0.0) + rate.per_hour * hours
    return coming


def minutes_left(desk: Desk, now: float) -> float:
    """How long the desk can still work today, breaks and announced absences taken off."""
    start = max(now, desk.opens, desk.until) if desk.until else now if now > desk.opens else desk.opens
    left = desk.closes - start
    for _, minutes in desk.breaks:
        left -= minutes
    for a, b in desk.away:
        left -= max(0.0, min(b, desk.closes) - max(a, start))
    return left if left > 0.0 else 0.0


def highest_load(places: dict[frozenset[str], float], room: dict[str, float]) -> tuple[float, frozenset[str]]:
    """The desks whose own work fills them most: work only they can do over their minutes, over all unions of places."""
    unions: set[frozenset[str]] = set()
    for codes in places:
        unions |= {codes | u for u in unions if len(unions) < MOST_UNIONS} | {codes}
    loads = {
        union: sum([minutes for codes, minutes in places.items() if codes <= union])
        / max(1.0, sum([room[c] for c in union]))
        for union in unions
    }
    most = max(loads.values(), default=0.0)
    # Loads that differ by a rounding are one: of them the fewest desks, by their names, so that the order of a set decides nothing.
    fullest = [union for union, load in loads.items() if load >= most - 1e-9]
    return most, min(fullest, key=lambda u: (len(u), sorted(u))) if most > 1e-9 else frozenset()

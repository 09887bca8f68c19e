"""Small random scenes for the tests of the line, the promise and the planner."""

from dataclasses import replace
from math import inf
from random import Random

from app.domain.scene import Desk, Errand, Expected, Newcomer, Party, Rate, Scene, Sitting, State, Window

SERVICES = ("cpr", "doctor", "tax", "mitid", "career")
MINUTES = {"cpr": 14.0, "doctor": 5.0, "tax": 8.0, "mitid": 10.0, "career": 18.0}
AFTER = {"doctor": ("cpr",), "mitid": ("cpr",)}


def errands(rng: Random, most: int = 4) -> tuple[Errand, ...]:
    """One to `most` errands, with prerequisites among them, now and then a booking, now and then at one desk only."""
    found = []
    for service in rng.sample(SERVICES, rng.randint(1, most)):
        booked = 600.0 + rng.randint(0, 90) if rng.random() < 0.1 else None
        found.append(
            Errand(
                service,
                service,
                round(MINUTES[service] * rng.uniform(0.6, 2.0), 1),
                0.5,
                frozenset(AFTER.get(service, ())),
                0.0 if booked is None else booked - 5.0,
                booked,
                inf if booked is None else booked + 15.0,
                frozenset({"D0"}) if rng.random() < 0.1 else frozenset(),
            )
        )
    return tuple(found)


def party(rng: Random, n: int, now: float, most: int = 4) -> Party:
    """A party that waits, or is expected back."""
    since = now - rng.randint(0, 90)
    absent = rng.random() < 0.1
    wanted = errands(rng, most)
    told = {wanted[0].key: Window(now + 10.0, now + 15.0, now + 25.0, since)} if rng.random() < 0.2 else {}
    return Party(
        f"P{n:03d}",
        n,
        float(since),
        wanted,
        State.ABSENT if absent else State.WAITING,
        now + 6.0 if absent else 0.0,
        float(since),
        now + rng.randint(5, 200) if rng.random() < 0.15 else None,
        rng.random() < 0.1,
        told,
    )


def desk(rng: Random, n: int, now: float) -> Desk:
    """A desk with some services, maybe a break, idle or in a pause."""
    idle = rng.random() < 0.7
    closes = now + rng.choice((25, 60, 120, 240))
    breaks = ((now + rng.randint(0, 60), 30.0),) if rng.random() < 0.4 else ()
    services = frozenset(rng.sample(SERVICES, rng.randint(1, 4)))
    return Desk(f"D{n}", services, now - 60.0, closes, idle, breaks, None if idle else now + rng.randint(1, 30))


def _seat(desks: list[Desk], parties: list[Party], began: float) -> None:
    """The first desk serves the first party, with an errand that needs nothing before it."""
    keys = {e.key for e in parties[0].errands}
    here = tuple(e for e in parties[0].errands if not e.after & keys)[:1]
    parties[0] = replace(parties[0], state=State.SERVING, ready_at=0.0)
    desks[0] = replace(desks[0], idle=False, until=None, sitting=Sitting(parties[0].key, here, 0, began))


def scene(seed: int, parties: int = 6, desks: int = 3, most: int = 4, coming: bool = False) -> Scene:
    """A scene at ten o'clock; equal seeds give equal scenes."""
    rng, now = Random(seed), 600.0
    kinds = (Newcomer(1.0, errands(rng)), Newcomer(2.0, errands(rng)))
    places = [desk(rng, n, now) for n in range(desks)]
    people = [party(rng, n, now, most) for n in range(parties)]
    if people and rng.random() < 0.5:
        _seat(places, people, now - rng.randint(0, 12))
    return Scene(
        now,
        tuple(places),
        tuple(people),
        grace=10.0,
        expected=(Expected(now + 20.0, 5.0, 0.8, kinds),) if coming else (),
        rates=(Rate(540.0, 720.0, 4.0, kinds),) if coming else (),
        outages={"tax": now + 25.0} if rng.random() < 0.2 else {},
    )

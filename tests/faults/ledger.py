"""What clients were told, held against what the log says: lost, doubled, unasked for."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date

from app.domain.events import Kind
from app.domain.floor import Floor
from app.domain.replay import replay
from app.domain.stop import IN_HAND
from app.store import eventlog, floors
from app.store.access import Holder, make_token
from app.store.eventlog import Logged
from app.store.store import Store
from tests.builders import MORNING, SAMPLE, Clock
from tests.faults.desk import Deed
from tests.server import SECRET

DESKS = tuple(f"cs-{n}" for n in range(1, 9))
"""Eight desks that all serve CPR: every one of them may call any party."""

KINDS = {
    "visits": Kind.ARRIVED,
    "calls": Kind.CALLED,
    "starts": Kind.STARTED,
    "requeues": Kind.REQUEUED,
    "finishes": Kind.FINISHED,
}


def house(url: str, site: str = "aalborg", /, **holders: str) -> dict[str, str]:
    """The sample house with a clerk for each of the eight desks, and `holders` by name and role; actor to token."""
    store = Store(url, Clock(), SECRET.encode())
    store.put_site(site, SAMPLE.read_text(encoding="utf-8").replace('site = "aalborg"', f'site = "{site}"'))
    people = {f"clerk:{d}": Holder(site, d, "clerk", (d,)) for d in DESKS}
    people |= {f"{role}:{name}": Holder(site, name, role, ()) for name, role in holders.items()}
    made = {
        actor: store.write_here(lambda db, h=holder: make_token(db, h, MORNING)) for actor, holder in people.items()
    }
    store.close()
    return made


def seeded() -> random.Random:
    """Luck that can be had again: the seed is printed."""
    seed = random.randrange(10**9)
    print("seed", seed)
    return random.Random(seed)


@dataclass(frozen=True, slots=True)
class Books:
    """The log of a site, and whether its rows say the same."""

    logged: list[Logged]
    agree: bool
    two_places: int

    @property
    def gapless(self) -> bool:
        """Every number from 1 on, once, in order."""
        return [e.seq for e in self.logged] == list(range(1, len(self.logged) + 1))


def books(url: str) -> Books:
    """Read them when everything is over."""
    store = Store(url, Clock(), SECRET.encode())
    read = lambda: store.read_here(lambda db: eventlog.after(db, "aalborg", 0, 10**7))
    logged = read()
    day = logged[0].day if logged else date(2026, 11, 25)
    rows = store.read_here(lambda db: floors.read_floor(db, "aalborg", day))
    while len(again := read()) != len(logged):  # the clock of a server that still runs may have acted in between
        logged, rows = again, store.read_here(lambda db: floors.read_floor(db, "aalborg", day))
    try:
        told = replay(Floor("aalborg", day), (e.event for e in logged if e.day == day))
    except Exception:  # a log that cannot be told again is one that does not agree
        told = Floor("", day)
    store.close()
    standing = Counter(v.id for v in rows.visits.values() for s in v.stops if s.state in IN_HAND)
    return Books(logged, told == rows, sum(1 for n in standing.values() if n > 1))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong, by what it concerns; nothing, when all is well."""

    lost: Counter[tuple[str, str]]  # acknowledged, but not in the log
    doubled: Counter[tuple[str, str]]  # acknowledged to two
    unasked: Counter[tuple[str, str]]  # in the log, but neither acknowledged nor perhaps done

    @property
    def clean(self) -> bool:
        """Nothing is wrong."""
        return not (self.lost or self.doubled or self.unasked)


def verdict(deeds: list[Deed], logged: list[Logged]) -> Verdict:
    """Every acknowledged deed is in the log once; what else is there was sent by somebody who got no answer."""
    told: Counter[tuple[str, str, str]] = Counter()
    for entry in logged:
        event = entry.event
        for what, kind in KINDS.items():
            if event.kind is kind:
                name = {"visits": event.visit, "calls": event.facts.get("call")}.get(what, event.stop)
                told[entry.actor, what, name or ""] += 1
    acknowledged = Counter((d.actor, d.what, _name(d)) for d in deeds if d.ok and d.what in KINDS)
    perhaps = Counter((d.actor, d.what) for d in deeds if d.unknown)
    calls = Counter(("calls", _name(d)) for d in deeds if d.ok and d.what == "calls")
    numbers = Counter(("visits", _name(d)) for d in deeds if d.ok and d.what == "visits")
    extra: Counter[tuple[str, str]] = Counter()
    for (actor, what, _), times in (told - acknowledged).items():
        extra[actor, what] += times
    return Verdict(
        lost=Counter((what, name) for _, what, name in (acknowledged - told).elements()),
        doubled=Counter({k: n for k, n in (calls + numbers).items() if n > 1}),
        unasked=extra - perhaps,
    )


def _name(deed: Deed) -> str:
    """What an acknowledged deed was about, as its answer says."""
    assert deed.answer is not None
    body = deed.answer.body
    match deed.what:
        case "calls":
            return str(body["call"]["id"])
        case "finishes":
            return str(body["stop"]["id"])
        case _:
            return str(body["id"])

"""The simulator's planner: translates its view into the product's scene and asks the product's own line and outlook.

    PYTHONPATH=<folder of sim> python -m sim --policy python:tests.bench.sim_planner:decide --seeds 24

No second planner and no rule of its own: what is kept between two views is what a house would have written down.
"""

import math
from collections.abc import Mapping
from itertools import product
from typing import Any

from app.domain import line
from app.domain.line import Call
from app.domain.outlook import Look, see
from app.domain.promise import TERMS, Promised, Widening, learned
from app.domain.scene import (
    END,
    Desk,
    Done,
    Errand,
    Expected,
    Kinds,
    Newcomer,
    Party,
    Rate,
    Scene,
    Sitting,
    State,
    Window,
)

LAST_CHECKIN = 45.0
"""Nobody is received later than this before closing."""

WALK = 3.0
RECEPTION_WAIT = 2.0


class House:
    """What the house wrote down of the day so far: who was told what, who was at which desk."""

    def __init__(self) -> None:
        self.told: dict[str, dict[str, Window]] = {}
        self.known: dict[str, dict[str, Any]] = {}
        self.free_since: dict[str, float] = {}
        self.kinds: dict[str, Kinds] = {}
        self.judged: set[Promised] = set()
        self.widening = {"call": Widening(), "end": Widening()}
        self.refreshed = 0.0
        self.seen: tuple[Any, ...] = ()
        self.overtaken: dict[str, int] = {}


_house = House()


def reset() -> None:
    """A new day begins."""
    global _house
    _house = House()


def minutes(clock: str | float) -> float:
    """'09:30' -> 570.0; numbers pass through."""
    if isinstance(clock, str):
        hours, rest = clock.split(":")
        return int(hours) * 60 + float(rest)
    return float(clock)


def scene_of(view: dict[str, Any], house: House) -> Scene:
    """The product's scene of a simulated view."""
    _remember(view, house)
    return Scene(
        now=view["now"],
        desks=tuple(_desk(view, d, house) for d in view["desks"]),
        parties=tuple(_party(view, n, p, house) for n, p in enumerate(view["parties"])),
        overhead=view["overhead"],
        grace=view["grace"],
        outages={s: o["believed_end"] for o in view["outages"] for s in o["services"]},
        expected=_expected(view, house),
        rates=_rates(view, house),
        history=tuple(
            Done(h["desk"], h["errand"], _length(view, h["errand"], h["size"]) * h["share"], h["end"] - h["start"])
            for h in view["history"]
        ),
        overtaken=dict(house.overtaken),
    )


def _remember(view: dict[str, Any], house: House) -> None:
    for p in view["parties"]:
        before = house.known.get(p["id"])
        if before is None or (p["status"] == "waiting" and before["status"] == "serving"):
            house.free_since[p["id"]] = view["now"]
        house.known[p["id"]] = p


def _length(view: dict[str, Any], service: str, size: int) -> float:
    s = view["services"][service]
    return float(s["mean"] * (1 + s["per_extra"] * (size - 1)))


def _spread(view: dict[str, Any], service: str) -> float:
    """The service's spread with the share of complicated cases in it."""
    cx, cv = view["usual"]["complex"], view["services"][service]["cv"]
    norm = 1 + cx["p"] * (cx["factor"] - 1)
    second = (1 + cv * cv) * (1 - cx["p"] + cx["p"] * cx["factor"] ** 2) / norm**2
    return math.sqrt(second - 1)


def _errand(view: dict[str, Any], service: str, length: float) -> Errand:
    return Errand(service, service, length, _spread(view, service), frozenset(view["services"][service]["after"]))


def _party(view: dict[str, Any], n: int, p: dict[str, Any], house: House) -> Party:
    return Party(
        key=p["id"],
        number=int(p["id"][1:]),
        since=p["checkin"],
        errands=tuple(_errand(view, e, p["expected"][e]) for e in p["remaining"]),
        state=State(p["status"]),
        ready_at=p["back_at"] or 0.0,
        free_since=house.free_since[p["id"]],
        leave_by=p["leave_by"],
        told=dict(house.told.get(p["id"], {})),
    )


def _desk(view: dict[str, Any], d: dict[str, Any], house: House) -> Desk:
    sitting = None
    if d["sitting"]:
        s = d["sitting"]
        p = house.known[s["party"]]
        errands = tuple(_errand(view, e, p["expected"].get(e, 0.0)) for e in s["errands"])
        sitting = Sitting(s["party"], errands, s["current"], s["current_start"])
    return Desk(
        code=d["id"],
        services=frozenset(d["skills"]),
        opens=d["opens"],
        closes=d["closes"],
        idle=d["status"] == "idle",
        breaks=tuple((b[0], b[1]) for b in d["breaks"]),
        until=d["until"],
        away=(tuple(d["known_down"]),) if d["known_down"] else (),
        sitting=sitting,
    )


def _kinds(view: dict[str, Any], source: str, house: House) -> Kinds:
    """Every sort of party this source sends: kind, optional errands, size."""
    if source not in house.kinds:
        usual, found = view["usual"], []
        for kind in usual["mix"]:
            if source not in kind["from"]:
                continue
            family = kind.get("family", 0.0)
            total = sum(w for _, w in usual["family_sizes"])
            sizes = [(1, 1.0 - family)] + [(s, family * w / total) for s, w in usual["family_sizes"] if family]
            extras = list(kind.get("optional", {}).items())
            for (size, share), taken in product(sizes, product((False, True), repeat=len(extras))):
                weight = kind["weight"] * share
                wanted = list(kind["errands"])
                for (extra, chance), yes in zip(extras, taken, strict=False):
                    weight *= chance if yes else 1.0 - chance
                    wanted += [extra] if yes else []
                if weight > 1e-9:
                    found.append(Newcomer(weight, tuple(_errand(view, e, _length(view, e, size)) for e in wanted)))
        house.kinds[source] = tuple(found)
    return house.kinds[source]


def _expected(view: dict[str, Any], house: House) -> tuple[Expected, ...]:
    """Those upstream now, and the bookings of the rest of the day."""
    siri, now, kinds = view["usual"]["siri"], view["now"], _kinds(view, "siri", house)
    through = siri["mean"] + WALK + RECEPTION_WAIT
    found = [Expected(max(now + 3.0, a + through + 3.0), 6.0, 1.0, kinds) for a in view["upstream"]]
    book = siri["appointments"]
    t = minutes(book["from"])
    while t < minutes(book["to"]):
        if t - book["early"] > now and t + through < view["closes"] - LAST_CHECKIN:
            chance = book.get("fill", 1.0) * (1 - book["no_show"])
            found += [Expected(t + through, 8.0, chance, kinds)] * book["per_slot"]
        t += book["every"]
    return tuple(found)


def _rates(view: dict[str, Any], house: House) -> tuple[Rate, ...]:
    siri, last = view["usual"]["siri"], view["closes"] - LAST_CHECKIN
    through = siri["mean"] + WALK + RECEPTION_WAIT
    found = [(a, b, r, through, "siri") for a, b, r in siri["walkins"]]
    found += [(a, b, r, WALK, "direct") for a, b, r in view["usual"]["direct"]["walkins"]]
    return tuple(
        Rate(max(minutes(a), view["now"]) + later, min(last, minutes(b) + later), r, _kinds(view, source, house))
        for a, b, r, later, source in found
        if minutes(b) > view["now"]  # who came before now is upstream, and counted there
    )


def decide(view: dict[str, Any]) -> dict[str, Any]:
    """The calls of the product's line; then, on the floor that they leave, what its outlook would tell."""
    house, scene = _house, scene_of(view, _house)
    _learn(scene, house)
    calls = line.decide(scene)
    _count_overtaken(scene, house, calls)
    after = scene_of(_after(view, calls), house) if calls else scene
    news = see(Look(after, int(scene.now * 100), house.widening, _is_due(view, house))).told
    _write_down(scene, house, calls, news)
    return {
        "dispatch": [{"desk": c.desk, "party": c.party, "errands": list(c.errands)} for c in calls],
        "promises": [
            {"party": p, "errand": e or "done", "lo": w.lo, "at": w.at, "hi": w.hi} for (p, e), w in news.items()
        ],
    }


def _after(view: dict[str, Any], calls: list[Call]) -> dict[str, Any]:
    """The view once these calls are made."""
    seats, now = {c.desk: c for c in calls}, view["now"]
    called = {c.party for c in calls}

    def sitting(c: Call) -> dict[str, Any]:
        begins = now + view["overhead"]
        return {"party": c.party, "errands": list(c.errands), "start": now, "current": 0, "current_start": begins}

    desks = [
        d | {"status": "busy", "sitting": sitting(seats[d["id"]])} if d["id"] in seats else d for d in view["desks"]
    ]
    parties = [p | {"status": "serving"} if p["id"] in called else p for p in view["parties"]]
    return view | {"desks": desks, "parties": parties}


def _is_due(view: dict[str, Any], house: House) -> bool:
    """As the ticker has it: after an arrival, a finished stop, a desk or service that stops or starts; else after a while."""
    running = [(d["id"], d["until"]) for d in view["desks"] if d["status"] in ("down", "break", "closed")]
    seen = len(view["history"]), running, view["outages"], {p["id"] for p in view["parties"]}
    known, new = house.seen, not house.seen or bool(seen[3] - house.seen[3])
    if new or known[:3] != seen[:3] or view["now"] >= house.refreshed + TERMS.refresh:
        house.seen, house.refreshed = seen, view["now"]
        return True
    return False


def _write_down(scene: Scene, house: House, calls: list[Call], news: Mapping[Promised, Window]) -> None:
    for (party, errand), window in news.items():
        house.told.setdefault(party, {})[errand] = window
    for call in calls:
        key = (call.party, call.errands[0])
        told = house.told.get(call.party, {}).get(call.errands[0])
        if told is not None and told.told < scene.now and key not in house.judged:
            house.judged.add(key)
            house.widening = learned(house.widening, call.errands[0], told, scene.now)


def _count_overtaken(scene: Scene, house: House, calls: list[Call]) -> None:
    """Whoever came earlier and could have done what somebody else is called for."""
    since = {p.key: p.since for p in scene.parties}
    for call in calls:
        for p in scene.parties:
            if p.state is State.WAITING and p.since < since[call.party] and p.key != call.party:
                wanted = {e.key for e in p.errands}
                if any(e.key in call.errands and not e.after & wanted for e in p.errands):
                    house.overtaken[p.key] = house.overtaken.get(p.key, 0) + 1


def _learn(scene: Scene, house: House) -> None:
    """The end of a visit is seen when the party is gone."""
    here = {p.key for p in scene.parties}
    for party, told in house.told.items():
        if END in told and party not in here and (party, END) not in house.judged:
            house.judged.add((party, END))
            house.widening = learned(house.widening, END, told[END], scene.now)


decide.reset = reset

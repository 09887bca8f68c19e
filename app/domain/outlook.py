"""The outlook: what citizens must be told now, from a forecast of the floor; windows as moments, by visit.

Like a journey it goes in three steps: `look_from` reads the floor, `see` computes from plain values alone and may be done
elsewhere, `news_of` says what is to be told. `outlook` is all three.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from app.domain import promise
from app.domain.doubt import SEEN_AHEAD, Doubts
from app.domain.floor import DeskState, Floor
from app.domain.futures import Board
from app.domain.house import House
from app.domain.index import read
from app.domain.kept import widening
from app.domain.promise import Promised, Widening
from app.domain.scene import END, Scene, Window
from app.domain.sight import Sight
from app.domain.slot import late_by
from app.domain.visit import Visit

Span = tuple[datetime, datetime, datetime]

HARDLY, RELIEVED = 0.5, 0.2
"""A stop that is not reached in more than the first share of the futures is in doubt, and stays so until it is in no more than the
second: a few futures more or less tell nobody one thing and then the other."""

UPSTREAM_LATE = timedelta(minutes=10)
"""An authority that is this far behind the times it gave is named as the reason."""

REASONS = ("first", "earlier", "later", "fewer_desks", "upstream_late", "service_down", "come_now")
"""Why a promise is told, the strongest last: of several moves of one party it is the reason that is said."""


class Look(NamedTuple):
    """What has to be computed: plain values only. In full, or only who must be asked back now."""

    scene: Scene
    seed: int
    widening: Mapping[str, Widening]
    full: bool


class Seen(NamedTuple):
    """What was computed; how often a stop is not reached only in full."""

    told: Mapping[Promised, Window]
    back: frozenset[Promised]  # those of them that ask somebody back now
    unreached: Mapping[str, Mapping[str, float]] | None  # visit -> stop -> share of futures without it


@dataclass(frozen=True, slots=True)
class News:
    """What one party must be told."""

    spans: Mapping[str, Span] = field(default_factory=dict)
    finish: Span | None = None
    why: str = "first"
    doubts: Mapping[str, str] | None = None  # none: they were not looked at
    base: Mapping[str, datetime] = field(default_factory=dict)  # when each promise that is moved had been told


def outlook(floor: Floor, house: House, at: datetime, seed: int) -> dict[str, News]:
    """Play the day forward and say which promises are new, would break, or can be had clearly earlier."""
    look = look_from(floor, house, at, seed)
    return news_of(floor, house, at, see(look)) if look else {}


def look_from(floor: Floor, house: House, at: datetime, seed: int, full: bool = True) -> Look | None:
    """Read the floor for a forecast; None where there is nobody to tell anything."""
    scene = Sight(floor, house, at).scene()
    if not scene.parties or not scene.desks:
        return None
    return Look(scene, seed, widening(floor), full)


def see(look: Look) -> Seen:
    """Compute a forecast: what must be told, who must be asked back, how often each stop is not reached."""
    scene = look.scene
    board = Board(read(scene))
    back = promise.come_now(board)
    if not look.full:
        return Seen(back, frozenset(back), None)
    made = promise.forecast(board, look.seed)
    told = {**promise.to_publish(scene, made, look.widening), **back}
    unreached = {p.key: {e.key: _share(made.times[p.key, e.key]) for e in p.errands} for p in scene.parties}
    return Seen(told, frozenset(back), unreached)


def _share(times: list[float]) -> float:
    """The share of futures in which it does not come today."""
    return sum(t == float("inf") for t in times) / len(times)


def news_of(floor: Floor, house: House, at: datetime, seen: Seen) -> dict[str, News]:
    """What each party must be told, with the reason; only those whom anything is new for."""
    sight, doubting, often = Sight(floor, house, at), Doubts(floor, house, at), seen.unreached
    by_visit: dict[str, dict[str, Window]] = {}
    for (visit_id, key), window in seen.told.items():
        by_visit.setdefault(visit_id, {})[key] = window
    found = {}
    for visit in floor.active:
        told = by_visit.get(visit.id, {})
        why = max((_why(sight, visit, k, w, seen) for k, w in told.items()), key=REASONS.index, default="first")
        doubts = None if often is None else doubting.of(visit, _hardly(visit, often.get(visit.id, {})))
        if told or (doubts is not None and doubts != visit.doubts):
            spans = {key: _span(w, sight) for key, w in told.items() if key != END}
            base = {key: visit.windows[key].told for key in spans if key in visit.windows}
            finish = _span(told[END], sight) if END in told else None
            found[visit.id] = News(spans, finish, why, doubts, base)
    return found


def _hardly(visit: Visit, unreached: Mapping[str, float]) -> set[str]:
    """The stops of a party that are seldom reached, seen with what was in doubt before."""
    was = {stop for stop, why in visit.doubts.items() if why in SEEN_AHEAD}
    return {stop for stop, share in unreached.items() if share > (RELIEVED if stop in was else HARDLY)}


def _why(sight: Sight, visit: Visit, key: str, window: Window, seen: Seen) -> str:
    """Why this promise is told or moved, as a code."""
    floor, house, at, moment = sight.floor, sight.house, sight.at, sight.moment
    old = visit.finish if key == END else visit.windows.get(key)
    if old is None or key == END:
        return "first"
    if (visit.id, key) in seen.back:
        return "come_now"
    if moment(window.at) <= old.likely:
        return "earlier"
    stop = visit.stop(key)
    if stop.service in floor.outages:
        return "service_down"
    if any(late_by(floor, a, at) > UPSTREAM_LATE for a in {s.authority for s in visit.open_stops if s.appointment}):
        return "upstream_late"
    return "fewer_desks" if _lost_a_desk(floor, house, stop.service, old.told) else "later"


def _lost_a_desk(floor: Floor, house: House, service: str, since: datetime) -> bool:
    """Whether a desk for this service has paused or closed since then."""
    serving = [d.code for d in house.desks.values() if service in d.services]
    nows = [floor.desk(code) for code in serving]
    return any(n.state is not DeskState.OPEN and n.since is not None and n.since >= since for n in nows)


def _span(window: Window, sight: Sight) -> Span:
    return sight.moment(window.lo), sight.moment(window.hi), sight.moment(window.at)

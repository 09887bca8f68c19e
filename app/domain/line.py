"""The line: whom a desk calls next, for which errands, and why. One total order, also the one a citizen's place is read from."""

from collections.abc import Callable, Mapping
from functools import partial
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from app.domain.index import BOOKED, EPS, Option, Reading, read
from app.domain.scene import Desk, Errand, Party, Scene
from app.domain.sitting import Shape

BILLION = 1_000_000_000

SHORT = 6.0
"""So few minutes of work are called short."""


class Why(NamedTuple):
    """Why a party stands where it stands: a stable code, and the figures that word it."""

    code: (
        str  # booked_time priority window_ends closing_soon here_longest finishes_visit asked_for short_errand in_turn
    )
    values: Mapping[str, float | str]


class Turn(NamedTuple):
    """A party's place at a desk: what it would do there, how it scores."""

    party: Party
    errands: tuple[str, ...]  # keys, in order
    score: float
    because: Callable[[], Why]  # worked out for those of whom it is shown

    @property
    def why(self) -> Why:
        """Why it stands there."""
        return self.because()


class Call(NamedTuple):
    """A desk calls a party for errands."""

    desk: str
    party: str
    errands: tuple[str, ...]


def line(scene: Scene, desk: Desk) -> list[Turn]:
    """Everybody this desk could call now, best first."""
    reading = read(scene)
    ranked = sorted(_ranked(reading, desk), key=_place)
    longest = min((r[1] for r in ranked), default=0.0)
    return [_turn(reading, desk, party, option, -minus / BILLION, longest) for minus, _, _, party, option in ranked]


def order(scene: Scene, desk: Desk) -> list[str]:
    """The parties of `line`, without what they would do there and why."""
    return [party.key for _, _, _, party, _ in sorted(_ranked(read(scene), desk), key=_place)]


def first(scene: Scene, desk: Desk) -> Turn | None:
    """Who is best in this desk's line: the same as the first of `line`, without words for the others."""
    reading = read(scene)
    ranked = _ranked(reading, desk)
    if not ranked:
        return None
    least = min([r[0] for r in ranked])
    minus, _, _, party, option = min([r for r in ranked if r[0] == least], key=_place)
    return _turn(reading, desk, party, option, -minus / BILLION, min([r[1] for r in ranked]))


def next_for(scene: Scene, desk: Desk) -> Turn | None:
    """Whom this desk should call now; nobody if it cannot call or nobody is there for it."""
    return first(scene, desk) if desk.idle else None


def decide(scene: Scene) -> list[Call]:
    """The calls of all idle desks: the best score first, among equals the less versatile desk, then the earlier check-in."""
    reading = read(scene)
    found = []
    for desk in reading.desks:
        if desk.idle:
            for minus, since, number, party, option in _ranked(reading, desk):
                found.append((minus, len(desk.services), since, number, desk.code, party, option))
    calls: list[Call] = []
    used: set[str] = set()
    for _, _, _, _, code, party, option in sorted(found, key=lambda f: f[:5]):
        if code not in used and party.key not in used:
            used |= {code, party.key}
            calls.append(Call(code, party.key, tuple(party.errands[k].key for k in option.order)))
    return calls


_Ranked: TypeAlias = tuple[int, float, int, Party, Option]


_place = itemgetter(0, 1, 2)  # score, arrival, number


def _ranked(reading: Reading, desk: Desk) -> list[_Ranked]:
    """Everybody the desk could call now with their best sitting; sorts best first."""
    found: list[_Ranked] = []
    scene, bonus = reading.scene, _bonus(reading.scene, desk)
    able: dict[Shape, list[Option]] = {}
    for party, shape, standing in reading.present:
        options = able.get(shape)
        if options is None:
            options = able[shape] = reading.able(shape, desk)
        best = _best(scene, party, shape, options) if options else None
        if best is not None:
            score = best[0] + standing
            if party.priority:
                score += bonus
            if shape.timed:
                score += _booked(scene.now, party, best)
            # In whole billionths of a minute: in which order sums were added up decides between nobody.
            found.append((-round(score * BILLION), party.since, party.number, party, best))
    return found


def _best(scene: Scene, party: Party, shape: Shape, able: list[Option]) -> Option | None:
    """The best of these sittings, one at least, that may start with this party now: told windows and bookings' times kept."""
    if not shape.timed and not party.told:
        return able[0]
    for option in able:
        if (not shape.timed or _in_time(party, option, scene.now)) and not _roams(scene, party, option):
            return option
    return None


def _in_time(party: Party, option: Option, now: float) -> bool:
    errands = [party.errands[k] for k in option.order]
    return all(e.not_before <= now + EPS and now <= e.until + EPS for e in errands)


def _roams(scene: Scene, party: Party, option: Option) -> bool:
    """Believes a later time for this call, so would be found away: the message that calls them back has not had its time."""
    window = party.told.get(party.errands[option.order[0]].key)
    if window is None or scene.now - party.free_since < scene.notice:
        return False
    believed = window.lo if scene.now - window.told >= scene.notice - EPS else window.before
    return scene.now < believed - scene.early


def _booked(now: float, party: Party, option: Option) -> float:
    """What a booking's time adds once it has come."""
    return max((BOOKED + now - e.due for e in _of(party, option) if e.due is not None and e.due <= now), default=0.0)


def _bonus(scene: Scene, desk: Desk) -> float:
    """What priority adds at a desk: nothing while a call of few has gone by it."""
    return scene.priority_bonus if desk.calls_since_priority >= scene.priority_every - 1 else 0.0


def _of(party: Party, option: Option) -> list[Errand]:
    return [party.errands[k] for k in option.order]


def _turn(reading: Reading, desk: Desk, party: Party, option: Option, score: float, longest: float) -> Turn:
    because = partial(_why, reading, desk, party, option, longest)
    return Turn(party, tuple([party.errands[k].key for k in option.order]), score, because)


def _why(reading: Reading, desk: Desk, party: Party, option: Option, longest: float) -> Why:
    """The strongest reason that can be said in a few words."""
    now = reading.scene.now
    shape = party.shape
    window, closing = reading.urgency(party, shape, reading.work_left(shape), now)
    dues = [e.due for e in _of(party, option) if e.due is not None and e.due <= now]
    if dues:
        return Why("booked_time", {"at": min(dues)})
    if party.priority and _bonus(reading.scene, desk):
        return Why("priority", {"minutes": reading.scene.priority_bonus})
    if window > 0 and window >= closing:
        return Why("window_ends", {"at": party.window_ends})
    if closing > 0:
        return Why("closing_soon", {"at": min(desk.closes, party.leave_by or desk.closes)})
    if party.since <= longest:
        return Why("here_longest", {"minutes": now - party.since})
    if len(option.order) == len(party.errands):
        return Why("finishes_visit", {"errands": float(len(option.order))})
    if any(desk.code in e.desks for e in _of(party, option)):
        return Why("asked_for", {"desk": desk.code})
    if option.minutes - reading.scene.overhead <= SHORT:
        return Why("short_errand", {"minutes": option.minutes})
    return Why("in_turn", {"minutes": now - party.since})

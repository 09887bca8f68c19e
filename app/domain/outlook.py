"""The outlook: what citizens must be told now, from a forecast of the floor; windows as moments, by visit."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from app.domain import promise
from app.domain.floor import Floor
from app.domain.futures import Board
from app.domain.house import House
from app.domain.index import read
from app.domain.promise import Widening
from app.domain.scene import END, Window
from app.domain.sight import Sight

Span = tuple[datetime, datetime, datetime]
News = Mapping[str, tuple[Mapping[str, Span], Span | None, str]]
"""By visit: windows by stop, the end of the visit, and why they are told."""


def outlook(floor: Floor, house: House, at: datetime, seed: int) -> News:
    """Play the day forward and say which promises are new, would break, or can be had clearly earlier."""
    sight = Sight(floor, house, at)
    scene = sight.scene()
    if not scene.parties or not scene.desks:
        return {}
    board = Board(read(scene))
    made = promise.forecast(board, seed)
    told = promise.to_publish(scene, made, {"call": Widening(), "end": Widening()})
    told = {**told, **promise.come_now(board, ())}
    return _by_visit(told, {p.key: p.told for p in scene.parties}, sight)


def _by_visit(told: Mapping[tuple[str, str], Window], before: Mapping[str, Mapping[str, Window]], sight: Sight) -> News:
    found: dict[str, tuple[dict[str, Span], Span | None, str]] = {}
    for (visit, key), window in told.items():
        spans, finish, why = found.get(visit, ({}, None, "first"))
        old = before[visit].get(key)
        if old is not None and key != END:
            why = "later" if window.at > old.at else "earlier"
        if key == END:
            finish = _span(window, sight)
        else:
            spans[key] = _span(window, sight)
        found[visit] = (spans, finish, why)
    return found


def _span(window: Window, sight: Sight) -> Span:
    start, end, likely = (
        datetime.fromtimestamp(sight.midnight, UTC) + timedelta(minutes=round(m, 3))
        for m in (window.lo, window.hi, window.at)
    )
    return start, end, likely

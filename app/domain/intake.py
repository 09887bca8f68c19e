"""The intake stop: whether something can still be done today, asked before a number is issued."""

from collections.abc import Sequence
from datetime import datetime

from app.domain import hours, planner
from app.domain.floor import DeskState, Floor
from app.domain.house import House
from app.domain.scene import Errand, Party, Scene
from app.domain.sight import Sight
from app.domain.visit import Member

AMPLE = 60.0
"""With so many minutes to spare by a rough count, the exact one is not made."""


def too_late(floor: Floor, house: House, at: datetime, services: Sequence[str], members: Sequence[Member] = ()) -> bool:
    """Whether nothing of what a party wants can be done today any more, behind all who wait already."""
    sight = Sight(floor, house, at)
    scene = sight.scene()
    return not any(_fits(sight, scene, service, members) for service in services)


def _fits(sight: Sight, scene: Scene, service: str, members: Sequence[Member]) -> bool:
    wanted = sight.minutes_for(sight.house.services[service], [m.kind for m in members] or ["adult"])
    desks = [d for d in scene.desks if service in d.services]
    if not desks:
        return _may_open(sight, service, wanted + scene.overhead)
    starts = max(scene.now, min(d.opens for d in desks))
    latest = max(d.closes for d in desks) + scene.grace
    before = sum(e.minutes + scene.overhead for p in scene.parties for e in p.errands)
    if starts + before / len(desks) + wanted + scene.overhead + AMPLE <= latest:
        return True
    if starts + wanted + scene.overhead > latest:
        return False
    number = sight.floor.last_number + 1
    party = Party("", number, scene.now, (Errand(service, service, wanted),))
    return not planner.plan(scene, party).unreachable


def _may_open(sight: Sight, service: str, wanted: float) -> bool:
    """Nobody is at a desk for it: one that was not closed for the day may still open in time."""
    house, floor = sight.house, sight.floor
    for desk in house.desks.values():
        now = floor.desk(desk.code)
        gone = now.state is DeskState.CLOSED and now.since is not None
        spans = hours.desk_intervals(house, desk.code, floor.day)
        if service not in desk.services or not spans or gone:
            continue
        if sight.now + wanted <= sight.minutes(spans[-1][1]) + house.grace_minutes:
            return True
    return False

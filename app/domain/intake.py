"""The intake stop: whether something can still be done today, asked before a number is issued."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.domain import hours, planner
from app.domain.floor import DeskState, Floor
from app.domain.house import House
from app.domain.lengths import minutes_for
from app.domain.scene import Errand, Party, Scene
from app.domain.sight import Sight
from app.domain.stop import State
from app.domain.visit import Member, Presence

AMPLE = timedelta(minutes=60)
"""With so much to spare by a rough count, the exact one is not made."""

UNDER_WAY = frozenset({State.LOCKED, State.WAITING, State.CALLED, State.SERVING})


def too_late(floor: Floor, house: House, at: datetime, services: Sequence[str], members: Sequence[Member] = ()) -> bool:
    """Whether nothing of what a party wants can be done today any more, behind all who wait already."""
    kinds = [m.kind for m in members] or ["adult"]
    if any(_ample(floor, house, at, service, kinds) for service in services):
        return False
    sight = Sight(floor, house, at)
    scene = sight.scene()
    return not any(_fits(sight, scene, service, kinds) for service in services)


def _ample(floor: Floor, house: House, at: datetime, service: str, kinds: list[str]) -> bool:
    """By a rough count that costs little on a full floor: all open work of its desks, shared among those that are staffed."""
    able = [d for d in house.desks.values() if service in d.services and (not d.only or floor.day in d.only)]
    desks = [d for d in able if floor.desk(d.code).state is not DeskState.CLOSED]
    closes = hours.closes_at(house, house.services[service].authority, at)
    if not desks or closes is None:
        return False
    minutes = {code: house.services[code].minutes for d in desks for code in d.services}
    before = sum(
        minutes[s.service] * (1 + len(s.members)) / 2 + house.walk_minutes
        for v in floor.visits.values()
        if v.presence is Presence.ACTIVE
        for s in v.stops
        if s.state in UNDER_WAY and s.service in minutes
    )
    wanted = minutes_for(house.services[service], kinds) + house.walk_minutes
    cut_off = timedelta(minutes=house.services[service].cut_off)
    return at + timedelta(minutes=before / len(desks) + wanted) + AMPLE <= closes - cut_off


def _fits(sight: Sight, scene: Scene, service: str, kinds: list[str]) -> bool:
    """By the exact planner, behind everybody in the scene."""
    wanted = minutes_for(sight.house.services[service], kinds) * sight.factors.get(service, 1.0)
    if not any(service in d.services for d in scene.desks):
        return _may_open(sight, service, wanted + scene.overhead)
    party = Party(
        "", sight.floor.last_number + 1, scene.now, (Errand(service, service, wanted, until=sight.cut_off(service)),)
    )
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
        in_time = sight.now <= sight.cut_off(service)
        if in_time and sight.now + wanted <= sight.minutes(spans[-1][1]) + house.grace_minutes:
            return True
    return False

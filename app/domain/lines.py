"""The lines of one moment: each desk's is worked out when somebody first asks, and once for all who do."""

from bisect import bisect_left
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from app.domain.floor import Floor
from app.domain.house import House
from app.domain.line import Turn
from app.domain.scene import Desk, Scene
from app.domain.sight import scene_of
from app.domain.stop import Stop
from app.domain.turns import order_in, turns_in
from app.domain.visit import Visit


class ToldLater(NamedTuple):
    """The times told to those who stand behind a line: all in order, and those of each party."""

    times: list[datetime]
    of: dict[str, list[datetime]]


class Lines:
    """Every desk's line as it stands at one moment, for many screens of the same floor."""

    def __init__(self, floor: Floor, house: House, at: datetime) -> None:
        self._floor, self._house, self._at = floor, house, at
        self._turns: dict[str, list[Turn]] = {}
        self._desks: dict[str, list[Desk]] = {}
        self._places: dict[str, dict[str, int]] = {}
        self._fewest: dict[str, dict[str, tuple[int, int]]] = {}
        self._later: dict[str, ToldLater] = {}

    @cached_property
    def scene(self) -> Scene:
        """The scene that all lines are read from."""
        return scene_of(self._floor, self._house, self._at)

    def turns(self, desk: str) -> list[Turn]:
        """Everybody this desk could call now, best first."""
        if desk not in self._turns:
            self._turns[desk] = turns_in(self.scene, self._floor, self._house, desk)
        return self._turns[desk]

    def ahead(self, visit: Visit, stop: Stop) -> int | None:
        """How many parties go first, at the desk where that is fewest; None where no desk can tell."""
        desks = self._doing(stop.service)
        fewest, of = self._fewest_for(stop.service).get(visit.id, (0, 0))
        if desks and of == len(desks):
            return fewest
        places = [self._place_at(desk, visit, stop) for desk in desks]
        return min((place for place in places if place is not None), default=None)

    def _fewest_for(self, service: str) -> dict[str, tuple[int, int]]:
        """Of whoever stands in a line for a service: how many go first where that is fewest, and of how many desks."""
        if service not in self._fewest:
            found = self._fewest[service] = dict[str, tuple[int, int]]()
            for desk in self._doing(service):
                for party, place in self._places_at(desk).items():
                    fewest, of = found.get(party, (place, 0))
                    found[party] = min(fewest, place), of + 1
        return self._fewest[service]

    def _places_at(self, desk: Desk) -> dict[str, int]:
        """How many go before each party in a desk's line."""
        if desk.code not in self._places:
            order = order_in(self.scene, self._floor, self._house, desk)
            self._places[desk.code] = {party: n for n, party in enumerate(order)}
        return self._places[desk.code]

    def _doing(self, service: str) -> list[Desk]:
        """The desks that do a service."""
        if service not in self._desks:
            self._desks[service] = [d for d in self.scene.desks if service in d.services]
        return self._desks[service]

    def _place_at(self, desk: Desk, visit: Visit, stop: Stop) -> int | None:
        """By the line that the clerk sees; who was told a later time stands behind it, in the order of the times told."""
        places = self._places_at(desk)
        if visit.id in places:
            return places[visit.id]
        window = visit.windows.get(stop.id)
        if window is None:
            return None
        later = self._told_later(desk)
        own = sum(told < window.start for told in later.of.get(visit.id, ()))
        return len(places) + bisect_left(later.times, window.start) - own

    def _told_later(self, desk: Desk) -> ToldLater:
        """Of those who wait for this desk, but are not in its line yet."""
        if desk.code not in self._later:
            places, later = self._places[desk.code], ToldLater([], {})
            for told, service, visit in self._told:
                if service in desk.services and visit not in places:
                    later.times.append(told)
                    later.of.setdefault(visit, []).append(told)
            self._later[desk.code] = later
        return self._later[desk.code]

    @cached_property
    def _told(self) -> list[tuple[datetime, str, str]]:
        """The times told to all who wait in the hall, in order; each with its service and its party."""
        here = [v for v in self._floor.active if not v.in_hand and not v.away_until]
        return sorted((v.windows[s.id].start, s.service, v.id) for v in here for s in v.waiting if s.id in v.windows)

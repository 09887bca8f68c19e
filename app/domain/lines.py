"""The lines of one moment: each desk's is worked out when somebody first asks, and once for all who do."""

from datetime import datetime
from functools import cached_property

from app.domain.floor import Floor
from app.domain.house import House
from app.domain.line import Turn
from app.domain.scene import Scene
from app.domain.sight import scene_of, turns_in
from app.domain.stop import Stop
from app.domain.visit import Visit


class Lines:
    """Every desk's line as it stands at one moment, for many screens of the same floor."""

    def __init__(self, floor: Floor, house: House, at: datetime) -> None:
        self._floor, self._house, self._at = floor, house, at
        self._turns: dict[str, list[Turn]] = {}
        self._places: dict[str, dict[str, int]] = {}
        self._told: dict[str, list[tuple[datetime, str]]] = {}

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
        desks = [d.code for d in self.scene.desks if stop.service in d.services]
        return min((n for desk in desks if (n := self._ahead_at(desk, visit, stop)) is not None), default=None)

    def _ahead_at(self, desk: str, visit: Visit, stop: Stop) -> int | None:
        """By the line that the clerk sees; who was told a later time stands behind it, in the order of the times told."""
        if desk not in self._places:
            self._places[desk] = {turn.party.key: n for n, turn in enumerate(self.turns(desk))}
        places = self._places[desk]
        if visit.id in places:
            return places[visit.id]
        window = visit.windows.get(stop.id)
        if window is None:
            return None
        return len(places) + sum(start < window.start for start, who in self._told_later(desk) if who != visit.id)

    def _told_later(self, desk: str) -> list[tuple[datetime, str]]:
        """The times told to those who wait for this desk, but not in its line yet."""
        if desk not in self._told:
            services = next(d.services for d in self.scene.desks if d.code == desk)
            others = [
                v for v in self._floor.active if v.id not in self._places[desk] and not v.in_hand and not v.away_until
            ]
            self._told[desk] = [
                (v.windows[s.id].start, v.id)
                for v in others
                for s in v.waiting
                if s.service in services and s.id in v.windows
            ]
        return self._told[desk]

"""How many parties go first: by the line that the clerks see, and by the times told to those behind it."""

from app.domain.floor import Floor
from app.domain.scene import Desk, Scene
from app.domain.sight import turns_in
from app.domain.stop import Stop
from app.domain.visit import Visit


def parties_ahead(scene: Scene, floor: Floor, visit: Visit, stop: Stop) -> int | None:
    """How many parties go first, at the desk where that is fewest; None where no desk can tell."""
    desks = [d for d in scene.desks if stop.service in d.services]
    found = [_ahead_at(floor, [t.party.key for t in turns_in(scene, floor, d.code)], d, visit, stop) for d in desks]
    return min((n for n in found if n is not None), default=None)


def _ahead_at(floor: Floor, line: list[str], desk: Desk, visit: Visit, stop: Stop) -> int | None:
    """By the line that the clerk sees; who was told a later time stands behind it, in the order of the times told."""
    if visit.id in line:
        return line.index(visit.id)
    told = visit.windows.get(stop.id)
    if told is None:
        return None
    others = [v for v in floor.active if v.id != visit.id and v.id not in line and not v.in_hand and not v.away_until]
    starts = [
        v.windows[s.id].start for v in others for s in v.waiting if s.service in desk.services and s.id in v.windows
    ]
    return len(line) + sum(start < told.start for start in starts)

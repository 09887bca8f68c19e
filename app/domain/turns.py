"""The turns that follow from a floor: who is next at a desk, behind whom, and why."""

from datetime import datetime

from app.domain import line
from app.domain.floor import Floor
from app.domain.house import House
from app.domain.line import Turn, Why
from app.domain.scene import Desk, Scene
from app.domain.sight import Sight, scene_of
from app.domain.stop import Stop
from app.domain.tally import tally_of


def turns(floor: Floor, house: House, at: datetime, desk: str) -> list[Turn]:
    """Everybody a desk could call now, best first; who rejoined stands behind those they must let go first."""
    return turns_in(scene_of(floor, house, at), floor, house, desk)


def turns_in(scene: Scene, floor: Floor, house: House, desk: str) -> list[Turn]:
    """The same, for a scene that is there already."""
    found = next((d for d in scene.desks if d.code == desk), None)
    if found is None:
        return []
    order = line.line(scene, found)
    behind = tally_of(floor, house).behind
    for turn in [
        t for t in order if t.party.key in behind and any(floor.visits[t.party.key].stop(e).behind for e in t.errands)
    ]:
        first = {b for e in turn.errands for b in floor.visits[turn.party.key].stop(e).behind}
        places = [i for i, t in enumerate(order) if t is not turn and first & {e.key for e in t.party.errands}]
        here = order.index(turn)
        if places and max(places) > here:
            order.insert(max(places), order.pop(here))
    return order


def order_in(scene: Scene, floor: Floor, house: House, desk: Desk) -> list[str]:
    """The parties of those turns, without what they would do there and why."""
    if tally_of(floor, house).behind:
        return [turn.party.key for turn in turns_in(scene, floor, house, desk.code)]
    return line.order(scene, desk)


def next_turn(floor: Floor, house: House, at: datetime, desk: str) -> Turn | None:
    """The first of the turns, without an order of all the others."""
    if tally_of(floor, house).behind:
        return next(iter(turns(floor, house, at, desk)), None)
    scene = scene_of(floor, house, at)
    found = next((d for d in scene.desks if d.code == desk), None)
    return line.first(scene, found) if found else None


def turns_behind(floor: Floor, house: House, at: datetime, stop: Stop, count: int) -> tuple[str, ...]:
    """The stops of the next `count` parties in the line that this stop waits in: those it comes behind."""
    scene = scene_of(floor, house, at)
    for desk in scene.desks:
        if stop.service in desk.services:
            ahead = [t for t in line.line(scene, desk) if t.party.key != stop.id.rpartition(".")[0]]
            return tuple(t.errands[0] for t in ahead[:count])
    return ()


def reason(why: Why, floor: Floor, house: House, at: datetime) -> dict[str, datetime | float | str]:
    """The figures that word why a party stands where it stands: `at` as a moment, lengths in whole minutes."""
    sight, said = Sight(floor, house, at), dict[str, datetime | float | str]()
    for name, value in why.values.items():
        match value:
            case str():
                said[name] = value
            case _:
                said[name] = sight.moment(value) if name == "at" else round(value)
    return said

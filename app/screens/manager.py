"""The manager's day: counts and times, never a person."""

from datetime import datetime
from statistics import median

from app.domain.floor import Floor
from app.domain.house import House
from app.domain.kept import Measured
from app.domain.stop import State
from app.domain.visit import Presence
from app.screens.devices import DeviceShape, SenderShape
from app.screens.shapes import DeskShape, Shape, Time, desk_shape

LEAST = 5
"""The smallest count that is told."""


class ServiceFigures(Shape):
    """One service today. Counts of one to four are none, and so are minutes below five, so that nobody can be made out."""

    code: str
    done: int | None
    waiting: int | None
    wait_median: float | None
    serve_median: float | None


class PromisesShape(Shape):
    """How windows told today were kept, judged by those first told; what is about few of them is none."""

    what: str  # call end
    told: int | None
    kept: int | None
    early: int | None
    late: int | None
    first_error: float | None  # median minutes that the likeliest time first told was off
    last_error: float | None  # and the one told last
    width: float | None
    moves: float | None  # how often something was told anew, per party


def promises_shape(what: str, found: Measured) -> PromisesShape:
    """The figures as they are shown."""
    return PromisesShape(
        what=what,
        told=found.promises,
        kept=found.kept,
        early=found.early,
        late=found.late,
        first_error=found.first_error,
        last_error=found.last_error,
        width=found.width,
        moves=found.moves,
    )


class ManagerScreen(Shape):
    """What a manager sees."""

    seq: int
    epoch: str
    at: Time
    arrived: int | None
    in_house: int | None
    finished: int | None
    left: int | None
    carried_over: int | None
    missed: int | None
    services: list[ServiceFigures]
    desks: list[DeskShape]
    devices: list[DeviceShape] = []
    senders: list[SenderShape] = []
    promises: list[PromisesShape] = []  # from the log, so not over a socket


def show(floor: Floor, house: House, at: datetime, seq: int, epoch: str) -> ManagerScreen:
    """Today in figures."""
    by = [v.presence for v in floor.visits.values()]
    return ManagerScreen(
        seq=seq,
        epoch=epoch,
        at=at,
        arrived=told(len(by)),
        in_house=told(by.count(Presence.ACTIVE)),
        finished=told(by.count(Presence.DONE)),
        left=told(by.count(Presence.LEFT)),
        carried_over=told(by.count(Presence.CARRIED_OVER)),
        missed=told(sum(s.state is State.MISSED for v in floor.visits.values() for s in v.stops)),
        services=[_figures(code, floor) for code in house.services],
        desks=[desk_shape(code, floor, house) for code, d in house.desks.items() if not d.only or floor.day in d.only],
    )


def told(count: int) -> int | None:
    """A count as it is shown: small ones, but not none at all, are kept back."""
    return count if count == 0 or count >= LEAST else None


def _figures(code: str, floor: Floor) -> ServiceFigures:
    stops = [s for v in floor.visits.values() for s in v.stops if s.service == code]
    done = [s for s in stops if s.state is State.DONE and s.started_at and s.ended_at]
    waits = [(s.called_at - s.added_at).total_seconds() / 60 for s in done if s.called_at]
    serves = [(s.ended_at - s.started_at).total_seconds() / 60 for s in done if s.ended_at and s.started_at]
    return ServiceFigures(
        code=code,
        done=told(len(done)),
        waiting=told(sum(s.state is State.WAITING for s in stops)),
        wait_median=round(median(waits), 1) if len(waits) >= LEAST else None,
        serve_median=round(median(serves), 1) if len(serves) >= LEAST else None,
    )

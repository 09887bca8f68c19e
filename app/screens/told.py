"""Who must be told: parties with a stop that may not be reached today, why, and what to offer them."""

from datetime import datetime

from app.domain import hours
from app.domain.doubt import DESK_AWAY, open_doubts
from app.domain.floor import Floor
from app.domain.house import House
from app.domain.slot import late_by, slot_of
from app.domain.visit import Visit
from app.screens.shapes import Shape, Time

OFFERED_FROM = 5
"""An authority that is this many minutes behind is named."""


class Concern(Shape):
    """A stop in doubt."""

    stop: str
    service: str
    why: str  # see app.domain.doubt
    desk: str | None  # the only desk that may do it, where that is the reason
    back: Time | None  # when the service is expected back
    closes: Time | None  # when its authority closes today
    told: bool  # somebody has told them


class ToTell(Shape):
    """A party, what is in doubt for it, and what can be offered."""

    visit: str
    number: int
    adults: int
    children: int
    language: str
    interpreter: str | None
    by_phone: bool  # their phone has told them already
    concerns: list[Concern]
    others: int  # open stops that are not in doubt
    comes_back: str | None  # the day of a come-back ticket


class Late(Shape):
    """An authority that runs behind the times it gave."""

    authority: str
    minutes: int


class ToldScreen(Shape):
    """The list."""

    seq: int
    epoch: str
    at: Time
    to_tell: list[ToTell]
    told: list[ToTell]
    late: list[Late]


def show(floor: Floor, house: House, at: datetime, seq: int, epoch: str) -> ToldScreen:
    """The list of this moment; who came first is told first."""
    found = [_to_tell(floor, house, at, v) for v in floor.active if open_doubts(v)]
    behind = {code: int(late_by(floor, code, at).total_seconds() // 60) for code in house.authorities}
    return ToldScreen(
        seq=seq,
        epoch=epoch,
        at=at,
        to_tell=[t for t in found if not all(c.told for c in t.concerns)],
        told=[t for t in found if all(c.told for c in t.concerns)],
        late=[Late(authority=code, minutes=m) for code, m in behind.items() if m >= OFFERED_FROM],
    )


def _to_tell(floor: Floor, house: House, at: datetime, visit: Visit) -> ToTell:
    doubts = open_doubts(visit)
    children = sum(m.kind == "child" for m in visit.members)
    first = visit.stop(next(iter(doubts)))
    back = hours.next_open_day(house, first.authority, floor.day)
    return ToTell(
        visit=visit.id,
        number=visit.number,
        adults=len(visit.members) - children,
        children=children,
        language=visit.language,
        interpreter=visit.interpreter,
        by_phone=bool(visit.reach),
        concerns=[_concern(floor, house, at, visit, stop, why) for stop, why in doubts.items()],
        others=len([s for s in visit.open_stops if s.id not in doubts]),
        comes_back=back.isoformat() if back else None,
    )


def _concern(floor: Floor, house: House, at: datetime, visit: Visit, stop: str, why: str) -> Concern:
    found = visit.stop(stop)
    outage, slot = floor.outages.get(found.service), slot_of(floor, house, visit, found)
    return Concern(
        stop=stop,
        service=found.service,
        why=why,
        desk=slot.desk if slot and why == DESK_AWAY else None,
        back=outage.expected_back if outage else None,
        closes=hours.closes_at(house, found.authority, at),
        told=stop in visit.warned,
    )

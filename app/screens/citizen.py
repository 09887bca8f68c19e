"""The citizen's phone: my number, what comes next, when, what to bring, what I may do. Nothing about anybody else."""

from datetime import datetime
from typing import NamedTuple

from app.domain import hours
from app.domain.floor import Floor
from app.domain.house import House, Need
from app.domain.ids import call_id
from app.domain.lines import Lines
from app.domain.pathway import papers_for
from app.domain.stop import Move, State, Stop, may_move
from app.domain.visit import NEVER, Presence, Visit
from app.screens.shapes import StopShape, Words, finish_shape, stop_shape, window_shape
from app.screens.ticket import (
    Bring,
    BringPaper,
    NextAct,
    Party,
    TicketScreen,
    TicketStop,
)

__all__ = ["Followed", "Ticket", "TicketScreen", "acts", "show"]


def show(
    floor: Floor, house: House, at: datetime, seq: int, epoch: str, visit: str, lines: Lines | None = None
) -> TicketScreen:
    """The ticket of one visit; `lines` are shared with other screens. Refuses an unknown visit."""
    party = floor.visit(visit)
    stop, waits = _next_stop(party), _waits(party)
    ahead = (lines or Lines(floor, house, at)).ahead(party, waits) if waits else None
    return TicketScreen(
        seq=seq,
        epoch=epoch,
        at=at,
        site=house.site,
        number=party.number,
        state=party.presence.value,
        phase=_phase(party, stop, at),
        party=_party(party),
        next=_next(floor, house, party, stop, ahead) if stop and party.active else None,
        stops=[_stop(s, party, floor, house) for s in party.stops if s.members],
        finish=finish_shape(party) if party.active else None,
        moved=party.moved if party.active else None,
        papers=_papers(party, house) if party.active else [],
        acts=acts(floor, house, party),
        step_outs_left=max(0, house.step_outs - party.step_outs),
        away_until=party.away_until,
        comes_back=party.comes_back.isoformat() if party.comes_back else None,
        comes_back_at=_opening(party, house),
        calendar=_opening(party, house) is not None or bool(party.active and stop and party.planned(stop)[0] < NEVER),
        afterwards=_afterwards(party, house),
        advice=_advice(party, house),
        onward=sum(said != "withdrawn" for said in party.onward.values()),
        asked=sum(said == "asked" for said in party.onward.values()),
        phone=house.phone,
    )


class Followed(NamedTuple):
    """A ticket of this moment, as who follows it is shown it: what stays while others come and go, and what moves."""

    still: TicketScreen  # no number, no moment, no place in line; the same object while none of it has changed
    ahead: int | None
    seq: int
    epoch: str
    at: datetime

    @property
    def content(self) -> object:
        """What is compared: all but number and moment."""
        return self.still, self.ahead, self.epoch

    @property
    def whole(self) -> TicketScreen:
        """The screen."""
        act = self.still.next and self.still.next.model_copy(update={"ahead": self.ahead})
        return self.still.model_copy(update={"seq": self.seq, "epoch": self.epoch, "at": self.at, "next": act})


class Ticket:
    """The ticket of one visit while it is followed: what others do changes its place in line, and nothing else of it."""

    def __init__(self, visit: str) -> None:
        self._visit = visit
        self._of: tuple[object, ...] = ()
        self._still: TicketScreen
        self._waits: Stop | None = None

    def show(self, floor: Floor, house: House, at: datetime, seq: int, epoch: str, lines: Lines) -> Followed:
        """What `show` shows; made anew only when the visit, the house or what is out of order changed, or time may matter."""
        party = floor.visit(self._visit)
        of = (party, house, floor.outages, floor.closed_at, floor.follows(party))
        if of != self._of or party.away_until is not None:
            self._of, self._waits = of, _waits(party)
            self._still = still(show(floor, house, at, 0, "", self._visit, lines))
        ahead = lines.ahead(party, self._waits) if self._waits else None
        return Followed(self._still, ahead, seq, epoch, at)


def still(screen: TicketScreen) -> TicketScreen:
    """A ticket without its number, its moment and its place in line."""
    act = screen.next and screen.next.model_copy(update={"ahead": None})
    return screen.model_copy(update={"seq": 0, "epoch": "", "at": NEVER, "next": act})


def _waits(visit: Visit) -> Stop | None:
    """The stop in whose line the party has a place now."""
    stop = _next_stop(visit)
    return stop if stop and stop.state is State.WAITING and visit.active else None


def acts(floor: Floor, house: House, visit: Visit) -> list[str]:
    """What the citizen may do now without staff: read from the table of moves and the house's limits."""
    if visit.presence is Presence.LEFT:
        return ["reopen"] if floor.closed_at is None else []
    if not visit.active:
        return []
    missed = [s for s in visit.open_stops if may_move(s, Move.REJOIN)]
    found = []
    if missed and not any(s.rejoins for s in missed):
        found.append("rejoin")
    if visit.away_until is not None:
        found.append("return")
    if visit.in_hand is None:
        if visit.step_outs < house.step_outs and any(s.state is not State.MISSED for s in visit.open_stops):
            found.append("step_out")
        if all(may_move(s, Move.DROP) for s in visit.open_stops):
            found.append("depart")
    return found


def _next_stop(visit: Visit) -> Stop | None:
    """In hand, else missed, else held, else the earliest promise among the waiting, else what is locked."""
    if visit.in_hand:
        return visit.in_hand
    for state in (State.MISSED, State.HELD, State.WAITING, State.LOCKED):
        found = [s for s in visit.open_stops if s.state is state]
        if found:
            return min(found, key=visit.planned)
    return None


def _phase(visit: Visit, stop: Stop | None, at: datetime) -> str:
    if not visit.active:
        return visit.presence.value
    if stop is None:
        return "waiting"
    if stop.state in (State.CALLED, State.SERVING, State.MISSED):
        return stop.state.value
    if visit.away_until is not None and visit.away_until > at:
        return "away"
    return "stay" if stop.state is State.HELD else "waiting"


def _party(visit: Visit) -> Party:
    children = sum(m.kind == "child" for m in visit.members)
    return Party(adults=len(visit.members) - children, children=children)


def _next(floor: Floor, house: House, visit: Visit, stop: Stop, ahead: int | None) -> NextAct:
    desk = house.desks.get(stop.desk or "") if stop.state in (State.CALLED, State.SERVING) else None
    promise = visit.windows.get(stop.id)
    outage = floor.outages.get(stop.service)
    return NextAct(
        stop=stop.id,
        service=stop.service,
        label=_label(house, stop.service),
        authority=dict(house.authorities[stop.authority].name),
        state=stop.state,
        window=window_shape(promise),
        was=promise.before if promise and promise.before and promise.before != promise.start else None,
        appointment=stop.appointment,
        ahead=ahead,
        desk=desk.code if desk else None,
        desk_label=dict(desk.label) if desk else None,
        place=dict(desk.place) if desk else None,
        desks=[desk.code] if desk else _desks(floor, house, stop),
        call=call_id(stop.id, stop.calls) if stop.state is State.CALLED else None,
        again=stop.state is State.CALLED and stop.calls > 1,
        paused=outage is not None,
        expected_back=outage.expected_back if outage else None,
    )


def _desks(floor: Floor, house: House, stop: Stop) -> list[str]:
    """Where a service is to be had today."""
    return [
        desk.code
        for desk in house.desks.values()
        if stop.service in desk.services and (not desk.only or floor.day in desk.only)
    ]


def _stop(stop: Stop, visit: Visit, floor: Floor, house: House) -> TicketStop:
    shape = stop_shape(stop, visit, house)
    outage = floor.outages.get(stop.service) if stop in visit.open_stops else None
    return TicketStop(
        **{name: getattr(shape, name) for name in StopShape.model_fields},
        label=_label(house, stop.service),
        authority_label=dict(house.authorities[stop.authority].name),
        waits_for=[dict(house.services[code].short) for code in shape.locked_by],
        part=0 < len(stop.members) < len(visit.members),
        follows=stop.id in floor.follows(visit),
        paused=outage is not None,
        expected_back=outage.expected_back if outage else None,
    )


def _papers(visit: Visit, house: House) -> list[Bring]:
    """The papers of the stops still to come, in their order; what is asked for earlier is not asked for again."""
    found, told = [], set[str]()
    for stop in sorted(visit.open_stops, key=lambda s: (s.state is State.LOCKED, visit.planned(s))):
        if stop.service not in house.services:
            continue
        wanted = [n for n in papers_for(house, visit.pathway, stop.service) if n.paper not in told]
        told |= {n.paper for n in wanted}
        if wanted:
            papers = [_paper(n, visit, house) for n in sorted(wanted, key=lambda n: not n.hard)]
            found.append(Bring(service=stop.service, label=dict(house.services[stop.service].short), papers=papers))
    return found


def _paper(need: Need, visit: Visit, house: House) -> BringPaper:
    paper = house.papers[need.paper]
    return BringPaper(
        code=paper.code,
        label=dict(paper.label),
        hint=dict(paper.hint),
        hard=need.hard,
        seen=paper.code in visit.papers_seen,
        missing=paper.code in visit.papers_missing,
    )


def _afterwards(visit: Visit, house: House) -> list[Words]:
    """What comes by post, of what was done today."""
    done = dict.fromkeys(s.service for s in visit.stops if s.state is State.DONE and s.service in house.services)
    return [dict(words) for code in done if (words := house.services[code].afterwards)]


def _advice(visit: Visit, house: House) -> Words | None:
    pathway = house.pathways.get(visit.pathway or "")
    return dict(pathway.advice) if pathway and pathway.advice else None


def _opening(visit: Visit, house: House) -> datetime | None:
    """When the house opens on the day the party comes back, its own being over: by the authority of what was left undone."""
    left = [s for s in visit.stops if s.why in ("day_closed", "come_back")]
    if visit.presence is not Presence.CARRIED_OVER or visit.comes_back is None or not left:
        return None
    spans = hours.open_intervals(house, left[0].authority, visit.comes_back)
    return spans[0][0] if spans else None


def _label(house: House, service: str) -> Words:
    return dict(house.services[service].label) if service in house.services else {"en": service}

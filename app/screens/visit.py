"""One visit on the tablet: who it is, which papers, what is planned, and which step comes next."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.domain.errors import Refusal, Refused
from app.domain.floor import Floor
from app.domain.house import House
from app.domain.pathway import Verdict, next_question, papers_for, triage
from app.domain.stop import State
from app.domain.visit import Visit
from app.screens.floorwalker import UndoShape, undos
from app.screens.shapes import DeskShape, Shape, Time, VisitShape, desk_shape, visit_shape


class NeedShape(Shape):
    """A paper that is asked for."""

    paper: str
    hard: bool


class SlotShape(Shape):
    """A time that an authority's own booking system gave to somebody."""

    ref: str
    service: str
    starts_at: Time
    desk: str | None


class VisitScreen(Shape):
    """One visit on the tablet."""

    seq: int
    epoch: str
    at: Time
    visit: VisitShape
    step: str  # receive who papers plan send; or nothing is asked of a floorwalker now
    hand: str | None  # the floorwalker's desk that has this party's reception in hand
    wanted: list[str]  # the services to plan for, as the visit or its pathway says
    needs: list[NeedShape]  # hard ones first
    seen: list[str]
    missing: list[str]
    planned: bool
    slots: list[SlotShape]  # times of today that nobody has come for yet, for what this party wants
    undos: list[UndoShape]
    desks: list[DeskShape]


def show(floor: Floor, house: House, at: datetime, seq: int, epoch: str, visit: str) -> VisitScreen:
    """The page of one visit; refuses an unknown one."""
    if visit not in floor.visits:
        raise Refused(Refusal.UNKNOWN_VISIT, visit=visit)
    found = floor.visits[visit]
    wanted = _wanted(found, house)
    needs = _needs(found, house, wanted)
    planned = any(s.id in found.windows for s in found.open_stops if s.service != house.reception)
    hand = found.in_hand
    return VisitScreen(
        seq=seq,
        epoch=epoch,
        at=at,
        visit=visit_shape(found, house, seq),
        step=_step(found, house, needs, planned),
        hand=hand.desk if hand and hand.service == house.reception and hand.state is State.SERVING else None,
        wanted=wanted,
        needs=needs,
        seen=sorted(found.papers_seen),
        missing=sorted(found.papers_missing),
        planned=planned,
        slots=_slots(floor, house, at, found, wanted) if found.active else [],
        undos=[u for u in undos(floor, house, at) if u.visit == visit],
        desks=[desk_shape(code, floor, house) for code, d in house.desks.items() if d.roaming],
    )


def _slots(floor: Floor, house: House, at: datetime, visit: Visit, wanted: list[str]) -> list[SlotShape]:
    given = {s.service for s in visit.open_stops if s.appointment}
    found = [
        SlotShape(ref=b.ref, service=b.service, starts_at=b.starts_at, desk=b.at_desk)
        for b in floor.bookings.values()
        if b.visit is None and not b.cancelled and not b.came_from and b.service in wanted and b.service not in given
        if b.starts_at + timedelta(minutes=house.authorities[house.services[b.service].authority].late_minutes) > at
    ]
    return sorted(found, key=lambda s: (s.starts_at, s.ref))


def _wanted(visit: Visit, house: House) -> list[str]:
    """What is open now; when only the reception is, what the pathway leads to and can be had without a booking."""
    services = [s.service for s in visit.open_stops if s.service != house.reception and s.service in house.services]
    path = house.pathways.get(visit.pathway or "")
    if services or path is None:
        return services
    done = {s.service for s in visit.stops if s.state is State.DONE}
    return [s for s in path.stops if house.services[s].walk_in and s not in done and s != house.reception]


def _needs(visit: Visit, house: House, wanted: list[str]) -> list[NeedShape]:
    needs: dict[str, bool] = {}
    for service in wanted:
        for need in papers_for(house, visit.pathway, service):
            needs[need.paper] = needs.get(need.paper, False) or need.hard
    return [NeedShape(paper=p, hard=hard) for p, hard in sorted(needs.items(), key=lambda n: not n[1])]


def _step(visit: Visit, house: House, needs: list[NeedShape], planned: bool) -> str:
    reception = visit.of_service(house.reception)
    if not visit.active or reception is None or reception.state is State.LOCKED:
        return ""
    if reception.state is not State.SERVING:
        return "receive"
    if visit.pathway is None:
        return "who"
    if any(n.hard and n.paper not in visit.papers_seen | visit.papers_missing for n in needs):
        return "papers"
    return "send" if planned else "plan"


class Choice(Shape):
    """An answer that may be tapped: what it decides, if it is the last one."""

    code: str
    pathway: str | None
    reason: str | None


class WhoScreen(Shape):
    """Triage, one question at a time; the answers so far are in the address and nowhere else."""

    question: str | None
    choices: list[Choice]
    answers: dict[str, str]
    pathway: str | None
    reason: str | None


def who(house: House, given: Mapping[str, str]) -> WhoScreen:
    """The next question for these answers, or what they decide; answers that the house does not know are left out."""
    answers = {q: a for q, a in given.items() if q in house.questions and a in house.questions[q].answers}
    ordered = {q: answers[q] for q in house.questions if q in answers}
    question, verdict = next_question(house, ordered), triage(house, ordered)
    options = house.questions[question].answers if question else ()
    return WhoScreen(
        question=question,
        choices=[_choice(code, triage(house, ordered | {question: code})) for code in options if question],
        answers=ordered,
        pathway=verdict.pathway if verdict else None,
        reason=verdict.reason if verdict else None,
    )


def _choice(code: str, verdict: Verdict | None) -> Choice:
    return Choice(code=code, pathway=verdict.pathway if verdict else None, reason=verdict.reason if verdict else None)

"""Reception: arrive, be received, show papers, be split, be noted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain import doors, hours, pathway
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.floor import Booking
from app.domain.ids import iso_or_none, stop_id, visit_id
from app.domain.intake import too_late
from app.domain.numbering import next_number, typed_number
from app.domain.stop import State, Stop
from app.domain.visit import Member, Visit
from app.store.work import Work


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who has come, and for what. Without pathway and services: to be received by a floorwalker."""

    arrival: str
    members: tuple[Member, ...]
    language: str = "en"
    booking: str | None = None
    pathway: str | None = None
    services: tuple[str, ...] = ()
    priority: bool = False
    interpreter: str | None = None
    leave_by: datetime | None = None
    number: int | None = None  # typed in from a paper slip
    holder: str | None = None  # the tablet that kept this number for itself
    by_staff: bool = True  # staff may take a booking that is early or late; a kiosk may not
    anyway: bool = False  # staff take them in although nothing they want can be done today any more


def arrive(work: Work, who: Arrival) -> Visit:
    """Check a party in: one number, one link, their stops. Refuses what cannot be done today before a number is issued."""
    _refuse_closed(work)
    booking = _booking(work, who) if who.booking else None
    services, path = _wanted(work, who, booking)
    _refuse_too_late(work, who, booking, services)
    floor = work.floor
    if who.number is None:
        number = next_number(floor.last_number)
    else:
        used = any(v.number == who.number for v in floor.visits.values())
        number = typed_number(who.number, used or floor.slips.get(str(who.number), who.holder) != who.holder)
    new = visit_id(work.day, number)
    work.record(
        Kind.ARRIVED,
        new,
        number=number,
        arrival=who.arrival,
        booking=who.booking,
        pathway=path,
        members=[{"id": m.id, "kind": m.kind, "age": m.age} for m in who.members],
        language=who.language,
        priority=who.priority or bool(booking and booking.came_from),
        interpreter=who.interpreter,
        leave_by=iso_or_none(who.leave_by),
        owner=work.house.services[services[0]].authority,
        came_from=booking.came_from if booking else None,
    )
    for service in services:
        appointed = booking.starts_at if booking and service == booking.service and not booking.came_from else None
        add_stop(work, new, service, appointment=appointed)
    offer_reception(work, new)
    return work.floor.visit(new)


def _refuse_closed(work: Work) -> None:
    if work.floor.closed_at is not None:
        raise Refused(Refusal.DAY_CLOSED)
    closes = [hours.closes_at(work.house, code, work.at) for code in work.house.authorities]
    if not any(end is not None and work.at < end for end in closes):
        raise Refused(Refusal.HOUSE_CLOSED)


def _refuse_too_late(work: Work, who: Arrival, booking: Booking | None, services: tuple[str, ...]) -> None:
    """The intake stop. It is never for a time that an authority gave, and staff may take anybody in anyway."""
    given = booking is not None and not booking.came_from
    if given or (who.anyway and who.by_staff) or who.number is not None:
        return
    if too_late(work.floor, work.house, work.at, services, who.members):
        raise Refused(Refusal.TOO_LATE_TODAY)


def _booking(work: Work, who: Arrival) -> Booking:
    booking = work.floor.bookings.get(who.booking or "")
    if booking is None:
        raise Refused(Refusal.UNKNOWN_BOOKING)
    if booking.cancelled:
        raise Refused(Refusal.BOOKING_CANCELLED)
    if booking.visit is not None:
        raise Refused(Refusal.ALREADY_CHECKED_IN, number=work.floor.visits[booking.visit].number)
    authority = work.house.authorities[work.house.services[booking.service].authority]
    if not who.by_staff and not booking.came_from:
        if work.at < booking.starts_at - timedelta(minutes=authority.early_minutes):
            raise Refused(Refusal.BOOKING_TOO_EARLY, minutes=authority.early_minutes)
        if work.at > booking.starts_at + timedelta(minutes=authority.late_minutes):
            raise Refused(Refusal.BOOKING_TOO_LATE)
    return booking


def _wanted(work: Work, who: Arrival, booking: Booking | None) -> tuple[tuple[str, ...], str | None]:
    """The services to come, in order, and the pathway."""
    house = work.house
    if booking and booking.services:
        return booking.services, booking.pathway
    path = who.pathway or (booking.pathway if booking else None)
    if path is not None and path not in house.pathways:
        raise Refused(Refusal.UNKNOWN_PATHWAY, pathway=path)
    if path is not None and not who.services and not house.pathways[path].stops:
        raise Refused(Refusal.REFER_HOME)
    for service in who.services:
        if service not in house.services:
            raise Refused(Refusal.UNKNOWN_SERVICE, service=service)
        if who.arrival != "booked" and not house.services[service].walk_in:
            raise Refused(Refusal.NO_WALK_INS, service=service)
    wanted = who.services or (house.pathways[path].stops if path else ())
    if booking and booking.service not in wanted:
        wanted = (booking.service, *wanted)
    if who.arrival != "booked":
        wanted = tuple(s for s in wanted if house.services[s].walk_in)
    return with_reception(work, wanted), path


def with_reception(work: Work, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The same, with the floorwalker's reception behind the stops whose outcome hands on, or alone where nothing else is."""
    reception = work.house.reception
    if not wanted:
        return (reception,)
    first = [s for s in wanted if work.house.services[s].unlocking]
    if not first or reception in wanted:
        return wanted
    return (*first, reception, *(s for s in wanted if s not in first))


def add_stop(
    work: Work,
    visit: str,
    service: str,
    members: tuple[str, ...] | None = None,
    appointment: datetime | None = None,
) -> str | None:
    """Add a stop for those members whom the service can concern; its id, or nothing where it concerns nobody."""
    party = work.floor.visit(visit)
    able = pathway.members_for(work.house.services[service], party.members)
    chosen = tuple(m for m in able if members is None or m in members)
    if not chosen:
        return None
    state = doors.first_state(party, work.house, service, chosen, work.at)
    stop = stop_id(visit, len(party.stops) + 1)
    work.record(
        Kind.STOP_ADDED,
        visit,
        stop,
        service=service,
        authority=work.house.services[service].authority,
        members=list(chosen),
        state=state.value,
        appointment=iso_or_none(appointment),
    )
    return stop


def offer_reception(work: Work, visit_id_: str) -> None:
    """A party that waits for a floorwalker is offered to them: alarmed when nobody takes it in time."""
    visit = work.floor.visit(visit_id_)
    waiting = visit.of_service(work.house.reception)
    if waiting is None or waiting.state is not State.WAITING or visit.offer is not None:
        return
    work.record(Kind.OFFERED, visit.id, giver=visit.owner, taker=waiting.authority)


def settle(work: Work, visit: str) -> None:
    """Open and shut the doors that follow from what just happened, hand on, and end the visit when nothing is left."""
    for event in doors.settle(work.floor, work.house, visit, work.at):
        work.happened(event)
    offer_reception(work, visit)
    release(work, visit)
    party = work.floor.visit(visit)
    if party.active and not party.open_stops:
        work.record(Kind.ENDED, visit, state="done", comes_back=None)


def release(work: Work, visit: str) -> None:
    """Tentative promises behind a stop that was missed, or ended without opening the door, hold no more."""
    party = work.floor.visit(visit)
    missed = {s.service for s in party.open_stops if s.state is State.MISSED}
    gone = {s.id: "missed" for s in party.open_stops if missed & set(doors.locked_by(party, work.house, s))}
    gone |= {s.id: _shut_by(work, party, s) for s in party.stops if s.state is State.DROPPED and s.why == "door_shut"}
    released = [stop for stop in gone if stop in party.windows]
    if released:
        work.record(Kind.RELEASED, visit, stops=released, why=gone[released[0]])


def _shut_by(work: Work, party: Visit, stop: Stop) -> str:
    """The outcome that shut the door of a stop, such as pending; or that it is shut."""
    before = {r.service for r in work.house.services[stop.service].requires}
    said = [o for s in party.stops if s.service in before for m, o in s.outcomes.items() if m in stop.members]
    return said[0] if said else "door_shut"


def check_papers(work: Work, visit: str, seen: frozenset[str], missing: frozenset[str]) -> Visit:
    """Note which papers were seen and which are missing; a paper seen later is missing no more."""
    require_active(work, visit)
    unknown = sorted((seen | missing) - work.house.papers.keys())
    if unknown:
        raise Refused(Refusal.UNKNOWN_PAPER, paper=unknown[0])
    work.record(Kind.PAPERS_CHECKED, visit, seen=sorted(seen), missing=sorted(missing - seen))
    return work.floor.visit(visit)


def set_priority(work: Work, visit: str, on: bool) -> Visit:
    """Let a party go earlier than its place, or no longer. The reason is nobody's business and is not asked."""
    require_active(work, visit)
    work.record(Kind.PRIORITY_SET, visit, on=on)
    return work.floor.visit(visit)


def add_note(work: Work, visit: str, text: str) -> Visit:
    """Keep a word for colleagues until the day closes. The log says only that there is one."""
    require_active(work, visit)
    work.keep(visit, "note", text)
    work.record(Kind.NOTED, visit)
    return work.floor.visit(visit)


def split(work: Work, visit: str, members: tuple[str, ...]) -> Visit:
    """Make a second visit of some members, with a number of its own and the same arrival. Refused while they are at a desk."""
    party = require_active(work, visit)
    for member in members:
        party.member(member)
    if not members or len(set(members)) >= len(party.members):
        raise Refused(Refusal.SPLIT_NEEDS_BOTH)
    if party.in_hand:
        raise Refused(Refusal.VISIT_ELSEWHERE, desk=party.in_hand.desk)
    number = next_number(work.floor.last_number)
    new = visit_id(work.day, number)
    work.record(Kind.SPLIT, visit, members=sorted(set(members)), into=new, number=number)
    settle(work, visit)
    settle(work, new)
    return work.floor.visit(new)


def set_pathway(work: Work, visit: str, path: str) -> Visit:
    """Say which kind of newcomer this is."""
    require_active(work, visit)
    if path not in work.house.pathways:
        raise Refused(Refusal.UNKNOWN_PATHWAY, pathway=path)
    work.record(Kind.PATHWAY_SET, visit, pathway=path)
    return work.floor.visit(visit)


def renew_link(work: Work, visit: str) -> Visit:
    """A lost ticket: a new link; the old one opens nothing any more."""
    require_active(work, visit)
    work.record(Kind.LINK_RENEWED, visit)
    return work.floor.visit(visit)


def require_active(work: Work, visit: str) -> Visit:
    """The visit, while its day runs."""
    party = work.floor.visit(visit)
    if not party.active:
        raise Refused(Refusal.VISIT_ENDED, state=party.presence.value)
    return party

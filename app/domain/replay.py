"""From events to the floor: the only way that a floor ever changes.

Use cases decide which events happen; `apply` says what each one means. Because rows are written from the floor that
`apply` gives, and a replayed day goes through `apply` as well, the log and the rows cannot drift apart unseen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from app.domain.events import Event, Kind
from app.domain.floor import Booking, DeskNow, DeskState, Floor, LastAct, Learned, Outage
from app.domain.ids import moment, moment_or_none, stop_id
from app.domain.stop import OVER, Move, State, Stop, make_move
from app.domain.values import replace
from app.domain.visit import Member, Offer, Presence, Visit, Window


def apply(floor: Floor, event: Event) -> Floor:
    """The floor after `event`."""
    return APPLY[event.kind](floor, event)


def replay(floor: Floor, events: Iterable[Event]) -> Floor:
    """The floor after all of `events`, in order."""
    for event in events:
        floor = apply(floor, event)
    return floor


def _arrived(floor: Floor, event: Event) -> Floor:
    facts = event.facts
    visit = Visit(
        id=_visit_id(event),
        number=facts["number"],
        arrival=facts["arrival"],
        members=tuple(Member(m["id"], m["kind"], m["age"]) for m in facts["members"]),
        language=facts["language"],
        arrived_at=event.at,
        owner=facts["owner"],
        booking=facts["booking"],
        pathway=facts["pathway"],
        priority=facts["priority"],
        interpreter=facts["interpreter"],
        leave_by=moment_or_none(facts["leave_by"]),
        came_from=facts["came_from"],
    )
    if visit.booking and visit.booking in floor.bookings:
        booking = replace(floor.bookings[visit.booking], visit=visit.id)
        floor = replace(floor, bookings={**floor.bookings, booking.ref: booking})
    return replace(floor.with_visit(visit), last_number=_last_number(floor, visit.number))


def _last_number(floor: Floor, number: int) -> int:
    """Numbers from paper slips do not move the counter."""
    return floor.last_number if 900 <= number <= 999 else number


def _split(floor: Floor, event: Event) -> Floor:
    visit, leaving = _visit(floor, event), frozenset(event.facts["members"])
    number, new_id = event.facts["number"], event.facts["into"]
    stays = [_narrowed(s, [m for m in s.members if m not in leaving]) for s in visit.stops]
    goes = [_narrowed(s, [m for m in s.members if m in leaving]) for s in visit.stops]
    new = replace(
        visit,
        id=new_id,
        number=number,
        members=tuple(m for m in visit.members if m.id in leaving),
        came_from=visit.id,
        booking=None,
        step_outs=0,
        noted=False,
        reach=(),
        told=(),
        link=1,
        windows={},
        finish=None,
        doubts={},
        warned=(),
        onward={},
        stops=tuple(replace(s, id=stop_id(new_id, n)) for n, s in enumerate((s for s in goes if s), 1)),
    )
    rest = replace(
        visit,
        members=tuple(m for m in visit.members if m.id not in leaving),
        stops=tuple(s or _dropped_by_split(o, event) for s, o in zip(stays, visit.stops, strict=True)),
    )
    return replace(floor.with_visit(rest).with_visit(new), last_number=_last_number(floor, number))


def _dropped_by_split(stop: Stop, event: Event) -> Stop:
    """A stop that was only for those who left stays in the books, dropped, so that ids keep their places."""
    over = stop if stop.state in OVER else replace(make_move(stop, Move.DROP, event.at), why="split")
    return replace(over, members=())


def _narrowed(stop: Stop, members: Iterable[str]) -> Stop | None:
    kept = tuple(members)
    outcomes = {m: o for m, o in stop.outcomes.items() if m in kept}
    return replace(stop, members=kept, outcomes=outcomes) if kept else None


def _stop_added(floor: Floor, event: Event) -> Floor:
    facts, visit = event.facts, _visit(floor, event)
    stop = Stop(
        id=_stop_id(event),
        service=facts["service"],
        authority=facts["authority"],
        members=tuple(facts["members"]),
        state=State(facts["state"]),
        since=event.at,
        added_at=event.at,
        appointment=moment_or_none(facts["appointment"]),
    )
    return floor.with_visit(replace(visit, stops=(*visit.stops, stop)))


def _slot_joined(floor: Floor, event: Event) -> Floor:
    visit, booking = _visit(floor, event), replace(floor.bookings[event.facts["booking"]], visit=_visit_id(event))
    floor = replace(floor, bookings={**floor.bookings, booking.ref: booking})
    return floor.with_visit(visit.with_stop(replace(visit.stop(_stop_id(event)), appointment=booking.starts_at)))


def _narrow(floor: Floor, event: Event) -> Floor:
    visit = _visit(floor, event)
    stop = visit.stop(_stop_id(event))
    return floor.with_visit(visit.with_stop(replace(stop, members=tuple(event.facts["members"]))))


def _moved(move: Move, free: bool = False) -> "Apply":
    """A stop moves; with `free` the desk that had it in hand lets go of it."""

    def step(floor: Floor, event: Event) -> Floor:
        visit = _visit(floor, event)
        stop = visit.stop(_stop_id(event))
        floor = floor.with_visit(visit.with_stop(make_move(stop, move, event.at, event.desk)))
        desk = floor.desk(event.desk) if free and event.desk else None
        if desk and desk.stop == event.stop:
            floor = floor.with_desk(replace(desk, visit=None, stop=None, sitting=(), last=None))
        return floor

    return step


def _called(floor: Floor, event: Event) -> Floor:
    visit, before = _visit(floor, event), floor.desk(_desk(event))
    stop = make_move(visit.stop(_stop_id(event)), Move.CALL, event.at, event.desk)
    desk = replace(
        _remembering(before, visit, event),
        visit=visit.id,
        stop=stop.id,
        sitting=tuple(event.facts["sitting"]),
        since_priority=0 if event.facts["priority"] else before.since_priority + 1,
    )
    return floor.with_visit(visit.with_stop(stop, away_until=None)).with_desk(desk)


def _started(floor: Floor, event: Event) -> Floor:
    visit = _visit(floor, event)
    stop = make_move(visit.stop(_stop_id(event)), Move.START, event.at, event.desk)
    desk = _remembering(floor.desk(_desk(event)), visit, event)
    return floor.with_visit(visit.with_stop(stop)).with_desk(desk)


def _finished(floor: Floor, event: Event) -> Floor:
    visit = _visit(floor, event)
    stop = make_move(visit.stop(_stop_id(event)), Move.FINISH, event.at, event.desk)
    stop = replace(stop, outcomes=dict(event.facts["outcomes"]))
    desk = replace(_remembering(floor.desk(_desk(event)), visit, event), visit=None, stop=None)
    return floor.with_visit(visit.with_stop(stop)).with_desk(desk)


def _remembering(desk: DeskNow, visit: Visit, event: Event) -> DeskNow:
    """The desk with what an undo needs; acts of one moment are undone together."""
    if desk.last and desk.last.at == event.at and desk.last.visit == visit.id:
        return desk
    in_hand = desk.stop if desk.visit == visit.id else None
    last = LastAct(event.at, visit.id, visit.stops, visit.owner, visit.offer, in_hand, desk.sitting)
    return replace(desk, last=last)


def _undone(floor: Floor, event: Event) -> Floor:
    desk = floor.desk(_desk(event))
    last = desk.last
    assert last is not None, "an undo is only recorded for a desk that has something to undo"
    visit = replace(
        floor.visits[last.visit],
        stops=last.stops,
        owner=last.owner,
        offer=last.offer,
        presence=Presence.ACTIVE,
        ended_at=None,
    )
    back = replace(desk, visit=visit.id if last.in_hand else None, stop=last.in_hand, sitting=last.sitting, last=None)
    return floor.with_visit(visit).with_desk(back)


def _resumed(floor: Floor, event: Event) -> Floor:
    visit = _visit(floor, event)
    stop = make_move(visit.stop(_stop_id(event)), Move.RESUME, event.at, event.desk)
    desk = replace(floor.desk(_desk(event)), visit=visit.id, stop=stop.id, sitting=(), last=None)
    return floor.with_visit(visit.with_stop(stop)).with_desk(desk)


def _requeued(floor: Floor, event: Event) -> Floor:
    return _behind(_moved(Move.REQUEUE, free=True)(floor, event), event)


def _rejoined(floor: Floor, event: Event) -> Floor:
    floor = _behind(_moved(Move.REJOIN)(floor, event), event)
    visit = floor.visits[_visit_id(event)]
    stop = visit.stop(_stop_id(event))
    stop = replace(stop, rejoins=stop.rejoins + (0 if event.facts["by_staff"] else 1))
    return floor.with_visit(visit.with_stop(stop, away_until=None))


def _behind(floor: Floor, event: Event) -> Floor:
    visit = floor.visits[_visit_id(event)]
    stop = replace(visit.stop(_stop_id(event)), behind=tuple(event.facts["behind"]))
    return floor.with_visit(visit.with_stop(stop))


def _dropped(floor: Floor, event: Event) -> Floor:
    floor = _moved(Move.DROP)(floor, event)
    visit = floor.visits[_visit_id(event)]
    return floor.with_visit(visit.with_stop(replace(visit.stop(_stop_id(event)), why=event.facts["why"])))


def _restored(floor: Floor, event: Event) -> Floor:
    visit = _visit(floor, event)
    stop = make_move(visit.stop(_stop_id(event)), Move.RESTORE, event.at)
    return floor.with_visit(visit.with_stop(replace(stop, state=State(event.facts["state"]))))


def _offered(floor: Floor, event: Event) -> Floor:
    offer = Offer(event.facts["giver"], event.facts["taker"], event.at)
    return floor.with_visit(replace(_visit(floor, event), offer=offer))


def _accepted(floor: Floor, event: Event) -> Floor:
    return floor.with_visit(replace(_visit(floor, event), offer=None, owner=event.facts["taker"]))


def _alarmed(floor: Floor, event: Event) -> Floor:
    visit = _visit(floor, event)
    offer = replace(visit.offer, alarmed=True) if visit.offer else None
    return floor.with_visit(replace(visit, offer=offer))


def _planned(floor: Floor, event: Event) -> Floor:
    visit, facts = _visit(floor, event), event.facts
    told = {stop: _window(times, visit.windows.get(stop), event) for stop, times in facts["windows"].items()}
    finish = _window(facts["finish"], visit.finish, event) if facts["finish"] else visit.finish
    planned = replace(visit, windows={**visit.windows, **told}, finish=finish, moved=facts["why"])
    return floor.with_visit(planned)


def _released(floor: Floor, event: Event) -> Floor:
    """Promises that hold no more: the windows go, and the end of the visit with them."""
    visit, gone = _visit(floor, event), frozenset(event.facts["stops"])
    windows = {stop: told for stop, told in visit.windows.items() if stop not in gone}
    return floor.with_visit(replace(visit, windows=windows, finish=None, moved=event.facts["why"]))


def _doubted(floor: Floor, event: Event) -> Floor:
    """What is in doubt now; who was told of a stop stays told while it is the same doubt."""
    visit, doubts = _visit(floor, event), dict(event.facts["doubts"])
    warned = tuple(s for s in visit.warned if doubts.get(s) is not None and doubts[s] == visit.doubts.get(s))
    return floor.with_visit(replace(visit, doubts=doubts, warned=warned))


def _warned(floor: Floor, event: Event) -> Floor:
    visit = _visit(floor, event)
    told = tuple(s for s in event.facts["stops"] if s not in visit.warned)
    return floor.with_visit(replace(visit, warned=(*visit.warned, *told)))


def _learned(floor: Floor, event: Event) -> Floor:
    sums = {name: {k: tuple(v) for k, v in event.facts[name].items()} for name in ("services", "desks", "widening")}
    rates = {hour: dict(kinds) for hour, kinds in event.facts["rates"].items()}
    return replace(floor, learned=Learned(sums["services"], sums["desks"], rates, sums["widening"]))


def _window(times: Sequence[str], old: Window | None, event: Event) -> Window:
    start, end, likely = (moment(t) for t in times)
    return Window(start, end, likely, event.at, old.start if old else None)


def _ended(floor: Floor, event: Event) -> Floor:
    back = event.facts["comes_back"]
    visit = _visit(floor, event)
    visit = replace(
        visit,
        presence=Presence(event.facts["state"]),
        ended_at=event.at,
        comes_back=visit.comes_back if back is None else date.fromisoformat(back),
        away_until=None,
        offer=None,
    )
    return floor.with_visit(visit)


def _reopened(floor: Floor, event: Event) -> Floor:
    visit = replace(_visit(floor, event), presence=Presence.ACTIVE, ended_at=None)
    return floor.with_visit(visit)


def _stepped_out(floor: Floor, event: Event) -> Floor:
    visit = _visit(floor, event)
    until = moment(event.facts["until"])
    return floor.with_visit(replace(visit, away_until=until, step_outs=visit.step_outs + 1))


def _papers(floor: Floor, event: Event) -> Floor:
    visit = _visit(floor, event)
    seen, missing = frozenset(event.facts["seen"]), frozenset(event.facts["missing"])
    papers_seen = (visit.papers_seen - missing) | seen
    papers_missing = (visit.papers_missing - seen) | missing
    return floor.with_visit(replace(visit, papers_seen=papers_seen, papers_missing=papers_missing))


def _desk_turns(state: DeskState) -> "Apply":
    def step(floor: Floor, event: Event) -> Floor:
        until = moment_or_none(event.facts.get("until"))
        return floor.with_desk(replace(floor.desk(_desk(event)), state=state, since=event.at, until=until))

    return step


def _service_paused(floor: Floor, event: Event) -> Floor:
    facts = event.facts
    outage = Outage(facts["service"], event.at, moment_or_none(facts["expected_back"]), facts["notice"])
    return replace(floor, outages={**floor.outages, outage.service: outage})


def _service_resumed(floor: Floor, event: Event) -> Floor:
    return replace(floor, outages={s: o for s, o in floor.outages.items() if s != event.facts["service"]})


def _booking_listed(floor: Floor, event: Event) -> Floor:
    facts = event.facts
    known = floor.bookings.get(facts["ref"])
    booking = Booking(
        ref=facts["ref"],
        service=facts["service"],
        pathway=facts["pathway"],
        starts_at=moment(facts["starts_at"]),
        persons=facts["persons"],
        cancelled=facts["cancelled"],
        interpreter=facts["interpreter"],
        services=tuple(facts["services"]),
        came_from=facts["came_from"],
        at_desk=facts["at_desk"],
        minutes=facts["minutes"],
        visit=known.visit if known else None,
    )
    return replace(floor, bookings={**floor.bookings, booking.ref: booking})


def _slips_reserved(floor: Floor, event: Event) -> Floor:
    kept = {str(number): event.facts["holder"] for number in event.facts["numbers"]}
    return replace(floor, slips={**floor.slips, **kept})


def _visit(floor: Floor, event: Event) -> Visit:
    return floor.visits[_visit_id(event)]


def _visit_id(event: Event) -> str:
    assert event.visit is not None, f"{event.kind} names a visit"
    return event.visit


def _stop_id(event: Event) -> str:
    assert event.stop is not None, f"{event.kind} names a stop"
    return event.stop


def _desk(event: Event) -> str:
    assert event.desk is not None, f"{event.kind} names a desk"
    return event.desk


def _come_back_given(floor: Floor, event: Event) -> Floor:
    return floor.with_visit(replace(_visit(floor, event), comes_back=date.fromisoformat(event.facts["on"])))


def _onward(floor: Floor, event: Event) -> Floor:
    """A visit knows its referrals by number and consent alone; to whom they lead is told nowhere in the log."""
    visit = floor.visits.get(_visit_id(event))
    if visit is None:  # its day was purged, and the citizen takes a consent back
        return floor
    told = {event.facts["referral"]: event.facts["consent"]}
    return floor.with_visit(replace(visit, onward={**visit.onward, **told}))


def _erased(floor: Floor, event: Event) -> Floor:
    visit = floor.visits.get(_visit_id(event))
    return floor if visit is None else floor.with_visit(replace(visit, onward={}))


Apply = Callable[[Floor, Event], Floor]

ELSEWHERE = (
    Kind.HOUSE_CHANGED,
    Kind.DIRECTORY_CHANGED,
    Kind.PROGRAMME_CHANGED,
    Kind.SIGNED_UP,
    Kind.SIGN_UP_CHANGED,
    Kind.REMINDED,
    Kind.REFERRAL_ENDED,
    Kind.HANDED_OUT,
    Kind.GROUP_RESERVED,
    Kind.GROUP_CANCELLED,
    Kind.WORDS_FORGOTTEN,
)
"""Facts of what outlives a day: they are in the log, in order, and their rows are not a floor's."""

APPLY: Mapping[Kind, Apply] = {
    Kind.ARRIVED: _arrived,
    Kind.PATHWAY_SET: lambda f, e: f.with_visit(replace(_visit(f, e), pathway=e.facts["pathway"])),
    Kind.PAPERS_CHECKED: _papers,
    Kind.PRIORITY_SET: lambda f, e: f.with_visit(replace(_visit(f, e), priority=e.facts["on"])),
    Kind.NOTED: lambda f, e: f.with_visit(replace(_visit(f, e), noted=True)),
    Kind.LEAVE_BY_SET: lambda f, e: f.with_visit(replace(_visit(f, e), leave_by=moment_or_none(e.facts["leave_by"]))),
    Kind.STEPPED_OUT: _stepped_out,
    Kind.RETURNED: lambda f, e: f.with_visit(replace(_visit(f, e), away_until=None)),
    Kind.SPLIT: _split,
    Kind.OFFERED: _offered,
    Kind.ACCEPTED: _accepted,
    Kind.HANDOFF_ALARMED: _alarmed,
    Kind.PLANNED: _planned,
    Kind.RELEASED: _released,
    Kind.DOUBTED: _doubted,
    Kind.WARNED: _warned,
    Kind.LINK_RENEWED: lambda f, e: f.with_visit(replace(_visit(f, e), link=_visit(f, e).link + 1)),
    Kind.REACHABLE: lambda f, e: f.with_visit(replace(_visit(f, e), reach=tuple(e.facts["reach"]))),
    Kind.TOLD_SOON: lambda f, e: f.with_visit(replace(v := _visit(f, e), told=(*v.told, _stop_id(e)))),
    Kind.ENDED: _ended,
    Kind.REOPENED: _reopened,
    Kind.COME_BACK_GIVEN: _come_back_given,
    Kind.REFERRED: _onward,
    Kind.CONSENT_CHANGED: _onward,
    Kind.HAND_OUT_ERASED: _erased,
    Kind.STOP_ADDED: _stop_added,
    Kind.SLOT_JOINED: _slot_joined,
    Kind.NARROWED: _narrow,
    Kind.UNLOCKED: _moved(Move.UNLOCK),
    Kind.CALLED: _called,
    Kind.RECALLED: _moved(Move.RECALL),
    Kind.STARTED: _started,
    Kind.MISSED: _moved(Move.MISS, free=True),
    Kind.REQUEUED: _requeued,
    Kind.HELD: _moved(Move.HOLD, free=True),
    Kind.RESUMED: _resumed,
    Kind.FINISHED: _finished,
    Kind.REJOINED: _rejoined,
    Kind.DROPPED: _dropped,
    Kind.RESTORED: _restored,
    Kind.UNDONE: _undone,
    Kind.DESK_OPENED: _desk_turns(DeskState.OPEN),
    Kind.DESK_PAUSED: _desk_turns(DeskState.PAUSED),
    Kind.DESK_CLOSED: _desk_turns(DeskState.CLOSED),
    Kind.SERVICE_PAUSED: _service_paused,
    Kind.SERVICE_RESUMED: _service_resumed,
    Kind.BOOKING_LISTED: _booking_listed,
    Kind.SLIPS_RESERVED: _slips_reserved,
    Kind.LEARNED: _learned,
    Kind.DAY_CLOSED: lambda f, e: replace(f, closed_at=e.at),
    **dict.fromkeys(ELSEWHERE, lambda f, e: f),
}

assert APPLY.keys() == set(Kind), "every kind of event has a meaning"

"""Telling people away from the wall: their link, "soon" when three are ahead, "now" when called; and who can be told, how.

What is put into the outbox names neither a service nor a person: address and words are found when it is sent.
"""

import hashlib
from datetime import datetime

from app.actions import reception
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.floor import Floor
from app.domain.house import House
from app.domain.lines import Lines
from app.domain.stop import Stop
from app.domain.visit import Visit
from app.store.work import Work

SOON = 3
"""So many parties ahead, or fewer, is soon."""

PHONES = 4
"""Phones of one party that messages go to; a further one takes the place of the first."""


def subscribe(work: Work, visit: str, endpoint: str, subscription: str) -> Visit:
    """Let a phone of the party be told by push. The same phone again changes nothing but its keys."""
    reception.require_active(work, visit)
    return _reach(work, visit, push_kind(visit, endpoint), subscription)


def give_phone(work: Work, visit: str, phone: str) -> Visit:
    """Let the party be told by SMS, at this number, until the day closes."""
    reception.require_active(work, visit)
    return _reach(work, visit, "sms", phone)


def send_link(work: Work, visit: str) -> Visit:
    """Send the ticket's link to the number that was given."""
    work.send("sms", visit, {"say": "link", "to": "sms"})
    return work.floor.visit(visit)


def push_kind(visit: str, endpoint: str) -> str:
    """How a phone's subscription is named: salted by the visit, so that two days of the same phone can't be joined."""
    return "push." + hashlib.sha256(f"{visit}|{endpoint}".encode()).hexdigest()[:12]


def _reach(work: Work, visit: str, kind: str, address: str) -> Visit:
    known = work.floor.visit(visit).reach
    work.keep(visit, kind, address)
    if kind not in known:
        phones = [k for k in known if k != "sms"]
        dropped = phones[0] if kind != "sms" and len(phones) >= PHONES else None
        if dropped:
            work.forget(visit, dropped)
        work.record(Kind.REACHABLE, visit, reach=[*(k for k in known if k != dropped), kind])
    return work.floor.visit(visit)


def unsubscribe(work: Work, visit: str, kind: str) -> Visit:
    """A way to reach the party is no more: forgotten, with its address."""
    known = work.floor.visit(visit).reach
    work.forget(visit, kind)
    if kind in known:
        work.record(Kind.REACHABLE, visit, reach=[k for k in known if k != kind])
    return work.floor.visit(visit)


def now(work: Work, visit: str, call: str) -> None:
    """The party is called: tell everybody who can be told."""
    _send(work, visit, {"say": "now", "call": call})


def print_slip(work: Work, visit: str) -> Visit:
    """Put the paper ticket into the outbox. Whether it gets printed changes nothing for the party."""
    party = work.floor.visit(visit)
    if not party.active:
        raise Refused(Refusal.VISIT_ENDED, state=party.presence.value)
    work.send("print", visit, {"say": "ticket"})
    return party


def soon_due(floor: Floor, house: House, at: datetime) -> list[tuple[Visit, Stop]]:
    """Who is to be told now that they are soon: can be told, waits, was not told of this stop, has few ahead."""
    waiting = [(v, s) for v in floor.active if v.reach and not v.in_hand and v.away_until is None for s in v.waiting]
    untold = [(v, s) for v, s in waiting if s.id not in v.told]
    if not untold:
        return []
    lines = Lines(floor, house, at)
    ahead = {s.id: lines.ahead(v, s) for v, s in untold}
    return [(v, s) for v, s in untold if (n := ahead[s.id]) is not None and n <= SOON]


def tell_soon(work: Work) -> None:
    """Tell them, once for each stop."""
    for visit, stop in soon_due(work.floor, work.house, work.at):
        work.record(Kind.TOLD_SOON, visit.id, stop.id)
        _send(work, visit.id, {"say": "soon", "stop": stop.id})


def _send(work: Work, visit: str, body: dict[str, str]) -> None:
    for kind in work.floor.visit(visit).reach:
        work.send(kind.partition(".")[0], visit, body | {"to": kind})

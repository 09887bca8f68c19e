"""Hand-outs: what a citizen keeps of a visit, behind a link of its own, for as long as they choose."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.ids import iso
from app.domain.visit import Visit
from app.store import referrals as rows
from app.store.referrals import HandOut
from app.store.work import Work

KEPT_DAYS = 90
"""How long a hand-out is kept unless the citizen chooses otherwise."""

CHOICES = (1, 7, 30, 90, 365)
"""The ends, in days from now, that the citizen may choose."""


def give_hand_out(work: Work, party: Visit, at_least_until: datetime | None = None) -> HandOut:
    """A hand-out for a party; the one it has, if it has one, kept longer where something in it is still to come."""
    known = rows.hand_out_of(work, party.id)
    until = max(known.until if known else work.at + timedelta(days=KEPT_DAYS), at_least_until or work.at)
    if known is not None and known.until == until:
        return known
    return _keep(work, replace(known, until=until) if known else HandOut(party.id, work.day, party.language, until))


def keep_for(work: Work, visit: str, days: int) -> HandOut:
    """The citizen chooses how long the hand-out is kept, counted from now."""
    known = rows.hand_out_of(work, visit)
    if known is None or days not in CHOICES:
        raise Refused(Refusal.UNKNOWN_REFERRAL)
    return _keep(work, replace(known, until=work.at + timedelta(days=days)))


def _keep(work: Work, found: HandOut) -> HandOut:
    rows.put_hand_out(work, found)
    work.record(Kind.HANDED_OUT, found.visit, day=found.day, until=iso(found.until))
    return found

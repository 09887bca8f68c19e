"""Companies: an employer's newcomers get times on one day, numbers of their own when they come, and no names."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.actions import reception
from app.actions.bookings import list_booking
from app.actions.reception import Arrival
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.floor import Booking
from app.domain.grouped import Group, Slot, slots_of
from app.domain.visit import Member, Visit
from app.store import groups as rows
from app.store import referrals as ways
from app.store.work import Work


def reserve(work: Work, asked: Group) -> Group:
    """Reserve a time for each newcomer and open the company's link; refuses times when nobody is open."""
    group = replace(asked, id=f"g{work.seq + 1}")
    if group.day < work.day:
        raise Refused(Refusal.GROUP_OUTSIDE_HOURS, day=group.day.isoformat())
    for slot in slots_of(group, work.house):
        list_booking(work, group.day, _booking(slot))
    rows.put(work, group)
    ways.open_way(work, "group", group.id, _ends(work, group))
    work.record(Kind.GROUP_RESERVED, group=group.id, on=group.day.isoformat(), persons=group.persons)
    return group


def _ends(work: Work, group: Group) -> datetime:
    """The company's link lives until the night after the group's day."""
    return datetime.combine(group.day + timedelta(days=1), datetime.min.time(), ZoneInfo(work.house.timezone))


def _booking(slot: Slot, cancelled: bool = False, visit: str | None = None) -> Booking:
    return Booking(slot.ref, slot.service, slot.pathway, slot.starts_at, 1, cancelled, False, visit=visit)


def call_off(work: Work, group_id: str) -> Group:
    """Give the times back that nobody has come for yet; the link opens nothing any more."""
    group = known_group(work, group_id)
    for slot in slots_of(group, work.house):
        known = work.floor_of(group.day).bookings.get(slot.ref)
        if known is None or known.visit is None:
            list_booking(work, group.day, _booking(slot, cancelled=True))
    off = replace(group, cancelled=True)
    rows.put(work, off)
    ways.close_way(work, "group", group_id)
    work.record(Kind.GROUP_CANCELLED, group=group_id, on=group.day.isoformat())
    return off


def known_group(work: Work, group_id: str) -> Group:
    """The group with this id; refuses an unknown one, and one that was called off."""
    found = rows.group_of(work, group_id)
    if found is None or found.cancelled:
        raise Refused(Refusal.UNKNOWN_GROUP)
    return found


def check_in(work: Work, group_id: str, ref: str, language: str) -> Visit:
    """One newcomer of the group has come: their time becomes a visit with a number and a link of its own."""
    group = known_group(work, group_id)
    slot = next((s for s in slots_of(group, work.house) if s.ref == ref), None)
    if slot is None:
        raise Refused(Refusal.UNKNOWN_BOOKING)
    if group.day != work.day:
        raise Refused(Refusal.BOOKING_NOT_TODAY)
    who = Arrival("booked", (Member("m1", "adult"),), language, booking=ref, pathway=slot.pathway, by_staff=False)
    return reception.arrive(work, who)

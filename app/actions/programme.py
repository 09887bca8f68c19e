"""The programme, changed by staff; sign-ups, by floorwalkers and from the phone."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.actions.hand_outs import give_hand_out
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.programme import Occasion, ends_at, require_real_times, starts_at
from app.domain.roll import CANCELLED, IN, SignUp, entered, moving_up
from app.domain.visit import Visit
from app.store import directory, referrals
from app.store import programme as rows
from app.store.work import Work

KEPT_AFTER = timedelta(days=2)
"""A phone's address for a reminder is kept until this long after the event, and no longer."""


def enter(work: Work, occasions: Iterable[Occasion]) -> tuple[Occasion, ...]:
    """Enter new events, one or a whole series; refuses a code that an event or an entry has."""
    new = tuple(occasions)
    for occasion in new:
        if occasion.code in rows.programme_of(work) or occasion.code in directory.directory_of(work):
            raise Refused(Refusal.CODE_TAKEN, entry=occasion.code)
        _put(work, occasion)
    return new


def change(work: Work, occasion: Occasion) -> Occasion:
    """Let an event say something else. More room moves the waiting up; reminders follow a new time."""
    known = known_occasion(work, occasion.code)
    if known == occasion:
        return known
    _put(work, occasion)
    if not occasion.cancelled:
        _move_up(work, occasion)
        _remind_anew(work, known, occasion)
    elif not known.cancelled:
        _tell_all(work, occasion)
    return occasion


def cancel(work: Work, code: str) -> Occasion:
    """Call an event off: it stays in the programme, marked, so that everybody who looks learns it."""
    return change(work, replace(known_occasion(work, code), cancelled=True))


def count(work: Work, code: str, came: int) -> Occasion:
    """How many came, counted at the door."""
    return change(work, replace(known_occasion(work, code), came=came))


def known_occasion(work: Work, code: str) -> Occasion:
    """The event with this code; refuses an unknown one."""
    found = rows.programme_of(work).get(code)
    if found is None:
        raise Refused(Refusal.UNKNOWN_EVENT, event=code)
    return found


def _put(work: Work, occasion: Occasion) -> None:
    require_real_times(occasion, ZoneInfo(work.house.timezone))
    for pathway in sorted(occasion.audience - work.house.pathways.keys()):
        raise Refused(Refusal.UNKNOWN_PATHWAY, pathway=pathway)
    number = rows.put(work, occasion)
    work.record(Kind.PROGRAMME_CHANGED, occasion=occasion.code, version=number)


def sign_up(work: Work, code: str, visit: str, persons: int, remind: bool = False) -> SignUp:
    """A place for a party of today, or one on the waiting list; with a reminder where their phone takes messages."""
    occasion, zone = known_occasion(work, code), ZoneInfo(work.house.timezone)
    party = _party(work, visit)
    if occasion.cancelled:
        raise Refused(Refusal.EVENT_CANCELLED)
    if not occasion.sign_up:
        raise Refused(Refusal.NO_SIGN_UP)
    if starts_at(occasion, zone) <= work.at:
        raise Refused(Refusal.EVENT_OVER)
    phones = referrals.subscriptions(work, visit) if remind else {}
    remind_at = _remind_at(work, occasion) if phones else None
    roll, new = entered(rows.roll_of(work, occasion), visit, persons, work.at, remind_at)
    rows.keep_new(work, roll, new)
    if phones:
        referrals.keep_words(work, new.id, phones, ends_at(occasion, zone) + KEPT_AFTER)
    work.record(Kind.SIGNED_UP, visit, occasion=code, sign_up=new.id, persons=persons, state=new.state)
    give_hand_out(work, party, ends_at(occasion, zone) + KEPT_AFTER)
    return new


def _party(work: Work, visit: str) -> Visit:
    """A party of today, or of the day whose hand-out they still keep."""
    known = referrals.hand_out_of(work, visit)
    return work.floor_of(known.day if known else work.day).visit(visit)


def leave(work: Work, code: str, sign_up_id: str, visit: str | None = None) -> SignUp:
    """Give a place back; who waits first moves up. `visit` must be the one that signed up, where it is given."""
    occasion = known_occasion(work, code)
    roll = rows.roll_of(work, occasion)
    found = roll.find(sign_up_id)
    if found.state == CANCELLED or (visit is not None and found.visit != visit):
        raise Refused(Refusal.UNKNOWN_SIGN_UP)
    gone = replace(found, state=CANCELLED, visit=None, remind_at=None)
    rows.keep_changed(work, roll.with_changed(gone), gone)
    referrals.forget_words(work, sign_up_id)
    work.record(Kind.SIGN_UP_CHANGED, occasion=code, sign_up=sign_up_id, state=CANCELLED)
    _move_up(work, occasion)
    return gone


def forget_who(work: Work, code: str, sign_up_id: str) -> None:
    """Keep a place, and forget whose it is."""
    roll = rows.roll_of(work, known_occasion(work, code))
    unknown = replace(roll.find(sign_up_id), visit=None, remind_at=None)
    rows.keep_changed(work, roll.with_changed(unknown), unknown)
    referrals.forget_words(work, sign_up_id)


def _move_up(work: Work, occasion: Occasion) -> None:
    for moved in list(moving_up(rows.roll_of(work, occasion))):
        rows.keep_changed(work, rows.roll_of(work, occasion).with_changed(moved), moved)
        work.record(Kind.SIGN_UP_CHANGED, occasion=occasion.code, sign_up=moved.id, state=IN)
        _tell(work, occasion, moved, "moved_up")


def _remind_at(work: Work, occasion: Occasion) -> datetime | None:
    """Some hours before it begins; who signs up later than that needs no reminder."""
    at = starts_at(occasion, ZoneInfo(work.house.timezone)) - timedelta(hours=occasion.remind_hours)
    return at if at > work.at else None


def _remind_anew(work: Work, before: Occasion, now: Occasion) -> None:
    if (before.day, before.starts, before.remind_hours) == (now.day, now.starts, now.remind_hours):
        return
    for found in rows.roll_of(work, now).sign_ups:
        if found.state != CANCELLED and referrals.words_of(work, found.id):
            changed = replace(found, remind_at=_remind_at(work, now))
            rows.keep_changed(work, rows.roll_of(work, now).with_changed(changed), changed)
            _tell(work, now, changed, "new_time")


def _tell_all(work: Work, occasion: Occasion) -> None:
    """It is called off: everybody with a place, or waiting for one, is told who can be."""
    for found in rows.roll_of(work, occasion).sign_ups:
        if found.state != CANCELLED:
            _tell(work, occasion, found, "cancelled")


def remind(work: Work, due: Iterable[tuple[str, str]]) -> None:
    """Put the reminders that are due into the outbox, each once."""
    for code, sign_up_id in due:
        occasion = rows.programme_of(work).get(code)
        roll = rows.roll_of(work, occasion) if occasion else None
        found = next((s for s in roll.sign_ups if s.id == sign_up_id), None) if roll else None
        if occasion is None or roll is None or found is None or found.remind_at is None or found.remind_at > work.at:
            continue
        reminded = replace(found, remind_at=None)
        rows.keep_changed(work, roll.with_changed(reminded), reminded)
        work.record(Kind.REMINDED, occasion=code, sign_up=sign_up_id)
        if not occasion.cancelled:
            _tell(work, occasion, reminded, "reminder")


def _tell(work: Work, occasion: Occasion, found: SignUp, what: str) -> None:
    """A message for the phones that signed up, if any: the address is found when it leaves, and forgotten with the place."""
    if found.visit is not None:
        for kind in referrals.words_of(work, found.id):
            body = {"say": what, "to": kind, "about": found.id, "event": occasion.code}
            work.send("push", found.visit, body)


@dataclass(frozen=True, slots=True)
class SeasonTaken:
    """What a season's list changed."""

    imported: int
    updated: int
    cancelled: int


def take_season(work: Work, occasions: Iterable[Occasion]) -> SeasonTaken:
    """Enter the good rows of a season's list; the same list again changes nothing."""
    imported = updated = cancelled = 0
    for occasion in occasions:
        known = rows.programme_of(work).get(occasion.code)
        if known is None:
            enter(work, (occasion,))
            imported += 1
            continue
        wanted = replace(occasion, came=known.came, series=known.series)
        if wanted == known:
            continue
        change(work, wanted)
        updated += not wanted.cancelled
        cancelled += wanted.cancelled
    return SeasonTaken(imported, updated, cancelled)

"""Referring: point a party onwards, ask before anything about them leaves, hear how it went, take it all back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from app.actions.hand_outs import give_hand_out
from app.actions.programme import forget_who, leave
from app.domain.directory import Entry
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.programme import Occasion
from app.domain.referral import OUTCOMES, Consent, Referral, anonymous, said
from app.store import directory, programme
from app.store import referrals as rows
from app.store.work import Work

RECEIVER_DAYS = 30
"""How long a receiver's link is open, and the longest that a citizen's words for them are kept."""


def target_of(work: Work, code: str) -> Entry | Occasion:
    """What one can be referred to; refuses what is not there or no longer offered."""
    entry = directory.directory_of(work).get(code)
    if entry is not None and not entry.retired:
        return entry
    occasion = programme.programme_of(work).get(code)
    if occasion is None:
        raise Refused(Refusal.UNKNOWN_ENTRY, entry=code)
    if occasion.cancelled:
        raise Refused(Refusal.EVENT_CANCELLED)
    return occasion


def refer(work: Work, visit: str, to: str, consent: Consent, words: Mapping[str, str] | None = None) -> Referral:
    """Point a party to an entry or an event. Words for the receiver need the citizen's yes; without it, nothing leaves."""
    party, target = work.floor.visit(visit), target_of(work, to)
    if words and consent is not Consent.GIVEN:
        raise Refused(Refusal.CONSENT_NEEDED)
    made = Referral(
        id=f"{visit}.r{work.seq + 1}",
        visit=visit,
        target=to,
        kind=target.kind if isinstance(target, Entry) else "event",
        audience=party.pathway,
        language=party.language,
        adults=sum(m.kind == "adult" for m in party.members),
        children=sum(m.kind == "child" for m in party.members),
        consent=consent,
        made_at=work.at,
    )
    rows.put(work, made)
    work.record(Kind.REFERRED, visit, referral=made.id, what=made.kind, consent=consent.value)
    if consent is Consent.GIVEN:
        _pass_on(work, made, words or {})
    give_hand_out(work, party)
    return made


def say(work: Work, referral: str, consent: Consent, words: Mapping[str, str] | None = None) -> Referral:
    """What the citizen says to it: asked, yes, no. Yes opens the receiver's link, with the words they chose to give."""
    found = _standing(work, referral)
    changed = replace(found, consent=said(found.consent, consent))
    rows.put(work, changed)
    _record(work, found, consent)
    if consent is Consent.GIVEN:
        _pass_on(work, changed, words or {})
    return changed


def _pass_on(work: Work, referral: Referral, words: Mapping[str, str]) -> None:
    until = work.at + timedelta(days=RECEIVER_DAYS)
    rows.keep_words(work, referral.id, dict(words), until)
    rows.open_way(work, "receiver", referral.id, until)


def withdraw(work: Work, referral: str) -> Referral:
    """Take a consent back: the words, the link and whom it was about are deleted; a count of one is left."""
    found = _standing(work, referral)
    said(found.consent, Consent.WITHDRAWN)
    return _forget(work, found)


def _forget(work: Work, found: Referral) -> Referral:
    left = anonymous(found)
    rows.put(work, left)
    rows.forget_words(work, found.id)
    rows.close_way(work, "receiver", found.id)
    _record(work, found, Consent.WITHDRAWN)
    return left


def _record(work: Work, found: Referral, consent: Consent) -> None:
    day = _day_of(work, found.visit)
    work.record(Kind.CONSENT_CHANGED, found.visit, day=day, referral=found.id, consent=consent.value)


def end(work: Work, referral: str, outcome: str) -> Referral:
    """How it went, told by the receiver or by staff; the citizen's words are no longer needed and are forgotten."""
    found = _standing(work, referral)
    if outcome not in OUTCOMES:
        raise Refused(Refusal.UNKNOWN_OUTCOME, outcome=outcome, known=", ".join(OUTCOMES))
    if found.outcome == outcome:
        return found
    ended = replace(found, outcome=outcome)
    rows.put(work, ended)
    rows.forget_words(work, referral)
    work.record(Kind.REFERRAL_ENDED, found.visit, day=_day_of(work, found.visit), referral=referral, outcome=outcome)
    return ended


def _standing(work: Work, referral: str) -> Referral:
    found = rows.referral_of(work, referral)
    if found is None or found.visit is None:
        raise Refused(Refusal.UNKNOWN_REFERRAL)
    return found


def _day_of(work: Work, visit: str | None) -> date | None:
    known = rows.hand_out_of(work, visit) if visit else None
    return known.day if known else None


def erase(work: Work, visit: str, give_places_back: bool = True) -> None:
    """Forget the way on of a visit: referrals, words, the hand-out itself, and sign-ups with their places."""
    known = rows.hand_out_of(work, visit)
    if known is None:
        raise Refused(Refusal.UNKNOWN_REFERRAL)
    for found in work.aside(("referrals", visit), lambda db: rows.of_visit(db, work.site, visit)):
        _forget(work, found)
    for code, sign_up in work.aside(("sign_ups", visit), lambda db: programme.of_visit(db, work.site, visit)).items():
        if give_places_back:
            leave(work, code, sign_up.id)
        else:
            forget_who(work, code, sign_up.id)
    rows.forget_sendings(work, visit)
    rows.drop_hand_out(work, visit)
    work.record(Kind.HAND_OUT_ERASED, visit, day=known.day)


def forget_due(work: Work) -> int:
    """Forget words whose time is over, and hand-outs that have reached the end the citizen chose; how many."""
    words = work.aside(("overdue",), lambda db: rows.overdue(db, work.site, work.at))
    ended = work.aside(("ended",), lambda db: rows.ended_hand_outs(db, work.site, work.at))
    for about in words:
        rows.forget_words(work, about)
    for visit in ended:
        erase(work, visit, give_places_back=False)
    if words:
        work.record(Kind.WORDS_FORGOTTEN, count=len(words))
    return len(words) + len(ended)

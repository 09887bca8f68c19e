"""Referrals: nothing leaves without a yes, and what is taken back is gone from every byte that is kept."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.actions import hand_outs, programme, referring
from app.domain.errors import Refusal, Refused
from app.domain.referral import Consent, Referral
from app.domain.visit import Visit
from app.store import engine, retention, tables
from app.store import referrals as rows
from tests.builders import Hall

CONTACT, NOTE, PHONE = "canary-contact@example.org", "canary note: likes rowing", "https://push.example/canary"
WORDS = {"contact": CONTACT, "note": NOTE}


def referred(hall: Hall, to: str = "spouse-jobs", consent: Consent = Consent.GIVEN) -> tuple[Visit, Referral]:
    visit = hall.arrives("ihnd.career", pathway="spouse", language="ar")
    words = WORDS if consent is Consent.GIVEN else None
    return visit, hall.do(lambda w: referring.refer(w, visit.id, to, consent, words))


def found(hall: Hall, referral: str) -> Referral:
    row = hall.store.read_here(lambda db: rows.find(db, "aalborg", referral))
    assert row
    return row


def way(hall: Hall, kind: str, leads_to: str) -> bool:
    token = hall.do(lambda w: rows.token_for(w, kind, leads_to))
    return hall.store.read_here(lambda db: rows.opened(db, kind, token, hall.clock.at)) is not None


def everything_kept(hall: Hall) -> bytes:
    """All bytes of the database: the file with what stands beside it, or every row of every table."""
    if not hall.store.many_processes:
        file = Path(hall.store.url.removeprefix("sqlite:///"))
        return b"".join(f.read_bytes() for f in sorted(file.parent.glob(file.name + "*")))
    tables_ = tables.metadata.sorted_tables
    every = hall.store.read_here(lambda db: [[str(row) for row in db.execute(select(t))] for t in tables_])
    return json.dumps(every, ensure_ascii=False).encode()


def test_a_pointer_without_consent_opens_no_link_and_keeps_no_word(hall: Hall) -> None:
    _, referral = referred(hall, consent=Consent.NOT_ASKED)
    assert not way(hall, "receiver", referral.id)
    with pytest.raises(Refused) as refused:
        hall.do(lambda w: referring.refer(w, referral.visit or "", "host", Consent.NOT_ASKED, WORDS))
    assert refused.value.code is Refusal.CONSENT_NEEDED


def test_the_link_opens_once_the_citizen_has_said_yes_and_not_before(hall: Hall) -> None:
    _, referral = referred(hall, consent=Consent.ASKED)
    assert not way(hall, "receiver", referral.id)
    hall.do(lambda w: referring.say(w, referral.id, Consent.GIVEN, WORDS))
    assert way(hall, "receiver", referral.id)
    assert hall.store.read_here(lambda db: rows.words(db, "aalborg", referral.id)) == WORDS


def test_a_no_opens_nothing(hall: Hall) -> None:
    _, referral = referred(hall, consent=Consent.ASKED)
    hall.do(lambda w: referring.say(w, referral.id, Consent.REFUSED))
    assert not way(hall, "receiver", referral.id)


def test_the_receivers_link_ends_by_itself(hall: Hall) -> None:
    _, referral = referred(hall)
    hall.clock.forward(days=31)
    assert not way(hall, "receiver", referral.id)


def test_the_visit_knows_its_referrals_and_the_log_does_not_say_to_whom(both: Hall) -> None:
    visit, referral = referred(both)
    assert both.visit(visit).onward == {referral.id: "given"}
    logged = both.store.read_here(lambda db: [str(row) for row in db.execute(select(tables.events))])
    assert not any("spouse-jobs" in row for row in logged)


def test_an_outcome_is_kept_and_the_words_are_not(hall: Hall) -> None:
    _, referral = referred(hall)
    hall.do(lambda w: referring.end(w, referral.id, "met"), "receiver")
    assert found(hall, referral.id).outcome == "met"
    assert hall.store.read_here(lambda db: rows.words(db, "aalborg", referral.id)) == {}
    with pytest.raises(Refused) as refused:
        hall.do(lambda w: referring.end(w, referral.id, "liked"))
    assert refused.value.code is Refusal.UNKNOWN_OUTCOME


def test_consent_taken_back_leaves_no_byte_of_it(both: Hall) -> None:
    both.floor()
    in_the_house_file = everything_kept(both).count(b"spouse-jobs")
    visit, referral = referred(both)
    token = both.do(lambda w: rows.token_for(w, "receiver", referral.id))
    words = [canary.encode() for canary in (CONTACT, NOTE, rows.hash_of(token))]
    before = everything_kept(both)
    assert all(word in before for word in words), "the search finds what is there"
    assert before.count(b"spouse-jobs") > in_the_house_file
    assert token.encode() not in before, "the link itself is never kept"
    both.do(lambda w: referring.withdraw(w, referral.id), "citizen")
    retention.settle_file(both.store.engine)
    after = everything_kept(both)
    assert not [word for word in words if word in after]
    assert after.count(b"spouse-jobs") == in_the_house_file
    left = found(both, referral.id)
    assert (left.visit, left.target, left.audience, left.adults) == (None, None, None, 0)
    assert both.visit(visit).onward == {referral.id: "withdrawn"}


@pytest.mark.parametrize("without", ["secure_delete", "settle_file"])
def test_without_the_wiping_of_freed_pages_or_of_the_log_beside_the_file_the_search_finds_the_words(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    """The control: a row that is only deleted is still in the file, or in the log beside it."""
    if without == "secure_delete":
        monkeypatch.setattr(engine, "SQLITE_PRAGMAS", (*engine.SQLITE_PRAGMAS, "PRAGMA secure_delete=OFF"))
    hall.floor()  # somebody reads, as in a house that runs: else the last to leave tidies up
    _, referral = referred(hall)
    hall.do(lambda w: referring.withdraw(w, referral.id))
    if without != "settle_file":
        retention.settle_file(hall.store.engine)
    assert CONTACT.encode() in everything_kept(hall)


def test_everything_that_was_handed_out_can_be_erased_at_once(both: Hall) -> None:
    visit, referral = referred(both)
    both.do(lambda w: w.keep(visit.id, "push.0123456789ab", PHONE))
    both.do(lambda w: programme.sign_up(w, "partners-2", visit.id, 2, remind=True))
    both.do(lambda w: w.wipe_personal(w.day))
    assert PHONE.encode() in everything_kept(both)
    both.do(lambda w: referring.erase(w, visit.id), "citizen")
    retention.settle_file(both.store.engine)
    kept = everything_kept(both)
    for canary in (CONTACT, NOTE, PHONE):
        assert canary.encode() not in kept
    assert not way(both, "hand_out", visit.id) and not way(both, "receiver", referral.id)
    roll = both.store.read_here(lambda db: db.execute(select(tables.sign_ups.c.visit, tables.sign_ups.c.state)).all())
    assert [tuple(row) for row in roll] == [(None, "cancelled")]


def test_a_hand_out_lives_as_long_as_the_citizen_chose_and_is_then_forgotten(hall: Hall) -> None:
    visit, _ = referred(hall)
    hall.do(lambda w: hand_outs.keep_for(w, visit.id, 7))
    hall.clock.forward(days=6)
    assert way(hall, "hand_out", visit.id)
    hall.clock.forward(days=2)
    assert not way(hall, "hand_out", visit.id)
    assert hall.do(referring.forget_due) == 1
    retention.settle_file(hall.store.engine)
    assert CONTACT.encode() not in everything_kept(hall)


def test_a_hand_out_outlives_what_is_still_to_come_in_it(hall: Hall) -> None:
    visit, _ = referred(hall)
    hall.do(lambda w: programme.sign_up(w, "zoo-2027", visit.id, 1))
    hall.clock.forward(days=200)
    assert way(hall, "hand_out", visit.id)


def test_one_cannot_be_referred_to_what_is_not_there(hall: Hall) -> None:
    visit = hall.arrives("ihnd.career")
    hall.do(lambda w: programme.cancel(w, "career-day"))
    for code, why in (("nobody", Refusal.UNKNOWN_ENTRY), ("career-day", Refusal.EVENT_CANCELLED)):
        with pytest.raises(Refused) as refused:
            hall.do(lambda w, c=code: referring.refer(w, visit.id, c, Consent.NOT_ASKED))
        assert refused.value.code is why


def test_what_was_taken_back_cannot_be_answered_any_more(hall: Hall) -> None:
    _, referral = referred(hall)
    hall.do(lambda w: referring.withdraw(w, referral.id))
    for act in (lambda w: referring.withdraw(w, referral.id), lambda w: referring.end(w, referral.id, "met")):
        with pytest.raises(Refused) as refused:
            hall.do(act)
        assert refused.value.code is Refusal.UNKNOWN_REFERRAL


def test_a_split_party_keeps_its_referrals_where_they_were_made(hall: Hall) -> None:
    from app.actions import reception

    visit = hall.arrives("ihnd.career", adults=2)
    hall.do(lambda w: referring.refer(w, visit.id, "leisure", Consent.NOT_ASKED))
    new = hall.do(lambda w: reception.split(w, visit.id, ("m2",)))
    assert new.onward == {} and len(hall.visit(visit).onward) == 1
    assert replace(new) == hall.visit(new)

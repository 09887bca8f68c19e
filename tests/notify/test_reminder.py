"""Messages about events reach the phone that signed up, long after its day in the house; and no more once it is taken back."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from app.actions import programme, referring
from app.domain.programme import Occasion, starts_at
from app.domain.visit import Visit
from app.store import programme as rows
from app.store import referrals
from tests.notify.fakes import Phone
from tests.notify.test_emptier import Outside, outside

__all__ = ["outside"]

TALK = Occasion(
    "talk", {"da": "Foredrag", "en": "Talk"}, date(2026, 12, 9), time(16), time(18), "Nordkraft", capacity=1
)


@pytest.fixture
def signed(outside: Outside) -> tuple[Visit, Phone]:
    """A phone that signed up with a reminder; its day is closed, its ticket's words are wiped."""
    hall = outside.hall
    hall.do(lambda w: programme.enter(w, (TALK,)))
    visit = hall.arrives("ihnd.career", language="da")
    phone = outside.subscribes(visit)
    hall.do(lambda w: programme.sign_up(w, "talk", visit.id, 1, remind=True))
    hall.do(lambda w: w.wipe_personal(w.day))
    return visit, phone


def time_comes(outside: Outside) -> None:
    """It is a day before the event, and the house looks what is due."""
    hall = outside.hall
    hall.clock.at = starts_at(TALK, ZoneInfo("Europe/Copenhagen"))
    hall.clock.forward(hours=-24)
    due = hall.store.read_here(lambda db: rows.due(db, "aalborg", hall.clock.at))
    if due:
        hall.do(lambda w: programme.remind(w, due))


def test_who_asked_is_reminded_in_their_language_and_led_to_what_they_kept(
    outside: Outside, signed: tuple[Visit, Phone]
) -> None:
    visit, phone = signed
    time_comes(outside)
    assert outside.empties("push") == 1
    told = phone.read(outside.push.taken[0].body)
    assert told["body"] == "Husker du? Foredrag, onsdag den 9. december 2026 kl. 16:00."
    token = outside.hall.do(lambda w: referrals.token_for(w, "hand_out", visit.id))
    assert told["url"] == f"/h/{token}"


def test_who_moves_up_is_told_at_once(outside: Outside, signed: tuple[Visit, Phone]) -> None:
    hall = outside.hall
    second = hall.arrives("ihnd.career", language="en")
    phone = outside.subscribes(second, "phone-2")
    assert hall.do(lambda w: programme.sign_up(w, "talk", second.id, 1, remind=True)).state == "waiting"
    hall.do(lambda w: programme.leave(w, "talk", "talk.1"))
    outside.empties("push")
    assert phone.read(outside.push.taken[-1].body)["body"].startswith("There is room for you now: Talk")


def test_whoever_has_a_place_is_told_that_the_event_is_called_off(
    outside: Outside, signed: tuple[Visit, Phone]
) -> None:
    outside.hall.do(lambda w: programme.cancel(w, "talk"))
    outside.empties("push")
    told = signed[1].read(outside.push.taken[-1].body)["body"]
    assert told == "Aflyst: Foredrag, onsdag den 9. december 2026 kl. 16:00."


@pytest.mark.parametrize("what", ["erased", "cancelled", "left"])
def test_no_reminder_is_sent_once_it_was_taken_back_or_called_off(
    outside: Outside, signed: tuple[Visit, Phone], what: str
) -> None:
    visit, _ = signed
    time_comes(outside)
    acts = {
        "erased": lambda w: referring.erase(w, visit.id),
        "cancelled": lambda w: programme.cancel(w, "talk"),
        "left": lambda w: programme.leave(w, "talk", "talk.1"),
    }
    outside.hall.do(acts[what])
    outside.empties("push")
    assert [t for t in outside.push.taken if signed[1].read(t.body)["say"] == "reminder"] == []


def test_a_phone_that_takes_no_messages_any_more_is_forgotten(outside: Outside, signed: tuple[Visit, Phone]) -> None:
    outside.push.usual = 410
    time_comes(outside)
    outside.empties("push")
    kept = outside.hall.store.read_here(lambda db: referrals.words(db, "aalborg", "talk.1"))
    assert kept == {}

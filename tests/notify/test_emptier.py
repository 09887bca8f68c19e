"""What is put into the outbox leaves it: to phones, by SMS, on paper; again where it may help, visibly failed where not."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.actions import calling, serving, sweeps, telling
from app.domain.machines import Standing
from app.domain.visit import Visit
from app.notify import emptier as emptying
from app.notify.emptier import Emptier
from app.notify.printer import Printer
from app.notify.push import Push
from app.notify.sms import Sms
from app.notify.ways import Way
from app.store import outbox
from app.store.store import Store
from app.store.tables import outbox as rows
from app.store.tables import personal
from app.web.render import speaking
from tests.builders import Hall
from tests.conftest import SECRET
from tests.notify.fakes import Gateway, PaperPrinter, Phone, PushService, signed_by
from tests.notify.fakes import serving as serve

BASE = "https://samedag.example.org"


class Outside:
    """The world outside, and the house's emptier that reaches it."""

    def __init__(self, hall: Hall, opened: ExitStack) -> None:
        self.hall = hall
        self.push = opened.enter_context(serve(PushService()))
        self.gateway = opened.enter_context(serve(Gateway()))
        self.printer = opened.enter_context(PaperPrinter())
        self.changed: list[str] = []

    def ways(self) -> dict[str, Way]:
        sms = Sms("the-token", "Samedag", f"{self.gateway.url}/rest/mtsms")
        push = Push(SECRET, "mailto:desk@example.org", (self.push.url,))
        return {"push": push, "sms": sms, "print": Printer({"aalborg": self.printer.address}, speaking)}

    def empties(self, way: str, store: Store | None = None) -> int:
        """Send what is due for one way; how many letters that were."""
        return self.run(lambda e: e.empty(way), store)

    def run(self, act: "Callable[[Emptier], Awaitable[int]]", store: Store | None = None) -> int:
        async def once() -> int:
            emptier = Emptier(store or self.hall.store, self.ways(), speaking, BASE, self.changed.append)
            try:
                return await act(emptier)
            finally:
                await emptier.close()

        return asyncio.run(once())

    def subscribes(self, visit: Visit, name: str = "phone-1") -> Phone:
        phone = Phone(f"{self.push.url}/push/{name}")
        kept = json.dumps(phone.subscription)
        self.hall.do(lambda w: telling.subscribe(w, visit.id, phone.subscription["endpoint"], kept))
        return phone

    def state(self, way: str) -> Standing:
        at = self.hall.clock()
        return self.hall.store.read_here(lambda db: outbox.standing(db, at))["aalborg"][way]

    def failures(self) -> list[str | None]:
        return self.hall.store.read_here(lambda db: list(db.execute(select(rows.c.failed)).scalars()))


@pytest.fixture
def outside(hall: Hall) -> Iterator[Outside]:
    with ExitStack() as opened:
        hall.open()
        yield Outside(hall, opened)


@pytest.fixture
def outside_both(both: Hall) -> Iterator[Outside]:
    """The same on both databases."""
    with ExitStack() as opened:
        both.open()
        yield Outside(both, opened)


def called(hall: Hall, desk: str = "cs-1") -> None:
    hall.do(lambda w: calling.call_next(w, desk))


def test_a_call_reaches_the_phone_sealed_for_it_alone_and_signed_by_the_house(outside: Outside) -> None:
    visit = outside.hall.arrives("cs.cpr", language="da")
    phone = outside.subscribes(visit)
    called(outside.hall)
    assert outside.empties("push") == 1
    (request,) = outside.push.taken
    told = phone.read(request.body)
    assert (told["say"], told["number"], told["body"]) == ("now", 101, "Nummer 101: det er din tur nu.")
    assert told["url"] == f"/t/{outside.hall.store.token('aalborg', outside.hall.visit(visit))}"
    claims, key = signed_by(request.headers["authorization"])
    assert (claims["aud"], claims["sub"]) == (outside.push.url, "mailto:desk@example.org")
    assert key == Push(SECRET, "mailto:x@example.org").public_key, "every process signs with the same key"
    assert outside.state("push") == Standing(sent=1)


def test_no_message_names_a_service_a_desk_or_an_authority(outside: Outside) -> None:
    visit = outside.hall.arrives("ihnd.career", language="en")
    phone = outside.subscribes(visit)
    outside.hall.do(lambda w: telling.give_phone(w, visit.id, "4512345678"))
    called(outside.hall, "career-1")
    outside.empties("push")
    outside.empties("sms")
    said = json.dumps(phone.read(outside.push.taken[0].body)) + outside.gateway.taken[0].body.decode()
    assert not any(word in said.lower() for word in ("career", "karriere", "cpr", "desk", "siri", "citizen"))


def test_soon_is_told_once_when_three_are_ahead_and_not_while_four_are(outside: Outside) -> None:
    hall = outside.hall
    for _ in range(4):
        hall.arrives("cs.tax")
    visit = hall.arrives("cs.tax")
    outside.subscribes(visit)
    hall.do(telling.tell_soon)
    assert hall.visit(visit).told == ()
    called(hall, "tax-1")
    hall.do(telling.tell_soon)
    hall.do(telling.tell_soon)
    assert hall.visit(visit).told == (hall.visit(visit).stops[0].id,)
    assert outside.empties("push") == 1


def test_a_recall_is_a_message_of_its_own(outside: Outside) -> None:
    visit = outside.hall.arrives("cs.cpr")
    outside.subscribes(visit)
    called(outside.hall)
    outside.empties("push")
    outside.hall.do(lambda w: calling.recall(w, "cs-1"))
    assert outside.empties("push") == 1


def test_who_sits_at_the_desk_already_is_not_told_to_come(outside: Outside) -> None:
    visit = outside.hall.arrives("cs.cpr")
    outside.subscribes(visit)
    called(outside.hall)
    outside.hall.do(lambda w: serving.start(w, "cs-1"))
    assert outside.empties("push") == 1
    assert outside.push.taken == []
    assert outside.failures() == [None]


def test_a_service_that_is_down_is_tried_again_with_growing_patience(outside: Outside) -> None:
    visit = outside.hall.arrives("cs.cpr")
    phone = outside.subscribes(visit)
    outside.push.answers = [503, 429]
    called(outside.hall)
    assert outside.empties("push") == 1
    assert outside.empties("push") == 0, "it waits"
    outside.hall.clock.forward(seconds=3)
    assert outside.empties("push") == 1
    outside.hall.clock.forward(seconds=3)
    assert outside.empties("push") == 0, "it waits longer"
    outside.hall.clock.forward(seconds=3)
    assert outside.empties("push") == 1
    assert phone.read(outside.push.taken[-1].body)["say"] == "now"
    assert outside.state("push") == Standing(sent=1)


def test_after_the_last_try_it_has_failed_and_staff_are_told_why(outside: Outside) -> None:
    visit = outside.hall.arrives("cs.cpr")
    outside.subscribes(visit)
    outside.push.usual = 500
    called(outside.hall)
    tries = 0
    for _ in range(20):
        tries += outside.empties("push")
        outside.hall.clock.forward(seconds=61)
        outside.hall.clock.forward(seconds=1)
    assert tries == len(emptying.PATIENCE) + 1
    assert outside.state("push") == Standing(failed=1, last_failure="answer_500")
    assert "aalborg" in outside.changed


def test_a_subscription_that_is_gone_is_forgotten_with_its_address(outside_both: Outside) -> None:
    outside = outside_both
    visit = outside.hall.arrives("cs.cpr")
    outside.subscribes(visit, "gone")
    stays = outside.subscribes(visit, "stays")
    outside.push.answers = [410]
    called(outside.hall)
    assert outside.empties("push") == 2
    kept = outside.hall.store.read_here(lambda db: list(db.execute(select(personal.c.value)).scalars()))
    assert len(outside.hall.visit(visit).reach) == len(kept) == 1
    read = [t for t in outside.push.taken if t.path in kept[0]]
    assert stays.subscription["endpoint"] in kept[0] or read


def test_a_push_to_an_address_that_is_no_push_service_is_never_sent(outside: Outside) -> None:
    visit = outside.hall.arrives("cs.cpr")
    phone = Phone("http://127.0.0.1:1/internal")
    kept = json.dumps(phone.subscription)
    outside.hall.do(lambda w: telling.subscribe(w, visit.id, "http://127.0.0.1:1/internal", kept))
    called(outside.hall)
    outside.empties("push")
    assert outside.failures() == ["not_a_push_service"]


def test_an_sms_goes_to_the_number_that_was_given_with_the_link(outside: Outside) -> None:
    visit = outside.hall.arrives("cs.cpr", language="da")
    outside.hall.do(lambda w: telling.give_phone(w, visit.id, "4512345678"))
    called(outside.hall)
    outside.empties("sms")
    (request,) = outside.gateway.taken
    message = json.loads(request.body)
    assert (request.path, message["sender"], message["recipients"]) == (
        "/rest/mtsms",
        "Samedag",
        [{"msisdn": 4512345678}],
    )
    assert message["message"].startswith("Nummer 101: det er din tur nu. https://")
    assert message["encoding"] == "UTF8"
    assert outside.state("sms") == Standing(sent=1)


def test_letters_that_no_plain_sms_has_are_sent_wide(outside: Outside) -> None:
    from app.notify.sms import PLAIN

    assert PLAIN.fullmatch("Nummer 101: det er din tur nu. Æblegrød & ål")
    assert not PLAIN.fullmatch("Номер 101")


def test_an_sms_that_may_have_been_taken_is_not_sent_twice(outside: Outside) -> None:
    visit = outside.hall.arrives("cs.cpr")
    outside.hall.do(lambda w: telling.give_phone(w, visit.id, "4512345678"))
    outside.gateway.answers = [0]
    called(outside.hall)
    outside.empties("sms")
    outside.hall.clock.forward(minutes=1)
    outside.empties("sms")
    assert len(outside.gateway.taken) == 1
    assert outside.failures() == ["unknown"]


def test_a_refused_sms_is_not_tried_again(outside: Outside) -> None:
    visit = outside.hall.arrives("cs.cpr")
    outside.hall.do(lambda w: telling.give_phone(w, visit.id, "4512345678"))
    outside.gateway.answers = [403]
    called(outside.hall)
    outside.empties("sms")
    assert outside.failures() == ["answer_403"]


def test_a_slip_is_printed_when_it_is_asked_for(outside: Outside) -> None:
    visit = outside.hall.arrives("cs.cpr")
    outside.hall.do(lambda w: telling.print_slip(w, visit.id))
    assert outside.empties("print") == 1
    (slip,) = outside.printer.wait_for(1)
    assert slip.cut
    assert outside.state("print") == Standing(sent=1)


@pytest.mark.parametrize(
    ("cause", "paper", "code"), [(0x16, 0x12, "cover_open"), (0x32, 0x72, "paper_out"), (0x12, 0x72, "paper_out")]
)
def test_a_printer_that_is_out_is_tried_again_then_failed_and_the_party_loses_nothing(
    outside: Outside, cause: int, paper: int, code: str
) -> None:
    visit = outside.hall.arrives("cs.cpr")
    outside.printer.cause, outside.printer.paper = cause, paper
    outside.hall.do(lambda w: telling.print_slip(w, visit.id))
    outside.empties("print")
    assert outside.state("print") == Standing(waiting=1)
    for _ in emptying.PATIENCE:
        outside.hall.clock.forward(seconds=61)
        outside.empties("print")
    assert outside.state("print") == Standing(failed=1, last_failure=code)
    assert outside.hall.store.read_here(lambda db: outbox.print_state(db, "aalborg", visit.id)) == "failed"
    assert outside.printer.printed == []
    called(outside.hall)
    assert outside.hall.visit(visit).in_hand


def test_new_paper_in_time_prints_the_slip_that_waits(outside: Outside) -> None:
    visit = outside.hall.arrives("cs.cpr")
    outside.printer.paper = 0x72
    outside.hall.do(lambda w: telling.print_slip(w, visit.id))
    outside.empties("print")
    outside.printer.paper = 0x12
    outside.hall.clock.forward(seconds=3)
    outside.empties("print")
    assert len(outside.printer.wait_for(1)) == 1


def test_a_slip_that_hangs_half_way_is_not_printed_a_second_time(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.notify.printer.PRINT_SECONDS", 0.3)
    visit = outside.hall.arrives("cs.cpr")
    outside.printer.jams = True
    outside.hall.do(lambda w: telling.print_slip(w, visit.id))
    outside.empties("print")
    assert outside.failures() == ["printer_stuck"]


def test_a_printer_that_says_nothing_prints_all_the_same(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.notify.printer.ANSWER_SECONDS", 0.1)
    outside.printer.answers = False
    visit = outside.hall.arrives("cs.cpr")
    outside.hall.do(lambda w: telling.print_slip(w, visit.id))
    outside.empties("print")
    assert len(outside.printer.wait_for(1)) == 1


def test_what_a_dead_process_had_claimed_is_rescued_after_two_minutes_and_not_before(outside_both: Outside) -> None:
    outside = outside_both
    visit = outside.hall.arrives("cs.cpr")
    outside.subscribes(visit)
    called(outside.hall)
    at = outside.hall.clock()
    assert len(outside.hall.store.write_here(lambda db: outbox.claim(db, "push", at, 20))) == 1
    outside.hall.clock.forward(seconds=110)
    assert outside.empties("push") == 0
    outside.hall.clock.forward(seconds=11)
    assert outside.empties("push") == 1
    assert outside.state("push") == Standing(sent=1)


def test_two_processes_send_nothing_twice(outside_both: Outside) -> None:
    outside = outside_both
    hall = outside.hall
    for n in range(30):
        visit = hall.arrives("cs.cpr")
        hall.do(lambda w, v=visit.id, n=n: telling.give_phone(w, v, f"45{n:08}"))
        hall.do(telling.tell_soon)
    stores = [Store(hall.store.url, hall.clock, SECRET) for _ in range(2 if hall.store.many_processes else 1)]

    async def all_at_once(first: Emptier) -> int:
        others = [Emptier(s, outside.ways(), speaking, BASE, outside.changed.append) for s in stores]
        found = await asyncio.gather(first.empty("sms"), *(o.empty("sms") for o in others))
        for other in others:
            await other.close()
        return sum(found)

    waiting = hall.store.read_here(lambda db: outbox.standing(db, hall.clock()))["aalborg"]["sms"].waiting
    assert outside.run(all_at_once) == waiting > 3
    told = [json.loads(t.body)["userref"] for t in outside.gateway.taken]
    assert len(told) == len(set(told)) == waiting
    for store in stores:
        store.close()


def test_only_a_work_that_wrote_a_letter_has_the_outbox_looked_at(outside: Outside) -> None:
    stirred: list[str] = []
    outside.hall.store.on_letters(stirred.append)
    outside.hall.open("cs-1")
    outside.hall.arrives("cs.cpr")
    called(outside.hall)
    assert stirred == []
    visit = outside.hall.arrives("cs.cpr")
    outside.hall.do(lambda w: telling.print_slip(w, visit.id))
    assert stirred == ["aalborg"]


def test_the_loop_sends_what_a_work_has_put_there(outside: Outside) -> None:
    visit = outside.hall.arrives("cs.cpr")
    phone = outside.subscribes(visit)

    async def live(emptier: Emptier) -> int:
        task = asyncio.create_task(emptier.run())
        await asyncio.to_thread(called, outside.hall)
        taken = await asyncio.to_thread(outside.push.wait_for, 1)
        task.cancel()
        return len(taken)

    assert outside.run(live) == 1
    assert phone.read(outside.push.taken[0].body)["say"] == "now"


def test_at_close_of_day_every_address_is_gone_and_what_waits_is_let_go(outside: Outside) -> None:
    visit = outside.hall.arrives("cs.cpr")
    outside.subscribes(visit)
    called(outside.hall)
    outside.hall.do(lambda w: calling.miss(w, "cs-1"))
    outside.hall.clock.forward(hours=9)
    outside.hall.do(sweeps.sweep)
    assert outside.hall.store.read_here(lambda db: list(db.execute(select(personal.c.value)).scalars())) == []
    outside.empties("push")
    assert outside.push.taken == []


def test_old_rows_are_cleaned_away_failures_last(outside: Outside) -> None:
    visit = outside.hall.arrives("cs.cpr")
    outside.subscribes(visit)
    called(outside.hall)
    outside.empties("push")
    at = outside.hall.clock()
    outside.hall.store.write_here(lambda db: outbox.forget_old(db, at + timedelta(minutes=59)))
    assert len(outside.failures()) == 1
    outside.hall.store.write_here(lambda db: outbox.forget_old(db, at + timedelta(minutes=61)))
    assert outside.failures() == []


def test_the_doctor_names_what_failed_and_what_nobody_sends(outside: Outside) -> None:
    from app.checkup import checkup
    from app.config import Settings

    def doctor() -> tuple[bool, str]:
        settings = Settings(database_url=outside.hall.store.url, secret=SECRET.decode())
        found = next(f for f in checkup(settings, outside.hall.clock) if f.what == "outbox")
        return found.good, found.said

    assert doctor() == (True, "nothing failed within the hour")
    visit = outside.hall.arrives("cs.cpr")
    outside.hall.do(lambda w: telling.give_phone(w, visit.id, "4512345678"))
    outside.gateway.answers = [403]
    called(outside.hall)
    outside.empties("sms")
    assert doctor() == (False, "aalborg: 1 by sms failed within the hour, last answer_403")
    outside.hall.do(lambda w: telling.print_slip(w, visit.id))
    outside.hall.clock.forward(minutes=5)
    assert "1 wait for longer than they should" in doctor()[1]

"""Sign-ups: places are never oversold however many ask at once, the waiting list is fair, reminders go out once."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.actions import programme
from app.domain.errors import Refusal, Refused
from app.domain.events import Kind
from app.domain.floor import Floor
from app.domain.programme import Occasion, starts_at
from app.domain.roll import CANCELLED, IN, WAITING, Roll, SignUp
from app.store import eventlog, tables
from app.store import programme as rows
from app.store.store import Store
from app.store.work import Work
from tests.builders import MORNING, Clock, Hall, aalborg
from tests.conftest import SECRET

TALK = Occasion("talk", {"da": "Foredrag", "en": "Talk"}, date(2026, 12, 2), time(16), time(18), "Here", capacity=45)
ASKING = 50
PROCESSES = 4
Ask = Callable[[Store, str, threading.Barrier], object]


def roll(hall: Hall, occasion: Occasion = TALK) -> Roll:
    return hall.store.read_here(lambda db: rows.roll(db, "aalborg", occasion))


def states(found: Roll) -> Counter[str]:
    return Counter(s.state for s in found.sign_ups)


@pytest.fixture
def full_but_five(both: Hall) -> tuple[Hall, list[str]]:
    """An event with five places left, and fifty parties who want one."""
    both.do(lambda w: programme.enter(w, (TALK,)))
    both.do(lambda w: [programme.sign_up(w, "talk", v, 20) for v in _parties(w, 2)])
    return both, both.do(lambda w: _parties(w, ASKING))


def _parties(work: Work, count: int) -> list[str]:
    from app.actions.reception import Arrival, arrive
    from tests.builders import party

    return [arrive(work, Arrival("walk_in", party(), services=("ihnd.career",), anyway=True)).id for _ in range(count)]


def _all_at_once(hall: Hall, visits: Iterable[str], ask: Ask) -> None:
    """Every party asks for a place in the same moment; each store stands for a process."""
    stores = [
        Store(hall.store.url, Clock(MORNING), SECRET) for _ in range(PROCESSES if hall.store.many_processes else 1)
    ]
    barrier = threading.Barrier(ASKING, timeout=30)

    def one(n: int, visit: str) -> None:
        barrier.wait()
        ask(stores[n % len(stores)], visit, barrier)

    with ThreadPoolExecutor(ASKING) as pool:
        list(pool.map(lambda a: one(*a), enumerate(visits)))
    for store in stores:
        store.close()


def test_fifty_who_ask_at_once_for_the_last_five_places_get_exactly_five(
    full_but_five: tuple[Hall, list[str]],
) -> None:
    hall, visits = full_but_five
    _all_at_once(
        hall, visits, lambda store, v, _: store.run_here("aalborg", lambda w: programme.sign_up(w, "talk", v, 1), v)
    )
    found = roll(hall)
    assert states(found) == {IN: 2 + 5, WAITING: 45}
    assert found.taken == 45
    logged = [
        e.event.facts["sign_up"]
        for e in hall.store.read_here(lambda db: eventlog.after(db, "aalborg", 0, 100_000))
        if e.event.kind is Kind.SIGNED_UP
    ]
    assert [s.id for s in found.sign_ups] == logged, "the roll is in the order in which the log says they came"
    assert [s.state for s in found.sign_ups[2:]] == [IN] * 5 + [WAITING] * 45, "first come, first served"


def test_who_waits_first_gets_the_place_that_is_given_back(full_but_five: tuple[Hall, list[str]]) -> None:
    hall, visits = full_but_five
    for visit in visits[:8]:
        hall.do(lambda w, v=visit: programme.sign_up(w, "talk", v, 1))
    first, second = [s for s in roll(hall).sign_ups if s.state == WAITING][:2]
    mine = roll(hall).of_visit(visits[0])
    assert mine
    hall.do(lambda w: programme.leave(w, "talk", mine.id, visits[0]))
    after = {s.id: s.state for s in roll(hall).sign_ups}
    assert (after[mine.id], after[first.id], after[second.id]) == (CANCELLED, IN, WAITING)


def test_without_the_lock_the_same_fifty_are_all_let_in(full_but_five: tuple[Hall, list[str]]) -> None:
    """The control: each looks at what is free, and writes afterwards."""
    hall, visits = full_but_five

    def check_then_write(store: Store, visit: str, barrier: threading.Barrier) -> None:
        seen = store.read_here(lambda db: rows.roll(db, "aalborg", TALK))
        barrier.wait()
        assert seen.free and seen.free > 0

        def write(work: Work) -> None:
            now = rows.roll_of(work, TALK)
            place = len(now.sign_ups) + 1
            new = SignUp(f"talk.{place}", place, work.at, 1, IN, visit)
            rows.keep_new(work, replace(now, sign_ups=(*now.sign_ups, new)), new)
            work.record(Kind.SIGNED_UP, visit, occasion="talk", sign_up=new.id, persons=1, state=IN)

        store.run_here("aalborg", write, visit)

    _all_at_once(hall, visits, check_then_write)
    assert roll(hall).taken == 40 + ASKING > 45


def test_the_log_tells_every_roll_as_the_rows_hold_it(hall: Hall) -> None:
    hall.do(lambda w: programme.enter(w, (replace(TALK, capacity=3),)))
    visits = hall.do(lambda w: _parties(w, 6))
    for visit in visits:
        hall.do(lambda w, v=visit: programme.sign_up(w, "talk", v, 1))
    hall.do(lambda w: programme.leave(w, "talk", "talk.1"))
    hall.do(lambda w: programme.change(w, replace(TALK, capacity=4)))
    told: dict[str, str] = {}
    for entry in hall.store.read_here(lambda db: eventlog.after(db, "aalborg", 0, 1000)):
        if entry.event.kind in (Kind.SIGNED_UP, Kind.SIGN_UP_CHANGED):
            told[entry.event.facts["sign_up"]] = entry.event.facts["state"]
    assert told == {s.id: s.state for s in roll(hall).sign_ups}
    assert list(told.values()) == [CANCELLED, IN, IN, IN, IN, WAITING]


def test_every_version_of_an_event_is_kept_with_who_made_it(hall: Hall) -> None:
    fair = aalborg().programme["career-day"]
    hall.do(lambda w: programme.change(w, replace(fair, place="Nordkraft")), "manager:mette")
    hall.do(lambda w: programme.cancel(w, "career-day"), "manager:ole")
    found = hall.store.read_here(lambda db: rows.history(db, "aalborg", "career-day"))
    assert [(v.number, v.actor, v.body["place"], v.body["cancelled"]) for v in found] == [
        (2, "manager:ole", "Nordkraft", True),
        (1, "manager:mette", "Nordkraft", False),
        (0, "house file", fair.place, False),
    ]


@pytest.mark.parametrize(
    ("occasion", "code"),
    [
        (replace(TALK, cancelled=True), Refusal.EVENT_CANCELLED),
        (replace(TALK, sign_up=False), Refusal.NO_SIGN_UP),
        (replace(TALK, day=date(2026, 11, 24)), Refusal.EVENT_OVER),
    ],
)
def test_no_place_is_given_where_there_is_none_to_give(hall: Hall, occasion: Occasion, code: Refusal) -> None:
    hall.do(lambda w: programme.enter(w, (occasion,)))
    visit = hall.do(lambda w: _parties(w, 1))[0]
    with pytest.raises(Refused) as refused:
        hall.do(lambda w: programme.sign_up(w, "talk", visit, 1))
    assert refused.value.code is code


def test_a_code_is_taken_once_also_by_the_directory(hall: Hall) -> None:
    for code in ("career-day", "spouse-jobs"):
        with pytest.raises(Refused) as refused:
            hall.do(lambda w, c=code: programme.enter(w, (replace(TALK, code=c),)))
        assert refused.value.code is Refusal.CODE_TAKEN


def _outbox(hall: Hall) -> list[dict[str, object]]:
    rows_ = hall.store.read_here(lambda db: list(db.execute(select(tables.outbox)).mappings()))
    return [dict(row) for row in rows_]


def _due(hall: Hall) -> list[tuple[str, str]]:
    return hall.store.read_here(lambda db: rows.due(db, "aalborg", hall.clock.at))


def test_who_asked_for_a_reminder_gets_one_and_only_one(hall: Hall) -> None:
    hall.do(lambda w: programme.enter(w, (TALK,)))
    visit = hall.do(lambda w: _parties(w, 1))[0]
    hall.do(lambda w: w.keep(visit, "push.0123456789ab", '{"endpoint": "https://push.example/abc"}'))
    hall.do(lambda w: programme.sign_up(w, "talk", visit, 1, remind=True))
    hall.do(lambda w: w.wipe_personal(w.day))
    assert _due(hall) == []
    hall.clock.at = starts_at(TALK, ZoneInfo("Europe/Copenhagen"))
    hall.clock.forward(hours=-24)
    due = _due(hall)
    hall.do(lambda w: programme.remind(w, due))
    hall.do(lambda w: programme.remind(w, due))
    (sent,) = _outbox(hall)
    assert (sent["way"], sent["body"]["say"], sent["body"]["event"]) == ("push", "reminder", "talk")
    assert "push.example" not in str(sent), "an address waits in no outbox"
    assert _due(hall) == []


def test_without_a_phone_that_takes_messages_there_is_nothing_to_remind(hall: Hall) -> None:
    hall.do(lambda w: programme.enter(w, (TALK,)))
    visit = hall.do(lambda w: _parties(w, 1))[0]
    assert hall.do(lambda w: programme.sign_up(w, "talk", visit, 1, remind=True)).remind_at is None


def test_an_event_of_the_programme_changes_no_floor(hall: Hall) -> None:
    before: Floor = hall.floor()
    hall.do(lambda w: programme.enter(w, (TALK,)))
    assert hall.floor() == before

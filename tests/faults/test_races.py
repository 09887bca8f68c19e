"""R2 and R3: nobody is called twice, nothing is lost, a retry is one effect; each with its protection off as control."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.actions import calling, serving
from app.domain.errors import Refused
from app.domain.events import Kind
from app.store import eventlog, floors
from app.store.idempotency import Answer, Command
from app.store.store import Store
from app.store.work import Work
from tests.builders import DESKS, MORNING, Clock, Hall
from tests.conftest import SECRET

PROCESSES = 4
"""Each store stands for a process: a writer, a memory and connections of its own."""


def _stores(hall: Hall, count: int) -> list[Store]:
    return [Store(hall.store.url, Clock(MORNING), SECRET) for _ in range(count)]


def _call_all(stores: list[Store], desks: tuple[str, ...]) -> list[str]:
    """Every desk calls until its line is empty, all at once; the visits that were called."""
    called: list[str] = []

    def work(n: int, desk: str) -> None:
        store = stores[n % len(stores)]
        while True:
            try:
                found = store.run_here("aalborg", lambda w: calling.call_next(w, desk), desk)
            except Refused:
                return
            called.append(found.id)
            store.run_here("aalborg", lambda w: serving.start(w, desk), desk)
            store.run_here("aalborg", lambda w: serving.finish(w, desk), desk)

    with ThreadPoolExecutor(len(desks)) as pool:
        list(pool.map(lambda a: work(*a), enumerate(desks)))
    return called


def test_eight_desks_calling_at_once_call_nobody_twice_and_lose_nobody(both: Hall) -> None:
    desks = ("cs-1", "cs-2", "cs-3", "tax-1", "ihnd-1", "ihnd-2", "siri-1", "siri-2")
    both.open(*desks)
    visits = [both.arrives("ihnd.reception") for _ in range(60)] + [both.arrives("cs.cpr") for _ in range(40)]
    stores = _stores(both, PROCESSES if both.store.many_processes else 1)
    called = _call_all(stores, desks)
    assert [c for c, n in Counter(called).items() if n > 1] == []
    assert len(called) == len(visits)
    logged = both.store.read_here(lambda db: eventlog.after(db, "aalborg", 0, 100_000))
    assert [e.seq for e in logged] == list(range(1, len(logged) + 1))
    for store in stores:
        store.close()


def test_without_the_lock_the_same_run_calls_twice(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: two writers that both believe what they remember call the same party."""
    hall.open("cs-1", "cs-2")
    hall.arrives("cs.cpr")
    stores = _stores(hall, 2)
    barrier = threading.Barrier(2, timeout=10)
    for store in stores:
        store.run_here("aalborg", lambda w: w.floor, "x")
    monkeypatch.setattr(eventlog, "append", lambda *a: None)
    monkeypatch.setattr(floors, "write_floor", lambda *a: None)

    def call(store: Store, desk: str) -> str:
        barrier.wait()
        return store.run_here("aalborg", lambda w: calling.call_next(w, desk), desk).visit.id

    with ThreadPoolExecutor(2) as pool:
        called = list(pool.map(call, stores, ("cs-1", "cs-2")))
    assert called[0] == called[1]
    for store in stores:
        store.close()


def _commanded(store: Store, key: str, act: Callable[[Work], Answer]) -> Answer:
    from app.store.writer import Job

    job = Job("aalborg", act, "test", Command(key, "the same request"), lambda r: Answer(409, {"code": r.code.value}))
    return store._writer.submit(job).result()


def test_a_command_sent_five_times_at_once_has_one_effect_and_one_answer(both: Hall) -> None:
    both.open("tax-1")
    for _ in range(5):
        both.arrives("cs.tax")
    stores = _stores(both, PROCESSES if both.store.many_processes else 1)

    def act(work: Work) -> Answer:
        return Answer(201, {"id": calling.call_next(work, "tax-1").id})

    for round_ in range(5):
        with ThreadPoolExecutor(5) as pool:
            answers = list(
                pool.map(lambda n, k=f"key-{round_}-0": _commanded(stores[n % len(stores)], k, act), range(5))
            )
        assert len({str(a.body) for a in answers}) == 1
        assert sum(not a.replayed for a in answers) == 1
        both.do(lambda w: calling.miss(w, "tax-1"))
    calls = [
        e
        for e in both.store.read_here(lambda db: eventlog.after(db, "aalborg", 0, 9999))
        if e.event.kind is Kind.CALLED
    ]
    assert len(calls) == 5
    for store in stores:
        store.close()


def test_the_log_tells_the_same_day_as_the_rows(both: Hall) -> None:
    both.open(*DESKS)
    for n in range(20):
        both.arrives(*("cs.cpr", "cs.mitid", "cs.tax")[: n % 3 + 1], adults=1 + n % 2, children=n % 3)
    _call_all([both.store], ("cs-1", "cs-2", "cs-3", "tax-1"))
    day = both.store.known_here("aalborg").picture.floor.day
    told = both.store.read_here(lambda db: eventlog.replayed(db, "aalborg", day))
    assert told == both.store.read_here(lambda db: floors.read_floor(db, "aalborg", day))

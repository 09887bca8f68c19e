"""Works that queue up share a commit; each keeps its own answer, and one that fails takes nobody down with it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert

from app.actions import calling, desks, reception, serving
from app.actions.reception import Arrival
from app.domain.events import Kind
from app.store import eventlog, floors, tables, writer
from app.store.idempotency import Answer, Command, KeyReused
from app.store.store import Store
from app.store.work import Work
from app.store.writer import Job, StoreBusy
from tests.builders import MORNING, Hall, party
from tests.conftest import SECRET

Act = Callable[[Work], Any]


def _arrive(work: Work) -> Answer:
    return Answer(
        201, {"visit": reception.arrive(work, Arrival("walk_in", party(), services=("cs.cpr",), anyway=True)).id}
    )


def _together(hall: Hall, acts: list[tuple[Act, Command | None]]) -> tuple[list["Future[Any]"], int]:
    """Submit all while the writer is held up by another work; their futures, done, and how many commits there were."""
    writer, go, held = hall.store._writer, threading.Event(), threading.Event()
    commits: list[object] = []

    def hold(work: Work) -> None:
        held.set()
        go.wait(10)

    def submit(act: Act, command: Command | None) -> "Future[Any]":
        return writer.submit(Job("aalborg", act, "test", command, lambda r, _: Answer(409, {"code": r.code.value})))

    first = submit(hold, None)
    held.wait(10)
    event.listen(writer._engine, "commit", commits.append)
    found = [submit(act, command) for act, command in acts]
    go.set()
    first.result(10)
    for each in found:
        each.exception(10)
    return found, len(commits) - 1  # the held one's own


def test_works_that_queue_up_share_one_commit(both: Hall) -> None:
    found, commits = _together(both, [(_arrive, Command(f"key-{n:08}", "r")) for n in range(10)])
    assert commits == 1
    assert len({f.result().body["visit"] for f in found}) == 10
    logged = both.store.read_here(lambda db: eventlog.after(db, "aalborg", 0, 1000))
    assert [e.seq for e in logged] == list(range(1, len(logged) + 1))
    _rows_are_true(both)


def test_a_twin_in_the_same_commit_is_answered_alike(both: Hall) -> None:
    command = Command("the same key", "r")
    found, _ = _together(both, [(_arrive, command), (_arrive, command), (_arrive, Command(command.key, "other"))])
    assert found[0].result().body == found[1].result().body
    assert [found[0].result().replayed, found[1].result().replayed] == [False, True]
    assert isinstance(found[2].exception(), KeyReused)
    assert len(both.floor().visits) == 1


def test_a_work_that_the_database_refuses_takes_nobody_down(both: Hall) -> None:
    def clash(work: Work) -> Answer:
        day = {"site_id": "aalborg", "day": work.day, "last_number": 0}
        work._writes.append(lambda db: db.execute(insert(tables.days), [day, day]))
        return Answer(200, {})

    found, _ = _together(both, [(_arrive, None), (clash, None), (_arrive, None)])
    assert [f.exception() is None for f in found] == [True, False, True]
    assert len(both.floor().visits) == 2
    _rows_are_true(both)


@pytest.mark.parametrize("first", ["cs-1", "cs-2"])
def test_two_desks_may_swap_their_parties_within_one_commit(both: Hall, first: str) -> None:
    both.open("cs-1", "cs-2")
    a, b = both.arrives("cs.cpr"), both.arrives("cs.cpr")
    both.do(lambda w: calling.call_visit(w, "cs-1", a.id))
    both.do(lambda w: calling.call_visit(w, "cs-2", b.id))
    second = "cs-2" if first == "cs-1" else "cs-1"
    into = {"cs-1": b.id, "cs-2": a.id}
    acts = [(lambda w, d=d: calling.requeue(w, d), None) for d in (first, second)]
    acts += [(lambda w, d=d: calling.call_visit(w, d, into[d]), None) for d in (first, second)]
    found, _ = _together(both, acts)
    assert [f.exception() for f in found] == [None] * 4
    assert {d: both.floor().desks[d].visit for d in ("cs-1", "cs-2")} == into
    _rows_are_true(both)


def test_a_whole_sitting_in_one_commit_leaves_rows_and_log_in_agreement(both: Hall) -> None:
    acts: list[tuple[Act, Command | None]] = [(lambda w: desks.open_desk(w, "tax-1"), None)]
    for _ in range(3):
        acts.append(
            (lambda w: reception.arrive(w, Arrival("walk_in", party(), services=("cs.tax",), anyway=True)), None)
        )
        acts += [
            (lambda w, act=act: act(w, "tax-1"), None) for act in (calling.call_next, serving.start, serving.finish)
        ]
    found, _ = _together(both, acts)
    assert [f.exception() for f in found] == [None] * len(acts)
    _rows_are_true(both)


def test_a_client_that_hangs_up_takes_nobody_down_with_it(hall: Hall) -> None:
    writer, go, held = hall.store._writer, threading.Event(), threading.Event()

    def hold(work: Work) -> None:
        held.set()
        go.wait(10)

    submit = lambda act: writer.submit(Job("aalborg", act, "test", None, None))
    under_way = submit(hold)
    held.wait(10)
    in_line, behind = submit(_arrive), submit(_arrive)
    assert not under_way.cancel()
    assert in_line.cancel()
    go.set()
    assert behind.result(10).status == 201
    assert len(hall.floor().visits) == 1, "what nobody waits for any more was not begun"


def test_works_on_other_days_do_not_drive_today_out_of_memory(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.arrives("cs.tax")

    for days in range(1, 11):
        hall.do(lambda w, n=days: _close(w, n))
    read, stock = list[date](), floors.read_floor
    monkeypatch.setattr(floors, "read_floor", lambda db, site, day: read.append(day) or stock(db, site, day))
    hall.arrives("cs.tax")
    assert read == []
    assert len(hall.floor().visits) == 2


def test_who_is_woken_by_a_work_on_another_day_finds_todays_floor(hall: Hall) -> None:
    hall.arrives("cs.tax")
    fresh = Store(hall.store.url, hall.clock, SECRET)
    woken: list[tuple[date, int]] = []

    def look(site: str) -> None:
        floor = fresh._known[site].picture.floor  # as it is remembered, before anybody reads anew
        woken.append((floor.day, len(floor.visits)))

    fresh.on_change(look)
    for days in (1, 2):
        fresh.run_here("aalborg", lambda w, n=days: _close(w, n), "test")
    fresh.close()
    assert woken == [(MORNING.date(), 1)] * 2


def _close(work: Work, days: int) -> None:
    work.turn_to(work.today - timedelta(days=days))
    work.record(Kind.DAY_CLOSED)


def _rows_are_true(hall: Hall) -> None:
    floor = hall.floor()
    assert hall.store.read_here(lambda db: floors.read_floor(db, "aalborg", floor.day)) == floor
    assert hall.store.read_here(lambda db: eventlog.replayed(db, "aalborg", floor.day)) == floor


def _crowded(hall: Hall, many: int) -> tuple[int, int]:
    """Submit so many while the writer is held up: how many were turned away at once, and how many of the others were done."""
    writer, go, held = hall.store._writer, threading.Event(), threading.Event()

    def hold(work: Work) -> None:
        held.set()
        go.wait(10)

    submit = lambda act: writer.submit(Job("aalborg", act, "test", None, None))
    submit(hold)
    held.wait(10)
    taken: list[Future[Any]] = []
    away = 0
    for _ in range(many):
        try:
            taken.append(submit(_arrive))
        except StoreBusy:
            away += 1
    go.set()
    return away, sum(1 for each in taken if each.result(30))


def test_who_comes_while_too_many_wait_is_turned_away_and_those_who_wait_are_served(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MOST_WAITING", 20)
    assert _crowded(hall, 25) == (5, 20)
    assert hall.do(_arrive).status == 201


def test_without_that_bound_everybody_waits(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(writer, "MOST_WAITING", 10**9)
    assert _crowded(hall, 25) == (0, 25)

"""R5: for every sequence of acts, the log tells the same day as the rows, from an empty floor and from any cut of the day.

Every use case of app/actions and every kind of event takes part; one that does not fails here.
"""

import contextlib
import inspect
import os
import pkgutil
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory, mkdtemp

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import Connection

import app.actions
from app.domain import replay
from app.domain.errors import Refused
from app.domain.events import Kind
from app.domain.floor import Floor
from app.domain.stop import IN_HAND
from app.domain.tally import counted, tally_of
from app.store import eventlog, floors
from app.store.eventlog import Logged
from app.store.migrate import upgrade
from app.store.store import Store
from app.store.work import Work
from tests.acts import ACTS, STEPS, Cast, Drawn, Row, the_rest
from tests.builders import SAMPLE, Clock, Hall, aalborg
from tests.conftest import SECRET

SOAK = bool(os.environ.get("SAMEDAG_SOAK"))
FOLLOWED = sys.gettrace() is not None
"""Line by line, by coverage, which takes three times as long; the check plays the whole number beside it."""
ROWS = tuple(row for row in ACTS for _ in range(row.weight))
LOOK_EVERY = 10

BESIDE_THE_FLOOR = frozenset(
    {
        Kind.HOUSE_CHANGED,
        Kind.REFERRAL_ENDED,
        Kind.HANDED_OUT,
        Kind.DIRECTORY_CHANGED,
        Kind.PROGRAMME_CHANGED,
        Kind.SIGNED_UP,
        Kind.SIGN_UP_CHANGED,
        Kind.REMINDED,
        Kind.GROUP_RESERVED,
        Kind.GROUP_CANCELLED,
        Kind.WORDS_FORGOTTEN,
    }
)
"""These concern what is kept for longer than a day; they change no floor."""


@cache
def _template() -> Path:
    file = Path(mkdtemp(prefix="samedag-history-")) / "samedag.db"
    upgrade(f"sqlite:///{file}")
    return file


@contextlib.contextmanager
def a_house() -> Iterator[Hall]:
    """The sample house on a database of its own."""
    with TemporaryDirectory() as folder:
        shutil.copy(_template(), Path(folder) / "samedag.db")
        clock = Clock()
        hall = Hall(Store(f"sqlite:///{folder}/samedag.db", clock, SECRET), clock)
        hall.store.put_site("aalborg", SAMPLE.read_text(encoding="utf-8"))
        try:
            yield hall
        finally:
            hall.store.close()


def attempt(hall: Hall, act: Callable[[Work], object]) -> None:
    """An act, or its refusal: either is fine, anything else is not."""
    with contextlib.suppress(Refused):
        hall.do(act)


def as_told(db: Connection) -> tuple[dict[date, Floor], dict[date, Floor], list[Logged]]:
    """Every day of the log: as its rows hold it, and as its events tell it."""
    logged = eventlog.after(db, "aalborg", 0, 10**6)
    days = {entry.day for entry in logged}
    rows = {day: floors.read_floor(db, "aalborg", day) for day in days}
    return rows, {day: eventlog.replayed(db, "aalborg", day) for day in days}, logged


@dataclass(frozen=True)
class Cut:
    """Today's floor as the process showed it at some number."""

    seq: int
    floor: Floor


def told_from(cut: Cut, logged: list[Logged]) -> Floor:
    """A cut, and all that happened after it."""
    later = (e.event for e in logged if e.seq > cut.seq and e.day == cut.floor.day)
    return replay.replay(cut.floor, later)


class Day(RuleBasedStateMachine):
    """A day in which anybody may try anything at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.house = a_house()
        self.hall, self.cuts, self.steps = self.house.__enter__(), list[Cut](), 0
        self.cast: Cast | None = None

    def teardown(self) -> None:
        try:
            rows, told, logged = self.hall.store.read_here(as_told)
            assert rows == told
            assert [e.seq for e in logged] == list(range(1, len(logged) + 1))
            for cut in self.cuts:
                assert told_from(cut, logged) == rows.get(cut.floor.day, cut.floor), cut.seq
        finally:
            self.house.__exit__(None, None, None)

    @rule(row=st.sampled_from(ROWS), data=st.data())
    def act(self, row: Row, data: st.DataObject) -> None:
        self.cast = self.cast or Cast(Drawn(data))
        self.cast.luck = Drawn(data)
        attempt(self.hall, row.act(self.cast))
        self.steps += 1
        known = self.hall.store.known_here("aalborg").picture
        self.cuts.append(Cut(known.seq, known.floor))
        if self.steps % LOOK_EVERY == 0:
            rows, told, _ = self.hall.store.read_here(as_told)
            assert rows == told

    @rule(minutes=st.sampled_from((1, 6, 15)))
    def time_passes(self, minutes: int) -> None:
        self.hall.clock.forward(minutes=minutes)

    @invariant()
    def nobody_stands_at_two_desks_and_no_desk_serves_two(self) -> None:
        if not self.cuts:
            return
        floor = self.cuts[-1].floor
        standing = [(s.desk, v.id) for v in floor.visits.values() for s in v.stops if s.state in IN_HAND]
        assert len({desk for desk, _ in standing}) == len(standing) == len({visit for _, visit in standing})
        assert sorted(standing) == sorted((d.code, d.visit) for d in floor.desks.values() if d.stop)

    @invariant()
    def no_number_is_given_twice(self) -> None:
        if self.cuts:
            numbers = [v.number for v in self.cuts[-1].floor.visits.values()]
            assert len(numbers) == len(set(numbers))


Day.TestCase.settings = settings(
    max_examples=10_000 if SOAK else 80 if FOLLOWED else 500,
    stateful_step_count=60 if SOAK else 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestDay = Day.TestCase


@pytest.fixture(scope="module")
def full_day() -> Iterator[list[Logged]]:
    """The log of a long day that is always the same, in which everything happens at least once."""
    with a_house() as hall:
        luck = Random(3)
        cast = Cast(luck)
        hall.open()
        for n in range(600):
            attempt(hall, luck.choice(ROWS).act(cast))
            if n % 4 == 0:
                hall.clock.forward(seconds=luck.choice((5, 30, 70)))
        for act in the_rest():
            if isinstance(act, timedelta):
                hall.clock.at += act
            else:
                attempt(hall, act)
        rows, told, logged = hall.store.read_here(as_told)
        assert rows == told
        yield logged


def test_every_kind_of_event_happens_and_changes_the_floor_or_is_known_not_to(full_day: list[Logged]) -> None:
    changed, seen = set[Kind](), set[Kind]()
    today: dict[date, Floor] = {}
    for entry in full_day:
        before = today.setdefault(entry.day, Floor("aalborg", entry.day))
        after = today[entry.day] = replay.apply(before, entry.event)
        seen.add(entry.event.kind)
        if after != before:
            changed.add(entry.event.kind)
    assert set(Kind) - seen == set(), "nothing in tests/acts.py brings these about"
    assert set(Kind) - changed == BESIDE_THE_FLOOR


@pytest.mark.parametrize("kind", sorted(set(Kind) - BESIDE_THE_FLOOR))
def test_a_meaning_that_is_lost_is_noticed(kind: Kind, full_day: list[Logged], monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with one branch of the reducer disabled, some cut of the day with what came later is not the day."""
    floor, cuts = Floor("aalborg", full_day[0].day), list[Cut]()
    here = [e for e in full_day if e.day == floor.day]
    for entry in here:
        floor = replay.apply(floor, entry.event)
        cuts.append(Cut(entry.seq, floor))
    lost: Mapping[Kind, replay.Apply] = {**replay.APPLY, kind: lambda floor, event: floor}
    monkeypatch.setattr(replay, "APPLY", lost)
    before = Cut(0, Floor("aalborg", floor.day))
    for cut in cuts:
        try:
            shown = told_from(before, [e for e in here if e.seq <= cut.seq])
        except Exception:  # what cannot be told at all is noticed as well
            return
        if shown != cut.floor:
            return
        before = cut
    pytest.fail(f"nobody would notice that {kind} means nothing")


def test_a_tally_that_follows_the_day_is_the_one_counted_from_nothing(full_day: list[Logged]) -> None:
    house, followed = aalborg(), 0
    floor = Floor("aalborg", full_day[0].day)
    for entry in (e for e in full_day if e.day == floor.day):
        before, floor = tally_of(floor, house), replay.apply(floor, entry.event)
        kept, anew = tally_of(floor, house), counted(floor, house)
        followed += kept.factors is before.factors  # what is counted from nothing has its own
        assert (kept.calls, kept.passed, kept.behind) == (anew.calls, anew.passed, anew.behind)
        assert tuple(kept.active.values()) == tuple(anew.active.values()) == floor.active
        assert kept.factors == anew.factors
        assert kept.work.keys() == anew.work.keys()
        for place, sums in kept.work.items():
            assert sums == pytest.approx(anew.work[place])
    assert followed > 100


def test_every_use_case_is_among_the_acts() -> None:
    known = {row.does for row in ACTS} | STEPS
    found = set()
    for module in pkgutil.iter_modules(app.actions.__path__):
        loaded = import_module(f"app.actions.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters.values()), None)
            takes_a_work = first is not None and first.annotation is Work
            if not name.startswith("_") and function.__module__ == loaded.__name__ and takes_a_work:
                found.add(function)
    assert {f"{f.__module__}.{f.__name__}" for f in found - known} == set(), "give each a row in tests/acts.py"
    assert {f"{f.__module__}.{f.__name__}" for f in known - found} == set()

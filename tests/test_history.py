"""R5: for every sequence of acts, the log tells the same day as the rows; and the floor keeps its promises to itself."""

import contextlib
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.actions import (
    bookings,
    calling,
    citizen,
    coming_back,
    desks,
    planning,
    programme,
    reception,
    referring,
    sending,
    serving,
    sweeps,
)
from app.actions.reception import Arrival
from app.domain.booking_list import read_bookings
from app.domain.errors import Refused
from app.domain.floor import Floor, Learned
from app.domain.outlook import outlook
from app.domain.referral import Consent
from app.domain.stop import IN_HAND
from app.store import eventlog, floors
from app.store.migrate import upgrade
from app.store.store import Store
from app.store.work import Work
from tests.builders import DESKS, SAMPLE, Clock, Hall, aalborg, party
from tests.conftest import SECRET

SOAK = bool(os.environ.get("SAMEDAG_SOAK"))
SERVICES = ("ihnd.reception", "cs.cpr", "cs.mitid", "cs.tax", "ihnd.career", "cs.doctor")

desk_codes = st.sampled_from(DESKS)
services = st.sampled_from(SERVICES)


class Day(RuleBasedStateMachine):
    """A day in which anybody may try anything at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        url = f"sqlite:///{Path(self.folder.name)}/samedag.db"
        upgrade(url)
        self.hall = Hall(Store(url, Clock(), SECRET), Clock())
        self.hall.clock = self.hall.store.clock  # type: ignore[assignment]  # the same clock, moved by the test
        self.hall.store.put_site("aalborg", SAMPLE.read_text(encoding="utf-8"))
        self.visits: list[str] = []

    def teardown(self) -> None:
        self.hall.store.close()
        self.folder.cleanup()

    def attempt(self, act: Callable[[Work], object]) -> None:
        """An act, or its refusal: either is fine, anything else is not."""
        with contextlib.suppress(Refused):
            self.hall.do(act)

    @rule(wanted=st.lists(services, unique=True, max_size=4), adults=st.integers(1, 2), children=st.integers(0, 2))
    def arrive(self, wanted: list[str], adults: int, children: int) -> None:
        self.visits.append(self.hall.arrives(*wanted, adults=adults, children=children).id)

    @rule(desk=desk_codes)
    def open_desk(self, desk: str) -> None:
        self.attempt(lambda w: desks.open_desk(w, desk))

    @rule(desk=desk_codes, minutes=st.none() | st.integers(1, 20))
    def pause_desk(self, desk: str, minutes: int | None) -> None:
        self.attempt(lambda w: desks.pause_desk(w, desk, w.at + timedelta(minutes=minutes) if minutes else None))

    @rule(desk=desk_codes)
    def close_desk(self, desk: str) -> None:
        self.attempt(lambda w: desks.close_desk(w, desk))

    @rule(desk=desk_codes)
    def call_next(self, desk: str) -> None:
        self.attempt(lambda w: calling.call_next(w, desk))

    @rule(desk=desk_codes, what=st.sampled_from(("recall", "start", "miss", "requeue", "hold", "undo")))
    def at_the_desk(self, desk: str, what: str) -> None:
        acts = {"recall": calling.recall, "start": serving.start, "miss": calling.miss}
        acts |= {"requeue": calling.requeue, "hold": serving.hold, "undo": serving.undo}  # type: ignore[dict-item]
        self.attempt(lambda w: acts[what](w, desk))

    @rule(
        desk=desk_codes, add=st.lists(services, max_size=2, unique=True), hand_over=st.sampled_from((None, True, False))
    )
    def finish(self, desk: str, add: list[str], hand_over: bool | None) -> None:
        self.attempt(lambda w: serving.finish(w, desk, "issued", None, tuple(add), hand_over))

    @rule(desk=desk_codes, service=services)
    def send_on(self, desk: str, service: str) -> None:
        self.attempt(lambda w: sending.send_on(w, desk, service))

    @precondition(lambda self: self.visits)
    @rule(data=st.data(), desk=desk_codes, what=st.sampled_from(("call", "resume", "rejoin", "step", "back", "leave")))
    def with_a_visit(self, data: st.DataObject, desk: str, what: str) -> None:
        visit = data.draw(st.sampled_from(self.visits))
        acts: dict[str, Callable[[Work], object]] = {
            "call": lambda w: calling.call_visit(w, desk, visit),
            "resume": lambda w: serving.resume(w, desk, visit),
            "rejoin": lambda w: calling.rejoin(w, visit, False),
            "step": lambda w: citizen.step_out(w, visit, 10, False),
            "back": lambda w: citizen.come_back(w, visit, False),
            "leave": lambda w: citizen.depart(w, visit),
        }
        self.attempt(acts[what])

    @precondition(lambda self: self.visits)
    @rule(data=st.data(), what=st.sampled_from(("point", "ask", "yes", "withdraw", "sign up", "come back", "erase")))
    def on_the_way_on(self, data: st.DataObject, what: str) -> None:
        visit = data.draw(st.sampled_from(self.visits))
        floor: Floor = self.hall.floor()  # type: ignore[assignment]
        given = list(floor.visits[visit].onward) if visit in floor.visits else []
        referral = data.draw(st.sampled_from(given)) if given else "none"
        acts: dict[str, Callable[[Work], object]] = {
            "point": lambda w: referring.refer(w, visit, "leisure", Consent.NOT_ASKED),
            "ask": lambda w: referring.refer(w, visit, "host", Consent.ASKED),
            "yes": lambda w: referring.say(w, referral, Consent.GIVEN, {"contact": "a word"}),
            "withdraw": lambda w: referring.withdraw(w, referral),
            "sign up": lambda w: programme.sign_up(w, "partners-2", visit, 1),
            "come back": lambda w: coming_back.come_back_later(w, visit, "paper_missing"),
            "erase": lambda w: referring.erase(w, visit),
        }
        self.attempt(acts[what])

    @precondition(lambda self: self.visits)
    @rule(data=st.data(), what=st.sampled_from(("split", "papers", "priority", "note", "link", "path", "plan", "look")))
    def at_reception(self, data: st.DataObject, what: str) -> None:
        visit = data.draw(st.sampled_from(self.visits))
        acts: dict[str, Callable[[Work], object]] = {
            "split": lambda w: self.visits.append(reception.split(w, visit, ("m1",)).id),
            "papers": lambda w: reception.check_papers(w, visit, frozenset({"identity"}), frozenset({"address"})),
            "priority": lambda w: reception.set_priority(w, visit, True),
            "note": lambda w: reception.add_note(w, visit, "a word"),
            "link": lambda w: reception.renew_link(w, visit),
            "path": lambda w: reception.set_pathway(w, visit, "nordic"),
            "plan": lambda w: planning.journey(w, visit, ("cs.cpr", "cs.tax"), None, False),
            "look": lambda w: planning.journey(w, visit, None, None, True),
        }
        self.attempt(acts[what])

    @rule(service=services, down=st.booleans())
    def outage(self, service: str, down: bool) -> None:
        act = (
            (lambda w: desks.pause_service(w, service, None, ""))
            if down
            else (lambda w: desks.resume_service(w, service))
        )
        self.attempt(act)

    @rule()
    def forecast(self) -> None:
        at, floor = self.hall.clock(), self.hall.floor()
        news = outlook(floor, aalborg(), at, 1)  # type: ignore[arg-type]  # a Floor
        self.attempt(lambda w: planning.republish(w, news))

    @precondition(lambda self: self.visits)
    @rule(data=st.data(), what=st.sampled_from(("warn", "leave_out", "witness", "here")))
    def who_must_be_told(self, data: st.DataObject, what: str) -> None:
        visit, witness = data.draw(st.sampled_from(self.visits)), frozenset({"witness"})
        acts: dict[str, Callable[[Work], object]] = {
            "warn": lambda w: planning.warn(w, visit),
            "leave_out": lambda w: planning.leave_out(w, visit),
            "witness": lambda w: reception.check_papers(w, visit, frozenset(), witness),
            "here": lambda w: reception.check_papers(w, visit, witness, frozenset()),
        }
        self.attempt(acts[what])

    @rule(hour=st.integers(9, 14), desk=st.sampled_from(("cs-1", "cs-2")), minutes=st.integers(10, 40))
    def slot(self, hour: int, desk: str, minutes: int) -> None:
        text = f"Skranke;Dato;Tid;Minutter\n{desk};25-11-2026;{hour}:00;{minutes}\n"
        self.attempt(lambda w: bookings.import_bookings(w, read_bookings(text.encode(), aalborg())))

    @rule(hour=st.integers(9, 14), desk=st.sampled_from(("cs-1", "cs-2")), persons=st.integers(1, 2))
    def slot_comes(self, hour: int, desk: str, persons: int) -> None:
        who = Arrival("booked", party(persons), booking=f"cs-{desk}-{hour:02d}00")
        self.attempt(lambda w: self.visits.append(reception.arrive(w, who).id))

    @rule(tax=st.floats(0, 600), kept=st.floats(0.7, 2.5))
    def learn(self, tax: float, kept: float) -> None:
        learned = Learned(
            {"cs.tax": (300.0, tax)}, {"tax-1": (60.0, tax)}, {"9": {"cs.tax": 2.0}}, {"call": (kept, kept)}
        )
        self.attempt(lambda w: planning.learn(w, learned))

    @rule(minutes=st.sampled_from((1, 6, 15)))
    def time_passes(self, minutes: int) -> None:
        self.hall.clock.forward(minutes=minutes)
        self.attempt(sweeps.sweep)

    @invariant()
    def the_log_tells_what_the_rows_hold(self) -> None:
        rows, told = self.hall.store.read_here(self._both)
        assert rows == told

    def _both(self, db: object) -> tuple[Floor, Floor]:
        day = self.hall.clock.at.date()
        return floors.read_floor(db, "aalborg", day), eventlog.replayed(db, "aalborg", day)  # type: ignore[arg-type]

    @invariant()
    def nobody_stands_at_two_desks_and_no_desk_serves_two(self) -> None:
        floor: Floor = self.hall.floor()  # type: ignore[assignment]
        standing = [(s.desk, v.id) for v in floor.visits.values() for s in v.stops if s.state in IN_HAND]
        assert len({desk for desk, _ in standing}) == len(standing) == len({visit for _, visit in standing})
        assert sorted(standing) == sorted((d.code, d.visit) for d in floor.desks.values() if d.stop)


Day.TestCase.settings = settings(
    max_examples=10_000 if SOAK else 60,
    stateful_step_count=60 if SOAK else 30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestDay = Day.TestCase

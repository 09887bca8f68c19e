"""What is remembered from one floor to the next is never untrue, and never more than is of use."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest

from app.actions import calling, reception, serving
from app.domain import hours, remembered, replay, tally
from app.domain.events import Event, Kind
from app.domain.floor import Floor
from app.domain.journey import journey_of
from app.domain.lines import Lines
from app.domain.sight import scene_of
from app.domain.tally import counted, tally_of
from tests.builders import Hall, aalborg, states
from tests.screens.day import a_floor, a_stop, a_visit, clock, told


def test_a_floor_from_before_is_counted_for_itself() -> None:
    few = a_floor(a_visit(a_stop("a.1", "cs.tax"), number=127), open_desks="tax-1")
    more = few.with_visit(a_visit(a_stop("b.1", "cs.tax"), number=128))
    assert tally_of(more, aalborg()).floor is more
    again = tally_of(few, aalborg())
    assert (again.floor, again.calls, again.passed) == (few, counted(few, aalborg()).calls, {})


def test_who_is_called_twice_has_overtaken_once_however_the_day_is_followed(hall: Hall) -> None:
    hall.open("tax-1", "cs-1", "cs-2")
    first, later, last = (hall.arrives("cs.tax", "cs.doctor") for _ in range(3))
    passed = []
    for desk, party in (("tax-1", later), ("cs-1", later), ("cs-2", last)):
        hall.do(lambda w, d=desk, p=party: calling.call_visit(w, d, p.id))
        passed.append(tally_of(hall.floor(), aalborg()).passed)
        hall.do(lambda w, d=desk: serving.start(w, d))
        hall.do(lambda w, d=desk: serving.finish(w, d))
        tally_of(hall.floor(), aalborg())
    assert passed == [{first.id: 1}, {first.id: 1}, {first.id: 2}]
    assert passed[-1] == counted(hall.floor(), aalborg()).passed


def test_a_party_may_be_remembered_while_others_are_carried_over_to_new_lengths(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    visit = a_visit(a_stop("a.1", "cs.tax"), number=127)
    (party,) = scene_of(a_floor(visit, open_desks="tax-1"), aalborg(), clock("10:00")).parties
    known: dict[str, Any] = {}

    class Watched:
        """Another thread remembers a party just as this visit is looked at."""

        active = True

        @property
        def stops(self) -> tuple[()]:
            known["another"] = visit, party
            return ()

    known["watched"] = Watched(), party
    monkeypatch.setattr(remembered, "_memories", (remembered.Memory(aalborg(), {}, known),))
    assert "watched" in remembered.parties_of(aalborg(), {"cs.tax": 1.5})


@pytest.mark.parametrize("kept", [True, False])
def test_a_look_that_lags_behind_counts_on_from_where_such_a_look_was_before(
    kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    floors = [a_floor(open_desks="tax-1")]
    for n in range(1, 8):
        floors.append(floors[-1].with_visit(a_visit(a_stop(f"{n}.1", "cs.tax"), number=n)))
    for floor in floors:
        tally_of(floor, aalborg())
    anew: list[Floor] = []
    monkeypatch.setattr(tally, "counted", lambda floor, house: anew.append(floor) or counted(floor, house))
    if not kept:  # the control
        tally._behind.clear()
    tally_of(floors[1], aalborg())
    assert anew == ([] if kept else [floors[1]])


def test_memory_does_not_grow_with_visits_and_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST_PARTIES", 2)
    monkeypatch.setattr(remembered, "MOST_DAYS", 2)
    monkeypatch.setattr(hours, "MOST_DAYS", 4)
    day = a_floor(*[a_visit(a_stop(f"{n}.1", "cs.tax"), number=n) for n in range(1, 8)], open_desks="tax-1")
    found = [scene_of(replace(day, day=date(2026, 11, d)), aalborg(), clock("10:00")) for d in (23, 24, 25, 26)]
    assert {len(scene.parties) for scene in found} == {7}
    assert all(len(memory.parties) <= 2 for memory in remembered._memories)
    assert len(remembered._memories) <= remembered.MEMORIES
    assert len(remembered._placed) <= 2
    assert len(hours._OPEN) <= 4


def test_an_idle_desk_has_its_break_before_it_until_the_break_begins_whoever_looked_before() -> None:
    floor = a_floor(open_desks="cs-1")

    def breaks(at: str) -> tuple[tuple[float, float], ...]:
        return next(d.breaks for d in scene_of(floor, aalborg(), clock(at)).desks if d.code == "cs-1")

    (starts, minutes), *_ = aalborg_breaks = breaks("09:00")
    later = f"{int(starts // 60):02}:{int(starts % 60) + 1:02}"
    assert minutes > 0
    assert [breaks(at) for at in ("09:30", later, "09:00", later)] == [aalborg_breaks, (), aalborg_breaks, ()]


def test_what_changed_since_a_floor_is_what_is_new_or_other_and_never_one_too_few() -> None:
    a, b, c = (a_visit(a_stop(f"{n}.1", "cs.tax"), number=n) for n in (1, 2, 3))
    before = a_floor(a, b)
    other = replace(b, priority=True)
    assert before.with_visit(other).with_visit(c).visits_since(before) == [other, c]
    assert before.visits_since(before) == []
    assert c in a_floor(c, a, b).visits_since(a_floor(a, b))  # another order than floors ever have


def test_on_a_day_when_nobody_opens_there_is_no_desk() -> None:
    assert scene_of(Floor("aalborg", date(2026, 11, 29)), aalborg(), clock("10:00")).desks == ()


def test_a_service_that_the_house_no_longer_has_is_planned_by_no_desk() -> None:
    house = replace(aalborg(), services={k: s for k, s in aalborg().services.items() if k != "cs.tax"})
    floor = a_floor(a_visit(a_stop("a.1", "cs.tax"), number=127), open_desks="tax-1")
    assert scene_of(floor, house, clock("10:00")).parties == ()


def test_a_line_is_worked_out_once_for_all_who_look() -> None:
    lines = Lines(a_floor(a_visit(a_stop("a.1", "cs.tax"), number=127), open_desks="tax-1"), aalborg(), clock("10:00"))
    assert lines.turns("tax-1") is lines.turns("tax-1")


def test_those_told_a_later_time_stand_one_behind_the_other() -> None:
    names = {"a": "11:00", "b": "11:30", "c": "12:00"}
    visits = [a_visit(a_stop(f"{n}.1", "cs.tax"), windows={f"{n}.1": told(at, "13:00")}) for n, at in names.items()]
    lines = Lines(a_floor(*visits, open_desks="tax-1"), aalborg(), clock("10:00"))
    assert [lines.ahead(visit, visit.stops[0]) for visit in visits] == [0, 1, 2]


def test_who_stands_behind_a_line_has_before_them_all_of_it_and_whoever_else_was_told_an_earlier_time() -> None:
    luck = Random(7)
    for _ in range(40):
        visits = []
        for name in "abcdefgh":
            stops = [a_stop(f"{name}.{n}", service) for n, service in enumerate(("cs.tax", "cs.cpr"), 1)]
            times = {s.id: told(f"{luck.randint(10, 13)}:{luck.choice((10, 20, 30))}", "14:00") for s in stops}
            away = clock("11:00") if luck.random() < 0.2 else None
            visits.append(a_visit(*stops, windows=times, away_until=away))
        floor = a_floor(*visits, open_desks="cs-3")  # it does both
        lines = Lines(floor, aalborg(), clock("10:00"))
        line = [turn.party.key for turn in lines.turns("cs-3")]
        waiting = [v for v in visits if v.id not in line and not v.away_until]
        for visit in visits:
            others = [v.windows[s.id].start for v in waiting for s in v.stops if v is not visit]
            for stop in visit.stops:
                before = sum(at < visit.windows[stop.id].start for at in others)
                place = line.index(visit.id) if visit.id in line else len(line) + before
                assert lines.ahead(visit, stop) == place


def test_a_consent_of_a_day_that_is_forgotten_changes_nothing() -> None:
    floor = Floor("aalborg", date(2026, 11, 25))
    said = Event(Kind.CONSENT_CHANGED, clock("10:00"), "20261125-001", facts={"referral": "r", "consent": "withdrawn"})
    assert replay.apply(floor, said) == floor


def test_what_was_only_for_those_who_leave_is_dropped_where_they_left(hall: Hall) -> None:
    hall.open()
    visit = hall.arrives("cs.tax", adults=2)
    hall.do(lambda w: reception.add_stop(w, visit.id, "cs.doctor", ("m2",)))
    new = hall.do(lambda w: reception.split(w, visit.id, ("m2",)))
    assert states(new) == {"cs.tax": "waiting", "cs.doctor": "waiting"}
    assert states(hall.visit(visit)) == {"cs.tax": "waiting", "cs.doctor": "dropped"}


def test_a_pair_hears_when_it_would_be_done_apart_only_if_both_would_be_done(hall: Hall) -> None:
    hall.open()
    visit = hall.arrives("cs.tax", "cs.mitid", adults=2)

    def offered() -> list[str]:
        return [c.kind for c in journey_of(hall.floor(), aalborg(), hall.clock(), visit).choices]

    assert "split" in offered()
    hall.clock.forward(hours=5, minutes=50)
    assert "split" not in offered()

"""How promises were kept, from the floor and from the log."""

from datetime import datetime, timedelta

from app.domain.events import Event, Kind
from app.domain.floor import Learned
from app.domain.ids import iso
from app.domain.kept import Measured, measured, promises, widening
from app.domain.promise import Widening
from app.domain.stop import State
from app.domain.visit import Presence
from tests.screens.day import a_floor, a_stop, a_visit, clock, told


def called(at: str, name: str = "a", **more: object) -> object:
    stop = a_stop(f"{name}.1", "cs.tax", State.DONE, called_at=clock(at))
    return a_visit(stop, windows={f"{name}.1": told("09:40", "09:55")}, **more)


def test_a_window_that_was_missed_makes_the_next_ones_wider_and_a_kept_one_hardly_narrower() -> None:
    begun = Widening()
    late = widening(a_floor(called("10:10")))["call"]
    kept = widening(a_floor(called("09:50")))["call"]
    assert late.above > begun.above > kept.above
    assert late.above - begun.above > 5 * (begun.above - kept.above)


def test_a_day_begins_with_what_the_last_such_day_ended_with() -> None:
    learned = Learned({}, {}, {}, {"call": (1.1, 2.2)})
    assert widening(a_floor(learned=learned))["call"] == Widening(1.1, 2.2)
    assert widening(a_floor(learned=learned))["end"] == Widening()


def test_widening_stays_within_its_bounds() -> None:
    visits = [called("10:30", f"v{n}", number=101 + n) for n in range(60)]
    assert widening(a_floor(*visits))["call"].above == 2.5


def event(kind: Kind, at: str, stop: str | None = None, desk: str | None = None, **facts: object) -> Event:
    return Event(kind, clock(at), "a", stop, desk, facts)


def window(start: str, end: str, likely: str) -> list[str]:
    return [iso(clock(t)) for t in (start, end, likely)]


def call(at: str) -> Event:
    return event(Kind.CALLED, at, "a.1", "tax-1", call="a.1.1", sitting=[], why="in_turn", priority=False)


def test_a_promise_is_judged_by_the_window_first_told() -> None:
    log = [
        event(Kind.PLANNED, "09:00", windows={"a.1": window("09:20", "09:35", "09:25")}, finish=None, why="first"),
        event(Kind.PLANNED, "09:20", windows={"a.1": window("09:40", "09:55", "09:45")}, finish=None, why="later"),
        call("09:45"),
        call("10:30"),
    ]
    (kept,) = promises(log)
    assert (kept.width, kept.error, kept.inside, kept.late, kept.moves) == (15.0, 20.0, False, True, 1)


def test_the_end_of_a_visit_counts_only_when_all_was_done() -> None:
    plan = event(Kind.PLANNED, "09:00", windows={}, finish=window("09:20", "09:40", "09:30"), why="first")
    done = event(Kind.ENDED, "09:36", state="done", comes_back=None)
    left = event(Kind.ENDED, "09:36", state="left", comes_back=None)
    assert [p.stop for p in promises([plan, done])] == [None]
    assert promises([plan, left]) == []


def a_day(*late: float) -> list[Event]:
    """Parties that were all told a call from nine to ten past nine, and came so many minutes after the likeliest time."""
    at: datetime = clock("09:00")
    log = []
    for n, minutes in enumerate(late):
        plan = {f"v{n}.1": [iso(at), iso(at + timedelta(minutes=10)), iso(at + timedelta(minutes=5))]}
        facts: dict[str, object] = {"windows": plan, "finish": None, "why": "first"}
        log.append(Event(Kind.PLANNED, at, f"v{n}", facts=facts))
        said = {"call": "c", "sitting": [], "why": "in_turn", "priority": False}
        log.append(Event(Kind.CALLED, at + timedelta(minutes=5 + minutes), f"v{n}", f"v{n}.1", "tax-1", said))
    return log


def test_figures_are_counts_and_medians() -> None:
    found = measured(promises(a_day(0, 1, 2, 3, 4, *[20] * 6, *[-7] * 5)))
    assert (found.promises, found.kept, found.late, found.early) == (16, 5, 6, 5)
    assert (found.first_error, found.last_error, found.width, found.moves) == (7.0, 7.0, 10.0, 0.0)


def test_the_error_of_the_last_window_is_told_beside_that_of_the_first() -> None:
    log = a_day(*[20] * 6)
    at = clock("09:12")
    moved = {"v0.1": [iso(at), iso(at + timedelta(minutes=15)), iso(clock("09:24"))]}
    log.insert(1, Event(Kind.PLANNED, at, "v0", facts={"windows": moved, "finish": None, "why": "later"}))
    (first, *_) = promises(log)
    assert (first.error, first.last, first.moves) == (20.0, 1.0, 1)
    assert measured(promises(log)).moves == 0.17


def test_what_few_windows_missed_is_not_told_and_cannot_be_worked_out() -> None:
    found = measured(promises(a_day(*[0] * 9, 20, 20)))
    assert (found.promises, found.kept, found.late, found.early) == (11, None, None, 0)
    assert found.first_error == 0.0
    few = measured(promises(a_day(0, 0, 20)))
    assert set(vars_of(few)) == {None}
    assert measured([]).promises == 0


def vars_of(found: Measured) -> list[object]:
    return [getattr(found, name) for name in found.__slots__]


def test_a_visit_that_ended_after_its_promised_end_makes_the_next_ends_wider() -> None:
    stop = a_stop("a.1", "cs.tax", State.DONE)
    late = a_visit(stop, finish=told("10:20", "10:40"), presence=Presence.DONE, ended_at=clock("11:30"))
    assert widening(a_floor(late))["end"].above > Widening().above

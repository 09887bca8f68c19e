"""What past days teach: drawn towards the house file, and nothing about anybody."""

import json
from dataclasses import replace
from datetime import timedelta

from app.domain.floor import Floor
from app.domain.learning import learned_from
from app.domain.sight import scene_of
from app.domain.stop import State
from app.store.codec import plain
from tests.builders import aalborg
from tests.screens.day import DAY, a_floor, a_stop, a_visit, clock, told


def past(ago: int, minutes: float, desk: str = "tax-1", stops: int = 8) -> tuple[int, Floor]:
    """A day so long ago on which every tax card took so many minutes."""
    visits = []
    for n in range(stops):
        start = clock("09:30") + timedelta(minutes=20 * n)
        made = a_stop(f"v{n}.1", "cs.tax", State.DONE, desk=desk, started_at=start, called_at=start)
        made = replace(made, ended_at=start + timedelta(minutes=minutes))
        visits.append(a_visit(made, number=101 + n, windows={f"v{n}.1": told("09:00", "09:01")}))
    return ago, replace(a_floor(*visits), day=DAY - timedelta(days=ago))


def expected(floor: Floor) -> float:
    (party,) = scene_of(floor, aalborg(), clock("10:00")).parties
    return party.errands[0].minutes


def today(**more: object) -> Floor:
    return a_floor(a_visit(a_stop("a.1", "cs.tax")), open_desks="tax-1", **more)


def test_a_service_that_takes_longer_than_filed_is_expected_to_but_not_all_the_way() -> None:
    learned = learned_from([past(n, 18.0) for n in range(1, 6)], aalborg(), DAY.weekday())
    assert 12.0 < expected(today(learned=learned)) < 18.0
    assert expected(today(learned=learned)) > 15.5


def test_one_odd_day_changes_little() -> None:
    learned = learned_from([past(1, 24.0, stops=2)], aalborg(), DAY.weekday())
    assert 12.0 < expected(today(learned=learned)) < 15.0


def test_today_itself_is_learned_from() -> None:
    done = past(0, 20.0)[1].visits
    floor = today()
    assert expected(replace(floor, visits={**floor.visits, **done})) > 13.0


def test_older_days_count_less() -> None:
    slow_then_fast = [past(20, 20.0), past(1, 10.0)]
    fast_then_slow = [past(20, 10.0), past(1, 20.0)]
    first, second = (learned_from(days, aalborg(), 0) for days in (slow_then_fast, fast_then_slow))
    assert expected(today(learned=first)) < expected(today(learned=second))


def test_the_widening_is_that_of_the_last_such_weekday() -> None:
    days = [past(1, 12.0), past(7, 12.0)]
    learned = learned_from(days, aalborg(), DAY.weekday())
    assert learned is not None
    assert learned.widening["call"][1] > 2.0
    assert learned_from([past(1, 12.0)], aalborg(), DAY.weekday()).widening == {}


def test_who_comes_when_is_learned_as_counts() -> None:
    learned = learned_from([past(1, 12.0), past(2, 12.0)], aalborg(), 0)
    assert learned is not None
    assert learned.rates == {"9": {"cs.tax": 8.0}}
    rates = scene_of(today(learned=learned), aalborg(), clock("08:40")).rates
    assert [(r.start, r.end, r.per_hour) for r in rates] == [(540.0, 600.0, 8.0)]


def test_days_without_anybody_teach_nothing() -> None:
    assert learned_from([(1, a_floor()), (2, a_floor())], aalborg(), 0) is None


def test_nothing_about_anybody_is_kept() -> None:
    text = json.dumps(plain(learned_from([past(1, 12.0)], aalborg(), 0)))
    assert not any(word in text for word in ("v0", "101", "adult", "2026"))


def test_a_party_that_was_split_off_did_not_come_anew() -> None:
    ago, day = past(1, 12.0)
    apart = replace(day, visits={k: replace(v, came_from="another") for k, v in day.visits.items()})
    learned = learned_from([(ago, apart)], aalborg(), 0)
    assert learned is not None
    assert learned.rates == {}

"""Whatever the floor: no journey breaks a prerequisite, an hour, a desk's services, a member's presence, or overlaps itself.

Floors are drawn: parties of one to three with stops in any state, desks that are open, paused or closed, services that are down.
Each rule has a control: plans made with that rule taken away are caught.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import doors, hours, planner
from app.domain.floor import DeskNow, DeskState, Floor, Outage
from app.domain.journey import ask
from app.domain.planner import Planned
from app.domain.scene import Party, Scene, State
from app.domain.sight import Sight
from app.domain.stop import State as StopState
from app.domain.visit import Member, Visit
from tests.builders import DESKS, aalborg
from tests.screens.day import a_floor, a_stop, a_visit, clock

SEEDS = st.integers(0, 1_000_000)
AT = "11:10"
WANTED = ("cs.cpr", "cs.doctor", "cs.tax", "cs.mitid", "ihnd.career")

Change = Callable[[Scene, Party], tuple[Scene, Party]]


def a_party(rng: Random, n: int) -> Visit:
    members = tuple(
        Member(str(k), "adult" if k == 1 or rng.random() < 0.5 else "child") for k in range(1, rng.randint(2, 4))
    )
    stops, services = [], [s for s in WANTED if rng.random() < 0.5] or ["cs.tax"]
    for k, service in enumerate(services, 1):
        locked = service in ("cs.doctor", "cs.mitid") and "cs.cpr" in services
        for_whom = tuple(m.id for m in members if rng.random() < 0.7) or ("1",)
        stops.append(a_stop(f"v{n}.{k}", service, StopState.LOCKED if locked else StopState.WAITING, members=for_whom))
    visit = a_visit(*stops, number=101 + n, members=members, arrived_at=clock("09:00") + timedelta(minutes=3 * n))
    if rng.random() < 0.2:
        visit = replace(visit, away_until=clock(AT) + timedelta(minutes=rng.randint(1, 60)))
    if rng.random() < 0.2:
        visit = replace(visit, leave_by=clock(AT) + timedelta(minutes=rng.randint(5, 120)))
    return visit


def a_drawn_floor(seed: int) -> Floor:
    rng = Random(seed)
    floor = a_floor(*(a_party(rng, n) for n in range(rng.randint(1, 8))))
    for code in DESKS:
        state = rng.choice((DeskState.OPEN, DeskState.OPEN, DeskState.PAUSED, DeskState.CLOSED))
        until = clock(AT) + timedelta(minutes=rng.randint(1, 40)) if state is DeskState.PAUSED else None
        floor = floor.with_desk(DeskNow(code, state, clock("08:30"), until))
    if rng.random() < 0.4:
        floor = _seated(floor, rng)
    if rng.random() < 0.3:
        down = rng.choice(WANTED)
        floor = replace(floor, outages={down: Outage(down, clock("10:50"), clock("11:40"), "")})
    return floor


def _seated(floor: Floor, rng: Random) -> Floor:
    """Somebody sits at an open desk."""
    for code, desk in aalborg().desks.items():
        for visit in floor.visits.values():
            stop = next((s for s in visit.waiting if s.service in desk.services and not visit.away_until), None)
            if stop is not None and floor.desk(code).state is DeskState.OPEN:
                began = clock(AT) - timedelta(minutes=rng.randint(0, 20))
                seated = replace(
                    stop, state=StopState.SERVING, desk=code, since=began, started_at=began, called_at=began
                )
                floor = floor.with_visit(visit.with_stop(seated))
                return floor.with_desk(replace(floor.desk(code), visit=visit.id, stop=stop.id))
    return floor


def planned(floor: Floor, visit: Visit, change: Change | None = None) -> list[Planned]:
    """The sittings of a party's journey; `change` takes a rule away first."""
    question = ask(floor, aalborg(), clock(AT), visit, False)
    party = next((p for p in question.scene.parties if p.key == question.party), None)
    if party is None:
        return []
    scene, party = change(question.scene, party) if change else (question.scene, party)
    return list(planner.plan(scene, party).sittings)


def faults(floor: Floor, visit: Visit, sittings: list[Planned]) -> Iterator[str]:
    """What a plan breaks, told from the floor and the house file alone."""
    house, sight = aalborg(), Sight(floor, aalborg(), clock(AT))
    in_hand = visit.in_hand
    done = {in_hand.service} if in_hand else set[str]()
    for sitting in sittings:
        desk, spans = house.desks[sitting.desk], hours.desk_intervals(house, sitting.desk, floor.day)
        for key in sitting.errands:
            stop = visit.stop(key)
            if set(doors.locked_by(visit, house, stop)) - done:
                yield "prerequisite"
            if stop.service not in desk.services:
                yield "services"
            outage = floor.outages.get(stop.service)
            if outage and outage.expected_back and sight.moment(sitting.start) < outage.expected_back:
                yield "outage"
            if not set(stop.members) <= {m.id for m in visit.members}:
                yield "members"
            done.add(stop.service)
        latest = sight.minutes(spans[-1][1]) + house.grace_minutes
        if sitting.start < sight.minutes(spans[0][0]) or sitting.end > latest + 1e-6:
            yield "hours"
        if visit.away_until and sitting.start < sight.minutes(visit.away_until) - 1e-6:
            yield "presence"
        if visit.leave_by and sitting.start > sight.minutes(visit.leave_by):
            yield "presence"
        now = floor.desk(sitting.desk)
        if in_hand and in_hand.desk == sitting.desk and sitting.start <= sight.now:
            yield "overlap"
        if now.until and sight.moment(sitting.start + 0.001) < now.until:
            yield "pause"
    if in_hand and any(s.start <= sight.now for s in sittings):
        yield "overlap"
    if any(a.end > b.start + 1e-6 for a, b in pairwise(sorted(sittings))):
        yield "overlap"


@settings(max_examples=120, deadline=None)
@given(SEEDS)
def test_no_journey_breaks_a_rule_of_the_house_whatever_the_floor(seed: int) -> None:
    floor = a_drawn_floor(seed)
    for visit in floor.active:
        assert list(faults(floor, visit, planned(floor, visit))) == []


def _party(**change: object) -> Change:
    return lambda scene, party: (scene, replace(party, **change))


def _errands(**change: object) -> Change:
    return lambda scene, party: (scene, replace(party, errands=tuple(e._replace(**change) for e in party.errands)))


def _desks(**change: object) -> Change:
    return lambda scene, party: (replace(scene, desks=tuple(replace(d, **change) for d in scene.desks)), party)


CONTROLS: dict[str, Change] = {
    "prerequisite": _errands(after=frozenset()),
    "services": _desks(services=frozenset(WANTED)),
    "outage": lambda scene, party: (replace(scene, outages={}), party),
    "hours": _desks(closes=24 * 60.0, opens=0.0),
    "presence": _party(ready_at=0.0, leave_by=None, state=State.WAITING),
    "pause": _desks(until=None),
}


@pytest.mark.parametrize("rule", CONTROLS)
def test_with_a_rule_taken_away_some_journey_breaks_it(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if rule == "hours":
        monkeypatch.setattr(sys.modules[__name__], "AT", "14:45")  # at noon nobody would be planned past closing
    drawn = [a_drawn_floor(seed) for seed in range(80)]
    broken = {f for floor in drawn for v in floor.active for f in faults(floor, v, planned(floor, v, CONTROLS[rule]))}
    assert rule in broken


def _alone(key: str) -> Change:
    return lambda scene, party: (scene, replace(party, errands=tuple(e for e in party.errands if e.key == key)))


def test_a_journey_that_were_planned_stop_by_stop_would_overlap() -> None:
    """The control of the overlap: each stop by itself as early as it can be."""
    broken = set()
    for seed in range(40):
        floor = a_drawn_floor(seed)
        for visit in floor.active:
            sittings = [s for stop in visit.open_stops for s in planned(floor, visit, _alone(stop.id))]
            broken |= set(faults(floor, visit, sittings))
    assert "overlap" in broken

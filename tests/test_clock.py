"""R10: the clock. Days on which clocks change, a process in the wrong time zone, a server clock that jumps, clients that lie."""

import os
import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from app.actions import sweeps
from app.clock import never_back
from app.config import Settings
from app.domain.events import Kind
from app.main import create_app
from app.store import eventlog
from app.store.access import Holder, make_token
from app.store.eventlog import Logged
from app.store.store import Store
from tests.builders import SAMPLE, Clock
from tests.commands import WALK_IN
from tests.conftest import SECRET, Client

ZONE = ZoneInfo("Europe/Copenhagen")
SPRING, AUTUMN, NEW_YEAR, LEAP = date(2027, 3, 28), date(2026, 10, 25), date(2027, 1, 1), date(2028, 2, 29)
DAYS = (SPRING, AUTUMN, NEW_YEAR, LEAP)
HOURS = ("00:05", "15:01", "22:30", "23:30")
TAX = WALK_IN | {"services": ["cs.tax"]}


class Wall(Clock):
    """The same, in which a look from another thread can't undo what the test has just set."""

    def __init__(self) -> None:
        self._looks = count(1)
        super().__init__()

    def __call__(self) -> datetime:
        """Each look is a millisecond later."""
        return self.at + timedelta(milliseconds=next(self._looks))


@pytest.fixture
def clock() -> Clock:
    """A clock that the test moves as it likes."""
    return Wall()


@pytest.fixture(params=["UTC", "Pacific/Auckland"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The time zone of the process, which nothing may follow."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


class Nights(Client):
    """A house that is open around the clock on the days that matter; nothing happens in it but what a test does."""

    clock: Clock

    @property
    def store(self) -> Store:
        """What the house is kept in."""
        found: Store = self.app.state.store  # the application behind the client
        return found

    def at(self, day: date, wall: str) -> None:
        """The clock on the house's wall."""
        self.clock.at = datetime.combine(day, datetime.strptime(wall, "%H:%M").time(), ZONE).astimezone(UTC)

    def act(self, path: str, body: object = None, status: tuple[int, ...] = (200, 201)) -> dict:
        """A command of the admin's."""
        answer = self.post(f"{self.site}{path}", json=body or {}, headers=self.as_("admin"))
        assert answer.status_code in status, answer.text
        found: dict[str, object] = answer.json()
        return found

    def see(self, path: str) -> dict:
        """A screen."""
        found: dict[str, object] = self.get(f"{self.site}{path}", headers=self.as_("admin")).json()
        return found

    def sweep(self) -> None:
        """What the clock does each second, when something is due."""
        known = self.store.known_here("aalborg")
        if sweeps.due(known.picture.floor, known.house, self.store.clock()):
            self.store.run_here("aalborg", sweeps.sweep, "clock")

    def log(self) -> list[Logged]:
        """Everything that happened."""
        return self.store.read_here(lambda db: eventlog.after(db, "aalborg", 0, 10_000))

    def line(self, desk: str = "tax-1") -> list[int]:
        """The numbers that wait at a desk, in their order."""
        return [entry["number"] for entry in self.see(f"/desks/{desk}")["line"]]


def _open_at_night(until: str) -> str:
    """The sample house, open from one minute after midnight on those days and the ones after."""
    text = re.sub(r'\[authority\.special\]\n("[^\n]*\n)*', "", SAMPLE.read_text(encoding="utf-8"))
    days = {d + timedelta(days=n) for d in DAYS for n in (0, 1)}
    special = "".join(f'"{d}" = ["00:01-{until}"]\n' for d in sorted(days))
    return text.replace("[authority.week]", f"[authority.special]\n{special}[authority.week]")


@pytest.fixture
def nights(
    request: pytest.FixtureRequest, sqlite: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Nights]:
    """That house over HTTP, open until 23:59 or when the test says; only the test sweeps it."""
    monkeypatch.setattr("app.live.ticker.SWEEP_SECONDS", 3600)
    store = Store(sqlite, clock, SECRET)
    store.put_site("aalborg", _open_at_night(getattr(request, "param", "23:59")))
    clock.at = datetime(2026, 10, 1, tzinfo=UTC)  # before all of those days: what purges at the start finds nothing due
    token = store.write_here(lambda db: make_token(db, Holder("aalborg", "admin", "admin", ()), clock()))
    store.close()
    settings = Settings(database_url=sqlite, secret=SECRET.decode(), env="development", base_url="http://testserver")
    with Nights(create_app(settings, clock)) as found:
        found.tokens, found.clock = {"admin": token}, clock
        yield found


def _moments(found: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every moment in an answer, with its name."""
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _moments(value, key)
    elif isinstance(found, list):
        for value in found:
            yield from _moments(value, name)
    elif isinstance(found, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", found):
        yield name, found


PAST = {"since", "arrived_at", "called_at", "started_at", "ended_at"}


def _no_negative_wait(screen: dict) -> None:
    now = datetime.fromisoformat(screen["at"])
    early = [(name, at) for name, at in _moments(screen) if name in PAST and datetime.fromisoformat(at) > now]
    assert not early, f"after {now}: {early}"


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_day_is_one_day_in_any_time_zone_of_the_process(nights: Nights, zone: str, day: date) -> None:
    waiting: list[int] = []
    for hour, desk in zip(HOURS, ("cs-1", "cs-2", "cs-3", "cs-4"), strict=True):
        nights.at(day, hour)
        if hour == HOURS[0]:
            nights.act("/desks/tax-1/openings")
        nights.act(f"/desks/{desk}/openings")
        waiting.append(nights.act("/visits", TAX)["number"])
        called = nights.act("/visits", WALK_IN)
        nights.act(f"/desks/{desk}/calls", {"visit": called["id"]})
        board, floor = nights.see("/board"), nights.see("/floor")
        assert [c["number"] for c in board["now"] if c["desk"] == desk] == [called["number"]], "a call is on the wall"
        assert called["id"].startswith(f"{day:%Y%m%d}-")
        nights.act(f"/desks/{desk}/starts")
        for screen in (board, floor, nights.see("/desks/tax-1"), nights.see(f"/desks/{desk}")):
            _no_negative_wait(screen)
        ticket = nights.get(f"/api/v1/tickets/{called['token']}").json()
        assert (ticket["state"], ticket["phase"]) == ("active", "serving")
        assert nights.line() == waiting == sorted(waiting)
        assert {v["number"] for v in nights.see("/floor")["visits"]} == set(range(101, called["number"] + 1))
        nights.sweep()
    # Who sat down after midnight still sits there late in the evening, and everybody is of this day.
    assert [nights.see(f"/desks/{d}")["in_hand"]["number"] for d in ("cs-1", "cs-4")] == [102, 108]
    assert {entry.day for entry in nights.log()} == {day}


@pytest.mark.parametrize("nights", ["23:20"], indirect=True)
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_day_is_closed_once_and_rolls_once(nights: Nights, zone: str, day: date) -> None:
    nights.at(day, "22:30")
    nights.act("/desks/tax-1/openings")
    left = nights.act("/visits", TAX)
    nights.at(day, "23:19")
    nights.sweep()
    assert [v["number"] for v in nights.see("/floor")["visits"]] == [left["number"]]
    nights.at(day, "23:30")
    assert nights.act("/visits", TAX, (409,))["code"] == "house_closed"
    for minute in (46, 50, 55, 59):
        nights.at(day, f"23:{minute}")
        nights.sweep()
    assert nights.see(f"/visits/{left['id']}")["state"] == "carried_over"
    nights.at(day + timedelta(days=1), "00:00")
    midnight, found = nights.clock.at, []
    for seconds in (-20, -10, 10, 20):
        nights.clock.at = midnight + timedelta(seconds=seconds)
        nights.sweep()
        found.append(nights.store.known_here("aalborg").picture.floor.day)
    assert found == [day, day, day + timedelta(days=1), day + timedelta(days=1)]
    nights.at(day + timedelta(days=1), "00:05")
    assert nights.see("/floor")["visits"] == [] and nights.see("/board")["now"] == []
    new = nights.act("/visits", TAX)
    assert new["number"] == 101 and new["id"] != left["id"], "a number of another day names another visit"
    kinds = [e.event.kind for e in nights.log()]
    assert (kinds.count(Kind.DAY_CLOSED), kinds.count(Kind.ARRIVED)) == (1, 2)


def test_a_server_clock_that_jumps_an_hour_reorders_and_loses_nothing(nights: Nights) -> None:
    nights.at(LEAP, "12:00")
    nights.act("/desks/tax-1/openings")
    nights.act("/desks/cs-1/openings")
    numbers = []
    seated = nights.act("/visits", WALK_IN)
    nights.act("/desks/cs-1/calls", {"visit": seated["id"]})
    nights.act("/desks/cs-1/starts")
    for jump in (0, -1, 0, 1, -1, 1):
        nights.clock.forward(hours=jump, seconds=20)
        numbers.append(nights.act("/visits", TAX)["number"])
        nights.sweep()
        assert nights.line() == sorted(numbers), f"after {jump:+} h"
        for path in ("/floor", "/board", "/desks/tax-1", "/desks/cs-1"):
            _no_negative_wait(nights.see(path))
        assert nights.see("/desks/cs-1")["in_hand"]["number"] == seated["number"]
    moments = [entry.event.at for entry in nights.log()]
    assert moments == sorted(moments), "what happened later is never said to have happened before"
    calls = []
    for _ in numbers:
        calls.append(nights.act("/desks/tax-1/calls")["call"]["number"])
        nights.act("/desks/tax-1/starts")
        nights.act("/desks/tax-1/finishes")
    assert calls == sorted(numbers)


def test_a_clock_that_was_put_back_across_midnight_rolls_the_day_once(nights: Nights) -> None:
    nights.at(LEAP, "23:50")
    nights.act("/visits", TAX | {"anyway": True})
    nights.at(LEAP + timedelta(days=1), "00:02")
    assert nights.act("/visits", TAX)["number"] == 101
    nights.at(LEAP, "23:30")
    assert nights.act("/visits", TAX)["number"] == 102
    days = [entry.day for entry in nights.log()]
    assert days == sorted(days)


@pytest.mark.parametrize("off", [-24, 24])
def test_a_clients_clock_decides_nothing(nights: Nights, off: int) -> None:
    nights.at(LEAP, "12:00")
    theirs = (nights.clock.at + timedelta(hours=off)).strftime("%Y-%m-%dT%H:%M:%SZ")
    headers = nights.as_("admin") | {"Date": theirs, "If-Unmodified-Since": theirs}
    for name in ("at", "arrived_at", "since", "called_at"):
        answer = nights.post(f"{nights.site}/visits", json=TAX | {name: theirs}, headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name)
    made = nights.post(f"{nights.site}/visits", json=TAX, headers=headers).json()
    arrived = datetime.fromisoformat(made["arrived_at"])
    assert abs(arrived - nights.clock.at) < timedelta(seconds=5)
    assert theirs not in str(nights.see("/floor"))


def test_a_clock_put_back_stands_still_until_it_has_caught_up_and_is_believed_when_it_was_far_off() -> None:
    clock = Clock()
    steady, began = never_back(clock), clock.at
    for minutes, meant in ((0, 0), (60, 60), (-25, 60), (20, 60), (90, 90), (-200, -200), (-150, -150)):
        clock.at = began + timedelta(minutes=minutes)
        assert round((steady() - began).total_seconds() / 60) == meant

"""R3: a command that is sent again has one effect and one answer, for every command of the API, whatever became of replies.

Each command is sent two to five times at once with one key; half of the replies are cut by a proxy after the server has
acted, and those senders ask again. On PostgreSQL the copies go to two processes.
"""

import json
import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from app.config import Settings
from app.domain.events import Kind
from app.domain.ids import moment
from app.live.devices import CODE_LENGTH, LETTERS
from app.main import create_app
from app.store import devices, idempotency
from app.store.engine import make_engine
from tests.commands import COMMANDS, SITE, Command, Stage
from tests.faults.desk import LOST, Answer, Line
from tests.faults.ledger import house, seeded
from tests.faults.proxy import Proxy
from tests.faults.standby import Standby
from tests.routes import SOCKET, routes

ROUNDS = 200 if os.environ.get("SAMEDAG_SOAK") else 1

WAYS = {"PUSH_CONTACT": "mailto:desk@example.org", "SMS_TOKEN": "x"}
NOWHERE = "127.0.0.1:9"
"""Every way out of the house is switched on, and nobody is at the other end."""


class Senders:
    """A server or two, one of them also behind a proxy that cuts every reply; and who asks them."""

    def __init__(self, url: str, ports: list[int], cut: int, token: str, rng: random.Random) -> None:
        self._ports, self._cut, self._token, self.rng = ports, cut, token, rng
        self._engine = make_engine(url, write=True)
        self.lost = 0

    def get(self, path: str) -> dict[str, Any]:
        """Look."""
        return Line(self._ports[0], self._token).ask("GET", path).body

    def post(self, path: str, body: Any) -> dict[str, Any]:
        """Set the stage."""
        answer = Line(self._ports[0], self._token).ask("POST", path, body, uuid4().hex)
        assert answer.status < 300, (path, answer)
        return answer.body

    def stranger(self) -> str:
        """A screen is hung up and shows a code."""
        code = "".join(self.rng.choices(LETTERS, k=CODE_LENGTH))
        with self._engine.begin() as db:
            assert devices.ask(db, "aalborg", uuid4().hex, uuid4().hex[:12], code, datetime.now(UTC))
        return code

    def rows(self, which: str) -> int:
        """How many there are."""
        with self._engine.begin() as db:
            return int(db.exec_driver_sql(f"SELECT count(*) FROM {which}").scalar_one())

    def stage(self) -> Stage:
        """Where a command is made ready."""
        return Stage(self.post, self.get, self.stranger)

    def at_once(self, command: Command, path: str, body: Any) -> list[Answer]:
        """Send the same command some times at once; what each of the senders was told in the end."""
        key, copies = uuid4().hex, self.rng.randint(2, 5)
        cut = [self.rng.random() < 0.5 for _ in range(copies)]
        with ThreadPoolExecutor(copies) as pool:
            return list(pool.map(lambda n: self._insist(command.method, path, body, key, n, cut[n]), range(copies)))

    def _insist(self, method: str, path: str, body: Any, key: str, n: int, cut: bool) -> Answer:
        if cut:
            try:
                Line(self._cut, self._token).ask(method, path, body, key)
            except LOST:
                self.lost += 1
        return Line(self._ports[n % len(self._ports)], self._token).ask(method, path, body, key)

    def events(self, after: int) -> list[dict[str, Any]]:
        """What happened since."""
        found: list[dict[str, Any]] = self.get(f"{SITE}/events?after={after}&limit=1000")["events"]
        return found

    def seq(self) -> int:
        """The number of the last event."""
        return int(self.get(f"{SITE}/board")["seq"])


@contextmanager
def senders(url: str, processes: int, *broken: str) -> Iterator[Senders]:
    """The servers, and the proxy before the first."""
    tokens = house(url, test="admin")
    ways = WAYS | {"SMS_URL": f"http://{NOWHERE}", "PRINTERS": f"aalborg={NOWHERE}"}
    with Standby(url, *broken, **ways) as standby:
        ports = [standby.serve() for _ in range(processes)]
        with Proxy(ports[-1]) as proxy:
            proxy.mode = "reset"
            yield Senders(url, ports, proxy.port, tokens["admin:test"], seeded())


def effects(found: Senders, command: Command) -> tuple[int, list[Answer]]:
    """How many times a command that was sent several times took effect, and its answers."""
    path, body = command.ready(found.stage())
    if not isinstance(command.effect, Kind):
        rows = found.rows(command.effect)
        answers = found.at_once(command, path, body)
        return found.rows(command.effect) - rows, answers
    before = found.seq()
    answers = found.at_once(command, path, body)
    done = [e["kind"] for e in found.events(before) if e["actor"] != "clock"]
    return done.count(command.effect.value), answers


def _told(answer: Answer) -> tuple[int, bytes]:
    return answer.status, answer.raw


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_every_command_has_one_effect_and_one_answer_however_often_it_is_sent(
    request: pytest.FixtureRequest, database: str, measured: Callable[[str], None]
) -> None:
    url = request.getfixturevalue(database)
    sent = 0
    with senders(url, 2 if database == "postgresql" else 1) as found:
        tried = [c for n in range(ROUNDS) for c in COMMANDS if n == 0 or not c.seldom]
        for command in tried:
            times, answers = effects(found, command)
            sent += len(answers)
            assert {a.status for a in answers} <= {200, 201}, (command.name, answers)
            assert len({_told(a) for a in answers}) == 1, (command.name, answers)
            assert sum(not a.replayed for a in answers) <= 1, command.name
            assert times == 1, command.name
        assert found.lost, "no reply was cut: the test proves nothing"
        measured(f"R3 {database}: {len(tried)} commands in {sent} copies, {found.lost} replies cut, 0 twice")


def test_without_kept_answers_a_command_sent_again_has_another_effect(sqlite: str) -> None:
    """The control: no answer is looked up or kept."""
    again = set()
    with senders(sqlite, 1, "no_answers") as found:
        for command in COMMANDS:
            times, answers = effects(found, command)
            refused = any(a.status >= 400 for a in answers)  # its own twin, whose reply was cut, stands in its way
            if times > 1 or refused or len({_told(a) for a in answers}) > 1:
                again.add(command.name.rpartition("/")[2])
    assert again >= {"visits", "papers", "notes", "links", "recalls", "calls", "step-outs"}, again


def test_every_command_of_the_api_is_in_the_table() -> None:
    app = create_app(Settings(env="development"))
    known = {(c.method, c.route) for c in COMMANDS}
    commands = {(m, p) for m, p in routes(app) if m not in ("GET", "HEAD", SOCKET) and p.startswith("/api/")}
    assert commands - known == set(), "give each of these a row in tests/commands.py"
    assert known - commands == set()


def test_an_answer_is_forgotten_after_48_hours_and_not_before(sqlite: str) -> None:
    at = moment("2026-11-25T08:00:00Z")
    saved = idempotency.Answer(201, {"id": "x"})
    with make_engine(sqlite, write=True).begin() as db:
        idempotency.save(db, "aalborg", [(idempotency.Command("key-key-1", "asked"), saved, at)])
        idempotency.save(db, "elsewhere", [(idempotency.Command("key-key-1", "asked"), saved, at)])
        assert idempotency.purge(db, "aalborg", moment("2026-11-27T08:00:00Z")) == 0
        assert idempotency.purge(db, "aalborg", moment("2026-11-27T08:00:01Z")) == 1
        assert idempotency.saved_answers(db, "aalborg", ["key-key-1"]) == {}
        assert (
            json.dumps(idempotency.saved_answers(db, "elsewhere", ["key-key-1"])["key-key-1"][1].body) == '{"id": "x"}'
        )

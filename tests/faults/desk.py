"""Clients of a real server that write down what they asked and what they were told: ok, refused, or never answered."""

import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

SITE = "/api/v1/sites/aalborg"
LOST = (OSError, http.client.HTTPException)
"""How an answer is lost on its way."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: dict[str, Any]
    replayed: bool
    raw: bytes


@dataclass(slots=True)
class Deed:
    """One command and what its sender knows of it. Without an answer nobody can tell whether it was done."""

    actor: str
    what: str
    key: str
    answer: Answer | None = None
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Acknowledged: it must be in the log."""
        return self.answer is not None and self.answer.status < 300

    @property
    def unknown(self) -> bool:
        """Perhaps done."""
        return self.answer is None or self.answer.status >= 500


class Line:
    """One connection to a server, made anew when it breaks."""

    def __init__(self, port: int, token: str, timeout: float = 120, language: str = "en") -> None:
        self._port, self._timeout = port, timeout
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._headers["Accept-Language"] = language
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: object = None, key: str | None = None) -> Answer:
        """One request; raises one of `LOST` when there is no whole answer."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._timeout)
        headers = self._headers | ({"Idempotency-Key": key} if key else {})
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        try:
            self._connection.request(method, path, content, headers)
            found = self._connection.getresponse()
            raw = found.read()
        except LOST:
            self.drop()
            raise
        replayed = found.headers.get("Idempotent-Replayed") == "true"
        parsed = json.loads(raw) if "json" in found.headers.get_content_type() else {}
        return Answer(found.status, parsed if isinstance(parsed, dict) else {"list": parsed}, replayed, raw)

    def drop(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@dataclass(eq=False)
class Client(threading.Thread):
    """Somebody who works without pause until it is `over`, and keeps a list of deeds."""

    port: int
    actor: str
    token: str
    over: threading.Event
    rng: random.Random
    persistent: bool = True  # asks again with the same key until there is an answer
    on_deed: Callable[[Deed], None] = lambda deed: None
    deeds: list[Deed] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(name=self.actor, daemon=True)
        self._line = Line(self.port, self.token)

    def run(self) -> None:
        """Work; a mistake of the client itself is a problem as well."""
        try:
            while not self.over.is_set():
                self.turn()
        except Exception as error:
            self.problems.append(f"{self.actor}: {error!r}")
        finally:
            self._line.drop()

    def turn(self) -> None:
        """One round of work; every kind of actor has its own."""
        raise NotImplementedError

    def do(self, what: str, path: str, body: object = None) -> Deed:
        """One command, written down whatever becomes of it."""
        deed = Deed(self.actor, what, uuid4().hex)
        self.deeds.append(deed)
        begun = time.monotonic()
        while deed.answer is None:
            try:
                deed.answer = self._line.ask("POST", SITE + path, body or {}, deed.key)
            except LOST as error:
                # A refused connection asked nothing of anybody.
                gives_up = not self.persistent and not isinstance(error, ConnectionRefusedError)
                if self.over.wait(0.02) or (gives_up and self.rng.random() < 0.5):
                    break
        deed.seconds = time.monotonic() - begun
        self.on_deed(deed)
        if deed.answer and deed.answer.status not in (200, 201, 404, 409, 503):
            self.problems.append(f"{self.actor} {what}: {deed.answer.status} {deed.answer.body}")
        return deed


class Door(Client):
    """Issues numbers."""

    def turn(self) -> None:
        """One party walks in."""
        self.do(
            "visits",
            "/visits",
            {"arrival": "walk_in", "services": ["cs.cpr"], "members": [{"kind": "adult"}], "anyway": True},
        )


@dataclass(eq=False)
class DeskClient(Client):
    """A clerk: calls, puts most parties back and serves some, and looks at the screen when unsure."""

    serves: float = 1.0  # how many of those called are served; the others go back into line
    _state: str = "?"

    def turn(self) -> None:
        """The next act that the state of the desk allows."""
        if self._state == "?":
            self._look()
        elif self._state == "closed":
            self._act("openings", "free")
        elif self._state == "free":
            self._act("calls", "called")
        elif self._state == "serving":
            self._act("finishes", "free")
        elif self.rng.random() < self.serves:
            self._act("starts", "serving")
        else:
            self._act("requeues", "free")

    def _act(self, what: str, then: str) -> Deed:
        deed = self.do(what, f"/desks/{self.desk}/{what}")
        self._state = then if deed.ok else "?"
        return deed

    @property
    def desk(self) -> str:
        """The desk of this clerk: the actor is named after it."""
        return self.actor.partition(":")[2]

    def _look(self) -> None:
        try:
            shown = self._line.ask("GET", f"{SITE}/desks/{self.desk}").body
        except LOST:
            self.over.wait(0.01)
            return
        if "desk" not in shown:
            return
        hand = shown["in_hand"]
        self._state = hand["stop"]["state"] if hand else "free" if shown["desk"]["state"] == "open" else "closed"

"""Bad input: whatever is sent to any route, never a 5xx and no hang; every refusal of the API is a problem with a stable code."""

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import schemathesis
from fastapi import FastAPI, Request
from httpx2 import Response
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from app.config import Settings
from app.domain.errors import Refusal
from app.live.devices import CODE_LENGTH, LETTERS
from app.main import create_app
from app.store import devices
from app.store.access import Holder, make_token
from app.store.store import Store
from app.web import limits
from app.web.wording import WORDS
from tests.builders import MORNING, SAMPLE, Clock
from tests.commands import COMMANDS, SITE, Stage
from tests.conftest import SECRET
from tests.routes import SOCKET, routes

SOAK = bool(os.environ.get("SAMEDAG_SOAK"))
SEED = int(os.environ.get("SAMEDAG_SEED", "1"))
SENT = 10_000 if SOAK else 500
EXAMPLES = 100 if SOAK else 2
HANG = 2.0
"""Seconds. What takes longer is sent once more: this machine may have been busy, a hang comes back."""

CODES = set(WORDS) | {r.value for r in Refusal} | {"empty_file", "not_a_table", "unreadable_encoding"}

NESTED = "[" * 5_000 + "]" * 5_000
WORDS_ODD = [
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\u202e\u200f123",
    "x" * 1_000_000,
    "²",
    "٣",
    "-1",
    "1e309",
    "NaN",
    "../..",
    "%00",
]
WORDS_ODD += [
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "2026-11-25T25:61:61Z",
    "24:00",
    "'; DROP TABLE visits;--",
    "{{7*7}}",
]
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    10**400,
    1.5,
    -0.0,
    float("inf"),
    float("nan"),
    [],
    {},
    [[]],
    [None],
    [{}],
]
VALUES += [["x"] * 10_000, {"a": {"b": {}}}, *WORDS_ODD]
RAW = [b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b"\0", NESTED.encode(), b'{"a":' * 5_000, b"x" * 2_200_000]
PATHS = [
    "%00",
    "%ff",
    "%ed%a0%80",
    "x" * 3_000,
    "%E2%80%AE",
    "-1",
    "9" * 30,
    "%20",
    "%0d%0aX:y",
    "a%2fb",
    "%25",
    "%7b%7d",
]
HEADERS: list[tuple[str, bytes]] = [
    ("idempotency-key", b"\xff" * 20),
    ("idempotency-key", b"k" * 9_000),
    ("idempotency-key", b""),
    ("accept-language", b"\xff, en;q=x, *;q=" + b"9" * 400),
    ("accept-language", b"zz-" * 2_000),
    ("authorization", b"Bearer " + b"\xff" * 64),
    ("authorization", b"Bearer"),
    ("cookie", b"samedag=\xff; samedag-kiosk=" + b"\xfe" * 30 + b"; samedag-device=" + b"\xfd" * 30),
    ("content-type", b"text/csv; charset=nonsense"),
    ("content-type", b"application/x-www-form-urlencoded"),
    ("content-type", b"multipart/form-data"),
    ("content-type", b"multipart/form-data; boundary=\xff"),
    ("content-length", b"-1"),
    ("content-length", b"\xb2"),
    ("host", b"\xff"),
    ("origin", b"http://[::1"),
    ("sec-fetch-site", b"\xff"),
    ("if-none-match", b"\xff"),
    ("range", b"bytes=9-1,x"),
]
ONCE_WRONG = (
    "/api/v1/sites/aalborg/referrals/figures?until=9999-12-31",
    "/api/v1/sites/aalborg/referrals/figures?since=0001-01-01&until=0001-01-01",
    "/api/v1/sites/aalborg/events?after=999999999999999999999999999999",
    "/sites/%E2%80%AE/floor/manifest.webmanifest",
)
"""Addresses that were answered with a 500 before: always sent, whatever the seed."""

FIELDS = "key site name password to visit number adults children minutes service services pathway booking language code text note"


class Sent:
    """A served house with real things in it, and what its answers were."""

    def __init__(self, url: str, app: FastAPI, token: str, http: TestClient) -> None:
        self.url, self.app, self.token, self.http = url, app, token, http
        self.count, self.well, self.wrong = 0, set[tuple[str, str]](), list[str]()
        self.slowest = 0.0
        self.stage = Stage(self._post, lambda path: self.http.get(path, headers=self.admin()).json(), self._stranger)

    def admin(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _post(self, path: str, body: Any) -> dict[str, Any]:
        limits.forget()
        kind = (
            {"content": body, "headers": self.admin() | {"content-type": "text/csv"}}
            if isinstance(body, bytes)
            else None
        )
        answer = self.http.post(path, **(kind or {"json": body, "headers": self.admin()}))
        assert answer.status_code in (200, 201), (path, answer.text)
        found: dict[str, Any] = answer.json()
        return found

    def _stranger(self) -> str:
        code = "".join(random.choices(LETTERS, k=CODE_LENGTH))
        store: Store = self.app.state.store
        made = (uuid4().hex, uuid4().hex[:12], code, datetime.now(UTC))
        assert store.write_here(lambda db: devices.ask(db, "aalborg", *made))
        return code

    def send(self, method: str, path: str, route: str = "", **more: Any) -> int:
        """Send, and hold the answer against the promise."""
        if self.count % 15 == 0:
            limits.forget()
        self.count += 1
        headers = [(k.encode(), v.encode() if isinstance(v, str) else v) for k, v in self.admin().items()]
        given_ = more.pop("headers", [])
        headers = [h for h in headers if h[0].lower() not in {k.encode() for k, _ in given_}]
        headers += [(k.encode(), v) for k, v in given_]
        for _ in range(2):
            begun = time.monotonic()
            answer = self.http.request(method, path, headers=headers, follow_redirects=False, **more)
            took = time.monotonic() - begun
            if took < HANG:
                break
        else:
            self.wrong.append(f"{method} {path[:200]} {str(more)[:300]} took {took:.1f} s, twice")
        self.slowest = max(self.slowest, took)
        told = f"{method} {path[:200]} {str(more)[:300]} -> {answer.status_code} {answer.text[:200]}"
        if answer.status_code >= 500 or (answer.status_code >= 400 and path.startswith("/api/") and not coded(answer)):
            self.wrong.append(told)
        if answer.status_code < 300:
            self.well.add((method, route))
        return answer.status_code


def coded(answer: Response) -> bool:
    """A problem document with a code that stays."""
    return answer.headers["content-type"].startswith("application/problem+json") and answer.json()["code"] in CODES


@pytest.fixture
def house(sqlite: str) -> Iterator[Sent]:
    """The application over HTTP, in this process, whose failures are answers."""
    store = Store(sqlite, Clock(), SECRET)
    store.put_site("aalborg", SAMPLE.read_text(encoding="utf-8"))
    token = store.write_here(lambda db: make_token(db, Holder("aalborg", "admin", "admin", ()), MORNING))
    store.close()
    chosen = Settings(database_url=sqlite, secret=SECRET.decode(), env="development", base_url="http://testserver")
    chosen = chosen.model_copy(
        update={"push_contact": "mailto:it@example.org", "sms_token": "none", "printers": "aalborg=127.0.0.1:9"}
    )
    app = create_app(chosen, Clock())
    with TestClient(app, raise_server_exceptions=False) as http:
        yield Sent(sqlite, app, token, http)


def bodies(body: Any) -> Iterator[dict[str, Any]]:
    """A good body with one thing wrong in it, and what is no body at all."""
    for raw in RAW:
        yield {"content": raw, "headers": [("content-type", b"application/json")]}
    for value in VALUES:
        yield as_json(value)
        for field in body if isinstance(body, dict) else ():
            yield as_json(body | {field: value})
            if isinstance(body[field], list) and body[field] and isinstance(body[field][0], dict):
                for inner in body[field][0]:
                    yield as_json(body | {field: [body[field][0] | {inner: value}]})


def as_json(value: Any) -> dict[str, Any]:
    return {"content": json.dumps(value).encode(), "headers": [("content-type", b"application/json")]}


def mangled(path: str) -> Iterator[str]:
    """The path with each of its parts replaced by each odd one."""
    parts = path.split("/")
    for n in range(3 if path.startswith("/api/") else 1, len(parts)):
        for odd in PATHS:
            yield "/".join([*parts[:n], odd, *parts[n + 1 :]])


def attempts(method: str, path: str, body: Any) -> list[dict[str, Any]]:
    """Every bad way of sending one command."""
    found: list[dict[str, Any]] = [{"path": path, **more} for more in bodies(body)]
    good = (
        as_json(body) if not isinstance(body, bytes) else {"content": body, "headers": [("content-type", b"text/csv")]}
    )
    found += [{"path": odd, **good} for odd in mangled(path)]
    found += [{"path": path, **good, "headers": [*good["headers"], header]} for header in HEADERS]
    return [{"method": method, **each} for each in found]


def test_bad_bodies_paths_and_headers_are_refused_with_a_code(house: Sent, measured: Callable[[str], None]) -> None:
    rng, waiting = random.Random(SEED), list[dict[str, Any]]()
    for command in COMMANDS:
        path, body = command.ready(house.stage)
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        limits.forget()
        house.send(command.method, path, command.route, **sent)
        waiting += [{"route": command.route, **each} for each in attempts(command.method, path, body)]
    for each in rng.sample(waiting, min(SENT, len(waiting))):
        house.send(**each)
    assert not house.wrong, "\n".join(house.wrong)
    measured(
        f"R11: {house.count} of {len(waiting)} bad requests, no 5xx, the slowest {house.slowest:.1f} s; seed {SEED}"
    )
    assert {(c.method, c.route) for c in COMMANDS} <= house.well


def real(house: Sent) -> dict[str, str]:
    """Something real for each name in an address."""
    visit = house.stage.visit()
    return {"site": "aalborg", "desk": "cs-1", "service": "cs.cpr", "visit": visit["id"], "token": visit["token"]} | {
        "entry": house.stage.entry(),
        "event": house.stage.occasion(),
        "group": house.stage.group(),
        "device": house.stage.display(),
    }


def filled_in(route: str, names: dict[str, str]) -> dict[str, str]:
    """Those of the names that are in this address."""
    return {name: value for name, value in names.items() if f"{{{name}}}" in route}


def filled(route: str, names: dict[str, str]) -> str:
    """The address with the names in it replaced."""
    for name, value in names.items():
        route = route.replace(f"{{{name}}}", value)
    return route


def test_every_address_that_is_looked_at_or_sent_a_form_bears_odd_words(
    house: Sent, measured: Callable[[str], None]
) -> None:
    names, rng, waiting = real(house), random.Random(SEED), list[dict[str, Any]]()
    for method, route in routes(house.app):
        path = filled(route, names)
        if method == "GET":
            asked = [
                p["name"] for p in house.app.openapi()["paths"].get(route, {}).get("get", {}).get("parameters", [])
            ]
            asked += ["after", "limit", "day", "date", "lang", "to", "name", "at"]
            odd = [quote(w[:2_000], errors="surrogatepass") for w in WORDS_ODD] + PATHS
            waiting += [{"path": f"{path}?{field}={word}"} for field in sorted(set(asked)) for word in odd]
            waiting += [{"path": each} for each in mangled(path)] + [{"path": path, "headers": [h]} for h in HEADERS]
            waiting = [{"method": "GET", **each} for each in waiting]
        elif method == "POST" and not route.startswith("/api/"):
            for word in WORDS_ODD:
                form = "&".join(f"{f}={quote(word[:50_000], errors='surrogatepass')}" for f in FIELDS.split())
                kind = [("content-type", b"application/x-www-form-urlencoded")]
                waiting.append({"method": "POST", "path": path, "content": form.encode(), "headers": kind})
    for path in ONCE_WRONG:
        assert house.send("GET", path) in (404, 422)
    for each in rng.sample(waiting, min(SENT, len(waiting))):
        house.send(**each)
    assert not house.wrong, "\n".join(house.wrong)
    measured(
        f"R11: {house.count} of {len(waiting)} odd addresses and forms, no 5xx, the slowest {house.slowest:.1f} s; seed {SEED}"
    )


def test_generated_requests_are_answered_and_most_operations_also_succeed(
    house: Sent, measured: Callable[[str], None]
) -> None:
    names = real(house)
    for command in COMMANDS:  # what can't be guessed: the right state for each act
        path, body = command.ready(house.stage)
        limits.forget()
        house.send(
            command.method, path, command.route, **({"content": body} if isinstance(body, bytes) else {"json": body})
        )
    schema, operations = schemathesis.openapi.from_dict(house.app.openapi()), list[tuple[str, str]]()
    for found in schema.get_all_operations():
        operation = found.ok()
        operations.append((operation.method.upper(), operation.path))
        if operation.method.upper() == "GET":
            house.send("GET", filled(operation.path, names), operation.path)
        modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
        cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])

        @seed(SEED)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(cases)
        def generated(case: Any) -> None:
            case.path_parameters = {**(case.path_parameters or {}), **filled_in(case.path, names)}
            sent = case.as_transport_kwargs(base_url="http://testserver")
            more = {k: sent[k] for k in ("params", "json", "data") if sent.get(k) is not None}
            if isinstance(more.get("data"), bytes | str):
                more["content"] = more.pop("data")
            headers = [(k.lower(), v.encode("latin-1", "replace")) for k, v in sent["headers"].items()]
            house.send(
                sent["method"], sent["url"].removeprefix("http://testserver"), case.path, headers=headers, **more
            )

        generated()
    reached = sum(operation in house.well for operation in operations)
    assert not house.wrong, "\n".join(house.wrong)
    measured(
        f"R11: {house.count} generated requests, {reached} of {len(operations)} operations also succeeded; seed {SEED}"
    )
    assert reached >= 0.95 * len(operations)


def test_sockets_bear_odd_addresses_and_messages(house: Sent) -> None:
    names = real(house)
    for method, route in routes(house.app):
        if method != SOCKET:
            continue
        path = filled(route, names)
        for odd in [*mangled(path), *(f"{path}?after={p}&epoch={p}&as={p}" for p in PATHS)]:
            try:
                with house.http.websocket_connect(odd, headers=house.admin()) as ws:
                    ws.receive_text()
            except WebSocketDenialResponse as denied:
                if denied.status_code >= 500:
                    house.wrong.append(f"{odd} -> {denied.status_code}")
            except WebSocketDisconnect as closed:
                if closed.code not in (1000, 4403, 4404, 4410):
                    house.wrong.append(f"{odd} -> {closed.code}")
        for word in [
            "",
            "{}",
            NESTED,
            '{"type":"seen","call":' + "9" * 5_000 + "}",
            '{"type":"health","sound":[]}',
            "\0",
        ]:
            with house.http.websocket_connect(path, headers=house.admin()) as ws:
                ws.receive_text()
                ws.send_text(word)
    house.send("GET", f"{SITE}/board", "board")
    assert not house.wrong, "\n".join(house.wrong)


def test_the_lists_find_a_planted_mistake(house: Sent) -> None:
    async def planted(request: Request) -> dict[str, int]:
        found = await request.json()
        return {"each": 100 // found["count"]}

    house.app.add_api_route("/api/v1/planted", planted, methods=["POST"])
    for more in bodies({"count": 4}):
        house.send("POST", "/api/v1/planted", **more)
    assert any("'count': 0" in wrong or '"count": 0' in wrong for wrong in house.wrong)


def test_a_planted_hang_is_found(house: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    async def planted() -> None:
        await asyncio.sleep(0.3)

    monkeypatch.setattr(sys.modules[__name__], "HANG", 0.2)
    house.app.add_api_route("/api/v1/planted", planted, methods=["GET"])
    house.send("GET", "/api/v1/planted")
    assert any("twice" in wrong for wrong in house.wrong)

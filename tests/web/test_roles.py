"""S2: every route and every socket, for everybody who might ask: one table says who is let in, and each cell is tried.

A route without a row fails; so does a row without a route. Nobody who is refused changes anything.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from app.config import Settings
from app.main import create_app
from app.store import eventlog
from app.store.access import Holder, make_token
from app.store.store import Store
from app.web import limits
from tests.builders import SAMPLE, Clock
from tests.commands import WALK_IN
from tests.conftest import SECRET, Client
from tests.routes import SOCKET, routes


def _of(names: str) -> frozenset[str]:
    return frozenset(names.split())


def _each(names: str) -> list[str]:
    return names.split()


ALL = _of("anonymous citizen other_citizen display kiosk clerk other_clerk floorwalker manager admin other_site")
"""Everybody: `clerk` is of the desk in the address, `other_clerk` of another, `other_site` is an admin of another house."""
SIGNED_IN = _of("display kiosk clerk other_clerk floorwalker manager admin")
STAFF = _of("clerk other_clerk floorwalker manager admin")
AT_DESK = _of("clerk floorwalker admin")
FLOOR = _of("floorwalker manager admin")
DOOR = _of("kiosk floorwalker manager admin")
MANAGER = _of("manager admin")
LINK = frozenset({"citizen", "other_citizen"})
"""Whoever has a link: each sees and changes what their own opens."""

API, PAGES, LIVE = "/api/v1/sites/{site}", "/sites/{site}", "/live/sites/{site}"


def _table() -> Iterator[tuple[str, str, frozenset[str]]]:
    for what in _each(
        "openings pauses closings calls recalls starts misses requeues holds resumes undos finishes sends"
    ):
        yield "POST", f"{API}/desks/{{desk}}/{what}", AT_DESK
    for what in _each("journey splits step-outs returns departures priority pathway links"):
        yield "POST", f"{API}/visits/{{visit}}/{what}", FLOOR
    for what in _each("papers notes"):
        yield "POST", f"{API}/visits/{{visit}}/{what}", STAFF
    for what in _each("phones prints"):
        yield "POST", f"{API}/visits/{{visit}}/{what}", DOOR
    yield "GET", f"{API}/visits/{{visit}}/prints", DOOR
    yield "POST", f"{API}/visits", DOOR
    yield "GET", f"{API}/visits", STAFF
    yield "GET", f"{API}/visits/{{visit}}", STAFF
    yield "POST", f"{API}/services/{{service}}/pauses", STAFF
    yield "POST", f"{API}/services/{{service}}/resumptions", STAFF
    yield "POST", f"{API}/bookings", STAFF
    yield "GET", f"{API}/events", STAFF
    yield "GET", f"{API}/board", ALL
    yield "GET", f"{API}/floor", STAFF
    yield "GET", f"{API}/manager", MANAGER
    yield "GET", f"{API}/desks/{{desk}}", AT_DESK
    yield "GET", "/api/v1/push-key", ALL
    yield "GET", "/api/v1/tickets/{token}", LINK
    for what in _each("step-outs returns departures push-subscriptions push-unsubscriptions"):
        yield "POST", f"/api/v1/tickets/{{token}}/{what}", LINK
    for path in _each(
        "/ /healthz /readyz /metrics /display/{site} /accessibility /privacy /t/worker.js /staff-worker.js /docs"
    ):
        yield "GET", path, ALL
    yield "POST", "/sign-in", ALL
    yield "GET", "/t/{token}", LINK
    yield "GET", "/t/{token}/calendar.ics", LINK
    yield "POST", "/t/{token}/{what}", LINK
    yield "GET", f"{PAGES}/kiosk", DOOR
    yield "POST", f"{PAGES}/kiosk/arrivals", DOOR
    yield "GET", f"{PAGES}/desks/{{desk}}", AT_DESK
    yield "POST", f"{PAGES}/desks/{{desk}}/{{what}}", AT_DESK
    yield "GET", f"{PAGES}/manager", MANAGER
    for path in ("floor", "floor/arrivals/new", "floor/visits/{visit}"):
        yield "GET", f"{PAGES}/{path}", FLOOR
    for path in ("phones", "phone-removals"):
        yield "POST", f"{PAGES}/floor/visits/{{visit}}/{path}", FLOOR
    for path in ("visits", "visits/{visit}/journey", "visits/{visit}/{what}", "{what}"):
        yield "POST", f"{PAGES}/floor/{path}", FLOOR
    yield SOCKET, f"{LIVE}/board", ALL
    yield SOCKET, f"{LIVE}/floor", FLOOR
    yield SOCKET, f"{LIVE}/desks/{{desk}}", AT_DESK
    yield SOCKET, f"{LIVE}/manager", MANAGER
    yield SOCKET, "/live/tickets/{token}", LINK
    for method, path in (("GET", ""), ("POST", ""), ("PATCH", "/{device}"), ("DELETE", "/{device}")):
        yield method, f"{API}/devices{path}", FLOOR
    for method, path in (("GET", ""), ("POST", ""), ("POST", "/{device}/{what}")):
        yield method, f"{PAGES}/devices{path}", FLOOR
    yield from _way_on()
    yield "POST", "/lock", ALL
    yield "POST", "/sign-out", ALL  # the last, for it ends what the caller came in with


def _way_on() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Directory, programme, referrals, companies: what leads out of the house."""
    yield "GET", f"{API}/programme", ALL
    yield "GET", f"{API}/programme/{{event}}", ALL
    for path in (".ics", "/{event}.ics", ".rss", ".json", "", "/{event}"):
        yield "GET", f"{PAGES}/programme{path}", ALL
    for method, path in (("POST", ""), ("POST", "/imports"), ("PATCH", "/{event}"), ("DELETE", "/{event}")):
        yield method, f"{API}/programme{path}", MANAGER
    yield "POST", f"{API}/programme/{{event}}/sign-ups", FLOOR
    yield "DELETE", f"{API}/programme/{{event}}/sign-ups/{{sign_up}}", FLOOR
    yield "GET", f"{PAGES}/programme/staff", FLOOR
    yield "POST", f"{PAGES}/programme/staff/{{event}}/{{what}}", FLOOR
    for method, path in (("GET", "new"), ("GET", "{event}"), ("POST", "imports"), ("POST", "{event}")):
        yield method, f"{PAGES}/programme/staff/{path}", MANAGER
    yield "GET", f"{API}/directory", STAFF
    yield "GET", f"{API}/directory/{{entry}}/versions", STAFF
    for method, path in (("POST", ""), ("PATCH", "/{entry}"), ("DELETE", "/{entry}")):
        yield method, f"{API}/directory{path}", MANAGER
    yield "GET", f"{PAGES}/directory", STAFF
    for method, path in (("GET", "new"), ("GET", "{entry}"), ("POST", "{entry}")):
        yield method, f"{PAGES}/directory/{path}", MANAGER
    for method, path in (
        ("POST", "referrals"),
        ("GET", "referrals"),
        ("PATCH", "referrals/{referral}"),
        ("POST", "come-backs"),
    ):
        yield method, f"{API}/visits/{{visit}}/{path}", STAFF
    yield "PATCH", f"{API}/referrals/{{referral}}", STAFF
    yield "GET", f"{API}/referrals/figures", MANAGER
    for kind in ("", ".csv", ".xlsx"):
        yield "GET", f"{PAGES}/referrals{kind}", MANAGER
    yield "GET", f"{API}/told", STAFF
    yield SOCKET, f"{LIVE}/told", FLOOR
    for what in ("warnings", "slots", "other-desks"):
        yield "POST", f"{API}/visits/{{visit}}/{what}", FLOOR
    for method, path in (("GET", "referrals"), ("POST", "referrals/{what}"), ("GET", "who"), ("GET", "ticket")):
        yield method, f"{PAGES}/floor/visits/{{visit}}/{path}", FLOOR
    yield "GET", f"{PAGES}/told", FLOOR
    yield "GET", f"{PAGES}/floor/offline", FLOOR
    yield "GET", f"{PAGES}/floor/manifest.webmanifest", ALL
    yield "POST", f"{PAGES}/told/{{visit}}/{{what}}", FLOOR
    yield "POST", f"{API}/groups", FLOOR
    yield "DELETE", f"{API}/groups/{{group}}", FLOOR
    yield "GET", f"{PAGES}/companies", FLOOR
    yield "POST", f"{PAGES}/companies", FLOOR
    yield "POST", f"{PAGES}/companies/{{group}}/cancellations", FLOOR
    yield "POST", "/api/v1/tickets/{token}/sign-ups", LINK
    yield "DELETE", "/api/v1/tickets/{token}/sign-ups/{sign_up}", LINK
    for method in ("POST", "DELETE"):
        yield method, "/api/v1/tickets/{token}/referrals/{referral}/consents", LINK
    yield "GET", "/t/{token}/next", LINK
    yield "GET", "/t/{token}/programme", LINK
    yield "POST", "/t/{token}/programme/{what}", LINK
    # Links of other kinds: a party's ticket opens none of them, and nobody here holds one.
    for method, path in (
        ("GET", "/r/{token}"),
        ("POST", "/r/{token}/outcomes"),
        ("GET", "/h/{token}"),
        ("GET", "/h/{token}/programme"),
        ("POST", "/h/{token}/programme/{what}"),
        ("POST", "/h/{token}/{what}"),
        ("GET", "/g/{token}"),
        ("POST", "/g/{token}/arrivals"),
    ):
        yield method, path, frozenset()


TABLE: Mapping[tuple[str, str], frozenset[str]] = {(method, path): who for method, path, who in _table()}

SUBSCRIPTION = {"endpoint": "https://127.0.0.1:9/push/1", "keys": {"p256dh": "A" * 87, "auth": "A" * 22}}
SAYS_404 = {f"{PAGES}/devices"}
NOT_THERE = {"unknown_code", "unknown_device", "not_found", "unknown_event", "unknown_entry", "unknown_referral"}
NOT_THERE |= {"unknown_group", "unknown_sign_up", "unknown_target"}
"""What somebody who is let in is told of what they name and the house does not have."""

BODIES: Mapping[str, Any] = {
    "step-outs": {"minutes": 10},
    "splits": {"members": ["m1"]},
    "priority": {"on": True},
    "notes": {"text": "a word"},
    "pathway": {"pathway": "nordic"},
    "sends": {"to_service": "cs.tax"},
    "visits": WALK_IN,
    "phones": {"phone": "+4512345678"},
    "sign-ups": {"event": "nothing"},
    "consents": {"agree": True},
    "resumes": {"visit": "20261125-103"},
    "devices": {"code": "000000", "name": "Wall"},
    "{device}": {"name": "Wall"},
    "push-subscriptions": SUBSCRIPTION,
    "push-unsubscriptions": SUBSCRIPTION,
}
"""What is sent where an empty object would be malformed, so that it is the role that decides."""


@dataclass
class People:
    """The application, and what each of the callers has in hand."""

    client: Client
    headers: dict[str, dict[str, str]]
    links: dict[str, str]
    visit: str

    def address(self, path: str, who: str) -> str:
        """An address as this caller would ask it; who has no link guesses one."""
        token = self.links.get(who, "A" * 22)
        what = "returns" if path.startswith(("/t/", f"{PAGES}/floor/visits")) else "openings"
        what = "resumptions" if "services" in path else "names" if "devices" in path else what
        names = {
            "site": "aalborg",
            "desk": "cs-1",
            "visit": self.visit,
            "service": "cs.tax",
            "token": token,
            "what": what,
            **dict.fromkeys(("device", "event", "sign_up", "entry", "referral", "group"), "nothing"),
        }
        return path.format_map(names)

    def acts(self) -> int:
        """How much was done so far, by anybody but the clock."""
        store: Store = self.client.app.state.store  # the application that this client calls
        log = store.read_here(lambda db: eventlog.after(db, "aalborg", 0, 10_000))
        return sum(entry.actor != "clock" for entry in log)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, migrated: Any) -> Iterator[People]:
    url = f"sqlite:///{tmp_path_factory.mktemp('roles') / 'samedag.db'}"
    clock = Clock()
    with contextlib.ExitStack() as stack:
        import shutil

        shutil.copy(migrated, url.removeprefix("sqlite:///"))
        store = Store(url, clock, SECRET)
        house = SAMPLE.read_text(encoding="utf-8")
        store.put_site("aalborg", house)
        store.put_site("odense", house.replace('site = "aalborg"', 'site = "odense"'))
        holders = {
            role: Holder("aalborg", role, role, ()) for role in ("display", "kiosk", "floorwalker", "manager", "admin")
        }
        holders["clerk"] = Holder("aalborg", "one", "clerk", ("cs-1",))
        holders["other_clerk"] = Holder("aalborg", "two", "clerk", ("siri-1",))
        holders["other_site"] = Holder("odense", "admin", "admin", ())
        tokens = {w: store.write_here(lambda db, h=h: make_token(db, h, clock())) for w, h in holders.items()}
        store.close()
        ways = {"push_contact": "mailto:test@example.org", "push_hosts": "https://127.0.0.1:9", "sms_token": "none"}
        base = {"database_url": url, "secret": SECRET.decode(), "base_url": "http://testserver"}
        settings = Settings(env="development", sms_url="http://127.0.0.1:9", **base, **ways)
        client = stack.enter_context(Client(create_app(settings, clock), follow_redirects=False))
        client.tokens = tokens
        headers = {who: {"Authorization": f"Bearer {t}"} for who, t in tokens.items()}
        made = [client.post(f"{client.site}/visits", json=WALK_IN, headers=headers["admin"]).json() for _ in range(3)]
        links = {"citizen": made[0]["token"], "other_citizen": made[1]["token"]}
        # A link is no bearer token: it must open nothing where it is sent as one.
        headers |= {who: {"Authorization": f"Bearer {link}"} for who, link in links.items()} | {"anonymous": {}}
        yield People(client, headers, links, made[2]["id"])


def asked(people: People, method: str, path: str, who: str) -> int:
    """The status this caller gets; of a socket its close code, or 101."""
    limits.forget()
    address, headers = people.address(path, who), people.headers[who]
    if method == SOCKET:
        return followed(people.client, address, headers)
    content: dict[str, Any] = {}
    if path.endswith("/bookings"):
        headers, content = headers | {"Content-Type": "text/csv"}, {"content": b"Bookingnr;Dato;Tid;Ydelse\r\n"}
    elif method in ("POST", "PATCH") and path.startswith("/api/"):
        content = {"json": BODIES.get(path.rpartition("/")[2], {})}
    elif method == "POST":
        content = {"data": {"name": "x"}}
    answer = people.client.request(method, address, headers=headers, **content)
    kind = answer.headers.get("content-type", "")
    missing = answer.json()["code"] in NOT_THERE if kind.startswith("application/problem") else path in SAYS_404
    return 409 if answer.status_code == 404 and missing else answer.status_code


def followed(client: Client, address: str, headers: dict[str, str]) -> int:
    """101 when there is a screen, else the code it was closed with."""
    try:
        with client.websocket_connect(address, headers=headers) as socket:
            first = _first(socket)
            return 101 if first["type"] == "websocket.send" else int(first["code"])
    except WebSocketDisconnect as closed:
        return closed.code


def _first(socket: WebSocketTestSession) -> Mapping[str, Any]:
    return socket.receive()


def shut_out(method: str, path: str, who: str) -> frozenset[int]:
    """How somebody is told that this is not theirs."""
    if "{token}" in path:
        return frozenset({404, 4404})  # no different from a link that never was
    if who in ("anonymous", "citizen", "other_citizen"):
        return frozenset({401, 4401})
    return frozenset({403, 4403})


def test_every_route_and_socket_is_in_the_table(people: People) -> None:
    found = {(m, p) for m, p in routes(people.client.app) if m != "HEAD"}
    assert found - TABLE.keys() == set(), "say in tests/web/test_roles.py who may come in"
    assert TABLE.keys() - found == set()


@pytest.mark.parametrize("who", sorted(ALL))
def test_each_caller_is_let_in_where_the_table_says_and_nowhere_else(people: People, who: str) -> None:
    wrong = []
    for (method, path), allowed in TABLE.items():
        before = people.acts()
        status = asked(people, method, path, who)
        refused = status in shut_out(method, path, who)
        if who in allowed:
            if status in (401, 403, 404, 405, 4401, 4403, 4404) and path != "/sign-in":
                wrong.append((method, path, status, "should be let in"))
        elif not refused or people.acts() != before:
            wrong.append((method, path, status, "should be shut out"))
        assert status < 500 or status > 599, (method, path)
    assert not wrong, "\n".join(map(str, wrong))


def test_a_link_shows_its_own_party_and_no_other(people: People) -> None:
    shown = {w: people.client.get(f"/api/v1/tickets/{link}").json()["number"] for w, link in people.links.items()}
    assert shown == {"citizen": 101, "other_citizen": 102}


def test_a_route_whose_guard_is_gone_is_found(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the doorkeeper knows everybody as an admin of this house."""

    async def anybody(self: object, token: str) -> Holder:
        return Holder("aalborg", "x", "admin", ())

    monkeypatch.setattr("app.web.access.Doorkeeper.holder", anybody)
    assert asked(people, "GET", f"{API}/manager", "kiosk") not in shut_out("GET", f"{API}/manager", "kiosk")

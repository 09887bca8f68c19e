"""A socket lasts no longer than what its client came in by: signed out, disabled, expired or unpaired, it is closed."""

import json
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import httpx2
import pytest
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect

from app.live.devices import Devices
from app.live.sessions import Sessions
from app.store.access import SESSION, Holder, disable_staff, end_token, make_token, put_staff
from app.store.store import Store
from tests.builders import MORNING, Clock
from tests.conftest import Client
from tests.live.test_sockets import close_code
from tests.server import SECRET, Server, prepared

FLOOR = "/live/sites/aalborg/floor"
BOARD = "/live/sites/aalborg/board"
WALKER = Holder("aalborg", "kirsten", "floorwalker", ())


def signed_in(client: Client, clock: Clock) -> str:
    """A session as the sign-in page makes it."""
    store: Store = client.app.state.store
    store.write_here(lambda db: put_staff(db, WALKER, "never asked for here"))
    return store.write_here(lambda db: make_token(db, WALKER, clock(), SESSION))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def ended_by(ws: WebSocketTestSession) -> int | None:
    """The code that closed the socket; None when a beat came, so when it outlived five seconds."""
    try:
        while json.loads(ws.receive_text())["type"] != "beat":
            pass
    except WebSocketDisconnect as closed:
        return closed.code
    return None


def sign_out(client: Client, clock: Clock, token: str) -> None:
    assert client.post("/sign-out", headers=bearer(token), follow_redirects=False).status_code == 303


def end_elsewhere(client: Client, clock: Clock, token: str) -> None:
    store: Store = client.app.state.store
    store.write_here(lambda db: end_token(db, token, clock()))


def disable(client: Client, clock: Clock, token: str) -> None:
    store: Store = client.app.state.store
    assert store.write_here(lambda db: disable_staff(db, "aalborg", "kirsten", clock()))


def expire(client: Client, clock: Clock, token: str) -> None:
    clock.forward(hours=13)


@pytest.mark.parametrize("end", [sign_out, end_elsewhere, disable, expire])
def test_the_socket_of_a_session_that_ended_is_closed(
    client: Client, clock: Clock, end: Callable[[Client, Clock, str], None]
) -> None:
    token = signed_in(client, clock)
    with client.websocket_connect(FLOOR, headers=bearer(token)) as ws:
        assert json.loads(ws.receive_text())["type"] == "screen"
        end(client, clock, token)
        assert ended_by(ws) == 4401


def test_without_the_look_it_would_outlive_its_session(
    client: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look_away(self: Sessions) -> None: ...

    monkeypatch.setattr(Sessions, "look", look_away)
    token = signed_in(client, clock)
    with client.websocket_connect(FLOOR, headers=bearer(token)) as ws:
        sign_out(client, clock, token)
        assert ended_by(ws) is None


def test_others_are_kept(client: Client, clock: Clock) -> None:
    token = signed_in(client, clock)
    with client.websocket_connect(FLOOR, headers=client.as_("floorwalker")) as ws:
        disable(client, clock, token)
        assert ended_by(ws) is None


def test_a_phone_is_let_go_once_its_link_opens_nothing_any_more(client: Client, clock: Clock) -> None:
    body = {"arrival": "walk_in", "members": [{"kind": "adult"}], "services": ["cs.cpr"]}
    made = client.post(f"{client.site}/visits", json=body, headers=client.as_("floorwalker")).json()
    with client.websocket_connect(f"/live/tickets/{made['token']}") as ws:
        assert json.loads(ws.receive_text())["type"] == "screen"
        clock.forward(hours=12)
        assert ended_by(ws) == 4410


@pytest.mark.anyio
async def test_signing_out_at_one_process_closes_the_sockets_of_all(postgresql: str) -> None:
    prepared(postgresql, migrate=False)
    store = Store(postgresql, Clock(), SECRET.encode())
    token = store.write_here(lambda db: make_token(db, WALKER, MORNING, timedelta(days=1)))
    store.close()
    with Server(postgresql, workers=2) as server:
        async with AsyncExitStack() as open_:
            url = f"ws://127.0.0.1:{server.port}{FLOOR}"
            many = [
                await open_.enter_async_context(connect(url, additional_headers=bearer(token), compression=None))
                for _ in range(12)
            ]
            httpx2.post(f"{server.base}/sign-out", headers=bearer(token))
            assert [await close_code(ws) for ws in many] == [4401] * 12


async def told(ws: ClientConnection) -> dict[str, str | None]:
    """What a display is told next of who it is."""
    while (message := json.loads(await ws.recv()))["type"] != "device":
        pass
    return message


@pytest.mark.anyio
async def test_an_unpaired_display_is_let_go_within_five_seconds_at_every_process(postgresql: str) -> None:
    staff = bearer(prepared(postgresql, migrate=False))
    with Server(postgresql, workers=2) as server, httpx2.Client(base_url=server.base, headers=staff) as house:
        async with AsyncExitStack() as open_:
            url = f"ws://127.0.0.1:{server.port}{BOARD}"

            async def walls(token: str, count: int) -> list[ClientConnection]:
                cookie = {"Cookie": f"__Host-samedag-device={token}"}
                made = [connect(url, additional_headers=cookie, compression=None) for _ in range(count)]
                return [await open_.enter_async_context(wall) for wall in made]

            (first,), (other,) = await walls("unpaired" * 4, 1), await walls("kept-by-us" * 3, 1)
            for wall, name in ((first, "Hall"), (other, "Stairs")):
                code = (await told(wall))["code"]
                house.post("/api/v1/sites/aalborg/devices", json={"code": code, "name": name}).raise_for_status()
                assert (await told(wall))["name"] == name
            many = [first, *await walls("unpaired" * 4, 11)]
            (device,) = [d["id"] for d in house.get("/api/v1/sites/aalborg/devices").json() if d["name"] == "Hall"]
            begun = time.monotonic()
            house.delete(f"/api/v1/sites/aalborg/devices/{device}").raise_for_status()
            assert [await close_code(ws) for ws in many] == [4410] * 12
            assert time.monotonic() - begun < 10, "five seconds, with room for a machine that others use"
            assert other.close_code is None


def test_without_the_word_a_wall_would_outlive_its_pairing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Devices, "_tell_display", lambda self, line: None)
    cookie, staff = {"Cookie": f"__Host-samedag-device={'unpaired' * 4}"}, client.as_("floorwalker")
    with client.websocket_connect(BOARD, headers=cookie) as ws:
        while (asked := json.loads(ws.receive_text()))["type"] != "device":
            pass
        body = {"code": asked["code"], "name": "Hall"}
        made = client.post(f"{client.site}/devices", json=body, headers=staff).json()
        client.delete(f"{client.site}/devices/{made['id']}", headers=staff)
        assert ended_by(ws) is None


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"

"""Sockets of a real server: screens converge, wrong clients are told why, hostile ones harm nobody else."""

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.live import protocol
from app.store.access import Holder, make_token
from app.store.store import Store
from tests.builders import MORNING, Clock
from tests.faults.hostile import close_code as close_code_in
from tests.faults.hostile import handshake
from tests.server import SECRET, Server, prepared

SITE = "/api/v1/sites/aalborg"
BOARD = "/live/sites/aalborg/board"

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class House:
    """A served house, and its admin."""

    def __init__(self, server: Server, tokens: dict[str, str]) -> None:
        self.server, self.tokens = server, tokens
        self.http = httpx2.AsyncClient(base_url=server.base, timeout=20)

    async def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A command of the admin's."""
        headers = {"Authorization": f"Bearer {self.tokens['admin']}", "Idempotency-Key": uuid4().hex}
        answer = await self.http.post(SITE + path, json=body or {}, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def arrives(self) -> dict[str, Any]:
        """A party that waits at Citizen Services."""
        return await self.post(
            "/visits", {"arrival": "walk_in", "members": [{"kind": "adult"}], "services": ["cs.cpr"]}
        )

    def follow(self, path: str, role: str | None = None, **more: Any) -> connect:
        """A socket."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        url = f"ws://127.0.0.1:{self.server.port}{path}"
        return connect(url, additional_headers=headers, compression=None, **more)


@pytest.fixture
def served(sqlite: str) -> Iterator[tuple[Server, dict[str, str]]]:
    """A real server over SQLite, and a token for each role."""
    tokens = {"admin": prepared(sqlite, migrate=False)}
    store = Store(sqlite, Clock(), SECRET.encode())
    for role, desks in (("clerk", ("cs-1",)), ("display", ()), ("floorwalker", ())):
        holder = Holder("aalborg", role, role, desks)
        tokens[role] = store.write_here(lambda db, holder=holder: make_token(db, holder, MORNING))
    store.close()
    with Server(sqlite) as server:
        yield server, tokens


@pytest.fixture
async def house(served: tuple[Server, dict[str, str]]) -> AsyncIterator[House]:
    """The same, opened."""
    found = House(*served)
    for desk in ("cs-1", "cs-2"):
        await found.post(f"/desks/{desk}/openings")
    yield found
    await found.http.aclose()


async def screens(ws: ClientConnection, until: int) -> list[dict[str, Any]]:
    """Every screen up to the one that shows event `until` or a later one."""
    found = []
    async with asyncio.timeout(20):
        while not found or found[-1]["seq"] < until:
            message = json.loads(await ws.recv())
            if message["type"] == "screen":
                found.append(message)
    return found


async def close_code(ws: ClientConnection) -> int:
    """Read on until the server closes; why it did."""
    with suppress(ConnectionClosed):
        async with asyncio.timeout(20):
            async for _ in ws:
                pass
    assert ws.close_code is not None
    return ws.close_code


async def test_a_call_reaches_the_wall_the_desk_and_the_phone(house: House) -> None:
    visit = await house.arrives()
    async with (
        house.follow(BOARD) as wall,
        house.follow("/live/sites/aalborg/desks/cs-1", "clerk") as desk,
        house.follow(f"/live/tickets/{visit['token']}") as phone,
    ):
        for ws in (wall, desk, phone):
            await screens(ws, 0)
        made = await house.post("/desks/cs-1/calls")
        seq = made["visit"]["seq"]
        assert (await screens(wall, seq))[-1]["screen"]["now"][0]["number"] == visit["number"]
        assert (await screens(desk, seq))[-1]["screen"]["in_hand"]["number"] == visit["number"]
        shown = (await screens(phone, seq))[-1]
        assert (shown["screen"]["phase"], shown["screen"]["next"]["desk"]) == ("called", "cs-1")
        assert [c["id"] for c in shown["calls"]] == [made["call"]["id"]]


async def test_a_beat_comes_while_nothing_happens(house: House) -> None:
    async with house.follow(BOARD) as wall:
        await screens(wall, 0)
        async with asyncio.timeout(12):
            beat = json.loads(await wall.recv())
        assert beat["type"] == "beat"
        assert beat["seq"] >= 2


@pytest.mark.parametrize(
    ("path", "role", "code"),
    [
        ("/live/sites/aalborg/floor", None, 4401),
        ("/live/sites/aalborg/floor", "display", 4403),
        ("/live/sites/aalborg/desks/cs-2", "clerk", 4403),
        ("/live/sites/nowhere/board", None, 4404),
        ("/live/tickets/AAAAAAAAAAAAAAAAAAAAAA", None, 4404),
    ],
)
async def test_who_may_not_follow_is_told_why(house: House, path: str, role: str | None, code: int) -> None:
    async with house.follow(path, role) as ws:
        assert await close_code(ws) == code


async def test_another_sites_page_is_kept_out_before_it_is_a_socket(house: House) -> None:
    with pytest.raises(Exception, match="403"):
        async with house.follow(BOARD, origin="https://evil.example"):
            pass


async def test_a_phone_whose_visit_is_over_is_shown_so_and_let_go(house: House) -> None:
    visit = await house.arrives()
    async with house.follow(f"/live/tickets/{visit['token']}") as phone:
        await screens(phone, 0)
        left = await house.post(f"/visits/{visit['id']}/departures")
        assert (await screens(phone, left["seq"]))[-1]["screen"]["state"] == "left"
        assert await close_code(phone) == 4410
    async with house.follow(f"/live/tickets/{visit['token']}") as phone:
        assert (await screens(phone, 0))[-1]["screen"]["state"] == "left"
        assert await close_code(phone) == 4410


async def test_a_restart_tells_everybody_to_come_back(house: House) -> None:
    async with house.follow(BOARD) as wall:
        await screens(wall, 0)
        process = house.server.process
        assert process
        process.send_signal(signal.SIGTERM)
        assert await close_code(wall) == 1012
        process.wait(20)


async def test_who_was_away_gets_the_calls_they_missed_and_no_old_ones(house: House) -> None:
    await house.arrives()
    await house.arrives()
    first = await house.post("/desks/cs-1/calls")
    second = await house.post("/desks/cs-2/calls")
    async with house.follow(f"{BOARD}?after={first['visit']['seq']}") as wall:
        shown = (await screens(wall, second["visit"]["seq"]))[0]
        assert [c["id"] for c in shown["calls"]] == [second["call"]["id"]]
        assert len(shown["screen"]["now"]) == 2
    async with house.follow(f"{BOARD}?after={second['visit']['seq']}&epoch=another") as wall:
        assert len((await screens(wall, 0))[0]["calls"]) == 2


# hostile clients


def raw_follower(port: int, receive: int = 4096) -> socket.socket:
    """A socket that has shaken hands and then does what it likes."""
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    found.settimeout(20)
    found.connect(("127.0.0.1", port))
    found.sendall(handshake(port))
    assert b" 101 " in found.recv(64)
    return found


async def let_go(port: int, client: socket.socket, within: float) -> None:
    """Wait until the server holds this connection no more. The kernel is asked: a client that reads nothing is told nothing."""
    here = f":{port:04X} 0100007F:{client.getsockname()[1]:04X} 01 "
    async with asyncio.timeout(within):
        while here in Path("/proc/net/tcp").read_text():
            await asyncio.sleep(0.2)


async def test_a_client_that_never_reads_is_cut_off_and_slows_nobody(house: House) -> None:
    slow = [raw_follower(house.server.port) for _ in range(3)]
    await house.arrives()
    made = await house.post("/desks/cs-1/calls")
    async with house.follow(BOARD) as wall:
        for _ in range(80):  # each with the calls of the last minute: far more than all buffers hold
            made = await house.post("/desks/cs-1/recalls")
        assert (await screens(wall, made["visit"]["seq"]))[-1]["seq"] >= made["visit"]["seq"]
        for each in slow:
            await let_go(house.server.port, each, 3 * protocol.UNREAD_SECONDS)
            each.close()
        last = await house.arrives()
        assert (await screens(wall, last["seq"]))[-1]["seq"] >= last["seq"]


async def test_a_client_that_says_nothing_is_kept(house: House) -> None:
    async with house.follow(BOARD) as wall:
        await screens(wall, 0)
        await asyncio.sleep(6)  # longer than a beat
        visit = await house.arrives()
        assert (await screens(wall, visit["seq"]))[-1]["seq"] >= visit["seq"]


async def test_a_client_that_floods_is_shut_out_and_the_others_are_not(house: House) -> None:
    async with house.follow(BOARD) as wall, house.follow(BOARD) as other:
        for _ in range(150):
            await wall.send('{"type":"health","sound":true,"visible":true}')
        assert await close_code(wall) == 1008
        visit = await house.arrives()
        assert (await screens(other, visit["seq"]))[-1]["seq"] >= visit["seq"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\x81\x05hello", 1002),  # not masked
        (b"\xf1\x80\x00\x00\x00\x00", 1002),  # reserved bits
        (b"\x83\x80\x00\x00\x00\x00", 1002),  # an opcode that does not exist
        (b"\x80\x80\x00\x00\x00\x00", 1002),  # a further piece of nothing
        (b"\x81\xff" + (1 << 40).to_bytes(8, "big") + b"\x00\x00\x00\x00", 1009),  # a terabyte
        (b"\x81\x82\x00\x00\x00\x00\xff\xfe", 1007),  # text that is none
        (b"\x81\x82\x00\x00\x00\x00{}", 1008),  # JSON that says nothing
        (b"\x81\x84\x00\x00\x00\x00nope", 1008),  # no JSON
        (b"\x82\x82\x00\x00\x00\x00{}", 1003),  # no text
        (b"\x88\x81\x00\x00\x00\x00x", 1002),  # a close that is malformed
    ],
)
async def test_malformed_frames_end_one_connection_only_and_are_told_why(house: House, raw: bytes, code: int) -> None:
    async with house.follow(BOARD) as other:
        bad = raw_follower(house.server.port)
        heard = bad.recv(65_536)  # the rest of the head
        bad.sendall(raw)

        def until_closed() -> bytes:
            return b"".join(iter(lambda: bad.recv(65_536), b""))

        heard += await asyncio.wait_for(asyncio.to_thread(until_closed), 20)
        bad.close()
        assert close_code_in(b"HTTP/" + heard) == code
        visit = await house.arrives()
        assert (await screens(other, visit["seq"]))[-1]["seq"] >= visit["seq"]
        health = await house.http.get("/readyz")
        assert health.status_code == 200

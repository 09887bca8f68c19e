"""Displays: paired by the code on their screen, heard of by staff, let go; true in every process."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.actions import desks, displays
from app.live.devices import CODE_LENGTH, LETTERS, Devices
from app.live.wire import Health, Seen
from app.screens.devices import show_devices
from app.store import devices as kept
from app.store.store import Store
from tests.builders import Clock, Hall
from tests.conftest import SECRET, Client

BOARD = "/live/sites/aalborg/board"


def token_of(client: Client) -> str:
    """A browser opens the wall and keeps what it is given."""
    answer = client.get("/display/aalborg")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    return cookie.split(";")[0].split("=", 1)[1]


class Wall:
    """A display's socket."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket

    def hear(self, kind: str) -> dict[str, Any]:
        """The next message of a kind."""
        for _ in range(20):
            message: dict[str, Any] = json.loads(self.socket.receive_text())
            if message["type"] == kind:
                return message
        raise AssertionError(f"no {kind}")

    def say(self, **words: object) -> None:
        """A word of the display."""
        self.socket.send_text(json.dumps(words))


def devices(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{client.site}/devices", headers=client.as_("floorwalker")).json()
    return found


def floor_devices(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{client.site}/floor", headers=client.as_("floorwalker")).json()[
        "devices"
    ]
    return found


def pair(client: Client, code: str, name: str = "Hall") -> Any:
    body = {"code": code, "name": name}
    return client.post(f"{client.site}/devices", json=body, headers=client.as_("floorwalker"))


def when(what: Callable[[], bool]) -> None:
    """Wait for what another thread is about to do."""
    import time

    for _ in range(200):
        if what():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen")


def headers(token: str) -> dict[str, str]:
    return {"Cookie": f"__Host-samedag-device={token}"}


def test_a_stranger_shows_a_code_and_staff_who_type_it_give_it_a_name(client: Client) -> None:
    with client.websocket_connect(BOARD, headers=headers(token_of(client))) as socket:
        wall = Wall(socket)
        assert json.loads(socket.receive_text())["type"] == "screen", "the first message is always a screen"
        asked = wall.hear("device")
        assert asked["name"] is None
        assert len(asked["code"]) == CODE_LENGTH
        assert set(asked["code"]) <= set(LETTERS)
        assert devices(client) == []
        answer = pair(client, asked["code"].lower(), "Hall, by the window")
        assert answer.status_code == 201
        assert wall.hear("device") == {"type": "device", "name": "Hall, by the window", "code": None}
    assert [d["name"] for d in devices(client)] == ["Hall, by the window"]


def test_a_paired_display_comes_back_under_its_name_and_a_code_works_once(client: Client) -> None:
    token = token_of(client)
    with client.websocket_connect(BOARD, headers=headers(token)) as socket:
        code = Wall(socket).hear("device")["code"]
        pair(client, code)
    with client.websocket_connect(BOARD, headers=headers(token)) as socket:
        assert Wall(socket).hear("device")["name"] == "Hall"
    again = pair(client, code, "Another")
    assert (again.status_code, again.json()["code"]) == (404, "unknown_code")


def test_a_pairing_that_is_sent_again_is_answered_again_and_no_token_is_kept_for_it(client: Client) -> None:
    staff, token = client.as_("floorwalker") | {"Idempotency-Key": "pairing-1"}, token_of(client)
    with client.websocket_connect(BOARD, headers=headers(token)) as socket:
        body = {"code": Wall(socket).hear("device")["code"], "name": "Hall"}
        first, again = (client.post(f"{client.site}/devices", json=body, headers=staff) for _ in range(2))
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    other = client.post(f"{client.site}/devices", json=body | {"name": "Stairs"}, headers=staff)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    store: Store = client.app.state.store
    kept_answers = store.read_here(lambda db: str(db.exec_driver_sql("SELECT * FROM idempotency").all()))
    assert "Hall" in kept_answers
    assert token not in kept_answers
    assert kept.hash_at("aalborg", token) not in kept_answers


def test_an_unpaired_display_is_let_go_and_gets_another_token(client: Client) -> None:
    token = token_of(client)
    with client.websocket_connect(BOARD, headers=headers(token)) as socket:
        wall = Wall(socket)
        made = pair(client, wall.hear("device")["code"]).json()
        wall.hear("device")
        left = client.delete(f"{client.site}/devices/{made['id']}", headers=client.as_("manager"))
        assert left.json() == []
        with pytest.raises(WebSocketDisconnect) as closed:
            wall.hear("nothing")
        assert closed.value.code == 4410
    with (
        client.websocket_connect(BOARD, headers=headers(token)) as socket,
        pytest.raises(WebSocketDisconnect) as closed,
    ):
        socket.receive_text()
    assert closed.value.code == 4410
    answer = client.get("/display/aalborg", headers=headers(token))
    assert token not in answer.headers["set-cookie"]


def test_staff_hear_what_a_display_says_of_itself(client: Client) -> None:
    client.post(f"{client.site}/desks/cs-1/openings", json={}, headers=client.as_("admin"))
    with client.websocket_connect(BOARD, headers=headers(token_of(client))) as socket:
        wall = Wall(socket)
        pair(client, wall.hear("device")["code"])
        wall.say(type="health", sound=False, visible=True, seq=0)
        when(lambda: floor_devices(client)[0]["trouble"] == "no_sound")
        assert floor_devices(client)[0]["lag"] == 1
        wall.say(type="health", sound=True, visible=True, seq=1)
        wall.say(type="seen", call="20261125-101.1.1")
        when(lambda: floor_devices(client)[0]["call"] == "20261125-101.1.1")
        found = floor_devices(client)[0]
        assert (found["sound"], found["visible"], found["lag"], found["trouble"]) == (True, True, 0, None)
    manager = client.get(f"{client.site}/manager", headers=client.as_("manager")).json()
    assert manager["devices"][0]["name"] == "Hall"


def test_the_floor_is_pushed_when_a_display_falls_silent_not_at_each_sign_of_life(client: Client, clock: Clock) -> None:
    with (
        client.websocket_connect("/live/sites/aalborg/floor", headers=client.as_("floorwalker")) as tablet,
        client.websocket_connect(BOARD, headers=headers(token_of(client))) as socket,
    ):
        wall, floor = Wall(socket), Wall(tablet)
        floor.hear("screen")
        pair(client, wall.hear("device")["code"])
        while not (shown := floor.hear("screen")["screen"]["devices"]):
            pass
        assert shown[0]["trouble"] is None
        clock.forward(seconds=31)
        while (shown := floor.hear("screen")["screen"]["devices"])[0]["trouble"] != "silent":
            pass
        assert shown[0]["name"] == "Hall"


def test_anybody_may_follow_the_board_without_being_a_device(client: Client) -> None:
    with client.websocket_connect(BOARD) as socket:
        assert json.loads(socket.receive_text())["type"] == "screen"
    assert devices(client) == []


@pytest.mark.parametrize("role", ["clerk:cs-1", "kiosk", "display"])
def test_only_those_who_walk_the_house_pair_its_screens(client: Client, role: str) -> None:
    for answer in (
        client.get(f"{client.site}/devices", headers=client.as_(role)),
        client.post(f"{client.site}/devices", json={"code": "BCDFG", "name": "x"}, headers=client.as_(role)),
        client.get("/sites/aalborg/devices", headers=client.as_(role)),
        client.post("/sites/aalborg/devices", data={"code": "BCDFG"}, headers=client.as_(role)),
    ):
        assert answer.status_code == 403


def test_the_page_pairs_names_and_lets_go_without_scripts(client: Client) -> None:
    staff = client.as_("floorwalker") | {"Accept": "text/html"}
    here = "/sites/aalborg/devices"
    wrong = client.post(here, data={"code": "QQQQQ", "name": "Hall"}, headers=staff)
    assert wrong.status_code == 404
    assert "No screen of this house shows this code" in wrong.text
    assert 'value="QQQQQ"' in wrong.text and 'value="Hall"' in wrong.text, "what was typed is not typed again"
    with client.websocket_connect(BOARD, headers=headers(token_of(client))) as socket:
        code = Wall(socket).hear("device")["code"]
        assert "Hall" in client.post(here, data={"code": code, "name": "Hall"}, headers=staff).text
        device = devices(client)[0]["id"]
        assert "Stairs" in client.post(f"{here}/{device}/names", data={"name": "Stairs"}, headers=staff).text
        assert "Stairs" not in client.post(f"{here}/{device}/departures", headers=staff).text


def test_the_database_holds_no_token_and_strangers_are_few(hall: Hall) -> None:
    at = hall.clock()

    def ask(n: int) -> object:
        return hall.store.write_here(
            lambda db: kept.ask(db, "aalborg", kept.hash_at("aalborg", f"token-{n}"), f"id{n}", f"C{n}", at)
        )

    assert all(ask(n) for n in range(kept.STRANGERS))
    assert ask(99) is None
    hall.clock.forward(minutes=11)
    at = hall.clock()
    assert ask(100), "who went away makes room"
    rows = hall.store.read_here(lambda db: str(db.exec_driver_sql("SELECT * FROM devices").all()))
    assert "token-" not in rows


def test_what_one_process_hears_every_process_knows(both: Hall) -> None:
    """Two processes on PostgreSQL, two memories on SQLite: the table holds the last word."""
    other = Store(both.store.url, both.clock, SECRET)
    changed: list[str] = []

    async def play() -> None:
        here, there = (Devices(s, both.clock, changed.append) for s in (both.store, other))
        line = await here.meet("aalborg", "a token of twenty characters")
        assert line
        await there.look()
        code, at = line.device.code or "", there.now()
        assert await there.act("aalborg", "test", lambda w: displays.pair(w, code, "Hall", at))
        line.news.clear()
        await here.look()
        assert line.news.is_set(), "the display's own process tells it"
        here.heard(line, Health(type="health", sound=True, visible=True, seq=4), 4)
        here.heard(line, Seen(type="seen", call="c1"), 4)
        await here.look()
        await there.look()
        (seen,) = show_devices(there.of("aalborg"), there.now())
        assert (seen.name, seen.sound, seen.call, seen.trouble) == ("Hall", True, "c1", None)
        both.clock.forward(seconds=20)
        here.heard(line, Health(type="health", sound=True, visible=True, seq=4), 4)
        both.clock.forward(seconds=20)
        await here.look()
        await there.look()
        assert show_devices(there.of("aalborg"), there.now())[0].trouble is None
        both.clock.forward(seconds=31)
        await there.look()
        assert show_devices(there.of("aalborg"), there.now())[0].trouble == "silent"
        await there.act("aalborg", "test", lambda w: displays.unpair(w, seen.id, there.now()))
        line.news.clear()
        await here.look()
        assert line.device.ended_at is not None
        assert line.news.is_set()

    asyncio.run(play())
    assert "aalborg" in changed
    other.close()


def test_a_display_that_never_spoke_again_after_pairing_is_silent(hall: Hall) -> None:
    at = hall.clock()
    hall.store.write_here(lambda db: kept.ask(db, "aalborg", "h", "d1", "BCDFG", at))
    hall.store.write_here(lambda db: kept.pair(db, "aalborg", "BCDFG", "Hall", at))
    known = hall.store.read_here(kept.all_known)
    assert show_devices(known, at + timedelta(seconds=29))[0].trouble is None
    assert show_devices(known, at + timedelta(seconds=31))[0].trouble == "silent"


def test_the_command_line_pairs_by_the_code_as_well(hall: Hall, sqlite: str) -> None:
    from typer.testing import CliRunner

    from app.cli import app

    at = hall.clock()
    hall.store.write_here(lambda db: kept.ask(db, "aalborg", "h", "d1", "BCDFG", at))
    environment = {"SAMEDAG_DATABASE_URL": sqlite, "SAMEDAG_SECRET": SECRET.decode()}
    command = ["device", "pair", "--kind", "display", "--site", "aalborg", "--name", "Hall", "--code"]
    assert CliRunner().invoke(app, [*command, "QQQQQ"], env=environment).exit_code == 1
    assert CliRunner().invoke(app, [*command, "bcdfg"], env=environment).output == "Hall is paired.\n"
    assert [d.name for d in hall.store.read_here(kept.all_known)] == ["Hall"]
    said = CliRunner().invoke(app, ["doctor"], env=environment).output
    assert "displays" in said


def test_what_happens_while_a_follower_connects_is_on_its_first_screen(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It must not be shown the picture from before: nothing might change for an hour, and the beats say all is well."""
    accept = WebSocket.accept

    async def slow_accept(self: WebSocket, *args: Any, **more: Any) -> None:
        await self.app.state.store.run("aalborg", lambda w: desks.pause_service(w, "cs.mitid", None, ""), "test")
        await asyncio.sleep(0.2)
        await accept(self, *args, **more)

    monkeypatch.setattr(WebSocket, "accept", slow_accept)
    with client.websocket_connect(BOARD) as socket:
        assert json.loads(socket.receive_text())["screen"]["notices"]


def test_no_beat_comes_before_the_first_screen(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    accept = WebSocket.accept

    async def slow_accept(self: WebSocket, *args: Any, **more: Any) -> None:
        await self.app.state.hub.beat("aalborg")
        await accept(self, *args, **more)

    monkeypatch.setattr(WebSocket, "accept", slow_accept)
    with client.websocket_connect(BOARD) as socket:
        assert json.loads(socket.receive_text())["type"] == "screen"

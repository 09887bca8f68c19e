"""Commands that take the short way are answered as FastAPI's own way would."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import pytest
from fastapi import Path, Request
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from app.web.access import Clerk
from app.web.bodies import EmptyBody
from app.web.routes import CommandRoute
from tests.conftest import Client

CALLS = f"{Client.site}/desks/cs-1/calls"
JSON = {"Content-Type": "application/json"}

ASKED: tuple[tuple[str, bytes | None, Mapping[str, str], str | None], ...] = (
    (CALLS.replace("calls", "openings"), b"{}", JSON, "clerk:cs-1"),
    (CALLS, b"{}", JSON, "clerk:cs-1"),  # nobody waits
    (CALLS, b'{"visit": "unknown"}', JSON | {"Content-Type": "application/json; charset=utf-8"}, "admin"),
    (CALLS, b'{"visit": null}', JSON, "floorwalker"),
    (CALLS, b'{"visit": 7}', JSON, "admin"),
    (CALLS, b'{"visits": "x"}', JSON, "admin"),
    (CALLS, b'{"visit": "\\ud800"}', JSON, "admin"),
    (CALLS, b"[]", JSON, "admin"),
    (CALLS, b"{", JSON, "admin"),
    (CALLS, b"", JSON, "admin"),
    (CALLS, None, {}, "admin"),
    (CALLS, b"{}", {"Content-Type": "text/plain"}, "admin"),
    (CALLS, b"{}", {}, "admin"),
    (CALLS, b"{}", {"Content-Type": "application/problem+json"}, "admin"),
    (CALLS, b"{}", JSON | {"Idempotency-Key": "x"}, "admin"),
    (CALLS, b"{}", JSON, None),
    (CALLS, b"{", JSON, None),
    (CALLS, b'{"visit": 7}', JSON, None),
    (CALLS, b"{}", JSON, "clerk:siri-1"),
    (CALLS, b"{}", JSON, "kiosk"),
    (CALLS.replace("aalborg", "elsewhere"), b"{}", JSON, "admin"),
    (CALLS.replace("cs-1", "no-desk"), b"{}", JSON, "admin"),
    (f"{Client.site}/visits/x/papers", b'{"seen": "x"}', JSON, "admin"),
    (f"{Client.site}/desks/cs-1/pauses", b'{"until": "2026-11-25T09:00:00Z"}', JSON, "admin"),
    (f"{Client.site}/desks/cs-1/pauses", b'{"until": "2026-11-25T09:00:00"}', JSON, "admin"),
    (f"{Client.site}/desks/cs-1/pauses", b'{"until": 1764061200}', JSON, "admin"),
    (f"{Client.site}/desks/cs-1/pauses", b'{"until": NaN}', JSON, "admin"),
)


Said = tuple[int, object, str | None]


def _answers(client: Client) -> list[Said]:
    found = list[Said]()
    for path, body, headers, role in ASKED:
        signed = client.as_(role) if role else {}
        said = client.post(path, content=body, headers={**headers, **signed})
        told = said.json()
        # What went well differs in its moments.
        found.append(
            (said.status_code, told if said.status_code >= 400 else sorted(told), said.headers["content-type"])
        )
    got = client.get(CALLS, headers=client.as_("admin"))
    return [*found, (got.status_code, got.content, got.headers.get("allow"))]


def _commands(client: Client) -> list[CommandRoute]:
    return [route for route in client.app.routes if isinstance(route, CommandRoute)]  # type: ignore[attr-defined]


def test_a_command_is_answered_the_same_on_the_short_way_and_on_fastapis_own(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = _answers(client)
    client.post(f"{Client.site}/desks/cs-1/closings", json={}, headers=client.as_("admin"))  # as it was
    for route in _commands(client):
        monkeypatch.setattr(route, "short", None)
    assert _answers(client) == short
    assert {status for status, _, _ in short} == {200, 401, 403, 404, 405, 409, 422}


def test_moves_take_the_short_way_and_what_is_wrong_does_not(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sum(route.short is not None for route in _commands(client)) > 20
    went, stock = list[str](), APIRoute.handle

    async def own(self: APIRoute, *given: Any) -> None:
        went.append("own")
        await stock(self, *given)

    monkeypatch.setattr(APIRoute, "handle", own)
    for body in (b"{}", b"{"):
        client.post(CALLS, content=body, headers=JSON | client.as_("admin"))
    assert went == ["own"]


async def _one(request: Request, desk: str, body: EmptyBody, caller: Clerk) -> JSONResponse:
    return JSONResponse({})


async def _number(request: Request, desk: int, body: EmptyBody, caller: Clerk) -> JSONResponse:
    return JSONResponse({})


async def _short_word(
    request: Request, desk: Annotated[str, Path(max_length=3)], body: EmptyBody, caller: Clerk
) -> JSONResponse:
    return JSONResponse({})


async def _wordless(request: Request, body: EmptyBody, caller: Clerk) -> JSONResponse:
    return JSONResponse({})


async def _asks_more(request: Request, desk: str, body: EmptyBody, caller: Clerk, dry: bool = False) -> JSONResponse:
    return JSONResponse({})


async def _open_to_all(request: Request, desk: str, body: EmptyBody) -> JSONResponse:
    return JSONResponse({})


async def _value(request: Request, desk: str, body: EmptyBody, caller: Clerk) -> dict[str, str]:
    return {}


async def _list(request: Request, desk: str, body: list[str], caller: Clerk) -> JSONResponse:
    return JSONResponse({})


OTHER_FORMS = (_number, _short_word, _wordless, _asks_more, _open_to_all, _value, _list)


@pytest.mark.parametrize("endpoint", OTHER_FORMS)
def test_an_endpoint_of_another_form_keeps_fastapis_way(endpoint: Callable[..., Any]) -> None:
    assert CommandRoute("/odd/{desk}", _one, methods=["POST"]).short is not None
    assert CommandRoute("/odd/{desk}", endpoint, methods=["POST"]).short is None


def test_who_hangs_up_in_the_middle_of_a_command_is_left_alone_and_nothing_is_done(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    signed = client.as_("admin")
    client.post(CALLS.replace("calls", "openings"), json={}, headers=signed)
    before = client.get(f"{Client.site}/events", headers=signed).json()
    headers = [(b"host", b"testserver"), (b"content-type", b"application/json"), (b"content-length", b"99")]
    headers.append((b"authorization", signed["Authorization"].encode()))
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http"}
    scope |= {"path": CALLS, "raw_path": CALLS.encode(), "query_string": b"", "root_path": "", "headers": headers}
    sent = list[Any]()

    async def hang_up() -> None:
        came = iter(({"type": "http.request", "body": b'{"vis', "more_body": True}, {"type": "http.disconnect"}))

        async def receive() -> Any:
            return next(came)

        async def send(message: Any) -> None:
            sent.append(message)

        await client.app(scope, receive, send)

    client.portal.call(hang_up)
    assert (sent, [r for r in caplog.records if r.levelname == "ERROR"]) == ([], [])
    assert client.get(f"{Client.site}/events", headers=signed).json() == before

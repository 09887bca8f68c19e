"""Whatever the order in which routes are tried, each is found at its own address."""

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import Match

from app.config import Settings
from app.main import OFTEN, create_app
from app.web import phone

Found = list[tuple[str, str]]


def _misled(app: FastAPI) -> Found:
    """Addresses at which another route answers than the one that is for it alone."""
    wrong: Found = []
    for route in app.routes:
        if not isinstance(route, APIRoute | APIWebSocketRoute):
            continue
        path = re.sub(r"{[^}]+}", "x9", route.path)
        for method in getattr(route, "methods", None) or ("GET",):
            kind = "http" if isinstance(route, APIRoute) else "websocket"
            scope = {"type": kind, "method": method, "path": path, "headers": [], "root_path": ""}
            first = next(r for r in app.routes if r.matches(scope)[0] is Match.FULL)
            if getattr(first, "endpoint", None) is not route.endpoint:
                wrong.append((method, route.path))
    return wrong


def test_every_route_is_found_at_its_own_address() -> None:
    app = create_app(Settings(secret="0" * 32))
    assert _misled(app) == []
    tried: list[Callable[..., object]] = [r.endpoint for r in app.routes if isinstance(r, APIRoute | APIWebSocketRoute)]
    assert tuple(tried[: len(OFTEN)]) == OFTEN


def test_a_route_that_is_tried_before_one_for_it_alone_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr("app.main.OFTEN", (phone.ticket, phone.worker))
    assert _misled(create_app(Settings(secret="0" * 32))) == [("GET", "/t/worker.js")]

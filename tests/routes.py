"""Every route of the application, as it stands in its routers."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute

SOCKET = "SOCKET"


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and address of each, with SOCKET for sockets; files that are served as they lie are left out."""
    yield from sorted(_walk(app.routes))


def _walk(found: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for route in found:
        if hasattr(route, "effective_route_contexts"):
            yield from _walk(route.effective_route_contexts())
            continue
        original = getattr(route, "original_route", route)
        path = getattr(route, "path", None) or original.path
        if isinstance(original, APIWebSocketRoute):
            yield SOCKET, path
        elif isinstance(original, APIRoute):
            yield from ((method, path) for method in original.methods)

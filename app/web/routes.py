"""Routes of commands, with a short way for what comes as it should.

FastAPI looks at each request for every kind of parameter that a route could have, twice where it declares its roles: that takes
longer than many a move. Here the way is worked out once, from the same declaration.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any, get_type_hints

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class _Short:
    """What an endpoint is given: the request, one body, one caller, and the words in its address."""

    endpoint: Callable[..., Awaitable[Response]]
    body: type[BaseModel]
    admit: Callable[[Request], Awaitable[Any]]

    async def answer(self, request: Request, body: BaseModel) -> Response:
        """What the endpoint says; raises what it refuses."""
        caller = await self.admit(request)
        return await self.endpoint(request=request, body=body, caller=caller, **request.path_params)


class CommandRoute(APIRoute):
    """A route that is declared and described as every other.

    A whole JSON body that its model takes goes the short way. Everything else, and every route of another form, takes FastAPI's
    own, which says what is wrong.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, endpoint, **more)
        self.short = self._short()

    def _short(self) -> _Short | None:
        """The short way, where the endpoint takes exactly (request, body, caller) and words, and answers by itself."""
        asks, kinds = self.dependant, get_type_hints(self.endpoint)
        words = {f.name for f in asks.path_params if f.field_info.annotation is str and not f.field_info.metadata}
        given = {"request", "body", "caller"} | self.param_convertors.keys()
        if words != self.param_convertors.keys() or signature(self.endpoint).parameters.keys() != given:
            return None
        roles = [d.call for d in asks.dependencies if d.name == "caller" and hasattr(d.call, "roles")]
        if len(asks.body_params) != 1 or len(asks.dependencies) != 1 or len(roles) != 1 or roles[0] is None:
            return None
        if not issubclass(kinds["return"], Response) or not issubclass(kinds["body"], BaseModel):
            return None
        return _Short(self.endpoint, kinds["body"], roles[0])

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request whose address is this route's."""
        short, request = self.short, Request(scope, receive, send)
        if short is None or scope["method"] not in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        try:
            raw = await request.body()
        except ClientDisconnect:
            return  # nobody is there to be answered
        body = _read(short.body, request, raw)
        if body is None:
            await super().handle(scope, _once_more(raw, receive), send)
            return
        response = await short.answer(request, body)
        await response(scope, receive, send)


def _read(kind: type[BaseModel], request: Request, raw: bytes) -> BaseModel | None:
    """The body, if it is JSON that its model takes."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        return None
    try:
        return kind.model_validate_json(raw)
    except ValidationError:
        return None


def _once_more(raw: bytes, receive: Receive) -> Receive:
    """A body that was read, to be read again."""
    whole: list[Message] = [{"type": "http.request", "body": raw, "more_body": False}]

    async def again() -> Message:
        return whole.pop() if whole else await receive()

    return again
